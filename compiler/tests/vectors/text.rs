//! Tokens, trees and what validation says.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use syntax::lexer::{lex, lex_epp};
use syntax::source::Source;
use syntax::token::TokenKind;
use syntax::{Diagnostic, Limits, Options, Strict, SyntaxError, check, check_epp, pn};

pub(crate) fn lexed(vector: &Json) -> Json {
    let source = source(vector);
    let lex = if vector["kind"] == "lex_epp" { lex_epp } else { lex };
    let lexed = lex(&source, false, &Limits::default());
    if let Some(error) = lexed.error {
        return json!({"error": {
            "issue_code": error.issue_code,
            "line": error.position.map(|at| at.line),
            "message": error.render(&source),
            "pos": error.position.map(|at| at.column),
        }});
    }
    let tokens: Vec<Json> = lexed
        .tokens
        .iter()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| {
            let at = source.position(token.span.start);
            let value = match token.kind {
                TokenKind::EppStart | TokenKind::RenderExpr => Json::Null,
                TokenKind::Regex => json!(format!("(?-mix:{})", token.text().replace('/', "\\/"))),
                _ => json!(token.text()),
            };
            json!([token.kind.name(), value, at.line, at.column])
        })
        .collect();
    with_logs(json!({"ok": tokens}), &lexed.warnings.iter().collect::<Vec<_>>())
}

pub(crate) fn parsed(vector: &Json) -> Json {
    let check = if vector["kind"] == "parse_epp" { check_epp } else { check };
    match check(source(vector), &options(vector)) {
        Ok(checked) => {
            // The original logs the lexer's warnings at once, apart from what validation finds.
            let (logged, found): (Vec<_>, Vec<_>) = checked
                .diagnostics
                .iter()
                .partition(|found| matches!(found.issue_code, "UNRECOGNIZED_ESCAPE" | "ILLEGAL_UNICODE_ESCAPE"));
            let mut actual = json!({"ok": {"pn": pn::print(&checked.program)}});
            if !found.is_empty() {
                actual["ok"]["diagnostics"] = found.into_iter().map(diagnostic).collect();
            }
            with_logs(actual, &logged)
        }
        Err(error) => json!({"error": rendered(&error)}),
    }
}

/// How the text of a vector is read.
pub(crate) fn options(vector: &Json) -> Options {
    let settings = &vector["settings"];
    let strict = match settings["strict"].as_str() {
        Some("off") => Strict::Off,
        Some("error") => Strict::Error,
        _ => Strict::Warning,
    };
    Options { tasks: settings["tasks"] == true, strict, ..Options::default() }
}

/// Whether the original could read a text and not print its tree, which is no error in the text.
pub(crate) fn printer_failed(vector: &Json, actual: &Json) -> bool {
    let message = vector["result"]["error"]["message"].as_str().unwrap_or_default();
    actual["ok"].get("pn").is_some()
        && (message.starts_with("Visitor Error: ") || message.contains("does not conform to pattern /^[A-Za-z_-]"))
}

fn source(vector: &Json) -> Arc<Source> {
    Arc::new(Source::new("", vector["source"].as_str().unwrap_or_default()))
}

fn diagnostic(found: &Diagnostic) -> Json {
    json!({
        "issue_code": found.issue_code,
        "line": found.position.map(|at| at.line),
        "message": found.message,
        "pos": found.position.map(|at| at.column),
        "severity": found.severity.as_str(),
    })
}

fn with_logs(mut actual: Json, warnings: &[&Diagnostic]) -> Json {
    if !warnings.is_empty() {
        actual["logs"] = warnings.iter().map(|found| json!(["warning", found.message])).collect();
    }
    actual
}

fn rendered(error: &SyntaxError) -> Json {
    let found = error.errors().next().expect("an error has a diagnostic");
    let mut rendered = json!({"message": error.to_string()});
    if !found.issue_code.is_empty() {
        rendered["issue_code"] = json!(found.issue_code);
    }
    if let Some(at) = found.position {
        rendered["line"] = json!(at.line);
        rendered["pos"] = json!(at.column);
    }
    rendered
}
