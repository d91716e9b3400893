//! What was fetched from another Forge, kept so that it can be served when that one is down.

use async_trait::async_trait;
use jiff::Timestamp;

use super::release::File;
use super::slug::ReleaseSlug;
use crate::port::PortError;

/// What the other Forge answered to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// JSON.
    pub body: Vec<u8>,
    pub fetched_at: Timestamp,
}

/// The port to what was fetched.
#[async_trait]
pub trait Fetched: Send + Sync {
    /// The newest answer to a question: path and query.
    async fn document(&self, key: &str) -> Result<Option<Document>, PortError>;

    /// Keeps an answer in place of an older one. Of more than `most` the oldest are dropped.
    async fn keep_document(&self, key: &str, document: Document, most: usize) -> Result<(), PortError>;

    /// The archive of a release.
    async fn archive(&self, slug: &ReleaseSlug) -> Result<Option<File>, PortError>;

    /// Says that an archive, whose bytes are kept already, is that of a release.
    async fn keep_archive(&self, slug: &ReleaseSlug, file: File, at: Timestamp) -> Result<(), PortError>;
}
