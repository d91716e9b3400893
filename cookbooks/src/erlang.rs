//! Values in messages are written as the original's language writes them: `{[]}` for an empty object.

use serde_json::Value;

/// A text and a number stand as they are; the rest as a term.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => term(other),
    }
}

fn term(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => binary(text),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(term))),
        Value::Object(fields) => {
            format!(
                "{{[{}]}}",
                joined(fields.iter().map(|(key, value)| format!("{{{},{}}}", binary(key), term(value))))
            )
        }
    }
}

fn binary(text: &str) -> String {
    format!("<<\"{}\">>", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}
