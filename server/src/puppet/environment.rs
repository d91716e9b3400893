//! `environments`, `environment/NAME`, and flushing what is known of them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use model::EnvironmentName;
use serde_json::{Value, json};

use super::files::listing;
use crate::accept::Format;
use crate::environments::Environment;
use crate::http::Asked;
use crate::respond::{self, Problem};

/// Every environment with its settings.
pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let environments = asked.app.environments.clone();
    let listed = web::block(move || listing::environments(&environments)).await;
    let listed = listed.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(respond::ok(Format::Json, listed.to_string()))
}

/// One environment, as orchestrators ask for it: it has no applications, which Puppet 6 gave up.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::resource_not_found(format!("{name} is not a known environment"));
    let known = EnvironmentName::parse(name).map_err(|_| unknown())?;
    asked.app.environments.fetch(&known).await.map_err(|_| unknown())?;
    Ok(respond::ok(Format::Json, json!({"environment": name, "applications": {}}).to_string()))
}

/// `environment_modules`: the modules of an environment, or of each, with the names that their metadata give them.
pub(crate) async fn modules(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let all = asked.app.environments.clone();
    let named = asked.query.get("environment").is_some();
    let one = if named { Some(super::snapshot_of(asked).await?) } else { None };
    let listed = web::block(move || match one {
        Some(environment) => modules_of(&environment),
        None => all.list().iter().filter_map(|name| all.get(name).ok()).map(|it| modules_of(&it)).collect(),
    });
    let listed = listed.await.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(respond::ok(Format::Json, listed.to_string()))
}

fn modules_of(environment: &Environment) -> Value {
    let snapshot = &environment.snapshot;
    let described: Vec<Value> = super::modules::all(snapshot).map(super::modules::described).collect();
    json!({"modules": described, "name": snapshot.name.as_str()})
}

/// Lists an environment, or all of them, anew at the next request.
pub(crate) async fn flush(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let name = asked.query.get("environment");
    let name = name.map(EnvironmentName::parse).transpose();
    let name = name.map_err(|error| Problem::bad_request(error.to_string()))?;
    let environments = asked.app.environments.clone();
    let flushed = web::block(move || environments.flush(name.as_ref())).await;
    flushed.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(respond::empty(StatusCode::NO_CONTENT, None))
}
