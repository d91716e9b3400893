//! The name of an environment.

use std::fmt;
use std::sync::Arc;

/// One or more letters, digits and underscores, as Puppet demands (`/\A\w+\Z/`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct EnvironmentName(Arc<str>);

/// A text that names no environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The environment must be purely alphanumeric, not '{0}'")]
pub struct EnvironmentNameError(pub String);

impl EnvironmentName {
    pub fn parse(text: &str) -> Result<Self, EnvironmentNameError> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if text.is_empty() || text.len() > 255 || !text.bytes().all(word) {
            return Err(EnvironmentNameError(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// `production`, where agents land that ask for nothing else.
    pub fn production() -> Self {
        Self("production".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
