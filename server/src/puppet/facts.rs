//! `PUT facts/NAME`

use actix_web::HttpResponse;
use actix_web::web::Payload;
use inventory::nodes::NewFacts;
use model::{Certname, EnvironmentName, Facts};

use super::{demand_json, environment_of, invalid_body, inventory_problem};
use crate::accept;
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::respond::{self, Problem};

/// Keeps the facts of a node.
pub(crate) async fn save(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    let environment = environment_of(asked)?;
    let app = asked.app;
    app.environments.fetch(&environment).await.map_err(|error| Problem::not_found(error.to_string()))?;
    let format = accept::choose_or_json(asked.accept())?;
    demand_json(asked)?;
    let limit = Limit {
        what: "The factset",
        bytes: app.config.limits.facts.0,
        setting: "limits.facts",
        within: app.config.http.body_timeout.0,
    };
    let body = bodies::read(asked.http.headers(), payload, limit).await?;
    let facts: Facts = read(&body).map_err(invalid_body)?;
    let node = Certname::parse(name).map_err(|error| Problem::bad_request(error.to_string()))?;
    if facts.name != name {
        return Err(invalid_body(format!("these are facts of {:?}, not of {name:?}", facts.name)));
    }
    keep(asked, node, environment, facts).await?;
    // The original answers with what its own store returned, which is a number.
    Ok(respond::ok(format, "0"))
}

/// Hands facts to the inventory.
pub(super) async fn keep(
    asked: &Asked<'_>,
    node: Certname,
    environment: EnvironmentName,
    facts: Facts,
) -> Result<(), Problem> {
    let facts = NewFacts { node, environment: Some(environment.to_string()), facts, at: clock::now() };
    asked.app.nodes.put_facts(facts).await.map_err(|error| inventory_problem(&error))
}

/// Reads JSON or PSON, in which texts may hold bytes that are not UTF-8.
pub(super) fn read(body: &[u8]) -> Result<Facts, serde_json::Error> {
    serde_json::from_str(&String::from_utf8_lossy(body))
}
