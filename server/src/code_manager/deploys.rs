//! `POST deploys`, `GET deploys/status`.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};
use modules::token::{Scope, Token};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ledger::{Entry, stamp};
use super::refusal::Refusal;
use crate::clock;
use crate::code::CodeError;
use crate::code::order::{Order, Selection};
use crate::code::progress::{Said, Step};
use crate::http::{Asked, bodies};
use crate::tokens::{self, InQuery};

/// What is to be deployed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Request {
    environments: Option<Vec<String>>,
    #[serde(rename = "deploy-all")]
    deploy_all: bool,
    #[serde(rename = "deploy-modules")]
    deploy_modules: Option<bool>,
    modules: Vec<String>,
    wait: bool,
    #[serde(rename = "dry-run", alias = "dry_run")]
    dry_run: bool,
}

/// Environments in one request; more are a mistake.
const MOST_ENVIRONMENTS: usize = 1000;

pub(super) async fn post(asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Refusal> {
    let token = tokens::admit(asked, &Scope::Deploy, InQuery::Taken).await?;
    let body = bodies::read(asked.http.headers(), payload, limit(asked)).await?;
    let request = read(&body)?;
    let who = signed_by(&token);
    if request.dry_run {
        return dry_run(asked, request, who).await;
    }
    let (environments, selection) = if request.deploy_all {
        (asked.app.code.found().await.map_err(|error| Refusal::not_collected(&error))?, Selection::All)
    } else {
        let named = corrected(request.environments.unwrap_or_default());
        (named.clone(), Selection::Named(named))
    };
    if environments.is_empty() {
        return Ok(HttpResponse::Ok().json(json!([])));
    }
    let order = Order { environments: selection, modules: request.modules, dry_run: false, who };
    let noted = queue(asked, order, &environments, request.wait).await?;
    Ok(HttpResponse::Ok().json(noted.iter().map(Entry::shown).collect::<Vec<_>>()))
}

/// The bound of a request's body.
pub(super) fn limit(asked: &Asked<'_>) -> bodies::Limit {
    bodies::Limit {
        what: "The request to deploy",
        bytes: asked.app.config.limits.deploy_request.0,
        setting: "limits.deploy_request",
        within: asked.app.config.http.body_timeout.0,
    }
}

/// Who is written into the history.
pub(super) fn signed_by(token: &Token) -> String {
    if token.label.is_empty() { format!("token {}", token.id) } else { format!("token {} ({})", token.id, token.label) }
}

fn read(body: &Bytes) -> Result<Request, Refusal> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| Refusal::invalid(format!("The body is not JSON: {error}")))?;
    if !value.is_object() {
        return Err(Refusal::invalid("The body must be a JSON object"));
    }
    let request: Request =
        serde_json::from_value(value).map_err(|error| Refusal::invalid(format!("The body is not valid: {error}")))?;
    if request.environments.is_none() && !request.deploy_all && !request.dry_run {
        return Err(Refusal::invalid("Either `environments` or `deploy-all` is needed"));
    }
    if request.environments.as_ref().is_some_and(|names| names.len() > MOST_ENVIRONMENTS) {
        return Err(Refusal::invalid(format!("At most {MOST_ENVIRONMENTS} environments may be named")));
    }
    if request.deploy_modules == Some(false) {
        return Err(Refusal::invalid(
            "`deploy-modules: false` is not possible here: an environment is always deployed with its modules",
        ));
    }
    Ok(request)
}

/// Names of branches as names of environments, each once.
pub(super) fn corrected(names: Vec<String>) -> Vec<String> {
    let word = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let mut corrected: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let name: String = name.chars().map(word).collect();
        if !name.is_empty() && !corrected.contains(&name) {
            corrected.push(name);
        }
    }
    corrected
}

/// The environments that the sources have.
async fn dry_run(asked: &Asked<'_>, request: Request, who: String) -> Result<HttpResponse, Refusal> {
    let found = asked.app.code.found().await.map_err(|error| Refusal::not_collected(&error))?;
    let named = request.environments.filter(|_| !request.deploy_all).map(corrected);
    let environments: Vec<Value> = found
        .into_iter()
        .filter(|name| named.as_ref().is_none_or(|named| named.contains(name)))
        .map(|name| json!({ "environment": name }))
        .collect();
    tracing::info!(who, environments = environments.len(), "the sources were asked for their environments");
    Ok(HttpResponse::Ok().json(environments))
}

/// Starts a deploy; with `wait` answers when it is done.
pub(super) async fn queue(
    asked: &Asked<'_>,
    order: Order,
    environments: &[String],
    wait: bool,
) -> Result<Vec<Entry>, Refusal> {
    let (code, ledger) = (asked.app.code.clone(), asked.app.deploys.clone());
    let noted = ledger.note(environments, order.modules.is_empty(), clock::now());
    let ids: Vec<u64> = noted.iter().map(|entry| entry.id).collect();
    let said: Said = {
        let (ledger, ids) = (ledger.clone(), ids.clone());
        Arc::new(move |step: &Step| {
            if step.phase != "wait" {
                ledger.begin(&ids);
            }
        })
    };
    let mut work = Box::pin(async move { code.deploy(order, said).await });
    // Whether there is room in the queue is known at once.
    let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
    let done = match first {
        Poll::Ready(Err(error @ CodeError::Busy(_))) => {
            ledger.withdraw(&ids);
            return Err(Refusal::of_deploy(&error));
        }
        Poll::Ready(done) => return Ok(ledger.end(&ids, &done.map_err(|error| error.to_string()))),
        Poll::Pending => {
            async move {
                let done = work.await.map_err(|error| error.to_string());
                ledger.end(&ids, &done)
            }
        }
    };
    let done = tokio::spawn(done);
    if !wait {
        return Ok(noted);
    }
    done.await.map_err(|error| Refusal::of_deploy(&CodeError::Broken(error.to_string())))
}

pub(super) async fn status(asked: &Asked<'_>) -> Result<HttpResponse, Refusal> {
    tokens::admit(asked, &Scope::Deploy, InQuery::Taken).await?;
    let ledger = &asked.app.deploys;
    if let Some(id) = asked.query.get("id") {
        let entry = id.parse().ok().and_then(|id| ledger.find(id));
        let kind = "puppetlabs.code-manager/unknown-deploy";
        let unknown = || Refusal::new(StatusCode::NOT_FOUND, kind, format!("There is no deploy with the id '{id}'"));
        return Ok(HttpResponse::Ok().json(entry.ok_or_else(unknown)?.shown()));
    }
    let live = asked.app.code.deployments().live().await.map_err(|error| Refusal::of_deploy(&error.into()))?;
    let deployed: Vec<Value> = live
        .iter()
        .map(|live| {
            json!({
                "environment": live.environment.as_str(),
                "date": stamp(live.since),
                "deploy-signature": live.version.commit,
            })
        })
        .collect();
    let open = ledger.open();
    let of = |status: &str| -> Vec<Value> {
        open.iter().filter(|entry| entry.status() == status).map(Entry::listed).collect()
    };
    // What is deployed is served: there is nothing to be brought anywhere.
    let client = json!({
        "last_check_in_time": stamp(clock::now()),
        "synced-with-file-sync-storage": true,
        "deployed": deployed,
    });
    Ok(HttpResponse::Ok().json(json!({
        "deploys-status": {
            "queued": of("queued"), "deploying": of("deploying"), "new": [], "failed": of("failed"),
        },
        "file-sync-storage-status": { "deployed": deployed },
        "file-sync-client-status": {
            "all-synced": true,
            "file-sync-clients": { asked.app.config.certname.as_str(): client },
        },
    })))
}

#[cfg(test)]
mod tests;
