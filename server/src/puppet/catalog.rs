//! `GET catalog/NAME`, and `POST` with facts.

use actix_web::HttpResponse;
use actix_web::web::Payload;

use crate::http::Asked;
use crate::respond::Problem;

/// Compiles the catalog of a node.
pub(crate) async fn find(_asked: &Asked<'_>, _name: &str, _payload: Payload) -> Result<HttpResponse, Problem> {
    Err(Problem::server_error("this build has no compiler"))
}
