//! Values as text.

use std::fmt::Write;

use crate::error::Failure;
use crate::value::Value;

mod convert;
mod object;
pub mod printf;
mod quote;
mod ruby;
#[cfg(test)]
mod tests;

pub use ::ruby::value::float_text;
pub(crate) use convert::Indentation;
pub use convert::string_new;
pub use quote::{double_quote, quote};
pub(crate) use ruby::ruby_quote;
pub use ruby::{ruby_inspect, ruby_text};

/// As in `"${value}"`, `notice(value)`.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Array(_) | Value::Hash(_) => {
            let mut text = String::new();
            nested(&mut text, value);
            text
        }
        other => plain(other),
    }
}

/// As `String(value, '%p')`.
pub fn inspect(value: &Value) -> String {
    convert::inspect(value)
}

/// As a manifest would have it: texts in quotes, objects as calls that make them.
pub(crate) fn literal(value: &Value) -> String {
    object::literal(value)
}

/// `sprintf(format, arguments)`, as the function of that name.
pub fn sprintf(format: &str, arguments: &[Value]) -> Result<String, Failure> {
    printf::sprintf(format, arguments)
}

/// Lists and hashes print without quotes.
fn nested(text: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                nested(text, item);
            }
            text.push(']');
        }
        Value::Hash(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                nested(text, key);
                text.push_str(" => ");
                nested(text, value);
            }
            text.push('}');
        }
        Value::String(content) => text.push_str(content),
        other => text.push_str(&plain(other)),
    }
}

/// The text of what is neither list nor hash, as Ruby's `to_s` gives it.
fn plain(value: &Value) -> String {
    match value {
        Value::Undef => String::new(),
        Value::Default => "default".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::String(text) => text.to_string(),
        Value::Uri(uri) => uri.to_string(),
        Value::Regexp(pattern) => pattern.with_slashes(),
        Value::Sensitive(_) => "Sensitive [value redacted]".to_owned(),
        Value::Binary(bytes) => crate::convert::binary_text(bytes),
        Value::Timestamp(time) => crate::time::timestamp_text(*time),
        Value::Timespan(span) => crate::time::timespan_text(*span),
        Value::SemVer(version) => version.to_string(),
        Value::SemVerRange(range) => range.to_string(),
        Value::Type(of) => of.to_string(),
        Value::Object(object) => object::text(object, None),
        Value::Callable(callable) => match &callable.name {
            Some(name) => name.to_string(),
            None => "Lambda".to_owned(),
        },
        Value::Iterator(iterator) => {
            let mut text = String::new();
            let element = crate::types::generalize(&iterator.element_type());
            let _ = write!(text, "Iterator[{element}]-Value");
            text
        }
        Value::Array(_) | Value::Hash(_) => to_text(value),
    }
}
