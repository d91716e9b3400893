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

    /// Whether the pattern takes a text, for types: one that is given up is refused.
    pub fn accepts(&self, text: &str) -> bool {
        self.compiled.is_match(text).unwrap_or(false)
    }

    /// Whether the pattern matches anywhere; an error when that takes too many steps.
    pub fn is_match(&self, text: &str) -> Result<bool, Failure> {
        self.compiled.is_match(text).map_err(|error| self.given_up(&error, text))
    }

    /// The whole match and its groups, or `None`; an error when that takes too many steps.
    pub fn captures(&self, text: &str) -> Result<Option<Captures>, Failure> {
        let found = self.captures_from(text, 0)?;
        let groups = |found: fancy_regex::Captures<'_, str>| {
            found.iter().map(|group| group.map(|m| Arc::from(m.as_str()))).collect()
        };
        Ok(found.map(|found| Captures { groups: groups(found) }))
    }

    /// The first match from a byte of the text on; an error when that takes too many steps.
    pub(crate) fn captures_from<'t>(
        &self,
        text: &'t str,
        start: usize,
    ) -> Result<Option<fancy_regex::Captures<'t, str>>, Failure> {
        self.compiled.captures_from_pos(text, start).map_err(|error| self.given_up(&error, text))
    }

    fn given_up(&self, error: &fancy_regex::Error, text: &str) -> Failure {
        let pattern = self.with_slashes();
        Failure::argument(match error {
            fancy_regex::Error::RuntimeError(fancy_regex::RuntimeError::BacktrackLimitExceeded) => format!(
                "The regular expression {pattern} takes more than {BACKTRACK_LIMIT} steps of backtracking (the limit) to \
                 match a text of {} bytes; write it so that its parts cannot match the same letters in many ways",
                text.len()
            ),
            error => format!("{error}: {pattern}"),
        })
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
