//! Modules and releases as JSON, in the public Forge's shapes, and answers that need not be sent again.

use std::time::{Duration, SystemTime};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HttpDate};
use jiff::{Timestamp, ToSpan};
use modules::forge::query::Page;
use modules::forge::release::{Abbreviated, Contents, Module, Release};
use modules::forge::{ModuleSlug, ReleaseSlug};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::clock;
use crate::http::{Asked, Query};

/// The address of an archive.
pub(crate) fn file_uri(slug: &ReleaseSlug) -> String {
    format!("/v3/files/{slug}.tar.gz")
}

pub(crate) fn module(module: &Module) -> Value {
    let metadata = &module.current.metadata;
    let deprecation = module.deprecation.as_ref();
    let replacement = deprecation.and_then(|what| what.replacement.as_ref());
    json!({
        "uri": format!("/v3/modules/{}", module.slug),
        "slug": module.slug.to_string(),
        "name": module.slug.name(),
        "downloads": module.downloads,
        "created_at": time(module.created_at),
        "updated_at": time(module.updated_at),
        "deprecated_at": deprecation.map(|what| time(what.at)),
        "deprecated_for": deprecation.and_then(|what| what.reason.as_deref()),
        "superseded_by": replacement.map(|slug| json!({"uri": format!("/v3/modules/{slug}"), "slug": slug.to_string()})),
        "supported": false,
        "endorsement": null,
        "module_group": "base",
        "premium": false,
        "owner": owner(&module.slug),
        "current_release": release(&module.current),
        "releases": module.releases.iter().map(|release| abbreviated(&module.slug, release)).collect::<Vec<_>>(),
        "feedback_score": null,
        "homepage_url": metadata.text("project_page").or(metadata.text("source")),
        "issues_url": metadata.text("issues_url"),
    })
}

pub(crate) fn release(release: &Release) -> Value {
    let slug = release.slug();
    let (texts, deleted) = (&release.texts, release.deleted.as_ref());
    json!({
        "uri": format!("/v3/releases/{slug}"),
        "slug": slug.to_string(),
        "module": {
            "uri": format!("/v3/modules/{}", slug.module),
            "slug": slug.module.to_string(),
            "name": slug.module.name(),
            "deprecated_at": release.deprecated_at.map(time),
            "owner": owner(&slug.module),
        },
        "version": slug.version.to_string(),
        "metadata": release.metadata.document(),
        "tags": release.metadata.tags().collect::<Vec<_>>(),
        "supported": false,
        "pdk": release.metadata.pdk(),
        "validation_score": null,
        "file_uri": file_uri(slug),
        "file_size": release.file.size,
        "file_md5": release.file.md5,
        "file_sha256": release.file.sha256,
        "downloads": release.downloads,
        "readme": texts.readme,
        "changelog": texts.changelog,
        "license": texts.license,
        "reference": texts.reference,
        "pe_compatibility": null,
        "tasks": tasks(&release.contents),
        "plans": release.contents.plans.iter().map(|name| {
            json!({"uri": format!("/v3/releases/{slug}/plans/{name}"), "name": name, "private": false})
        }).collect::<Vec<_>>(),
        "created_at": time(release.created_at),
        "updated_at": time(deleted.map_or(release.created_at, |deleted| deleted.at)),
        "deleted_at": deleted.map(|deleted| time(deleted.at)),
        "deleted_for": deleted.and_then(|deleted| deleted.reason.as_deref()),
    })
}

fn abbreviated(module: &ModuleSlug, release: &Abbreviated) -> Value {
    let slug = module.clone().with(release.version.clone());
    json!({
        "uri": format!("/v3/releases/{slug}"),
        "slug": slug.to_string(),
        "version": release.version.to_string(),
        "supported": false,
        "created_at": time(release.created_at),
        "deleted_at": release.deleted_at.map(time),
        "file_uri": file_uri(&slug),
        "file_size": release.size,
    })
}

fn tasks(contents: &Contents) -> Vec<Value> {
    let task = |(name, files): &(String, Vec<String>)| json!({"name": name, "executable": files.first(), "executables": files, "metadata": {}});
    contents.tasks.iter().map(task).collect()
}

fn owner(slug: &ModuleSlug) -> Value {
    let author = slug.author();
    json!({"uri": format!("/v3/users/{author}"), "slug": author, "username": author, "gravatar_id": null})
}

/// As the public Forge writes times: `2019-01-10 05:18:00 +0000`.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S +0000").to_string()
}

/// One page of a list, with the addresses of the others.
pub(crate) fn listing(resource: &str, query: &Query, page: Page, total: usize, results: &[Value]) -> Value {
    let address = |offset: usize| {
        let others = query.0.iter().filter(|(name, _)| name != "limit" && name != "offset");
        let mut parts: Vec<String> =
            others.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        parts.push(format!("limit={}", page.limit));
        parts.push(format!("offset={offset}"));
        format!("/v3/{resource}?{}", parts.join("&"))
    };
    let next = page.offset.saturating_add(page.limit);
    json!({
        "pagination": {
            "limit": page.limit,
            "offset": page.offset,
            "first": address(0),
            "previous": (page.offset > 0).then(|| address(page.offset.saturating_sub(page.limit))),
            "current": address(page.offset),
            "next": (next < total).then(|| address(next)),
            "total": total,
        },
        "results": results,
    })
}

/// What stays as it is in a parameter.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// Leaves out what the request does not want of a document: `exclude_fields`.
pub(crate) fn trim(query: &Query, document: &mut Value) {
    let Value::Object(fields) = document else { return };
    if let Some(excluded) = query.get("exclude_fields") {
        let excluded: Vec<&str> = excluded.split([',', ' ']).map(str::trim).collect();
        let kept: Map<String, Value> =
            std::mem::take(fields).into_iter().filter(|(name, _)| !excluded.contains(&name.as_str())).collect();
        *fields = kept;
    }
}

/// `200` with a document, or `304` where the client has it.
pub(crate) fn answer(asked: &Asked<'_>, document: &Value, changed_at: Option<Timestamp>) -> HttpResponse {
    let body = document.to_string();
    let digest = hex::encode(&Sha256::digest(&body)[..16]);
    // Weak, since the same document may go out packed.
    let seen = Seen { tag: format!("W/\"{digest}\""), changed_at };
    seen.unless_known(asked, |answer| {
        answer.insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8"));
        answer.body(body)
    })
}

/// By what a client knows an answer that it has.
pub(crate) struct Seen {
    pub(crate) tag: String,
    pub(crate) changed_at: Option<Timestamp>,
}

impl Seen {
    /// The answer, or `304` where the client says that it has it.
    pub(crate) fn unless_known(
        &self,
        asked: &Asked<'_>,
        answer: impl FnOnce(&mut actix_web::HttpResponseBuilder) -> HttpResponse,
    ) -> HttpResponse {
        // Times in headers are whole seconds: what changed just now may change again within the same one.
        let settled = self.changed_at.filter(|at| *at < clock::now().saturating_sub(2.seconds()).unwrap_or(*at));
        let is_known = self.is_known(asked, settled);
        let mut builder = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        builder.insert_header((header::ETAG, self.tag.as_str()));
        builder.insert_header((header::CACHE_CONTROL, "private, must-revalidate, max-age=0"));
        if let Some(at) = settled {
            builder.insert_header((header::LAST_MODIFIED, HttpDate::from(date(at))));
        }
        if is_known { builder.finish() } else { answer(&mut builder) }
    }

    fn is_known(&self, asked: &Asked<'_>, settled: Option<Timestamp>) -> bool {
        if let Some(tags) = asked.header(header::IF_NONE_MATCH) {
            let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
            return tags.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(&self.tag));
        }
        let since = asked.header(header::IF_MODIFIED_SINCE).and_then(|text| text.parse::<HttpDate>().ok());
        match (settled, since) {
            (Some(changed), Some(since)) => date(changed) <= SystemTime::from(since),
            _ => false,
        }
    }
}

/// In whole seconds.
fn date(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0))
}

#[cfg(test)]
mod tests;
