//! How deep and how large a value is.

use super::Value;
use crate::error::Failure;
use crate::types::Type;

/// Deeper values are refused: what writes, compares or drops a value recurses.
const MOST_LEVELS: usize = 1000;
/// Shared parts count each time: that is what writing a value out costs.
const MOST_NODES: usize = 10_000_000;

/// Refuses a value that is nested too deep, or too large when it is written out.
///
/// For what `reduce` carries along: nothing else can nest or double values without end.
pub(crate) fn check(value: &Value) -> Result<(), Failure> {
    let mut nodes = 0;
    if fits(value, MOST_LEVELS, &mut nodes) {
        return Ok(());
    }
    let message = format!(
        "reduce(): the value is nested more than {MOST_LEVELS} levels deep, or holds more than {MOST_NODES} values"
    );
    Err(Failure::argument(message))
}

fn fits(value: &Value, levels: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    if *nodes > MOST_NODES {
        return false;
    }
    let mut inner = |value: &Value| levels.checked_sub(1).is_some_and(|levels| fits(value, levels, nodes));
    match value {
        Value::Array(items) => items.iter().all(inner),
        Value::Hash(entries) => entries.iter().all(|(key, value)| inner(key) && inner(value)),
        Value::Sensitive(hidden) => inner(hidden),
        Value::Object(object) => object.attributes.iter().all(|(_, value)| inner(value)),
        Value::Type(of) => type_fits(of, levels, nodes),
        _ => true,
    }
}

fn type_fits(of: &Type, levels: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    if *nodes > MOST_NODES {
        return false;
    }
    let mut inner = |of: &Type| levels.checked_sub(1).is_some_and(|levels| type_fits(of, levels, nodes));
    match of {
        Type::NotUndef(Some(of))
        | Type::Optional(Some(of))
        | Type::Sensitive(Some(of))
        | Type::Iterable(Some(of))
        | Type::Iterator(Some(of))
        | Type::Type(Some(of)) => inner(of),
        Type::Array(array) => inner(&array.element),
        Type::Hash(hash) => inner(&hash.key) && inner(&hash.value),
        Type::Tuple(tuple) => tuple.types.iter().all(inner),
        Type::Struct(members) => members.iter().all(|member| inner(&member.value)),
        Type::Variant(options) => options.iter().all(inner),
        _ => true,
    }
}
