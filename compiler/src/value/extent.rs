//! How deep and how large a value is.

use super::Value;
use crate::error::Failure;
use crate::iterator::{Iterator, Source};
use crate::types::Type;
use crate::types::object::{Member, ObjectType};

/// Deeper values are refused: what writes, compares or drops a value recurses.
const MOST_LEVELS: usize = 1000;
/// Shared parts count each time: that is what writing a value out costs.
const MOST_NODES: usize = 10_000_000;

/// Refuses a value that is nested too deep, or too large when it is written out.
///
/// For what `function` carries along from one call of its lambda to the next: nothing else can nest or double values
/// without end.
pub(crate) fn check(function: &str, value: &Value) -> Result<(), Failure> {
    let mut nodes = 0;
    if fits(value, MOST_LEVELS, &mut nodes) {
        return Ok(());
    }
    let message = format!(
        "{function}(): the value is nested more than {MOST_LEVELS} levels deep, or holds more than {MOST_NODES} values"
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
        Value::Iterator(iterator) => iterator_fits(iterator, levels, nodes),
        _ => true,
    }
}

fn iterator_fits(iterator: &Iterator, levels: usize, nodes: &mut usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match &iterator.source {
        Source::Values(values) => values.iter().all(|value| fits(value, levels, nodes)),
        Source::Range(..) => true,
        Source::Step(inner, _) | Source::Reversed(inner) => iterator_fits(inner, levels, nodes),
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
        Type::Callable(Some(callable)) => {
            let parameters = callable.parameters.iter().flat_map(|parameters| &parameters.types);
            parameters.chain(&callable.block).chain(&callable.returns).all(inner)
        }
        Type::Init(Some(init)) => inner(&init.of) && levels_of(&init.arguments, levels, nodes),
        Type::Object(Some(object)) => object_fits(object, levels, nodes),
        Type::ObjectExtension(extension) => {
            levels_of(extension.parameters.iter().map(|(_, value)| value), levels, nodes)
        }
        _ => true,
    }
}

/// Whether values fit that stand one level below.
fn levels_of<'a>(values: impl IntoIterator<Item = &'a Value>, levels: usize, nodes: &mut usize) -> bool {
    let below = levels.checked_sub(1);
    values.into_iter().all(|value| below.is_some_and(|levels| fits(value, levels, nodes)))
}

/// Only types without a name can be made while code runs; one with a name may name itself.
fn object_fits(object: &ObjectType, levels: usize, nodes: &mut usize) -> bool {
    let (None, Some(definition)) = (&object.name, object.definition()) else { return true };
    let Some(levels) = levels.checked_sub(1) else { return false };
    let attributes = definition.attributes.iter().chain(&definition.type_parameters);
    let values = attributes.clone().filter_map(|attribute| attribute.value.as_ref());
    let mut members = attributes.map(|attribute| &attribute.member).chain(definition.functions.iter().map(of_function));
    definition.parent.iter().all(|parent| type_fits(parent, levels, nodes))
        && members.all(|member| type_fits(&member.of, levels, nodes))
        && levels_of(values, levels, nodes)
}

const fn of_function(function: &crate::types::object::Function) -> &Member {
    &function.member
}
