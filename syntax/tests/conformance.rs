//! Compares tokens, trees and diagnostics with vectors recorded from Puppet 7.23.
//!
//! The vectors lie outside the repository, in `../shared/vectors`; without them the test says that it was
//! skipped. What passes is counted by area and may not fall below `conformance-baseline.json`.
//! `SHOW_FAILURES=N` prints the first N failures whole.

#![allow(clippy::print_stdout, reason = "counts and skips are for whoever runs the tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use syntax::lexer::{lex, lex_epp};
use syntax::source::Source;
use syntax::token::TokenKind;
use syntax::{Limits, Options, Strict, SyntaxError, check, check_epp, pn};

#[test]
fn lex_vectors() {
    run("lex", lexed);
}

#[test]
fn parse_vectors() {
    run("parse", parsed);
}

fn run(kind: &str, outcome: fn(&Value) -> Result<(), String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = root.join(format!("../shared/vectors/{kind}.jsonl"));
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("{kind}: skipped, ../shared/vectors is not here");
        return;
    };
    let mut areas: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).expect("a vector is JSON");
        let area = areas.entry(vector["area"].as_str().unwrap_or_default().to_owned()).or_default();
        match outcome(&vector) {
            Ok(()) => area.0 += 1,
            Err(why) => {
                area.1 += 1;
                failures.push(format!("{} {:?}\n{why}", vector["id"], vector["source"].as_str().unwrap_or_default()));
            }
        }
    }
    let show = std::env::var("SHOW_FAILURES").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    for failure in failures.iter().take(show) {
        println!("{failure}\n");
    }
    for (area, (passed, failed)) in &areas {
        println!("{kind} {area}: {passed} passed, {failed} failed");
    }
    let passed: usize = areas.values().map(|area| area.0).sum();
    println!("{kind}: {passed} passed, {} failed", failures.len());
    assert!(passed >= baseline(kind), "{kind}: {passed} passed, but the baseline is {}", baseline(kind));
}

/// How many passed when this was last raised. Raise it by hand when more do.
fn baseline(kind: &str) -> usize {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance-baseline.json");
    let text = std::fs::read_to_string(file).expect("the baseline is committed");
    let counts: Value = serde_json::from_str(&text).expect("the baseline is JSON");
    counts[kind].as_u64().expect("a count per kind") as usize
}

fn source(vector: &Value) -> Arc<Source> {
    Arc::new(Source::new("", vector["source"].as_str().unwrap_or_default()))
}

fn lexed(vector: &Value) -> Result<(), String> {
    let source = source(vector);
    let lex = if vector["kind"] == "lex_epp" { lex_epp } else { lex };
    let lexed = lex(&source, false, &Limits::default());
    if let Some(error) = lexed.error {
        let at = error.position.map(|at| (at.line, at.column));
        let actual = json!({
            "class": "Puppet::ParseErrorWithIssue",
            "issue_code": error.issue_code,
            "line": at.map(|at| at.0),
            "message": error.render(&source),
            "pos": at.map(|at| at.1),
        });
        return same(&vector["result"]["error"], &actual);
    }
    let tokens: Vec<Value> = lexed
        .tokens
        .iter()
        .filter(|token| token.kind != TokenKind::End)
        .map(|token| {
            let at = source.position(token.span.start);
            let value = match token.kind {
                TokenKind::EppStart | TokenKind::RenderExpr => Value::Null,
                TokenKind::Regex => json!(format!("(?-mix:{})", token.text().replace('/', "\\/"))),
                _ => json!(token.text()),
            };
            json!([token.kind.name(), value, at.line, at.column])
        })
        .collect();
    same(&vector["result"]["ok"], &Value::Array(tokens))
}

fn parsed(vector: &Value) -> Result<(), String> {
    let settings = &vector["settings"];
    let strict = match settings["strict"].as_str() {
        Some("off") => Strict::Off,
        Some("error") => Strict::Error,
        _ => Strict::Warning,
    };
    let options = Options { tasks: settings["tasks"] == true, strict, ..Options::default() };
    let check = if vector["kind"] == "parse_epp" { check_epp } else { check };
    let expected = &vector["result"];
    match check(source(vector), &options) {
        Ok(checked) => {
            // Some trees cannot be printed by the original, which is no error in the source.
            if printer_failed(&expected["error"]) {
                return Ok(());
            }
            // The original logs the lexer's warnings at once, apart from what validation finds.
            let (logged, found): (Vec<_>, Vec<_>) = checked
                .diagnostics
                .iter()
                .partition(|found| matches!(found.issue_code, "UNRECOGNIZED_ESCAPE" | "ILLEGAL_UNICODE_ESCAPE"));
            let diagnostics: Vec<Value> = found
                .iter()
                .map(|found| {
                    json!({
                        "issue_code": found.issue_code,
                        "line": found.position.map(|at| at.line),
                        "message": found.message,
                        "pos": found.position.map(|at| at.column),
                        "severity": found.severity.as_str(),
                    })
                })
                .collect();
            let mut actual = json!({"ok": {"pn": pn::print(&checked.program)}});
            if !diagnostics.is_empty() {
                actual["ok"]["diagnostics"] = Value::Array(diagnostics);
            }
            if !logged.is_empty() {
                actual["logs"] = logged.iter().map(|found| json!(["warning", found.message])).collect();
            }
            same(expected, &actual)
        }
        Err(error) => same(&expected["error"], &rendered(&error)),
    }
}

fn printer_failed(error: &Value) -> bool {
    let message = error["message"].as_str().unwrap_or_default();
    message.starts_with("Visitor Error: ") || message.contains("does not conform to pattern /^[A-Za-z_-]")
}

fn rendered(error: &SyntaxError) -> Value {
    let found = error.errors().next().expect("an error has a diagnostic");
    let class = if found.issue_code.is_empty() { "Puppet::ParseError" } else { "Puppet::ParseErrorWithIssue" };
    let mut rendered = json!({"class": class, "message": error.to_string()});
    if !found.issue_code.is_empty() {
        rendered["issue_code"] = json!(found.issue_code);
    }
    if let Some(at) = found.position {
        rendered["line"] = json!(at.line);
        rendered["pos"] = json!(at.column);
    }
    rendered
}

fn same(expected: &Value, actual: &Value) -> Result<(), String> {
    if expected == actual { Ok(()) } else { Err(format!("  expected {expected}\n  actual   {actual}")) }
}
