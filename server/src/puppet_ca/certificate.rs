//! `certificate/NAME`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use model::Certname;

use super::{PLAIN, problem};
use crate::http::Asked;
use crate::respond::{self, Problem};

/// A certificate in PEM form; of `ca`, the bundle, signing certificate first.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let authority = &asked.app.authority;
    if name == "ca" {
        return Ok(respond::text(StatusCode::OK, PLAIN, authority.ca_bundle()));
    }
    let found = match Certname::parse(name) {
        Ok(certname) => authority.certificate(&certname).await,
        Err(_) => Ok(None),
    };
    let found = found.map_err(|error| problem(&error, StatusCode::BAD_REQUEST, &asked.app.config))?;
    let missing = || Problem::text_as(StatusCode::NOT_FOUND, Some(PLAIN), format!("Could not find certificate {name}"));
    found.map(|pem| respond::text(StatusCode::OK, PLAIN, pem)).ok_or_else(missing)
}
