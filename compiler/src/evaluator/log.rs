//! What is said while a catalog is made.

use std::sync::Arc;

use syntax::ast::Expr;

use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::operators::Coerced;
use crate::request::{Level, LogEntry, Strict};

/// Log entries of one compile; more are counted, not kept.
const MOST_ENTRIES: usize = 10_000;

impl Evaluator<'_> {
    /// Logs a message of a manifest: its source is the scope that says it.
    pub fn log(&mut self, level: Level, message: impl Into<String>) {
        let source = match self.scopes.get(self.scope).resource {
            Some(id) => format!("Scope({})", self.catalog.get(id).reference()),
            None => "Scope()".to_owned(),
        };
        self.push(level, source.into(), message.into(), None);
    }

    /// Logs a warning of the compiler itself.
    pub fn warn(&mut self, message: impl Into<String>, position: Option<Location>) {
        self.push(Level::Warning, "Puppet".into(), message.into(), position);
    }

    /// Logs a warning the first time that `key` is given. A message that names no place says so.
    pub fn warn_once(&mut self, key: &str, message: impl Into<String>) {
        if self.warned.insert(key.into()) {
            let mut message = message.into();
            if !message.contains("\n   (") {
                message.push_str("\n   (file & line not available)");
            }
            self.warn(message, None);
        }
    }

    pub(crate) fn take_logs(&mut self) -> Vec<LogEntry> {
        std::mem::take(&mut self.logs)
    }

    /// An issue that the setting `strict` makes a warning or an error.
    pub(crate) fn strict_issue(&mut self, code: &'static str, expr: &Expr, message: String) -> Result<(), Stop> {
        match self.request().settings.strict {
            Strict::Off => Ok(()),
            Strict::Warning => {
                let position = self.position(expr);
                self.warn(message, Some(position));
                Ok(())
            }
            Strict::Error => Err(self.issue(code, expr, message)),
        }
    }

    /// Says which strings were taken for numbers.
    pub(super) fn note_coerced(&mut self, coerced: &[Coerced], expr: &Expr) -> Result<(), Stop> {
        for one in coerced {
            self.strict_issue(Coerced::ISSUE_CODE, expr, one.message())?;
        }
        Ok(())
    }

    /// A variable that does not exist.
    pub(crate) fn unknown_variable_at(&mut self, name: &str, expr: &Expr) -> Result<(), Stop> {
        let message = format!("Unknown variable: '{name}'.");
        if self.request().settings.strict_variables {
            return Err(self.issue("UNKNOWN_VARIABLE", expr, message));
        }
        self.strict_issue("UNKNOWN_VARIABLE", expr, message)
    }

    pub(super) fn push(&mut self, level: Level, source: Arc<str>, message: String, position: Option<Location>) {
        if self.logs.len() < MOST_ENTRIES {
            self.logs.push(LogEntry { level, source, message, position });
        }
    }
}
