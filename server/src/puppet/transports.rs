//! `environment_transports`: the devices that the modules of an environment manage from afar.

use actix_web::HttpResponse;
use actix_web::web;
use serde_json::{Value, json};

use super::snapshot_of;
use super::tagged::Tagged;
use super::tasks::sorted;
use crate::http::Asked;
use crate::respond::Problem;

pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let found = web::block(move || {
        if let Some(known) = environment.known_transports() {
            return Ok(known);
        }
        let transports: Vec<Value> = environment.transports()?.into_iter().map(sorted).collect();
        let document = json!({"name": environment.snapshot.name.as_str(), "transports": transports});
        let tagged = Tagged::new(&document).map_err(|error| error.to_string())?;
        Ok(environment.keep_transports(tagged))
    });
    let found = found.await.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(found.map_err(|reason: String| Problem::server_error(reason))?.answer(asked))
}
