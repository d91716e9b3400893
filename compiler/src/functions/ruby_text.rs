//! Values as Ruby's `to_s` and `inspect` print them, where the original lets Ruby do it.

use crate::format::ruby_quote;
use crate::types::{Type, capitalize_segments};
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
        other => reference(other).unwrap_or_else(|| crate::format::to_text(other)),
    }
}

/// A reference as the resource that it stands for names itself: `File[/etc/motd]`, `Class[A::B]`.
pub(crate) fn reference(value: &Value) -> Option<String> {
    let Value::Type(reference) = value else { return None };
    match reference {
        Type::Resource(of) => Some(format!("{}[{}]", of.type_name.as_ref()?, of.title.as_ref()?)),
        Type::Class(Some(name)) => Some(format!("Class[{}]", capitalize_segments(name))),
        _ => None,
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
        Value::String(text) => out.push_str(&ruby_quote(text)),
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
