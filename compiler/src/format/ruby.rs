//! Values as Ruby prints them: what the original's older functions show.

use std::fmt::Write;

use crate::format::plain;
use crate::value::Value;

/// `to_s`
pub fn ruby_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Hash(_) => ruby_inspect(value),
        other => plain(other),
    }
}

/// `inspect`
pub fn ruby_inspect(value: &Value) -> String {
    match value {
        Value::Undef => "nil".to_owned(),
        Value::Default => ":default".to_owned(),
        Value::String(text) => ruby_quote(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(ruby_inspect).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Hash(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}=>{}", ruby_inspect(key), ruby_inspect(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Sensitive(_) => "#<Sensitive [value redacted]>".to_owned(),
        other => plain(other),
    }
}

/// A string literal of Ruby.
pub(crate) fn ruby_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            '\u{1b}' => quoted.push_str("\\e"),
            '#' if matches!(letters.peek(), Some('{' | '$' | '@')) => quoted.push_str("\\#"),
            other if other.is_control() => {
                let _ = if (other as u32) < 0x80 {
                    write!(quoted, "\\x{:02X}", other as u32)
                } else {
                    write!(quoted, "\\u{:04X}", other as u32)
                };
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
