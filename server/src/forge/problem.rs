//! The one map from errors to status and body, in the shape that clients of a Forge read.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use modules::PortError;
use modules::forge::{archive, metadata, query, slug};
use modules::token::Refusal;
use serde_json::json;

use crate::tokens::NotAdmitted;
use crate::{http, respond};

/// Why a request is not done: `{"message": "404 Not Found", "errors": ["…"]}`.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    errors: Vec<String>,
    retry_after: Option<u64>,
    /// The connection cannot be used further (its body was not read).
    close: bool,
}

/// Seconds after which to try again when a queue is full.
const RETRY_AFTER: u64 = 10;

impl Problem {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, errors: vec![error.into()], retry_after: None, close: false }
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested resource could not be found")
    }

    pub(crate) fn busy(error: impl Into<String>) -> Self {
        Self { retry_after: Some(RETRY_AFTER), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, error) }
    }

    /// What went wrong, in one line.
    pub(crate) fn text(&self) -> String {
        self.errors.join("; ")
    }

    pub(crate) fn into_response(self) -> HttpResponse {
        let message = format!("{} {}", self.status.as_u16(), self.status.canonical_reason().unwrap_or_default());
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8"));
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.close {
            answer.force_close();
        }
        answer.body(json!({"message": message, "errors": self.errors}).to_string())
    }
}

/// A body that is too long, or too slow.
impl From<respond::Problem> for Problem {
    fn from(problem: respond::Problem) -> Self {
        Self { close: true, ..Self::new(problem.status(), problem.message()) }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Busy(text) => Self::busy(text),
            PortError::Unavailable(_) => {
                tracing::error!(%error, "a request of the Forge failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}

impl From<NotAdmitted> for Problem {
    fn from(reason: NotAdmitted) -> Self {
        match reason {
            NotAdmitted::Missing => {
                Self::new(StatusCode::UNAUTHORIZED, "This endpoint requires a valid Authorization header")
            }
            NotAdmitted::Refused(Refusal::Unknown | Refusal::Expired | Refusal::OutOfScope) => {
                let text =
                    "The provided API key is invalid or has insufficient permissions for the requested operation";
                Self::new(StatusCode::FORBIDDEN, format!("{text}: {reason}"))
            }
            NotAdmitted::Port(error) => error.into(),
        }
    }
}

impl From<slug::Fault> for Problem {
    fn from(fault: slug::Fault) -> Self {
        Self::bad_request(fault.to_string())
    }
}

impl From<query::Fault> for Problem {
    fn from(fault: query::Fault) -> Self {
        Self::bad_request(fault.to_string())
    }
}

impl From<metadata::Fault> for Problem {
    fn from(fault: metadata::Fault) -> Self {
        Self::bad_request(fault.to_string())
    }
}

impl From<archive::Fault> for Problem {
    fn from(fault: archive::Fault) -> Self {
        Self::bad_request(fault.to_string())
    }
}

/// The refusal of a rule of the guard.
pub(crate) fn denied(refusal: &http::Denial) -> HttpResponse {
    let mut answer = Problem::new(StatusCode::FORBIDDEN, format!("Forbidden by the rule '{}'", refusal.rule));
    answer.close = refusal.is_unfit;
    answer.into_response()
}
