//! Heredocs that say what their text is: `@(END:json)`. Text without interpolation is checked here.

mod json;

use std::sync::Arc;

use super::Checker;
use crate::ast::{Expr, ExprKind};
use crate::error::{Diagnostic, Severity};
use crate::issue::Issue;
use crate::source::Source;
use crate::{Options, SyntaxError};

/// How deep texts of this language may stand in heredocs of one another.
const MAX_EMBEDDING: usize = 4;

impl<'a> Checker<'a, '_> {
    pub(super) fn heredoc(&self, syntax: &str, text: &'a Expr) -> Result<(), Box<Diagnostic>> {
        let ExprKind::String(content) = &text.kind else { return Ok(()) };
        // The most specific part is the last: `data+json` is JSON.
        let (code, detail) = match syntax.rsplit('+').next().unwrap_or_default() {
            "json" => ("ILLEGAL_JSON", json_fault(content)),
            "base64" => ("ILLEGAL_BASE64", base64_fault(content)),
            "pp" => ("ILLEGAL_PP", self.language_fault("PP", content)?),
            "epp" => ("ILLEGAL_EPP", self.language_fault("EPP", content)?),
            _ => return Ok(()),
        };
        let Some(detail) = detail else { return Ok(()) };
        let issue = Issue::InvalidHeredocText { code, syntax: syntax.to_owned(), detail };
        Err(Box::new(Diagnostic::new(Severity::Error, &issue, Some(text.span), self.source)))
    }

    fn language_fault(&self, language: &str, content: &Arc<str>) -> Result<Option<String>, Box<Diagnostic>> {
        if self.embedding >= MAX_EMBEDDING {
            let issue = Issue::NestingTooDeep { max_depth: MAX_EMBEDDING };
            return Err(Box::new(Diagnostic::new(Severity::Error, &issue, None, self.source)));
        }
        let source = Arc::new(Source::new("", Arc::clone(content)));
        let outcome = parse(source, language, self.options, self.embedding + 1);
        Ok(outcome.err().map(|error| format!("{language} syntax checker: \"{}\"", line(&error.to_string(), 500))))
    }
}

fn parse(source: Arc<Source>, language: &str, options: &Options, embedding: usize) -> Result<(), SyntaxError> {
    let lex = if language == "EPP" { crate::lexer::lex_epp } else { crate::lexer::lex };
    let lexed = lex(&source, options.tasks, &options.limits);
    crate::finish(source, lexed, options, embedding).map(|_| ())
}

fn json_fault(content: &str) -> Option<String> {
    let rest = json::unexpected(content)?;
    let message = line(&format!("unexpected token at '{rest}'"), 100);
    Some(format!("JSON syntax checker: Cannot parse invalid JSON string. \"{message}\""))
}

fn base64_fault(content: &str) -> Option<String> {
    let text: String = content.chars().filter(|c| !matches!(c, '\r' | '\n' | '?' | ' ' | '\t')).collect();
    let digits = text.trim_end_matches('=');
    let alphabet = digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    let padded = text.len().is_multiple_of(4) && text.len() - digits.len() <= 2;
    if alphabet && padded {
        return None;
    }
    let reason = if (text.len() * 8).is_multiple_of(6) {
        "contains letters outside strict base 64 range (or whitespace)"
    } else {
        "padding is not correct"
    };
    Some(format!("Base64 syntax checker: Cannot parse invalid Base64 string - {reason}"))
}

/// The start of a text on one line.
fn line(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect::<String>().replace("\r\n", "\\n").replace('\n', "\\n")
}
