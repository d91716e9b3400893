//! Copies of modules from another Forge.

use anyhow::{Context, bail};
use model::VersionRange;
use modules::forge::release::File;
use modules::forge::{ModuleSlug, ReleaseSlug};
use serde_json::Value;

use super::{LONGEST_ANSWER, Outcome, Shelf, client};
use crate::cli::render;
use crate::client::{Client, Reply};
use crate::config::Config;

/// A Forge to copy from.
pub(super) struct Source {
    client: Client,
    /// Without a slash at its end.
    base: String,
    longest_archive: u64,
}

impl Source {
    pub(super) fn open(url: &str, token: Option<&str>, config: &Config) -> anyhow::Result<Self> {
        let longest_archive = config.forge.max_archive.0 as u64;
        Ok(Self { client: client(token, config)?, base: url.trim_end_matches('/').to_owned(), longest_archive })
    }

    /// Every release of a module that was not deleted: slug, address of the archive, and its digest where it says one.
    fn releases(&self, module: &ModuleSlug) -> anyhow::Result<Vec<(ReleaseSlug, String, Option<String>)>> {
        let mut found = Vec::new();
        loop {
            let offset = found.len();
            let url = format!("{}/v3/releases?module={module}&sort_by=version&limit=100&offset={offset}", self.base);
            let list: Value = serde_json::from_slice(&self.get(&url, LONGEST_ANSWER)?).with_context(|| url.clone())?;
            let results = list["results"].as_array().with_context(|| format!("{url}: this is no list of releases"))?;
            for release in results {
                let slug = release["slug"].as_str().unwrap_or_default();
                let slug = slug.parse().with_context(|| url.clone())?;
                let address = release["file_uri"].as_str().unwrap_or_default();
                let address =
                    if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
                found.push((slug, address, release["file_sha256"].as_str().map(str::to_owned)));
            }
            if results.is_empty() || list["pagination"]["next"].is_null() {
                break;
            }
        }
        if found.is_empty() {
            bail!("{} has no release of {module}", self.base);
        }
        Ok(found)
    }

    fn get(&self, url: &str, limit: u64) -> anyhow::Result<Vec<u8>> {
        match self.client.get(url, limit)? {
            Reply { status: 200, body } => Ok(body),
            Reply { status, .. } => bail!("{url} answers {status}"),
        }
    }
}

/// Copies the releases whose version is in the range, the lowest first.
pub(super) fn mirror(
    source: &Source,
    shelf: &Shelf,
    modules: &[String],
    versions: Option<&str>,
) -> anyhow::Result<Outcome> {
    let range = versions.map(VersionRange::parse).transpose()?;
    let mut outcome = Outcome::default();
    for module in modules {
        let slug: ModuleSlug = module.parse()?;
        let releases = match source.releases(&slug) {
            Ok(releases) => releases,
            Err(error) => {
                outcome.failed.push((module.clone(), format!("{error:#}")));
                continue;
            }
        };
        let mut wanted: Vec<_> = releases
            .into_iter()
            .filter(|(release, ..)| range.as_ref().is_none_or(|range| range.includes(&release.version)))
            .collect();
        wanted.sort();
        let all = wanted.len();
        for (index, (release, address, sha256)) in wanted.into_iter().enumerate() {
            render::module::progress(&release.to_string(), index + 1, all);
            let archive = match source.get(&address, source.longest_archive) {
                Ok(archive) => archive,
                Err(error) => {
                    outcome.failed.push((release.to_string(), format!("{error:#}")));
                    continue;
                }
            };
            if sha256.is_some_and(|sha256| !sha256.eq_ignore_ascii_case(&File::of(&archive).sha256)) {
                let fault = "the archive does not have the checksum that its release says".to_owned();
                outcome.failed.push((release.to_string(), fault));
                continue;
            }
            outcome.note(&release.to_string(), shelf.put(&archive)?);
        }
    }
    render::module::progress_ends();
    Ok(outcome)
}
