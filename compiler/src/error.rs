//! What can go wrong while a catalog is made, with the original's issue codes and texts.

use std::fmt;
use std::sync::Arc;

use syntax::source::Source;

use crate::value::Value;

/// Why evaluation of an expression stopped before its end.
#[derive(Debug)]
pub enum Stop {
    Error(Box<Error>),
    /// `break()`: ends the innermost iteration.
    Break(Option<Location>),
    /// `next(value)`: ends the innermost lambda, function or definition with a value.
    Next(Value),
    /// `return(value)`: ends the innermost function.
    Return(Value),
    /// `not_found()` of a lookup's context: the data function that runs has no value for the key.
    NotFound,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

/// An error, with its place once the evaluator has added it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// As in `Puppet::Pops::Issues`, upper case.
    pub issue_code: &'static str,
    /// Without the place.
    pub message: String,
    /// `None` until it is known: the innermost expression being evaluated then gives it.
    pub position: Option<Location>,
}

/// A place in a manifest. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Empty where the text came from no file.
    pub file: Arc<str>,
    pub line: u32,
    pub column: Option<u32>,
}

impl Location {
    /// The line of an offset, without the column.
    pub fn line_of(source: &Source, offset: u32) -> Self {
        Self { file: source.path().clone(), line: source.line(offset), column: None }
    }

    /// Line and column of an offset.
    pub fn of(source: &Source, offset: u32) -> Self {
        let position = source.position(offset);
        Self { file: source.path().clone(), line: position.line, column: Some(position.column) }
    }
}

impl Location {
    /// As loaders say where something was defined: `file:///etc/site.pp?line=1&pos=6`.
    pub(crate) fn uri(source: &Source, offset: u32) -> String {
        let (path, at) = (source.path(), source.position(offset));
        let file = if path.is_empty() { "string:".to_owned() } else { format!("file://{path}") };
        format!("{file}?line={}&pos={}", at.line, at.column)
    }
}

/// As messages show it: `(file: F, line: 1, column: 2)`.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        if !self.file.is_empty() {
            write!(f, "file: {}, ", self.file)?;
        }
        write!(f, "line: {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column: {column}")?;
        }
        f.write_str(")")
    }
}

/// What a part of the language that knows no positions answers; the evaluator adds the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub issue_code: &'static str,
    pub message: String,
    /// Which operand of the expression the message is about.
    pub place: Place,
}

impl From<model::version_range::Unparsable> for Failure {
    fn from(unparsable: model::version_range::Unparsable) -> Self {
        Self::argument(unparsable.to_string())
    }
}

/// The part of an expression that a [`Failure`] points at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Whole,
    /// The left operand, or the receiver of `[]`.
    Left,
    Right,
    /// The key of `[]` with this index.
    Key(usize),
}

/// The issue code of errors that functions raise.
pub const RUNTIME_ERROR: &str = "RUNTIME_ERROR";

impl Failure {
    pub fn new(issue_code: &'static str, message: impl Into<String>) -> Self {
        Self { issue_code, message: message.into(), place: Place::Whole }
    }

    /// Wrong arguments, or any other error of a function without an issue code of its own.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(RUNTIME_ERROR, message)
    }

    /// A part of the language that is not there yet.
    pub fn missing(what: &str) -> Self {
        Self::new(RUNTIME_ERROR, format!("{what} is not supported by this version of the compiler"))
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}
