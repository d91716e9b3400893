//! Another Forge behind this one: what is not ours is asked of it, and kept.
//!
//! A module is either ours or the other's, by its name: once a release of it was published here, nothing of it comes
//! from there any more. What was answered is served again without asking while it is fresh, and however old it is when
//! the other Forge does not answer. Archives are judged as those that are published here, and kept for ever.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use modules::forge::fetched::{Document, Fetched};
use modules::forge::query::Page;
use modules::forge::release::File;
use modules::forge::{ModuleSlug, ReleaseSlug, Releases};
use serde_json::Value;
use store::Store;
use tokio::sync::Semaphore;

use super::document;
use super::problem::Problem;
use super::publish;
use crate::client::{Client, ClientError, Reply};
use crate::clock;
use crate::config;
use crate::http::{Asked, Query};

/// Longest list or description that is taken from the other Forge.
const LONGEST_DOCUMENT: u64 = 32 << 20;
/// Requests to the other Forge at once.
const AT_ONCE: usize = 8;
/// After a failure the other Forge is left alone for so long where there is something to serve without it.
const REST: Duration = Duration::from_secs(10);

/// The Forge behind ours.
pub(crate) struct Upstream {
    client: Client,
    /// Without a slash at its end.
    base: String,
    settings: config::Forge,
    store: Store,
    slots: Arc<Semaphore>,
    /// When it last failed.
    failed: Mutex<Option<Instant>>,
}

/// What the other Forge answered.
enum Answered {
    /// `200`
    Document(Vec<u8>),
    /// Another status, for the client to know.
    Refused(StatusCode, Vec<u8>),
}

/// A document of the other Forge as our answer; where there is none, nothing is found.
pub(crate) async fn document(asked: &Asked<'_>, path: &str) -> Result<HttpResponse, Problem> {
    let upstream = asked.app.counter.upstream.as_ref().ok_or_else(Problem::not_found)?;
    match upstream.ask(&key(path, asked.query)).await? {
        Answered::Document(body) => {
            let value: Value = serde_json::from_slice(&body).map_err(|error| upstream.nonsense(&error))?;
            Ok(document::answer(asked, &value, None))
        }
        Answered::Refused(status, body) => {
            let body = String::from_utf8_lossy(&body).into_owned();
            Ok(HttpResponse::build(status).content_type("application/json; charset=utf-8").body(body))
        }
    }
}

/// Path and query, as they are asked and kept under.
fn key(path: &str, query: &Query) -> String {
    let parameters: Vec<String> =
        query.0.iter().map(|(name, value)| format!("{}={}", document::encode(name), document::encode(value))).collect();
    if parameters.is_empty() { path.to_owned() } else { format!("{path}?{}", parameters.join("&")) }
}

impl Upstream {
    /// `None` where none is set.
    pub(crate) fn open(settings: &config::Forge, store: &Store) -> Result<Option<Self>, ClientError> {
        let Some(url) = &settings.upstream else { return Ok(None) };
        let token = settings.upstream_token.as_ref().map(|path| {
            std::fs::read_to_string(path).map_err(|error| ClientError::Unreadable {
                path: path.display().to_string(),
                reason: error.to_string(),
            })
        });
        let token = token.transpose()?;
        let client = Client::new(settings.upstream_timeout.0, token.as_deref().map(str::trim), None)?;
        Ok(Some(Self {
            client,
            base: url.trim_end_matches('/').to_owned(),
            settings: settings.clone(),
            store: store.clone(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            failed: Mutex::new(None),
        }))
    }

    /// Fills a page of modules up behind `ours` of ours, and answers how many the other Forge has. When it has nothing
    /// to say, ours are all there are.
    pub(crate) async fn modules(
        &self,
        asked: &Asked<'_>,
        page: Page,
        ours: usize,
        results: &mut Vec<Value>,
    ) -> Result<usize, Problem> {
        let room = page.limit - results.len();
        let mut query = Query(asked.query.0.clone());
        query.0.retain(|(name, _)| name != "limit" && name != "offset" && name != "exclude_fields");
        query.0.push(("limit".to_owned(), room.max(1).to_string()));
        query.0.push(("offset".to_owned(), page.offset.saturating_sub(ours).to_string()));
        let body = match self.ask(&key("/v3/modules", &query)).await {
            Ok(Answered::Document(body)) => body,
            Ok(Answered::Refused(..)) | Err(_) => return Ok(0),
        };
        let list: Value = serde_json::from_slice(&body).map_err(|error| self.nonsense(&error))?;
        for module in list["results"].as_array().into_iter().flatten().take(room) {
            let slug = module["slug"].as_str().and_then(|slug| slug.parse::<ModuleSlug>().ok());
            let Some(slug) = slug else { continue };
            if self.store.module(&slug).await?.is_none() {
                results.push(module.clone());
            }
        }
        Ok(list["pagination"]["total"].as_u64().and_then(|total| usize::try_from(total).ok()).unwrap_or(0))
    }

    /// What the other Forge says of a path; `None` where it knows nothing of it. Addresses are localized.
    pub(crate) async fn said(&self, path: &str) -> Result<Option<Value>, Problem> {
        match self.ask(path).await? {
            Answered::Document(body) => serde_json::from_slice(&body).map(Some).map_err(|error| self.nonsense(&error)),
            Answered::Refused(StatusCode::NOT_FOUND, _) => Ok(None),
            Answered::Refused(status, _) => Err(self.nonsense(&format_args!("it answers {status} for {path}"))),
        }
    }

    /// The archive of a release, fetched unless that was done before.
    pub(crate) async fn archive(&self, slug: &ReleaseSlug) -> Result<File, Problem> {
        if let Some(file) = self.store.archive(slug).await? {
            return Ok(file);
        }
        let release = self.fetch(format!("{}/v3/releases/{slug}", self.base), LONGEST_DOCUMENT).await;
        let release = release.map_err(|error| down(&error))?;
        if release.status == 404 {
            return Err(Problem::not_found());
        }
        let release: Value = serde_json::from_slice(&release.body).map_err(|error| self.nonsense(&error))?;
        let address = release["file_uri"].as_str().unwrap_or_default();
        let address = if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
        if !address.starts_with("http://") && !address.starts_with("https://") {
            return Err(self.nonsense(&"it does not say where the archive is"));
        }
        let archive = self.fetch(address, self.settings.max_archive.0 as u64).await;
        let archive = archive.map_err(|error| down(&error))?;
        if archive.status != 200 {
            return Err(self.nonsense(&format_args!("it answers {} for the archive of {slug}", archive.status)));
        }
        let bounds = self.settings.bounds();
        let checked =
            actix_web::web::block(move || publish::check(&archive.body, &bounds).map(|all| (all, archive.body)));
        let checked = checked.await.map_err(|error| Problem::busy(error.to_string()))?;
        let (checked, bytes) = checked.map_err(|fault| self.nonsense(&fault))?;
        if checked.metadata.release != *slug {
            return Err(self.nonsense(&format_args!("the archive of {slug} is that of {}", checked.metadata.release)));
        }
        let said = |name: &str, found: &str| release[name].as_str().is_none_or(|sum| sum.eq_ignore_ascii_case(found));
        let file = checked.file;
        if !said("file_sha256", &file.sha256) || !said("file_md5", &file.md5) {
            return Err(self.nonsense(&format_args!("the archive of {slug} does not have the checksum that it says")));
        }
        let now = clock::now();
        self.store.keep_archive_bytes(&bytes, &file, now).await?;
        self.store.keep_archive(slug, file.clone(), now).await?;
        tracing::info!(%slug, from = self.base, "an archive was fetched");
        Ok(file)
    }

    /// The answer to a question, kept or asked anew.
    async fn ask(&self, key: &str) -> Result<Answered, Problem> {
        let kept = self.store.document(key).await?;
        let now = clock::now();
        let age = kept.as_ref().map(|kept| now.duration_since(kept.fetched_at).unsigned_abs());
        let rests = self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < REST);
        if let Some(kept) = &kept
            && (rests || age.is_some_and(|age| age < self.settings.upstream_fresh.0))
        {
            return Ok(Answered::Document(kept.body.clone()));
        }
        let reply = self.fetch(format!("{}{key}", self.base), LONGEST_DOCUMENT).await;
        let usable = match reply {
            Ok(reply) if reply.status == 200 => localized(&reply.body).map_err(|error| self.nonsense(&error)),
            Ok(reply) if (400..500).contains(&reply.status) && reply.status != 429 => {
                let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
                return Ok(Answered::Refused(status, reply.body));
            }
            Ok(reply) => Err(self.nonsense(&format_args!("it answers {}", reply.status))),
            Err(error) => Err(down(&error)),
        };
        match (usable, kept) {
            (Ok(body), _) => {
                let document = Document { body: body.clone(), fetched_at: now };
                self.store.keep_document(key, document, self.settings.upstream_documents).await?;
                Ok(Answered::Document(body))
            }
            (Err(problem), Some(kept)) => {
                tracing::warn!(reason = problem.text(), key, "what the other Forge answered before is served");
                Ok(Answered::Document(kept.body))
            }
            (Err(problem), None) => Err(problem),
        }
    }

    async fn fetch(&self, url: String, limit: u64) -> Result<Reply, ClientError> {
        let closed = |reason: String| ClientError::NoAnswer { url: self.base.clone(), reason };
        let slot = self.slots.clone().acquire_owned().await.map_err(|error| closed(error.to_string()))?;
        let client = self.client.clone();
        let reply = actix_web::web::block(move || {
            let reply = client.get(&url, limit);
            drop(slot);
            reply
        });
        let reply = reply.await.map_err(|error| closed(error.to_string()))?;
        let is_down = reply.as_ref().map_or(true, |reply| reply.status >= 500);
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = is_down.then(Instant::now);
        reply
    }

    fn nonsense(&self, reason: &dyn std::fmt::Display) -> Problem {
        let text = format!("The Forge behind this one ({}) gives nothing that can be used: {reason}", self.base);
        Problem::new(StatusCode::BAD_GATEWAY, text)
    }
}

fn down(error: &ClientError) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, format!("The Forge behind this one does not answer: {error}"))
}

/// The same document with addresses that are ours: archives come through us, and so do further pages.
fn localized(body: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body)?;
    localize(&mut value);
    serde_json::to_vec(&value)
}

fn localize(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(localize),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(address) if is_address(name) => {
                        if let Some(at) = address.find("/v3/").filter(|at| *at > 0) {
                            address.replace_range(..at, "");
                        }
                    }
                    // What a module says of itself is its own.
                    value if name != "metadata" => localize(value),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn is_address(field: &str) -> bool {
    matches!(field, "file_uri" | "uri" | "first" | "previous" | "current" | "next")
}

#[cfg(test)]
mod tests;
