//! `/puppet/v3`: what agents ask of a server, besides certificates.

use std::sync::Arc;

use actix_web::http::StatusCode;
use model::EnvironmentName;

use crate::environments::Environment;
use crate::http::Asked;
use crate::respond::Problem;

pub(crate) mod bucket;
pub(crate) mod catalog;
pub(crate) mod classes;
pub(crate) mod environment;
pub(crate) mod facts;
pub(crate) mod file_server;
pub(crate) mod files;
mod modules;
pub(crate) mod node;
pub(crate) mod plans;
pub(crate) mod report;
pub(crate) mod route;
pub(crate) mod static_content;
pub(crate) mod tagged;
pub(crate) mod tasks;
pub(crate) mod transports;

/// The environment that a request names. It must name one; whether it is there is another matter.
pub(crate) fn environment_of(asked: &Asked<'_>) -> Result<EnvironmentName, Problem> {
    let name = asked.query.get("environment");
    named_environment(name)
}

/// The environment that a parameter names.
pub(crate) fn named_environment(name: Option<&str>) -> Result<EnvironmentName, Problem> {
    let name = name.ok_or_else(|| Problem::bad_request("An environment parameter must be specified"))?;
    EnvironmentName::parse(name).map_err(|error| Problem::bad_request(error.to_string()))
}

/// The code of the environment that a request names, for the services that refuse in plain text.
async fn snapshot_of(asked: &Asked<'_>) -> Result<Arc<Environment>, Problem> {
    let bad_request = |text: String| Problem::text(StatusCode::BAD_REQUEST, text);
    let name = asked.query.get("environment");
    let name = name.ok_or_else(|| bad_request("An environment parameter must be specified".to_owned()))?;
    let name = EnvironmentName::parse(name).map_err(|error| bad_request(error.to_string()))?;
    asked.app.environments.fetch(&name).await.map_err(|_| not_there("environment", name.as_str()))
}

/// What the original's services say of a thing that is not there.
fn not_there(kind: &str, name: &str) -> Problem {
    Problem::text_as(StatusCode::NOT_FOUND, None, format!("Could not find {kind} '{name}'"))
}

/// A body that is no document of the kind that the endpoint takes.
fn invalid_body(reason: impl std::fmt::Display) -> Problem {
    Problem::bad_request(format!("The request body is invalid: {reason}"))
}

/// Demands that the body is JSON or PSON.
fn demand_json(asked: &Asked<'_>) -> Result<(), Problem> {
    match asked.content_type() {
        None => Err(Problem::missing_header(
            "No Content-Type header was received, it isn't possible to unserialize the request",
        )),
        Some("application/json" | "text/json" | "text/pson") => Ok(()),
        Some(other) => Err(Problem::unsupported_media_type(other)),
    }
}

/// What the inventory says went wrong.
fn inventory_problem(error: &inventory::Error) -> Problem {
    match error {
        inventory::Error::NotAReport(reason) | inventory::Error::NotAMessage(reason) => invalid_body(reason),
        inventory::Error::OfAnotherNode { .. } => Problem::bad_request(error.to_string()),
        inventory::Error::WrongDigest { .. } => Problem::bad_request(error.to_string()),
        inventory::Error::TooLarge { what, limit, setting, .. } => {
            Problem::too_large(what, usize::try_from(*limit).unwrap_or(usize::MAX), setting)
        }
        inventory::Error::Busy(text) => Problem::busy(text.clone(), STORE_RETRY_AFTER),
        inventory::Error::Unavailable(_) => {
            tracing::error!(%error, "the store failed");
            Problem::server_error(error.to_string())
        }
    }
}

/// Seconds after which to try again when the store's queue is full.
const STORE_RETRY_AFTER: u64 = 10;
