//! `certificate_revocation_list/ca`

use std::time::SystemTime;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{Header, IfModifiedSince};

use jiff::Timestamp;

use super::PLAIN;
use crate::http::Asked;
use crate::respond;

/// The newest list, or `304` when the client's is not older.
pub(crate) fn get(asked: &Asked<'_>) -> HttpResponse {
    let crl = asked.app.authority.crl();
    let since =
        IfModifiedSince::parse(asked.http).ok().and_then(|since| Timestamp::try_from(SystemTime::from(since.0)).ok());
    if since.is_some_and(|since| crl.modified <= since) {
        return respond::empty(StatusCode::NOT_MODIFIED, Some(PLAIN));
    }
    respond::text(StatusCode::OK, PLAIN, crl.pem.clone())
}
