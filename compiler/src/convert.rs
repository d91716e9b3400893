//! `new`: making a value of a type from others.

use crate::error::Failure;
use crate::signature::Dispatches;
use crate::time::Nanoseconds;
use crate::types::{self, Type, infer, is_assignable, is_instance};
use crate::value::Value;

mod collections;
mod numbers;
mod objects;
mod scalars;
#[cfg(test)]
mod tests;

/// `Type.new(args)`; the result is checked against the type.
///
/// `Timestamp.new()` asks for the time and needs [`new_at`].
pub fn new(to: &Type, arguments: &[Value]) -> Result<Value, Failure> {
    new_at(to, arguments, None)
}

/// As [`new`], with the time that `Timestamp.new()` gives.
pub fn new_at(to: &Type, arguments: &[Value], now: Option<Nanoseconds>) -> Result<Value, Failure> {
    if let [value] = arguments
        && !matches!(to, Type::Init(_))
        && is_instance(to, value)
    {
        return Ok(value.clone());
    }
    let made = construct(to, arguments, now)?;
    types::mismatch::assert_instance(&format!("Converted value from {to}.new()"), to, &made)?;
    Ok(made)
}

fn construct(to: &Type, arguments: &[Value], now: Option<Nanoseconds>) -> Result<Value, Failure> {
    if let Type::Init(init) = to.resolved() {
        return objects::init(init.as_deref(), arguments, now);
    }
    if let Type::Object(Some(object)) = to.resolved() {
        return objects::object(object, arguments);
    }
    let maker = maker(to).ok_or_else(|| unsupported(to))?;
    let index = maker.dispatches.select(maker.name, arguments, None)?;
    (maker.make)(index, arguments, now)
}

fn unsupported(to: &Type) -> Failure {
    Failure::argument(format!("Creation of new instance of type '{to}' is not supported"))
}

/// What makes the values of a kind of type.
struct Maker {
    /// The name in messages.
    name: &'static str,
    dispatches: &'static Dispatches,
    make: Make,
}

/// From the index of a dispatch, the arguments that it takes, and the time where it is known.
type Make = fn(usize, &[Value], Option<Nanoseconds>) -> Result<Value, Failure>;

fn maker(to: &Type) -> Option<&'static Maker> {
    Some(match to.resolved() {
        Type::Unit | Type::NotUndef(None) => &scalars::UNIT,
        Type::NotUndef(Some(inner)) | Type::Optional(Some(inner)) => return maker(inner),
        Type::Type(_) => &scalars::TYPE,
        Type::Numeric => &numbers::NUMERIC,
        Type::Integer(_) => &numbers::INTEGER,
        Type::Float(_) => &numbers::FLOAT,
        Type::Boolean(_) => &scalars::BOOLEAN,
        Type::String(_) | Type::Text(_) => &scalars::STRING,
        Type::Regexp(_) => &scalars::REGEXP,
        Type::Array(_) | Type::Tuple(_) => &collections::ARRAY,
        Type::Hash(_) | Type::Struct(_) => &collections::HASH,
        Type::Binary => &scalars::BINARY,
        Type::Sensitive(_) => &scalars::SENSITIVE,
        Type::SemVer(_) => &scalars::SEMVER,
        Type::SemVerRange => &scalars::SEMVER_RANGE,
        Type::Timespan(_) => &numbers::TIMESPAN,
        Type::Timestamp(_) => &numbers::TIMESTAMP,
        Type::Uri(_) => &scalars::URI,
        _ => return None,
    })
}

/// Whether `new` of a type takes the arguments.
pub(crate) fn accepts(of: &Type, arguments: &[Value]) -> bool {
    let Some(maker) = maker(of) else { return false };
    maker.dispatches.declared_signatures().is_some_and(|mut signatures| signatures.any(|s| s.accepts(arguments, None)))
}

/// Whether values of a type can be made at all.
fn is_supported(of: &Type) -> bool {
    matches!(of.resolved(), Type::Object(Some(_))) || maker(of).is_some()
}

/// Whether `Init[T].new([..])` gives the list to `T.new` as one argument: where that takes just
/// one, or takes the list as one but not its elements in turn.
fn takes_list_whole(of: &Type, items: &std::sync::Arc<Vec<Value>>) -> bool {
    let whole = [Value::Array(items.clone())];
    if is_instance(of, &whole[0]) {
        return true;
    }
    let Some(signatures) = maker(of).and_then(|maker| maker.dispatches.declared_signatures()) else { return false };
    let (single, others): (Vec<_>, Vec<_>) = signatures.partition(|signature| signature.arity() == (1, Some(1)));
    single.iter().any(|signature| signature.accepts(&whole, None))
        || !others.iter().any(|signature| signature.accepts(items, None))
            && others.iter().any(|signature| signature.accepts(&whole, None))
}

/// Whether `new` of a type takes arguments of these types.
pub(crate) fn accepts_types(of: &Type, arguments: &[Type]) -> bool {
    let Some(maker) = maker(of) else { return false };
    let given = Type::tuple(arguments.to_vec(), None);
    maker.dispatches.declared_signatures().is_some_and(|mut signatures| {
        signatures.any(|signature| {
            let parameters = signature.callable_type().parameters;
            parameters.is_some_and(|parameters| is_assignable(&Type::Tuple(parameters.into()), &given))
        })
    })
}

/// Bytes as `Binary` prints them.
pub(crate) fn binary_text(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// `'NAME' The string 'x' cannot be converted to WHAT`
fn cannot_convert(name: &str, value: &Value, what: &str) -> Failure {
    Failure::argument(match value {
        Value::String(text) => format!("'{name}' The string '{text}' cannot be converted to {what}"),
        other => {
            let of = types::generalize(&infer(other));
            format!("'{name}' Value of type {of} cannot be converted to {what}")
        }
    })
}

/// An argument that may be left out.
fn given(arguments: &[Value], index: usize) -> Option<&Value> {
    arguments.get(index).filter(|value| !matches!(value, Value::Undef | Value::Default))
}
