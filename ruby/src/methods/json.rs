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
