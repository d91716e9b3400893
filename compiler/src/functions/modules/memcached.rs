//! Functions of the module memcached.

use super::refuse;
use crate::error::Stop;
use crate::functions::digests::ruby_integer;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "memcached::max_memory",
    &[Declared::new(&[required("arg", "Any")]).returns("Integer")],
    max_memory,
)];

/// Megabytes: as given, or a percentage of the node's memory.
fn max_memory(call: &mut Call<'_>) -> Result<Value, Stop> {
    let wanted = call.argument(0).clone();
    let text = ruby_text::to_s(&wanted);
    if wanted.is_truthy() && !text.ends_with('%') {
        return Ok(Value::Integer(ruby_integer(&wanted)));
    }
    let percent = if wanted.is_truthy() { text } else { "95%".to_owned() };
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let memory = facts.get("memorysize").map(ruby_text::to_s).unwrap_or_default();
    let end = memory.find(|c: char| !(c.is_ascii_digit() || ".e+-".contains(c))).unwrap_or(memory.len());
    let unit = memory[end..].trim_start().chars().next().filter(|c| !matches!(c, 'b' | 'B'));
    let shift = match unit {
        None => 0,
        Some('k') => 10,
        Some('M') => 20,
        Some('G') => 30,
        Some('T') => 40,
        Some('E') => 50,
        Some(other) => return refuse(format!("memcached_max_memory(): Unknown prefix {other}")),
    };
    let bytes = (ruby::value::leading_float(&memory[..end]) * f64::from(2_u32).powi(shift)) as i64;
    let share = ruby::value::leading_float(&percent) / 100.0;
    Ok(Value::Integer(((bytes / (1 << 20)) as f64 * share).floor() as i64))
}
