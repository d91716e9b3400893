//! `certificate_status/NAME` and `certificate_statuses/ANYTHING`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Payload;
use certs::{Error, SignOptions, State};
use jiff::SignedDuration;
use model::Certname;
use serde::Serialize;
use serde_json::Value;

use super::{PLAIN, problem, to_its_end};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::respond::{self, Problem};

/// The state of one name.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let content_type = negotiate(asked)?;
    let status = match Certname::parse(name) {
        Ok(certname) => asked.app.authority.status(&certname).await,
        Err(_) => Ok(None),
    };
    let status = status.map_err(|error| problem(&error, StatusCode::CONFLICT, &asked.app.config))?;
    let status = status.ok_or_else(|| missing(asked))?;
    document(content_type, &status)
}

/// The states of all names, or of those in one state; a state nobody knows is no filter.
pub(crate) async fn list(asked: &Asked<'_>, key: &str) -> Result<HttpResponse, Problem> {
    if key.is_empty() {
        return Err(Problem::text(StatusCode::BAD_REQUEST, "Missing URL Segment"));
    }
    let content_type = negotiate(asked)?;
    let state = asked.query.get("state").and_then(State::parse);
    let statuses = asked.app.authority.statuses(state).await;
    let statuses = statuses.map_err(|error| problem(&error, StatusCode::CONFLICT, &asked.app.config))?;
    document(content_type, &statuses)
}

/// Signs or revokes.
pub(crate) async fn put(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    let desired = desired(asked, name, payload).await?;
    let (app, authority) = (asked.app, &asked.app.authority);
    let invalid = || Problem::text(StatusCode::NOT_FOUND, "Invalid certificate subject.");
    let certname = Certname::parse(name).map_err(|_| invalid())?;
    let refuse = |error: Error| problem(&error, StatusCode::CONFLICT, &app.config);
    if authority.status(&certname).await.map_err(refuse)?.is_none() {
        return Err(invalid());
    }
    let by = asked.peer.map(|peer| peer.certname.as_str());
    match desired {
        Desired::Signed { ttl } => {
            let options = SignOptions { ttl, ..SignOptions::default() };
            let serial = authority.sign(&certname, options, clock::now()).await.map_err(refuse)?;
            app.metrics.certificate("signed", 1);
            tracing::info!(%certname, %serial, by, "a certificate was signed");
        }
        Desired::Revoked => {
            let (shared, name) = (app.clone(), certname.clone());
            let revoked = to_its_end(async move {
                let revoked = shared.authority.revoke(&name, clock::now()).await;
                shared.revocations_changed();
                if revoked.is_ok() {
                    shared.withdraw_exports(std::slice::from_ref(&name)).await;
                }
                revoked
            });
            revoked.await?.map_err(refuse)?;
            app.metrics.certificate("revoked", 1);
            tracing::info!(%certname, by, "a certificate was revoked");
        }
    }
    Ok(vary(respond::empty(StatusCode::NO_CONTENT, Some(PLAIN))))
}

/// Forgets certificate and request; revokes nothing.
pub(crate) async fn delete(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let certname = Certname::parse(name).map_err(|_| missing(asked))?;
    let removed = asked.app.authority.delete(&certname).await;
    let removed = removed.map_err(|error| problem(&error, StatusCode::CONFLICT, &asked.app.config))?;
    if !removed.anything() {
        return Err(missing(asked));
    }
    tracing::info!(%certname, by = asked.peer.map(|peer| peer.certname.as_str()), "a certificate was removed");
    Ok(vary(respond::empty(StatusCode::NO_CONTENT, Some(JSON))))
}

enum Desired {
    Signed { ttl: Option<SignedDuration> },
    Revoked,
}

async fn desired(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<Desired, Problem> {
    if !matches!(asked.content_type(), Some("application/json" | "text/pson" | "pson" | "text/json") | None) {
        return Err(Problem::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type."));
    }
    let body = bodies::read(asked.http.headers(), payload, Limit::admin(&asked.app.config)).await?;
    let bad = |text: String| Problem::text(StatusCode::BAD_REQUEST, text);
    let body: Value = serde_json::from_slice(&body).map_err(|_| bad("Request body is not JSON.".to_owned()))?;
    let state = body.get("desired_state").and_then(Value::as_str);
    match state.ok_or_else(|| bad("Missing required parameter \"desired_state\"".to_owned()))? {
        "signed" => Ok(Desired::Signed { ttl: ttl(&body).map_err(bad)? }),
        "revoked" => Ok(Desired::Revoked),
        other => Err(bad(format!(
            "State {other} invalid; Must specify desired state of 'signed' or 'revoked' for host {name}."
        ))),
    }
}

/// `cert_ttl` in seconds.
fn ttl(body: &Value) -> Result<Option<SignedDuration>, String> {
    match body.get("cert_ttl") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(seconds) => Ok(Some(SignedDuration::from_secs(seconds))),
            None => Err(format!("cert_ttl must be a number of seconds, not {value}")),
        },
    }
}

const JSON: &str = "application/json;charset=utf-8";

/// This API takes `Accept` as HTTP means it, and says JSON where the client takes anything.
fn negotiate(asked: &Asked<'_>) -> Result<&'static str, Problem> {
    let Some(accept) = asked.accept() else { return Ok(JSON) };
    let types = accept.split(',').map(|entry| entry.split(';').next().unwrap_or_default().trim());
    let known = types.filter_map(|name| match name {
        "application/json" | "*/*" | "application/*" => Some(JSON),
        "text/pson" | "pson" => Some("text/pson;charset=UTF-8"),
        _ => None,
    });
    let mut known = known;
    known.next().ok_or_else(|| Problem::text(StatusCode::NOT_ACCEPTABLE, "No acceptable resource available."))
}

fn document(content_type: &'static str, content: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(content).map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(vary(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, content_type)).body(body)))
}

fn missing(asked: &Asked<'_>) -> Problem {
    // Where the client takes anything, the original names a charset and no type.
    let content_type =
        if asked.accept().is_some_and(|accept| accept.contains("json")) { JSON } else { ";charset=UTF-8" };
    Problem::text_as(StatusCode::NOT_FOUND, Some(content_type), "Resource not found.")
}

fn vary(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    answer
}

impl Limit {
    /// The bound of bodies that administrators send.
    pub(super) fn admin(config: &crate::config::Config) -> Self {
        Self {
            what: "The request body",
            bytes: config.limits.admin_body.0,
            setting: "limits.admin_body",
            within: config.http.body_timeout.0,
        }
    }
}
