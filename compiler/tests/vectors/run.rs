//! One vector: its kind, and the comparison of what came with what was recorded.

use serde_json::{Value as Json, json};

use crate::{program, ruby, text, typing};

pub(crate) enum Outcome {
    Passed,
    /// What was expected and what came.
    Failed(String),
    /// Made by a test that put Ruby helpers in place, which no runner has.
    LeftOut,
}

/// Runs a vector and compares.
pub(crate) fn vector(vector: &Json) -> Outcome {
    if vector["ruby"] == "doubles" {
        return Outcome::LeftOut;
    }
    if ruby::has_files(vector) && ruby::is_installed() {
        return ruby::with_files(vector, compare);
    }
    compare(vector)
}

fn compare(vector: &Json) -> Outcome {
    let actual = match vector["kind"].as_str().unwrap_or_default() {
        "lex" | "lex_epp" => text::lexed(vector),
        "parse" | "parse_epp" => text::parsed(vector),
        "compile" => program::compiled(vector),
        "evaluate" => program::evaluated(vector),
        "call" => program::called(vector),
        "type" => typing::printed(vector),
        "type_op" => typing::operated(vector),
        "type_mismatch" => typing::mismatched(vector),
        "string_convert" => typing::converted(vector),
        other => json!({"error": {"message": format!("no runner for the kind {other:?}")}}),
    };
    let expected = &vector["result"];
    if same(expected, &actual) || text::printer_failed(vector, &actual) {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("expected {}\ngot      {}", shown(expected), shown(&actual)))
}

/// Equal values and logs, or errors with the same text and, where both have them, the same code and place.
fn same(expected: &Json, actual: &Json) -> bool {
    let Some(error) = expected["error"].as_object() else { return expected == actual };
    let Some(got) = actual["error"].as_object() else { return false };
    expected["logs"] == actual["logs"]
        && error["message"] == got["message"]
        && error.iter().all(|(name, value)| got.get(name).is_none_or(|other| other == value))
}

fn shown(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(3000) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
