//! `certificate_request/NAME`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use certs::{Error, Submission};
use model::Certname;

use super::{PLAIN, problem, to_its_end};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::respond::{self, Problem};

/// A request that waits, in PEM form.
pub(crate) async fn get(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let found = match Certname::parse(name) {
        Ok(certname) => asked.app.authority.request(&certname).await,
        Err(_) => Ok(None),
    };
    let found = found.map_err(|error| problem(&error, StatusCode::BAD_REQUEST, &asked.app.config))?;
    found.map(|pem| respond::text(StatusCode::OK, PLAIN, pem)).ok_or_else(|| missing(name))
}

/// Hands a request in. The answer is empty; a request that a policy executable could not be asked
/// about is kept and waits.
pub(crate) async fn put(asked: &Asked<'_>, name: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    if name.contains('*') {
        return Err(Problem::text_as(StatusCode::NOT_FOUND, Some("text/html"), "Not Found"));
    }
    let app = asked.app;
    let limit = Limit {
        what: "The certificate request",
        bytes: app.config.limits.certificate_request.0,
        setting: "limits.certificate_request",
        within: app.config.http.body_timeout.0,
    };
    let body = bodies::read(asked.http.headers(), payload, limit).await?;
    app.follow_autosign_file();
    let (shared, theirs) = (app.clone(), name.to_owned());
    let submitted = to_its_end(async move { shared.authority.submit(&theirs, &body, clock::now()).await });
    match submitted.await? {
        Ok(Submission::Waiting) => {
            app.metrics.certificate("requested", 1);
            tracing::info!(certname = name, "a certificate request waits to be signed");
        }
        Ok(Submission::Signed(serial)) => {
            app.metrics.certificate("requested", 1);
            app.metrics.certificate("signed", 1);
            tracing::info!(certname = name, %serial, "a certificate was signed by autosigning");
        }
        Err(Error::Policy(fault)) => {
            app.metrics.certificate("requested", 1);
            tracing::error!(certname = name, fault, "the policy executable could not be asked; the request waits");
        }
        Err(error) => {
            // As text, which the log quotes: it may repeat what the request says.
            let reason = error.to_string();
            tracing::info!(certname = name, reason, "a certificate request was refused");
            return Err(problem(&error, StatusCode::BAD_REQUEST, &app.config));
        }
    }
    Ok(respond::empty(StatusCode::OK, Some(PLAIN)))
}

/// Throws a request away.
pub(crate) async fn delete(asked: &Asked<'_>, name: &str) -> Result<HttpResponse, Problem> {
    let certname = Certname::parse(name).map_err(|_| missing(name))?;
    let done = asked.app.authority.reject(&certname).await;
    if done.map_err(|error| problem(&error, StatusCode::CONFLICT, &asked.app.config))? {
        return Ok(respond::empty(StatusCode::NO_CONTENT, Some(PLAIN)));
    }
    Err(missing(name))
}

fn missing(name: &str) -> Problem {
    Problem::text_as(StatusCode::NOT_FOUND, Some(PLAIN), format!("Could not find certificate_request {name}"))
}
