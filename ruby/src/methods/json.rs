//! JSON.

use super::Call;
use crate::interpreter::{Outcome, Stop};
use crate::limits::MOST_LEVELS;
use crate::value::Value;

pub(super) fn to_json(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.this.clone();
    written(call, &value, false)
}

pub(super) fn generate(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.argument(0);
    written(call, &value, false)
}

pub(super) fn pretty(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.argument(0);
    written(call, &value, true)
}

/// `JSON.parse`
pub(super) fn parse(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.text_argument(0)?;
    call.ruby.spend(text.len())?;
    match serde_json::from_str(&text) {
        Ok(json) => read(call, json, 0),
        // Comments, unknown escapes, numbers without bounds.
        Err(error)
            if text.contains("/*") || text.contains("//") || text.contains('\\') || !is_refused_by_all(&error) =>
        {
            Err(call.ruby.unsupported("JSON beyond the standard"))
        }
        Err(_) => Err(call.ruby.raise("JSON::ParserError", format!("unexpected token at '{text}'"))),
    }
}

/// Whether any reader refuses this text.
fn is_refused_by_all(error: &serde_json::Error) -> bool {
    let message = error.to_string();
    !message.starts_with("number out of range") && !message.starts_with("recursion limit exceeded")
}

fn read(call: &Call<'_, '_>, json: serde_json::Value, level: u32) -> Outcome {
    use serde_json::Value as Json;
    if level >= MOST_LEVELS && matches!(json, Json::Array(_) | Json::Object(_)) {
        return Err(call.ruby.raise("JSON::NestingError", format!("nesting of {} is too deep", level + 1)));
    }
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Boolean(truth),
        Json::String(text) => Value::from(text),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            // Whether it was written as an integer is not known any more.
            (None, Some(float)) if float.fract() != 0.0 => Value::Float(float),
            (None, Some(float)) if float.abs() < 1e15 && float != 0.0 => Value::Float(float),
            _ => return Err(call.ruby.unsupported(format!("the number {number} in JSON"))),
        },
        Json::Array(items) => {
            let items: Result<Vec<Value>, Stop> = items.into_iter().map(|item| read(call, item, level + 1)).collect();
            Value::array(items?)
        }
        Json::Object(entries) => {
            let mut pairs = Vec::new();
            for (name, item) in entries {
                pairs.push((Value::from(name), read(call, item, level + 1)?));
            }
            Value::hash(pairs)
        }
    })
}

fn written(call: &Call<'_, '_>, value: &Value, pretty: bool) -> Outcome {
    let mut out = String::new();
    write(call, &mut out, value, pretty, 0)?;
    Ok(Value::from(out))
}

fn write(call: &Call<'_, '_>, out: &mut String, value: &Value, pretty: bool, level: u32) -> Result<(), Stop> {
    if level > MOST_LEVELS {
        return Err(call.ruby.raise("JSON::NestingError", format!("nesting of {level} is too deep")));
    }
    let line = |out: &mut String, level: u32| {
        if pretty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", level as usize));
        }
    };
    match value {
        Value::Nil => out.push_str("null"),
        Value::Boolean(_) | Value::Integer(_) => out.push_str(&value.inspect()),
        Value::Float(number) if number.is_finite() => out.push_str(&value.inspect()),
        Value::Array(list) => {
            let items = list.items();
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, level + 1);
                write(call, out, item, pretty, level + 1)?;
            }
            if !items.is_empty() {
                line(out, level);
            }
            out.push(']');
        }
        Value::Hash(hash) => {
            let pairs = hash.pairs();
            out.push('{');
            for (index, (key, item)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, level + 1);
                text(out, &key.to_s());
                out.push_str(if pretty { ": " } else { ":" });
                write(call, out, item, pretty, level + 1)?;
            }
            if !pairs.is_empty() {
                line(out, level);
            }
            out.push('}');
        }
        other => text(out, &other.to_s()),
    }
    Ok(())
}

fn text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
