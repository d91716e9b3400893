//! `[]` on values, and on types: `Integer[1, 5]`, `File['x']`.

use crate::error::{Failure, Place};
use crate::operators::{not_numeric, number};
use crate::types::{generalize, infer};
use crate::value::Value;
use crate::value::label::a_an;

mod parameters;
#[cfg(test)]
mod tests;

/// `receiver[keys]`.
///
/// Attributes of declared resources (`File['x']['mode']`) are the evaluator's.
pub fn access(receiver: &Value, keys: &[Value]) -> Result<Value, Failure> {
    match receiver {
        Value::Type(of) => parameters::specialize(of, keys),
        Value::Hash(entries) => match keys {
            [] => Err(arity("BAD_HASH_SLICE_ARITY", "Hash supports [] with one or more arguments", 0)),
            [key] => Ok(entries.get(key).cloned().unwrap_or(Value::Undef)),
            keys => {
                let found = keys.iter().filter_map(|key| entries.get(key)).filter(|value| !value.is_undef());
                Ok(Value::array(found.cloned().collect()))
            }
        },
        Value::Array(items) => {
            let keys = flatten(keys);
            let Some(slice) = slice(receiver, &keys, items.len(), Kind::Array)? else { return Ok(Value::Undef) };
            match slice {
                Slice::One(index) => Ok(items.get(index).cloned().unwrap_or(Value::Undef)),
                Slice::Range(from, length) => Ok(Value::array(items.iter().skip(from).take(length).cloned().collect())),
            }
        }
        Value::String(text) => {
            let keys = flatten(keys);
            let (from, length) = match slice(receiver, &keys, text.chars().count(), Kind::String)? {
                None => (0, 0),
                Some(Slice::One(index)) => (index, 1),
                Some(Slice::Range(from, length)) => (from, length),
            };
            Ok(Value::String(text.derived(text.chars().skip(from).take(length).collect::<String>())))
        }
        Value::Binary(bytes) => {
            let keys = flatten(keys);
            let (from, length) = match slice(receiver, &keys, bytes.len(), Kind::String)? {
                None => (0, 0),
                Some(Slice::One(index)) => (index, 1),
                Some(Slice::Range(from, length)) => (from, length),
            };
            Ok(Value::Binary(bytes.iter().skip(from).take(length).copied().collect()))
        }
        _ => Err(not_applicable(receiver)),
    }
}

fn not_applicable(receiver: &Value) -> Failure {
    let message = format!("Operator '[]' is not applicable to {}.", a_an(&receiver.label()));
    Failure::new("OPERATOR_NOT_APPLICABLE", message).at(Place::Left)
}

fn arity(code: &'static str, text: &str, actual: usize) -> Failure {
    Failure::new(code, format!("{text}. Got {actual}")).at(Place::Left)
}

/// Lists among keys count as their elements.
pub(crate) fn flatten(keys: &[Value]) -> Vec<Value> {
    let mut flat = Vec::with_capacity(keys.len());
    for key in keys {
        match key {
            Value::Array(items) => flat.extend(flatten(items)),
            other => flat.push(other.clone()),
        }
    }
    flat
}

#[derive(Clone, Copy)]
enum Kind {
    Array,
    String,
}

enum Slice {
    One(usize),
    Range(usize, usize),
}

/// Which elements one or two keys ask for; `None` when they lie outside.
fn slice(receiver: &Value, keys: &[Value], size: usize, kind: Kind) -> Result<Option<Slice>, Failure> {
    let size = i128::try_from(size).unwrap_or(i128::MAX);
    let from_end = |index: i128| if index < 0 { size + index } else { index };
    if let (Kind::Array, 1 | 2) = (kind, keys.len()) {
        for (position, key) in keys.iter().enumerate() {
            numeric(key, position)?;
        }
    }
    match keys {
        [key] => {
            let index = from_end(index(receiver, key, 0, kind)?);
            Ok((0..size).contains(&index).then_some(Slice::One(index as usize)))
        }
        [from, length] => {
            let mut from = from_end(index(receiver, from, 0, kind)?);
            let mut length = index(receiver, length, 1, kind)?;
            if length < 0 {
                length += size - from + 1;
            }
            if from < 0 {
                length += from;
                from = 0;
            }
            let length = if from > size { 0 } else { length.max(0) };
            Ok(Some(Slice::Range(from.min(size) as usize, usize::try_from(length).unwrap_or(usize::MAX))))
        }
        keys => Err(match kind {
            Kind::Array => arity("BAD_ARRAY_SLICE_ARITY", "Array supports [] with one or two arguments", keys.len()),
            Kind::String => arity("BAD_STRING_SLICE_ARITY", "String supports [] with one or two arguments", keys.len()),
        }),
    }
}

fn index(receiver: &Value, key: &Value, position: usize, kind: Kind) -> Result<i128, Failure> {
    let read = match key {
        Value::String(text) => number(text),
        _ => None,
    };
    let number = read.as_ref().unwrap_or(key);
    if let Value::Integer(number) = number {
        return Ok(i128::from(*number));
    }
    let place = Place::Key(position);
    match kind {
        Kind::Array => {
            let (left, actual) = (crate::value::label::a_an_uc(&receiver.label()), key_type(number));
            let message = format!("{left}[] cannot use {actual} where Integer is expected");
            Err(Failure::new("BAD_SLICE_KEY_TYPE", message).at(place))
        }
        Kind::String => {
            let actual = a_an(&key_type(number));
            let message =
                format!("A substring operation does not accept {actual} as a character index. Expected an Integer");
            Err(Failure::new("BAD_STRING_SLICE_KEY_TYPE", message).at(place))
        }
    }
}

/// Refuses a key that is no number.
fn numeric(key: &Value, position: usize) -> Result<(), Failure> {
    match key {
        Value::Integer(_) | Value::Float(_) | Value::Timestamp(_) | Value::Timespan(_) | Value::SemVer(_) => Ok(()),
        Value::String(text) if number(text).is_some() => Ok(()),
        key => Err(not_numeric(key, Place::Key(position))),
    }
}

/// How messages name the type of a key.
pub(crate) fn key_type(key: &Value) -> String {
    match key {
        Value::Undef => "Undef".to_owned(),
        Value::Default => "Default".to_owned(),
        key => generalize(&infer(key)).to_string(),
    }
}
