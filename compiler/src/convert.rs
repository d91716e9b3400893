//! `new`: making a value of a type from others.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Failure;
use crate::signature::{Dispatches, Signature};
use crate::time::Nanoseconds;
use crate::types::object::ObjectType;
use crate::types::{self, Type, infer, is_instance};
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
    match to.resolved() {
        Type::Object(Some(object)) => return objects::object(object, arguments),
        Type::ObjectExtension(extension) => return objects::object(&extension.base, arguments),
        _ => {}
    }
    let maker = maker(to).ok_or_else(|| unsupported(to))?;
    let index = maker.dispatches.select(maker.name, arguments, None)?;
    (maker.make)(index, arguments, now)
}

/// An object from its attributes by name.
pub(crate) fn from_hash(of: &Arc<ObjectType>, hash: &Value) -> Result<Value, Failure> {
    objects::from_hash(of, hash)
}

fn unsupported(to: &Type) -> Failure {
    let to = to.resolved();
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

/// What `new` of a type takes; `None` where no values of it can be made.
pub(crate) fn constructors(of: &Type) -> Option<Vec<Cow<'static, Signature>>> {
    match of.resolved() {
        Type::Object(Some(object)) => return Some(objects::signatures(object).map(Cow::Owned).to_vec()),
        Type::ObjectExtension(extension) => {
            return Some(objects::signatures(&extension.base).map(Cow::Owned).to_vec());
        }
        _ => {}
    }
    maker(of)?.dispatches.declared_signatures().map(|signatures| signatures.map(Cow::Borrowed).collect())
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
