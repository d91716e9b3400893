//! Regular expressions, written as Ruby's are.

use std::sync::Arc;

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

/// A text as a pattern that matches just it.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\u{c}' => escaped.push_str("\\f"),
            '\u{b}' => escaped.push_str("\\v"),
            '[' | ']' | '{' | '}' | '(' | ')' | '|' | '-' | '*' | '.' | '\\' | '?' | '+' | '^' | '$' | ' ' | '#' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn with_slashes(source: &str) -> String {
    let mut text = String::with_capacity(source.len() + 2);
    text.push('/');
    let mut letters = source.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                text.push('\\');
                text.extend(letters.next());
            }
            '/' => text.push_str("\\/"),
            _ => text.push(letter),
        }
    }
    text.push('/');
    text
}
