//! `expirations`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use certs::status::time_text;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::http::Asked;
use crate::respond;

/// When the authority's certificates and lists end, by common name.
pub(crate) fn get(asked: &Asked<'_>) -> HttpResponse {
    let (certificates, lists) = asked.app.authority.expirations();
    let body = json!({"ca-certs": by_name(certificates), "crls": by_name(lists)});
    respond::text(StatusCode::OK, "application/json", body.to_string())
}

fn by_name(ends: Vec<(String, Timestamp)>) -> Map<String, Value> {
    ends.into_iter().map(|(name, end)| (name, Value::from(time_text(end)))).collect()
}
