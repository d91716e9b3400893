//! Errors as Code Manager shapes them: `{"kind": …, "msg": …, "details": …}`.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode, header};
use modules::token;
use serde_json::json;

use crate::code::CodeError;
use crate::respond::Problem;
use crate::tokens::NotAdmitted;

/// Why a request is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    Stated {
        status: StatusCode,
        kind: &'static str,
        message: String,
        details: Option<String>,
        retry_after: Option<u64>,
    },
    /// What went wrong before Code Manager was asked.
    Elsewhere(Problem),
}

/// Seconds after which to try again when too many deploys wait.
const RETRY_AFTER: u64 = 10;

impl Refusal {
    pub(super) fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self::Stated { status, kind, message: message.into(), details: None, retry_after: None }
    }

    pub(super) fn no_such_endpoint(method: &Method, path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no endpoint {method} {path}"))
    }

    /// The body is not what the endpoint takes.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "schema-violation", message)
    }

    pub(super) fn with_details(self, details: String) -> Self {
        match self {
            Self::Stated { status, kind, message, retry_after, .. } => {
                Self::Stated { status, kind, message, details: Some(details), retry_after }
            }
            elsewhere @ Self::Elsewhere(_) => elsewhere,
        }
    }

    /// The environments that there are could not be found out.
    pub(super) fn not_collected(error: &CodeError) -> Self {
        if let CodeError::Busy(_) = error {
            return Self::of_deploy(error);
        }
        let message = "Errors while collecting a list of environments to deploy (exit code: 1)";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "puppetlabs.code-manager/collect-failed", message)
            .with_details(format!("ERROR\t -> {error}\n"))
    }

    /// The deploy could not even begin.
    pub(super) fn of_deploy(error: &CodeError) -> Self {
        let (status, retry_after) = match error {
            CodeError::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, Some(RETRY_AFTER)),
            CodeError::Locked(_) => (StatusCode::CONFLICT, None),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let (kind, message) = ("puppetlabs.code-manager/deploy-failure", error.to_string());
        Self::Stated { status, kind, message, details: None, retry_after }
    }

    pub(super) fn into_response(self) -> HttpResponse {
        let (status, kind, message, details, retry_after) = match self {
            Self::Elsewhere(problem) => return problem.into_response(),
            Self::Stated { status, kind, message, details, retry_after } => {
                (status, kind, message, details, retry_after)
            }
        };
        let mut body = json!({ "kind": kind, "msg": message });
        if let Some(details) = details {
            body["details"] = json!(details);
        }
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        answer.json(body)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Elsewhere(problem)
    }
}

impl From<NotAdmitted> for Refusal {
    fn from(error: NotAdmitted) -> Self {
        let (status, kind, message) = match error {
            NotAdmitted::Missing => {
                (StatusCode::UNAUTHORIZED, "puppetlabs.rbac/user-unauthenticated", "Route requires authentication")
            }
            NotAdmitted::Refused(token::Refusal::Unknown) => {
                (StatusCode::UNAUTHORIZED, "puppetlabs.rbac/token-revoked", "Authentication token has been revoked.")
            }
            NotAdmitted::Refused(token::Refusal::Expired) => {
                (StatusCode::UNAUTHORIZED, "puppetlabs.rbac/token-expired", "The provided token has expired.")
            }
            NotAdmitted::Refused(token::Refusal::OutOfScope) => {
                (StatusCode::FORBIDDEN, "puppetlabs.rbac/permission-denied", "The provided token may not deploy.")
            }
            NotAdmitted::Port(error) => {
                tracing::error!(%error, "a token could not be looked up");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                return Self::new(status, "puppetlabs.rbac/token-service", error.to_string());
            }
        };
        Self::new(status, kind, message)
    }
}
