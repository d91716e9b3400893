//! From an archive to a release: read, judge, keep the bytes, then the row.

use std::collections::BTreeMap;
use std::io::Read;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use modules::Token;
use modules::forge::archive::{Archive, Bounds, Entry, Fault, Kind};
use modules::forge::release::{Contents, File, Release, Texts};
use modules::forge::{Metadata, Releases};
use modules::token::Scope;

use super::problem::Problem;
use crate::clock;
use crate::config;
use crate::rooms::Rooms;

/// Who publishes.
pub(crate) enum Allowed<'t> {
    /// On the command line.
    Operator,
    /// By a token that may write for someone.
    By(&'t Token),
}

/// Publishes an archive.
pub(crate) async fn publish(rooms: &Rooms, archive: Bytes, allowed: Allowed<'_>) -> Result<Release, Problem> {
    let bounds = rooms.config.forge.bounds();
    let bytes = archive.clone();
    let checked = actix_web::web::block(move || check(&bytes, &bounds)).await;
    let checked = checked.map_err(|error| Problem::busy(error.to_string()))??;
    let slug = checked.metadata.release.clone();
    if let Allowed::By(token) = allowed
        && !token.allows(&Scope::writing_as(slug.module.author()))
    {
        let author = slug.module.author();
        return Err(Problem::new(StatusCode::FORBIDDEN, format!("The token does not allow to publish for '{author}'")));
    }
    let exists = || {
        let text = "A release with the version specified in the metadata.json already exists for this module.";
        Problem::new(StatusCode::CONFLICT, text)
    };
    if rooms.store.release(&slug).await?.is_some() {
        return Err(exists());
    }
    let now = clock::now();
    rooms.store.keep_archive_bytes(&archive, &checked.file, now).await?;
    let Checked { metadata, file, texts, contents } = checked;
    let release =
        Release { metadata, file, texts, contents, created_at: now, deleted: None, downloads: 0, deprecated_at: None };
    if !rooms.store.publish(release.clone()).await? {
        return Err(exists());
    }
    tracing::info!(%slug, sha256 = release.file.sha256, "a release was published");
    Ok(release)
}

/// What an archive says of itself.
pub(crate) struct Checked {
    pub(crate) metadata: Metadata,
    pub(crate) file: File,
    texts: Texts,
    contents: Contents,
}

/// Reads an archive to its end.
pub(crate) fn check(archive: &[u8], bounds: &Bounds) -> Result<Checked, Fault> {
    let mut found = Listing { limit: bounds.text, ..Listing::default() };
    let read = Archive::walk(archive, bounds, |entry, content| found.note(entry, content))?;
    let metadata = read.published_metadata()?;
    let module = metadata.release.module.name().to_owned();
    let contents = Contents {
        tasks: found.tasks.into_iter().filter(|(_, files)| !files.is_empty()).collect(),
        plans: found.plans.into_iter().map(|plan| full_name(&module, &plan)).collect(),
    };
    Ok(Checked { metadata, file: File::of(archive), texts: found.texts, contents })
}

/// `web::restart`, of `restart`; `web`, of `init`.
fn full_name(module: &str, plan: &str) -> String {
    if plan == "init" { module.to_owned() } else { format!("{module}::{}", plan.replace('/', "::")) }
}

/// What is shown of an archive.
#[derive(Default)]
struct Listing {
    limit: u64,
    texts: Texts,
    tasks: BTreeMap<String, Vec<String>>,
    plans: Vec<String>,
}

impl Listing {
    fn note(&mut self, entry: Entry<'_>, content: &mut dyn Read) -> std::io::Result<()> {
        let Kind::File { size, .. } = entry.kind else { return Ok(()) };
        if let Some(plan) = entry.path.strip_prefix("plans/") {
            let name = plan.strip_suffix(".pp").or_else(|| plan.strip_suffix(".yaml"));
            self.plans.extend(name.map(str::to_owned));
        }
        if let Some(file) = entry.path.strip_prefix("tasks/").filter(|file| !file.contains('/')) {
            let (name, extension) = file.split_once('.').unwrap_or((file, ""));
            let files = self.tasks.entry(name.to_owned()).or_default();
            if !matches!(extension, "json" | "md" | "conf") {
                files.push(file.to_owned());
            }
        }
        let lower = entry.path.to_ascii_lowercase();
        let (name, extension) = lower.split_once('.').unwrap_or((&lower, ""));
        if !matches!(extension, "" | "md" | "markdown" | "txt" | "rdoc") || size > self.limit {
            return Ok(());
        }
        let place = match name {
            "readme" => &mut self.texts.readme,
            "changelog" => &mut self.texts.changelog,
            "license" => &mut self.texts.license,
            "reference" => &mut self.texts.reference,
            _ => return Ok(()),
        };
        let mut text = Vec::new();
        content.read_to_end(&mut text)?;
        *place = Some(String::from_utf8_lossy(&text).into_owned());
        Ok(())
    }
}

impl config::Forge {
    /// As the reader of archives takes them.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            unpacked: self.max_unpacked.0 as u64,
            entries: self.max_entries,
            depth: self.max_depth,
            text: self.max_text.0 as u64,
        }
    }
}

#[cfg(test)]
mod tests;
