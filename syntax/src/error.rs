//! Diagnostics and their rendering in Puppet's words.

use std::fmt;
use std::sync::Arc;

use crate::issue::Issue;
use crate::source::{Position, Source, Span};

/// How many errors of one source are worth logging.
const MAX_LOGGED: usize = 10;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    Error,
    Warning,
    /// A warning that announces a coming removal.
    Deprecation,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Deprecation => "deprecation",
        }
    }
}

/// One finding about a source text.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Puppet's code of the issue (`SYNTAX_ERROR`); empty for the few errors that have none there.
    pub issue_code: &'static str,
    /// The text without the location.
    pub message: String,
    /// Where; `None` at the end of the input and for the input as a whole.
    pub span: Option<Span>,
    /// Line and column of the span's start.
    pub position: Option<Position>,
}

impl Diagnostic {
    pub(crate) fn new(severity: Severity, issue: &Issue, span: Option<Span>, source: &Source) -> Self {
        Self {
            severity,
            issue_code: issue.code(),
            message: issue.message(),
            span,
            position: span.map(|span| source.position(span.start)),
        }
    }

    /// The message followed by ` (file: F, line: L, column: C)`, as far as these are known.
    pub fn render(&self, source: &Source) -> String {
        format!("{}{}", self.message, location(source.path(), self.position))
    }
}

/// Why a text is no valid program.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// What was found, errors and warnings, in the order of finding. At least one error.
    pub diagnostics: Vec<Diagnostic>,
    pub source: Arc<Source>,
}

impl SyntaxError {
    /// The errors among the diagnostics.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error)
    }

    /// The lines to log before the failure itself: none where there is one error, which [`fmt::Display`] shows,
    /// else every error by itself, up to the number at which Puppet stops (its setting `max_errors`).
    pub fn logged_errors(&self) -> Vec<String> {
        let lines: Vec<String> = self.errors().take(MAX_LOGGED).map(|d| d.render(&self.source)).collect();
        if lines.len() == 1 { Vec::new() } else { lines }
    }
}

impl fmt::Display for SyntaxError {
    /// One error is shown whole; of several only the count, as Puppet does after logging them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.errors().count();
        if let (1, Some(only)) = (count, self.errors().next()) {
            return f.write_str(&only.render(&self.source));
        }
        let warnings = self.diagnostics.len() - count;
        if warnings > 0 {
            write!(f, "Language validation logged {count} errors, and {warnings} warnings. Giving up")?;
        } else {
            write!(f, "Language validation logged {count} errors. Giving up")?;
        }
        f.write_str(&location(self.source.path(), None))
    }
}

impl std::error::Error for SyntaxError {}

fn location(path: &str, position: Option<Position>) -> String {
    match (path.is_empty(), position) {
        (true, None) => String::new(),
        (true, Some(at)) => format!(" (line: {}, column: {})", at.line, at.column),
        (false, None) => format!(" (file: {path})"),
        (false, Some(at)) => format!(" (file: {path}, line: {}, column: {})", at.line, at.column),
    }
}
