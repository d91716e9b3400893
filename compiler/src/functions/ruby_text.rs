//! Values as Ruby's `to_s` and `inspect` print them, where the original lets Ruby do it.

use std::fmt::Write as _;

use crate::value::Value;

/// `value.to_s`
pub(crate) fn to_s(value: &Value) -> String {
    match value {
        Value::Undef => String::new(),
        Value::String(text) => text.to_string(),
        Value::Regexp(pattern) => {
            let slashed = pattern.with_slashes();
            format!("(?-mix:{})", &slashed[1..slashed.len() - 1])
        }
        Value::Array(_) | Value::Hash(_) => inspect(value),
        other => crate::format::to_text(other),
    }
}

/// `value.inspect`
pub(crate) fn inspect(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Undef => out.push_str("nil"),
        Value::Default => out.push_str(":default"),
        Value::String(text) => quote(out, text),
        Value::Regexp(pattern) => out.push_str(&pattern.with_slashes()),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, item);
            }
            out.push(']');
        }
        Value::Hash(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, key);
                out.push_str("=>");
                write(out, value);
            }
            out.push('}');
        }
        other => out.push_str(&crate::format::to_text(other)),
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '#' if matches!(rest.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            c if c.is_control() => {
                let code = c as u32;
                // Writing into a string cannot fail.
                let _ = if code < 0x80 { write!(out, "\\x{code:02X}") } else { write!(out, "\\u{code:04X}") };
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
