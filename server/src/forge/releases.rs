//! `/v3/releases`

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use modules::forge::query::{Page, ReleaseQuery};
use modules::forge::release::Deleted;
use modules::forge::{ReleaseSlug, Releases};
use modules::token::Scope;
use serde::Deserialize;

use super::problem::Problem;
use super::publish::{self, Allowed};
use super::{document, upstream};
use crate::clock;
use crate::http::Asked;
use crate::http::bodies::{self, Limit};
use crate::tokens::{self, InQuery};

/// `GET /v3/releases`
pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let page = Page::parse(asked.query.get("limit"), asked.query.get("offset"))?;
    let query = ReleaseQuery::parse(|name| asked.query.get(name))?;
    // A module is either ours or the other Forge's, so that nobody can slip a release in between.
    if let Some(slug) = &query.module
        && asked.app.counter.upstream.is_some()
        && asked.app.store.module(slug).await?.is_none()
    {
        return upstream::document(asked, "/v3/releases").await;
    }
    let found = asked.app.store.releases(&query, page).await?;
    let changed_at = asked.app.store.changed_at().await?;
    let mut results: Vec<_> = found.page.iter().map(document::release).collect();
    for release in &mut results {
        document::trim(asked.query, release);
    }
    let list = document::listing("releases", asked.query, page, found.total, &results);
    Ok(document::answer(asked, &list, changed_at))
}

/// `GET /v3/releases/SLUG`
pub(crate) async fn get(asked: &Asked<'_>, slug: &str) -> Result<HttpResponse, Problem> {
    let slug: ReleaseSlug = slug.parse()?;
    let Some(release) = asked.app.store.release(&slug).await? else {
        if asked.app.store.module(&slug.module).await?.is_some() {
            return Err(Problem::not_found());
        }
        return upstream::document(asked, &format!("/v3/releases/{slug}")).await;
    };
    let changed_at = release.deleted.as_ref().map_or(release.created_at, |deleted| deleted.at);
    let mut value = document::release(&release);
    document::trim(asked.query, &mut value);
    Ok(document::answer(asked, &value, Some(changed_at.max(release.deprecated_at.unwrap_or(changed_at)))))
}

/// `DELETE /v3/releases/SLUG`
pub(crate) async fn delete(asked: &Asked<'_>, slug: &str) -> Result<HttpResponse, Problem> {
    let slug: ReleaseSlug = slug.parse()?;
    tokens::admit(asked, &Scope::writing_as(slug.module.author()), InQuery::Ignored).await?;
    let reason = asked.query.get("reason").map(str::to_owned);
    if !asked.app.store.delete(&slug, Deleted { at: clock::now(), reason }).await? {
        return Err(Problem::not_found());
    }
    tracing::info!(%slug, "a release was deleted");
    Ok(HttpResponse::NoContent().finish())
}

/// What `POST` says as JSON.
#[derive(Deserialize)]
struct Packed<'a> {
    /// Base64.
    #[serde(borrow)]
    file: std::borrow::Cow<'a, str>,
}

/// `POST /v3/releases`: JSON with the archive in base64, or a form with it as a file.
pub(crate) async fn publish(asked: &Asked<'_>, payload: Payload) -> Result<HttpResponse, Problem> {
    // Whoever may write for nobody need not send an archive.
    let token = tokens::admit_author(asked).await?;
    let _slot =
        asked.app.counter.publishing.try_acquire().map_err(|_| Problem::busy("Other archives are being checked"))?;
    let archive = match asked.content_type() {
        Some("multipart/form-data") => of_form(asked, payload).await?,
        Some("application/json") => of_json(asked, payload).await?,
        _ => {
            let text = "The content type must be application/json or multipart/form-data";
            return Err(Problem::new(actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
    };
    let release = publish::publish(&asked.app.rooms, archive, Allowed::By(&token)).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, format!("/v3/releases/{}", release.slug())));
    answer.insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8"));
    Ok(answer.body(document::release(&release).to_string()))
}

async fn of_json(asked: &Asked<'_>, payload: Payload) -> Result<Bytes, Problem> {
    let limit = archive_limit(asked);
    // In base64 each three bytes take four.
    let body = Limit { bytes: limit.bytes.div_ceil(3) * 4 + 1024, ..limit };
    let body = bodies::read(asked.http.headers(), payload, body).await?;
    let packed: Packed<'_> = serde_json::from_slice(&body)
        .map_err(|error| Problem::bad_request(format!("Cannot parse request body as JSON: {error}")))?;
    let text = packed.file.trim();
    let text: std::borrow::Cow<'_, str> =
        if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], "").into() } else { text.into() };
    let archive = STANDARD
        .decode(text.as_bytes())
        .map_err(|error| Problem::bad_request(format!("'file' is no base64: {error}")))?;
    limit.admits(archive.len())?;
    Ok(archive.into())
}

async fn of_form(asked: &Asked<'_>, payload: Payload) -> Result<Bytes, Problem> {
    let limit = archive_limit(asked);
    limit.admits_announced(asked.http.headers()).or_else(|problem| {
        // What stands around the file of a form is little.
        let announced = Limit { bytes: limit.bytes + 64 * 1024, ..limit };
        announced.admits_announced(asked.http.headers()).map_err(|_| problem)
    })?;
    let bad = |error: &dyn std::fmt::Display| Problem::bad_request(format!("The form could not be read: {error}"));
    let mut form = Multipart::new(asked.http.headers(), payload);
    let read = async {
        while let Some(field) = form.next().await {
            let mut field = field.map_err(|error| bad(&error))?;
            let is_file = field.name() == Some("file");
            let mut content = BytesMut::new();
            let mut length = 0;
            while let Some(chunk) = field.next().await {
                let chunk = chunk.map_err(|error| bad(&error))?;
                length += chunk.len();
                limit.admits(length)?;
                if is_file {
                    content.extend_from_slice(&chunk);
                }
            }
            if is_file {
                return Ok(content.freeze());
            }
        }
        Err(Problem::bad_request("The form has no field 'file'"))
    };
    limit.in_time(read).await?
}

fn archive_limit(asked: &Asked<'_>) -> Limit {
    Limit {
        what: "The archive",
        bytes: asked.app.config.forge.max_archive.0,
        setting: "forge.max_archive",
        within: asked.app.config.http.body_timeout.0,
    }
}
