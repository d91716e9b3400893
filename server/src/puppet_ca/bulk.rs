//! `clean`, `sign` and `sign/all`: many names in one request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};
use certs::{Error, SignOptions};
use model::Certname;
use serde_json::{Value, json};

use super::{PLAIN, problem, to_its_end};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::respond::{self, Problem};

/// Revokes and forgets.
pub(crate) async fn clean(asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Problem> {
    let app = asked.app;
    let body = bodies::read(asked.http.headers(), payload, Limit::admin(&app.config)).await?;
    let bad = |text: &str| Problem::text_as(StatusCode::BAD_REQUEST, Some(PLAIN), text);
    let body: Value = serde_json::from_slice(&body).map_err(|_| bad("Request body is not JSON."))?;
    if body.get("async").is_some_and(|value| value != &Value::Bool(false)) {
        return Err(bad("The 'async' flag is not supported; certs are cleaned before the answer is given."));
    }
    let names = names(&body)
        .ok_or_else(|| bad("Missing required key: 'certnames'. Please supply the list of certs you want to clean."))?;
    // A text that is no certname has no certificate.
    let (known, mut missing): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| Certname::parse(name).is_ok());
    let known: Vec<Certname> = known.iter().filter_map(|name| Certname::parse(name).ok()).collect();
    let (shared, theirs) = (app.clone(), known.clone());
    let cleaned = to_its_end(async move {
        let cleaned = shared.authority.clean(&theirs, clock::now()).await;
        shared.revocations_changed();
        if cleaned.is_ok() {
            shared.withdraw_exports(&theirs).await;
        }
        cleaned
    });
    let cleaned = cleaned.await?.map_err(|error| problem(&error, StatusCode::CONFLICT, &app.config))?;
    app.metrics.certificate("cleaned", cleaned.serials.len() as u64);
    missing.extend(cleaned.missing.iter().map(ToString::to_string));
    tracing::info!(names = ?known, by = asked.peer.map(|peer| peer.certname.as_str()), "certificates were cleaned");
    let text = if missing.is_empty() {
        "Successfully cleaned all certs.".to_owned()
    } else {
        format!("The following certs do not exist and cannot be revoked: {}", json!(missing))
    };
    Ok(respond::text(StatusCode::OK, PLAIN, text))
}

/// Signs the requests of the names given.
pub(crate) async fn sign(asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Problem> {
    let body = bodies::read(asked.http.headers(), payload, Limit::admin(&asked.app.config)).await?;
    let names = read_names(&body)?;
    sign_each(asked, names).await
}

/// Signs every request that waits.
pub(crate) async fn sign_all(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let waiting = asked.app.authority.waiting().await;
    let waiting = waiting.map_err(|error| problem(&error, StatusCode::CONFLICT, &asked.app.config))?;
    sign_each(asked, waiting.iter().map(|row| row.name.to_string()).collect()).await
}

async fn sign_each(asked: &Asked<'_>, names: Vec<String>) -> Result<HttpResponse, Problem> {
    let app = asked.app;
    let (mut signed, mut no_csr, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let Ok(certname) = Certname::parse(&name) else {
            no_csr.push(name);
            continue;
        };
        match app.authority.sign(&certname, SignOptions::default(), clock::now()).await {
            Ok(_) => signed.push(name),
            Err(Error::NoRequest { .. }) => no_csr.push(name),
            Err(error) => {
                // As text, which the log quotes: it may repeat what the request says.
                let reason = error.to_string();
                tracing::warn!(certname = name, reason, "a certificate request was not signed");
                errors.push(name);
            }
        }
    }
    app.metrics.certificate("signed", signed.len() as u64);
    tracing::info!(names = ?signed, by = asked.peer.map(|peer| peer.certname.as_str()), "certificates were signed");
    let body = json!({"signed": signed, "no-csr": no_csr, "signing-errors": errors});
    Ok(respond::text(StatusCode::OK, "application/json", body.to_string()))
}

fn read_names(body: &Bytes) -> Result<Vec<String>, Problem> {
    let violation = |submitted: Value| {
        let error = "a JSON object with the key 'certnames', a list of strings, is expected";
        let body = json!({"kind": "schema-violation", "submitted": submitted, "error": error});
        Problem::text_as(StatusCode::UNPROCESSABLE_ENTITY, Some("application/json"), body.to_string())
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| violation(Value::Null))?;
    names(&body).ok_or_else(|| violation(body.clone()))
}

fn names(body: &Value) -> Option<Vec<String>> {
    let list = body.get("certnames")?.as_array()?;
    list.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}
