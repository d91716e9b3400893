//! What is kept of modules and their releases, and the port that keeps it.

use async_trait::async_trait;
use jiff::Timestamp;
use md5::{Digest, Md5};
use semver::Version;
use sha2::Sha256;

use super::metadata::Metadata;
use super::query::{ModuleQuery, Page, ReleaseQuery};
use super::slug::{ModuleSlug, ReleaseSlug};
use crate::port::PortError;

/// A release. What it holds never changes; it may be deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    pub metadata: Metadata,
    pub file: File,
    pub texts: Texts,
    pub contents: Contents,
    pub created_at: Timestamp,
    pub deleted: Option<Deleted>,
    pub downloads: u64,
    /// Of the module that it is a release of.
    pub deprecated_at: Option<Timestamp>,
}

/// The archive of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// In hexadecimal digits.
    pub sha256: String,
    /// In hexadecimal digits.
    pub md5: String,
    pub size: u64,
}

/// Texts of an archive that are shown beside a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    pub readme: Option<String>,
    pub changelog: Option<String>,
    pub license: Option<String>,
    pub reference: Option<String>,
}

/// What of an archive is listed, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Names of tasks, with the files that carry each out.
    pub tasks: Vec<(String, Vec<String>)>,
    /// Names of plans, such as `web::restart`.
    pub plans: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    pub at: Timestamp,
    pub reason: Option<String>,
}

/// A module with its releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    pub slug: ModuleSlug,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deprecation: Option<Deprecation>,
    /// The release that is meant where none is named: the highest that is no pre-release and not deleted, else the
    /// highest that is not deleted, else the highest.
    pub current: Release,
    /// Deleted ones too, the highest version first.
    pub releases: Vec<Abbreviated>,
    pub downloads: u64,
}

/// A release in the list of its module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abbreviated {
    pub version: Version,
    pub created_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
    pub size: u64,
}

/// That a module should not be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    pub at: Timestamp,
    pub reason: Option<String>,
    pub replacement: Option<ModuleSlug>,
}

/// A page of what was asked for, and how many there are in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    pub total: usize,
    pub page: Vec<T>,
}

/// The port to the releases. Each method is one transaction; when it answers `Ok`, what it wrote survives a power cut.
#[async_trait]
pub trait Releases: Send + Sync {
    /// Keeps a release whose archive is kept already. `false` if there is one of that version, deleted or not.
    async fn publish(&self, release: Release) -> Result<bool, PortError>;

    /// A release, deleted or not.
    async fn release(&self, slug: &ReleaseSlug) -> Result<Option<Release>, PortError>;

    async fn module(&self, slug: &ModuleSlug) -> Result<Option<Module>, PortError>;

    async fn releases(&self, query: &ReleaseQuery, page: Page) -> Result<Found<Release>, PortError>;

    async fn modules(&self, query: &ModuleQuery, page: Page) -> Result<Found<Module>, PortError>;

    /// When anything changed last, but for downloads.
    async fn changed_at(&self) -> Result<Option<Timestamp>, PortError>;

    /// Marks a release as deleted; its archive is dropped. `false` if there is none, or it was deleted before.
    async fn delete(&self, slug: &ReleaseSlug, deleted: Deleted) -> Result<bool, PortError>;

    /// Marks all releases of a module as deleted. `false` if there was none left.
    async fn delete_module(&self, slug: &ModuleSlug, deleted: Deleted) -> Result<bool, PortError>;

    /// Marks a module as deprecated, or with `None` as good again. `false` if there is no such module.
    async fn deprecate(&self, slug: &ModuleSlug, what: Option<Deprecation>, at: Timestamp) -> Result<bool, PortError>;

    /// Counts a download.
    async fn downloaded(&self, slug: &ReleaseSlug) -> Result<(), PortError>;
}

impl File {
    /// Sums an archive up.
    pub fn of(bytes: &[u8]) -> Self {
        let (sha256, md5) = (hex::encode(Sha256::digest(bytes)), hex::encode(Md5::digest(bytes)));
        Self { sha256, md5, size: bytes.len() as u64 }
    }
}

impl Release {
    pub fn slug(&self) -> &ReleaseSlug {
        &self.metadata.release
    }
}

/// The version that is meant where none is named; see [`Module::current`].
pub fn current<'r>(versions: impl Iterator<Item = (&'r Version, bool)>) -> Option<&'r Version> {
    versions.max_by_key(|(version, deleted)| (!*deleted, version.pre.is_empty(), *version)).map(|(version, _)| version)
}

#[cfg(test)]
mod tests;
