//! `PUT report/NAME`

use actix_web::HttpResponse;
use actix_web::web::Payload;
use inventory::NewReport;
use model::Certname;

use super::{demand_json, environment_of, invalid_body, inventory_problem};
use crate::accept;
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::respond::{self, Problem};

/// Reports above this many bytes are read away from the threads that move bytes.
const READ_APART_FROM: usize = 512 * 1024;

/// Keeps a report. The answer lists the report processors, as the original's does.
pub(crate) async fn save(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    let environment = environment_of(asked)?;
    let app = asked.app;
    app.environments.fetch(&environment).await.map_err(|error| Problem::not_found(error.to_string()))?;
    let format = accept::choose_or_json(asked.accept())?;
    demand_json(asked)?;
    let limit = Limit {
        what: "The report",
        bytes: app.config.limits.report.0,
        setting: "limits.report",
        within: app.config.http.body_timeout.0,
    };
    let body = bodies::read(asked.http.headers(), payload, limit).await?;
    let node = Certname::parse(name).map_err(|error| Problem::bad_request(error.to_string()))?;
    let now = clock::now();
    let large = body.len() > READ_APART_FROM;
    let read = move || NewReport::parse(node, body.to_vec(), now);
    let report = if large {
        actix_web::web::block(read).await.map_err(|error| Problem::server_error(error.to_string()))?
    } else {
        read()
    };
    let report = report.map_err(|error| match error {
        inventory::Error::NotAReport(reason) => invalid_body(format!("Could not intern from json: {reason}")),
        other => inventory_problem(&other),
    })?;
    if report.header.host != name {
        return Err(invalid_body(format!("this is a report of {:?}, not of {name:?}", report.header.host)));
    }
    app.nodes.put_report(report).await.map_err(|error| inventory_problem(&error))?;
    Ok(respond::ok(format, r#"["store"]"#))
}
