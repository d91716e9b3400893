//! Why a Puppetfile cannot be taken.

use std::fmt;

/// A mistake in a Puppetfile and its place, counted from 1, columns in characters.
///
/// Where r10k has a text for a mistake, `message` is that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text is no Ruby.
    Syntax,
    /// The text is Ruby that has to be run to know what it says.
    Logic,
    /// The text can be read, and what it says is wrong.
    Declaration,
    /// The text goes beyond a bound.
    Bound,
}

impl Error {
    pub(super) fn new(kind: Kind, message: impl Into<String>, place: Place) -> Self {
        Self { kind, message: message.into(), line: place.line, column: place.column }
    }

    pub(super) fn declaration(message: impl Into<String>, place: Place) -> Self {
        Self::new(Kind::Declaration, message, place)
    }

    /// The whole text, as an operator sees it: `file` is the path of the Puppetfile.
    pub fn in_file(&self, file: &str) -> String {
        let Self { message, line, column, .. } = self;
        format!("Failed to evaluate {file}: {message} (file: {file}, line: {line}, column: {column})")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, line, column, .. } = self;
        write!(f, "{message} (line: {line}, column: {column})")
    }
}

impl std::error::Error for Error {}

/// A place in a text, counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}
