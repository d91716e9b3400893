//! `POST webhook`: somebody has pushed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use modules::sources::{Kind, Source};
use modules::token::Scope;
use modules::webhook::{self, Host, TYPES, UnknownType};
use serde_json::{Value, json};

use super::deploys::{self, corrected};
use super::refusal::Refusal;
use super::signature;
use crate::code::order::{Order, Selection};
use crate::http::{Asked, Query, bodies};
use crate::tokens::{self, InQuery};

pub(super) async fn post(asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Refusal> {
    let settings = &asked.app.config.code_manager;
    let who = if settings.authenticate_webhook {
        let token = tokens::admit(asked, &Scope::Deploy, InQuery::Taken).await?;
        deploys::signed_by(&token)
    } else {
        "webhook".to_owned()
    };
    let named = asked.query.get("type").unwrap_or_default();
    let host: Host = named.parse().map_err(|error: UnknownType| {
        let known: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        let details = format!("Currently supported valid webhook types include: {}", known.join(" "));
        let kind = "puppetlabs.code-manager/unrecognized-webhook-type";
        Refusal::new(StatusCode::BAD_REQUEST, kind, error.to_string()).with_details(details)
    })?;
    let body = bodies::read(asked.http.headers(), payload, deploys::limit(asked)).await?;
    believe(asked, host, &body)?;
    let branches = webhook::branches(host, &document(asked, &body)?);
    let prefix = asked.query.get("prefix").filter(|prefix| !prefix.is_empty());
    let sources = asked.app.code.sources().map_err(|error| Refusal::of_deploy(&error))?;
    let environments = environments(&sources, prefix, &branches);
    let wanted = asked.app.deploys.not_queued(environments);
    tracing::info!(%who, host = named, ?branches, environments = ?wanted, "a webhook was heard");
    if !wanted.is_empty() {
        let order = Order { environments: Selection::Named(wanted.clone()), modules: Vec::new(), dry_run: false, who };
        deploys::queue(asked, order, &wanted, false).await?;
    }
    Ok(HttpResponse::Ok().json(json!({ "status": "OK" })))
}

/// Refuses what does not come from who knows the secret, where there is one.
fn believe(asked: &Asked<'_>, host: Host, body: &[u8]) -> Result<(), Refusal> {
    let Some(path) = &asked.app.config.code_manager.webhook_secret_file else { return Ok(()) };
    let secret = std::fs::read(path).map_err(|error| {
        tracing::error!(path = %path.display(), %error, "the secret of webhooks cannot be read");
        let kind = "puppetlabs.code-manager/webhook-secret";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, kind, "The secret of webhooks cannot be read")
    })?;
    signature::verify(host, asked.http.headers(), body, secret.trim_ascii()).map_err(|reason| {
        let address = asked.http.peer_addr().map(|address| address.ip());
        tracing::warn!(?address, ?host, %reason, "a webhook is not believed");
        asked.app.metrics.denied.inc();
        let kind = "puppetlabs.code-manager/webhook-signature";
        Refusal::new(StatusCode::FORBIDDEN, kind, format!("The webhook is refused: {reason}"))
    })
}

/// The document in the body: JSON, or a form with it in the field `payload`.
fn document(asked: &Asked<'_>, body: &[u8]) -> Result<Value, Refusal> {
    let wrong = |error: serde_json::Error| Refusal::invalid(format!("The body is not JSON: {error}"));
    if asked.content_type() != Some("application/x-www-form-urlencoded") || body.starts_with(b"{") {
        return serde_json::from_slice(body).map_err(wrong);
    }
    let form = Query::parse(&String::from_utf8_lossy(body));
    let payload = form.get("payload").ok_or_else(|| Refusal::invalid("The form has no field `payload`"))?;
    serde_json::from_str(payload).map_err(wrong)
}

/// The environments of the branches, as the sources with this prefix name them; where no source has
/// it, as the prefix and the branch say.
fn environments(sources: &[Source], prefix: Option<&str>, branches: &[String]) -> Vec<String> {
    let fits = |source: &&Source| matches!(source.kind, Kind::Git { .. }) && source.prefix.as_deref() == prefix;
    let own: Vec<&Source> = sources.iter().filter(fits).collect();
    let names: Vec<String> = if own.is_empty() {
        let leading = prefix.map(|prefix| format!("{prefix}_")).unwrap_or_default();
        branches.iter().map(|branch| format!("{leading}{branch}")).collect()
    } else {
        let each = own.iter().flat_map(|source| source.environments(branches.iter().map(String::as_str)).taken);
        each.map(|branch| branch.environment).collect()
    };
    corrected(names)
}

#[cfg(test)]
mod tests;
