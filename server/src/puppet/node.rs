//! `GET node/NAME`

use actix_web::HttpResponse;
use compiler::Classes;
use model::Certname;
use serde_json::{Map, Value, json};

use super::{environment_of, inventory_problem};
use crate::accept;
use crate::catalogs::Assigned;
use crate::http::Asked;
use crate::respond::{self, Problem};

/// What the node is called, its environment, and what is known of it: the classifier's classes
/// and parameters, and the facts that it sent last.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let environment = environment_of(asked)?;
    let app = asked.app;
    app.environments.fetch(&environment).await.map_err(|error| Problem::not_found(error.to_string()))?;
    let node = Certname::parse(name).map_err(|error| Problem::bad_request(error.to_string()))?;
    let Assigned { environment, classification } =
        app.catalogs.assign(&node, environment).await.map_err(|error| Problem::server_error(error.to_string()))?;
    let facts = app.nodes.facts(&node).await.map_err(|error| inventory_problem(&error))?;
    let mut parameters = facts.map(|kept| kept.facts.values).unwrap_or_default();
    let mut body = Map::new();
    body.insert("name".to_owned(), json!(node));
    body.insert("environment".to_owned(), json!(environment));
    if let Some(classification) = &classification {
        // What the classifier says outranks a fact of the same name.
        parameters.extend(classification.parameters.clone());
    }
    if !parameters.is_empty() {
        body.insert("parameters".to_owned(), Value::Object(parameters));
    }
    match classification.map(|classification| classification.classes) {
        None => {}
        Some(Classes::Names(names)) if names.is_empty() => {}
        Some(Classes::Names(names)) => drop(body.insert("classes".to_owned(), json!(names))),
        Some(Classes::WithParameters(map)) => drop(body.insert("classes".to_owned(), Value::Object(map))),
    }
    let format = accept::choose(asked.accept(), accept::DATA)?;
    Ok(respond::ok(format, Value::Object(body).to_string()))
}
