//! Regular expressions, written as Ruby's are.

use std::sync::Arc;

pub use ruby::regexp::escape;
use ruby::regexp::with_slashes;

use crate::error::Failure;

mod shared;
#[cfg(test)]
mod tests;

/// A pattern, compiled once.
#[derive(Debug)]
pub struct Regexp {
    source: Arc<str>,
    compiled: fancy_regex::Regex,
}

/// Steps of backtracking after which a match is given up.
const BACKTRACK_LIMIT: usize = 1_000_000;

impl Regexp {
    /// Compiles a pattern as it stands between slashes.
    pub fn parse(source: &str) -> Result<Self, Failure> {
        let translated = ruby::regexp::to_rust(source)
            .map_err(|problem| Failure::argument(format!("{problem}: {}", with_slashes(source))))?;
        let compiled = fancy_regex::RegexBuilder::new(&translated)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map_err(|error| Failure::argument(format!("{error}: {}", with_slashes(source))))?;
        Ok(Self { source: source.into(), compiled })
    }

    /// The pattern as written, without slashes.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The pattern between slashes, those within escaped.
    pub fn with_slashes(&self) -> String {
        with_slashes(&self.source)
    }

    /// Whether the pattern matches anywhere. A match that takes too many steps counts as none.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text).unwrap_or(false)
    }

    /// The whole match and its groups, or `None`.
    pub fn captures(&self, text: &str) -> Option<Captures> {
        let found = self.compiled.captures(text).ok()??;
        Some(Captures { groups: found.iter().map(|group| group.map(|m| Arc::from(m.as_str()))).collect() })
    }

    /// The compiled pattern, for splitting and replacing.
    pub fn compiled(&self) -> &fancy_regex::Regex {
        &self.compiled
    }
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// What a match found: `$0`, `$1`, …
#[derive(Clone, Debug)]
pub struct Captures {
    /// Group 0 is the whole match; a group that took no part is `None`.
    pub groups: Vec<Option<Arc<str>>>,
}
