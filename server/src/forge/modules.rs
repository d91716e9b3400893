//! `/v3/modules`

use actix_web::HttpResponse;
use actix_web::web::Payload;
use modules::forge::query::{ModuleQuery, Page};
use modules::forge::release::{Deleted, Deprecation};
use modules::forge::{ModuleSlug, Releases};
use modules::token::Scope;
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problem;
use super::{document, upstream};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::tokens::{self, InQuery};

/// `GET /v3/modules`: ours first, then those of the Forge behind.
pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let page = Page::parse(asked.query.get("limit"), asked.query.get("offset"))?;
    let query = ModuleQuery::parse(|name| asked.query.get(name))?;
    let found = asked.app.store.modules(&query, page).await?;
    let changed_at = asked.app.store.changed_at().await?;
    let mut results: Vec<Value> = found.page.iter().map(document::module).collect();
    let mut total = found.total;
    if let Some(upstream) = &asked.app.counter.upstream {
        total += upstream.modules(asked, page, found.total, &mut results).await?;
    }
    for module in &mut results {
        document::trim(asked.query, module);
    }
    let list = document::listing("modules", asked.query, page, total, &results);
    Ok(document::answer(asked, &list, changed_at.filter(|_| asked.app.counter.upstream.is_none())))
}

/// `GET /v3/modules/SLUG`
pub(crate) async fn get(asked: &Asked<'_>, slug: &str) -> Result<HttpResponse, Problem> {
    let slug: ModuleSlug = slug.parse()?;
    let Some(module) = asked.app.store.module(&slug).await? else {
        return upstream::document(asked, &format!("/v3/modules/{slug}")).await;
    };
    let mut value = document::module(&module);
    document::trim(asked.query, &mut value);
    Ok(document::answer(asked, &value, Some(module.updated_at)))
}

/// What `PATCH` says.
#[derive(Deserialize)]
struct Change {
    action: String,
    #[serde(default)]
    params: Option<Params>,
}

#[derive(Default, Deserialize)]
struct Params {
    reason: Option<String>,
    replacement_slug: Option<String>,
}

/// `PATCH /v3/modules/SLUG`: deprecates a module, or takes that back.
pub(crate) async fn change(asked: &Asked<'_>, slug: &str, payload: Payload) -> Result<HttpResponse, Problem> {
    let slug: ModuleSlug = slug.parse()?;
    tokens::admit(asked, &Scope::writing_as(slug.author()), InQuery::Ignored).await?;
    let limit = Limit {
        what: "The request body",
        bytes: asked.app.config.limits.admin_body.0,
        setting: "limits.admin_body",
        within: asked.app.config.http.body_timeout.0,
    };
    let body = bodies::read(asked.http.headers(), payload, limit).await?;
    let change: Change = serde_json::from_slice(&body)
        .map_err(|error| Problem::bad_request(format!("Cannot parse request body as JSON: {error}")))?;
    let now = clock::now();
    let what = match change.action.as_str() {
        "deprecate" => {
            let params = change.params.unwrap_or_default();
            let replacement = params.replacement_slug.as_deref().map(str::parse).transpose()?;
            Some(Deprecation { at: now, reason: params.reason, replacement })
        }
        "undeprecate" => None,
        other => {
            return Err(Problem::bad_request(format!("'{other}' is not a valid action: deprecate or undeprecate")));
        }
    };
    if !asked.app.store.deprecate(&slug, what, now).await? {
        return Err(Problem::not_found());
    }
    tracing::info!(%slug, action = change.action, "the deprecation of a module was changed");
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /v3/modules/SLUG`: deletes all releases.
pub(crate) async fn delete(asked: &Asked<'_>, slug: &str) -> Result<HttpResponse, Problem> {
    let slug: ModuleSlug = slug.parse()?;
    tokens::admit(asked, &Scope::writing_as(slug.author()), InQuery::Ignored).await?;
    let reason = asked.query.get("reason").map(str::to_owned);
    if !asked.app.store.delete_module(&slug, Deleted { at: clock::now(), reason }).await? {
        return Err(Problem::not_found());
    }
    tracing::info!(%slug, "all releases of a module were deleted");
    Ok(HttpResponse::NoContent().finish())
}
