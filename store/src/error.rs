//! What can go wrong when opening the store.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} cannot be opened as a database: {reason}")]
    Database { path: PathBuf, reason: String },
    /// A newer release wrote the database.
    #[error("{path} has schema {found}, and this release knows schemas up to {known}; use the release that wrote it")]
    TooNew { path: PathBuf, found: i64, known: i64 },
    #[error("the store does not answer: {0}")]
    Unreachable(String),
}

pub(crate) fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error::File { path: path.to_owned(), source })
}
