//! The one map from errors to status and body, in the shapes that Chef's clients read.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use chef::{Error, Message};
use serde_json::{Value, json};

/// Seconds after which to try again when the store's queue is full.
const RETRY_AFTER: u64 = 10;

/// The answer to a request that is not done.
pub(crate) fn response(error: &Error) -> HttpResponse {
    if let Some((status, body)) = refusal(error) {
        return json(status, &body);
    }
    if let Error::Busy(text) = error {
        let mut busy = json(StatusCode::SERVICE_UNAVAILABLE, &said(&Message::listed(text.clone())));
        busy.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(RETRY_AFTER));
        return busy;
    }
    tracing::error!(%error, "a request of Chef failed");
    json(StatusCode::INTERNAL_SERVER_ERROR, &said(&Message::listed("internal service error")))
}

/// Status and body of what is the client's to mend.
pub(crate) fn refusal(error: &Error) -> Option<(StatusCode, Value)> {
    Some(match error {
        Error::Invalid(message) => (StatusCode::BAD_REQUEST, said(message)),
        Error::Unauthenticated(message) => (StatusCode::UNAUTHORIZED, said(message)),
        Error::Forbidden(message) => (StatusCode::FORBIDDEN, said(message)),
        Error::NotFound(message) => (StatusCode::NOT_FOUND, said(message)),
        Error::NotAllowed(message) => (StatusCode::METHOD_NOT_ALLOWED, said(message)),
        Error::NotAcceptable(message) => (StatusCode::NOT_ACCEPTABLE, said(message)),
        Error::Exists(message) => (StatusCode::CONFLICT, said(message)),
        Error::Ambiguous(message) => (StatusCode::UNPROCESSABLE_ENTITY, said(message)),
        Error::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, said(&Message::bare(error.to_string()))),
        Error::Busy(_) | Error::Unavailable(_) => return None,
    })
}

/// The answer to a path that nobody has.
pub(crate) fn no_such_path(path: &str) -> HttpResponse {
    json(StatusCode::NOT_FOUND, &said(&Message::listed(format!("no such path: {path}"))))
}

/// The answer to a method that a path does not take.
pub(crate) fn no_such_method(method: &str, path: &str) -> Error {
    Error::NotAllowed(Message::listed(format!("{path} does not take the method {method}")))
}

/// The answer to who does not take JSON.
pub(crate) fn not_acceptable() -> HttpResponse {
    json(StatusCode::NOT_ACCEPTABLE, &said(&Message::listed("answers are application/json")))
}

fn said(message: &Message) -> Value {
    if message.bare { json!({"error": message.text}) } else { json!({"error": [message.text]}) }
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponse::build(status).content_type("application/json").body(body.to_string())
}
