//! `/code-manager/v1`: deploys as Puppet Enterprise's Code Manager takes them, and webhooks.
//!
//! Who asks shows a token that may deploy; certificates count for nothing here.
//!
//! - [`deploys`]: `POST deploys`, `GET deploys/status`
//! - [`webhook`]: `POST webhook`; [`signature`]: whether it comes from who knows the secret
//! - [`ledger`]: the deploys that were asked for, and what came of them
//! - [`refusal`]: errors as Code Manager shapes them

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Payload;

use self::refusal::Refusal;
use crate::http::Asked;

mod deploys;
pub(crate) mod ledger;
mod refusal;
mod signature;
mod webhook;

const PREFIX: &str = "/code-manager/";

/// Whether a path is Code Manager's.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// Answers a request; the name is what it is counted as.
pub(crate) async fn answer(asked: &Asked<'_>, payload: Payload) -> (&'static str, HttpResponse) {
    let (method, path) = (asked.http.method(), asked.path.trim_end_matches('/'));
    let (name, done) = match (method, path) {
        (&Method::POST, "/code-manager/v1/deploys") => ("code_deploys", deploys::post(asked, payload).await),
        (&Method::GET, "/code-manager/v1/deploys/status") => ("code_deploys_status", deploys::status(asked).await),
        (&Method::POST, "/code-manager/v1/webhook") => ("code_webhook", webhook::post(asked, payload).await),
        _ => ("code_none", Err(Refusal::no_such_endpoint(method, asked.path))),
    };
    (name, done.unwrap_or_else(Refusal::into_response))
}
