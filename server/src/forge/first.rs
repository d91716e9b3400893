//! `/api/v1/releases.json`: the first API, which `librarian-puppet` asks where it is not told otherwise.
//!
//! It gives the releases of a module and of all that it needs, by module: `{"acme/web": [{"version": …, "file": …,
//! "dependencies": [["acme/base", ">= 1.0.0"]]}]}`, the lowest version first.

use std::collections::{BTreeSet, VecDeque};

use actix_web::HttpResponse;
use modules::forge::query::{MOST, Page, ReleaseQuery, ReleaseSort};
use modules::forge::{ModuleSlug, Release, Releases};
use serde_json::{Map, Value, json};

use super::document;
use super::problem::Problem;
use crate::http::Asked;

/// Modules in one answer.
const MOST_MODULES: usize = 500;

/// `GET /api/v1/releases.json?module=AUTHOR/NAME[&version=X.Y.Z]`, of modules that were published here.
pub(crate) async fn releases(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let named = asked.query.get("module").unwrap_or_default();
    let first: ModuleSlug = named.parse()?;
    let version = asked.query.get("version");
    let mut document = Map::new();
    let mut known = BTreeSet::from([first.clone()]);
    let mut waiting = VecDeque::from([first.clone()]);
    while let Some(module) = waiting.pop_front() {
        let mut releases = all(asked, &module).await?;
        if module == first {
            releases.retain(|release| version.is_none_or(|wanted| release.slug().version.to_string() == wanted));
        }
        for release in &releases {
            for (needed, _) in release.metadata.dependencies() {
                if known.len() < MOST_MODULES && known.insert(needed.clone()) {
                    waiting.push_back(needed);
                }
            }
        }
        if !releases.is_empty() || module == first {
            document.insert(written(&module), releases.iter().map(entry).collect());
        }
    }
    if document.get(&written(&first)).and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(Problem::not_found());
    }
    Ok(document::answer(asked, &Value::Object(document), None))
}

async fn all(asked: &Asked<'_>, module: &ModuleSlug) -> Result<Vec<Release>, Problem> {
    let query = ReleaseQuery { module: Some(module.clone()), sort: ReleaseSort::Version, ..ReleaseQuery::default() };
    let mut releases = Vec::new();
    loop {
        let found = asked.app.store.releases(&query, Page { offset: releases.len(), limit: MOST }).await?;
        let is_last = found.page.len() < MOST;
        releases.extend(found.page);
        if is_last {
            releases.reverse();
            return Ok(releases);
        }
    }
}

fn entry(release: &Release) -> Value {
    let dependencies: Vec<Value> = release
        .metadata
        .dependencies()
        .map(|(slug, range)| json!([written(&slug), range.unwrap_or(">= 0.0.0")]))
        .collect();
    json!({
        "version": release.slug().version.to_string(),
        "file": document::file_uri(release.slug()),
        "dependencies": dependencies,
    })
}

fn written(slug: &ModuleSlug) -> String {
    format!("{}/{}", slug.author(), slug.name())
}
