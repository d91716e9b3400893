//! Ranges of semantic versions (`>=1.2.0 <2`, `~1.2`, `1.x`), as `SemVerRange` reads them.

use std::fmt;
use std::sync::Arc;

use crate::error::Failure;

/// A range as written, and what it means.
#[derive(Clone, Debug)]
pub struct VersionRange {
    text: Arc<str>,
}

impl VersionRange {
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Err(Failure::missing(&format!("the version range '{text}'")))
    }

    pub fn includes(&self, _version: &semver::Version) -> bool {
        false
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for VersionRange {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
