//! `+ - * / % << >>`

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use syntax::ast::BinaryOp;

use crate::error::{Failure, Place};
use crate::operators::{Coerced, NO_FLOAT};
use crate::time::{Nanoseconds, PER_SECOND};
use crate::types::{self, Type};
use crate::value::label::{a_an, a_an_uc};
use crate::value::{Hash, Value, ruby_class};

/// `+ - * / % << >>`, with strings read as numbers; each such reading is noted in `coerced`.
pub fn arithmetic(op: BinaryOp, left: &Value, right: &Value, coerced: &mut Vec<Coerced>) -> Result<Value, Failure> {
    match (left, op) {
        (Value::Array(_) | Value::Hash(_) | Value::Uri(_) | Value::Binary(_), BinaryOp::Add) => {
            concatenate(left, right)
        }
        (Value::Array(_) | Value::Hash(_), BinaryOp::Subtract) => Ok(delete(left, right)),
        (Value::Array(items), BinaryOp::ShiftLeft) => {
            let mut items = Vec::clone(items);
            items.push(right.clone());
            Ok(Value::array(items))
        }
        (Value::Hash(_), BinaryOp::ShiftLeft) => Err(not_applicable(op, left)),
        _ => {
            let left = coerce(left, Place::Left, coerced)?;
            let right = coerce(right, Place::Right, coerced)?;
            calculate(op, &left, &right)
        }
    }
}

/// Unary `-`.
pub fn negate(value: &Value, coerced: &mut Vec<Coerced>) -> Result<Value, Failure> {
    match coerce(value, Place::Whole, coerced)? {
        Value::Integer(number) => {
            number.checked_neg().map(Value::Integer).ok_or_else(|| overflow("Unary Minus", -i128::from(number)))
        }
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Timespan(span) => Ok(Value::Timespan(Nanoseconds::new(-span.get()))),
        Value::SemVer(_) => Err(Failure::argument(NO_FLOAT)),
        other => Err(Failure::new(
            "OPERATOR_NOT_APPLICABLE",
            format!("Operator '-' is not applicable to {}.", a_an(&other.label())),
        )),
    }
}

fn coerce(value: &Value, place: Place, coerced: &mut Vec<Coerced>) -> Result<Value, Failure> {
    match value {
        Value::Integer(_) | Value::Float(_) | Value::Timespan(_) | Value::Timestamp(_) | Value::SemVer(_) => {
            Ok(value.clone())
        }
        Value::String(text) => {
            let number = super::number(text).ok_or_else(|| not_numeric(value, place))?;
            coerced.push(Coerced { before: value.clone(), after: number.clone() });
            Ok(number)
        }
        _ => Err(not_numeric(value, place)),
    }
}

pub(crate) fn not_numeric(value: &Value, place: Place) -> Failure {
    let text = match value {
        Value::Regexp(_) => crate::functions::ruby_text::to_s(value),
        value => crate::format::ruby_text(value),
    };
    Failure::new("NOT_NUMERIC", format!("The value '{text}' cannot be converted to Numeric.")).at(place)
}

fn not_applicable(op: BinaryOp, left: &Value) -> Failure {
    let message = format!("Operator '{}' is not applicable to {}.", op.symbol(), a_an(&left.label()));
    Failure::new("OPERATOR_NOT_APPLICABLE", message).at(Place::Left)
}

fn not_applicable_when(op: BinaryOp, left: &Value, right: &Value) -> Failure {
    let (op, left, right) = (op.symbol(), a_an(&left.label()), a_an(&right.label()));
    let message = format!("Operator '{op}' is not applicable to {left} when right side is {right}.");
    Failure::new("OPERATOR_NOT_APPLICABLE_WHEN", message).at(Place::Left)
}

fn overflow(what: &str, value: i128) -> Failure {
    let (bound, sign) = if value > 0 { ("max", '+') } else { ("min", '-') };
    let what = a_an_uc(what);
    let message = format!(
        "{what} resulted in a value outside of Puppet Integer {bound} range, got '{sign}0x{:x}'",
        value.unsigned_abs()
    );
    Failure::new("NUMERIC_OVERFLOW", message)
}

fn calculate(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Failure> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => integers(op, *a, *b),
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            let (a, b) = (left.as_number().unwrap_or_default(), right.as_number().unwrap_or_default());
            floats(op, left, right, a, b)
        }
        (Value::Timespan(_) | Value::Timestamp(_), _) => times(op, left, right),
        (Value::Integer(_) | Value::Float(_), Value::Timespan(_) | Value::Timestamp(_)) => match (op, right) {
            (BinaryOp::Add, _) | (BinaryOp::Multiply, Value::Timespan(_)) => times(op, right, left),
            (BinaryOp::Subtract, Value::Timespan(_)) => {
                let span = crate::time::from_seconds(left).unwrap_or(Nanoseconds::new(0));
                times(op, &Value::Timespan(span), right)
            }
            _ => Err(not_applicable_when(op, left, right)),
        },
        (Value::Integer(_) | Value::Float(_), Value::SemVer(_))
            if !is_shift(op) && !matches!((left, op), (Value::Float(_), BinaryOp::Modulo)) =>
        {
            Err(Failure::argument(NO_FLOAT))
        }
        (Value::SemVer(_), Value::Timespan(_) | Value::Timestamp(_)) if op == BinaryOp::Add => times(op, right, left),
        (Value::SemVer(_), Value::Timespan(_) | Value::Timestamp(_)) => Err(not_applicable_when(op, left, right)),
        _ => Err(not_applicable(op, left)),
    }
}

fn is_shift(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::ShiftLeft | BinaryOp::ShiftRight)
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Result<Value, Failure> {
    let (wide_a, wide_b) = (i128::from(a), i128::from(b));
    let division_by_zero = || Failure::new("DIV_BY_ZERO", "Division by 0").at(Place::Right);
    let result = match op {
        BinaryOp::Add => wide_a + wide_b,
        BinaryOp::Subtract => wide_a - wide_b,
        BinaryOp::Multiply => wide_a * wide_b,
        BinaryOp::Divide if b == 0 => return Err(division_by_zero()),
        BinaryOp::Divide => floor_division(wide_a, wide_b),
        BinaryOp::Modulo if b == 0 => return Err(division_by_zero()),
        BinaryOp::Modulo => wide_a - floor_division(wide_a, wide_b) * wide_b,
        BinaryOp::ShiftLeft => shift(wide_a, wide_b),
        BinaryOp::ShiftRight => shift(wide_a, -wide_b),
        _ => return Err(not_applicable(op, &Value::Integer(a))),
    };
    let what = format!("'{}' expression", op.symbol());
    i64::try_from(result).map(Value::Integer).map_err(|_| overflow(&what, result))
}

/// Down, also below zero.
fn floor_division(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// To the left; to the right where negative. More than 63 bits to the left overflow anyway.
fn shift(a: i128, by: i128) -> i128 {
    if by >= 0 { a << by.min(63) } else { a >> (-by).min(127) }
}

fn floats(op: BinaryOp, left: &Value, right: &Value, a: f64, b: f64) -> Result<Value, Failure> {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        // Rounding would give results that surprise.
        BinaryOp::Modulo if matches!(left, Value::Integer(_)) => return Err(not_applicable_when(op, left, right)),
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight if matches!(left, Value::Integer(_)) => {
            let by = i128::from(b as i64);
            let by = if op == BinaryOp::ShiftLeft { by } else { -by };
            return i64::try_from(shift(i128::from(left.as_integer().unwrap_or_default()), by))
                .map(Value::Integer)
                .map_err(|_| overflow(&format!("'{}' expression", op.symbol()), i128::MAX));
        }
        _ => return Err(not_applicable(op, left)),
    };
    if result.is_infinite() {
        let message = format!("The result of the {} expression is Infinity", op.symbol());
        return Err(Failure::new("RESULT_IS_INFINITY", message).at(Place::Left));
    }
    Ok(Value::Float(result))
}

fn times(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Failure> {
    let delta = |value: &Value| match value {
        Value::Timespan(span) => Some(span.get()),
        other => crate::time::from_seconds(other).map(Nanoseconds::get),
    };
    let described = || class_label(right);
    let span = |nanoseconds: i128| Ok(Value::Timespan(Nanoseconds::new(nanoseconds)));
    let stamp = |nanoseconds: i128| Ok(Value::Timestamp(Nanoseconds::new(nanoseconds)));
    let argument = |text: String| Err(Failure::argument(text));
    match (left, op, right) {
        (Value::Timestamp(a), BinaryOp::Subtract, Value::Timestamp(b)) => span(a.get().saturating_sub(b.get())),
        (Value::Timespan(a), BinaryOp::Add, Value::Timestamp(b)) => stamp(a.get().saturating_add(b.get())),
        (Value::Timestamp(a), BinaryOp::Add, _) => match delta(right) {
            Some(delta) => stamp(a.get().saturating_add(delta)),
            None => argument(format!("{} cannot be added to a Timestamp", a_an_uc(&described()))),
        },
        (Value::Timestamp(a), BinaryOp::Subtract, _) => match delta(right) {
            Some(delta) => stamp(a.get().saturating_sub(delta)),
            None => argument(format!("{} cannot be subtracted from a Timestamp", a_an_uc(&described()))),
        },
        (Value::Timespan(a), BinaryOp::Add, _) => match delta(right) {
            Some(delta) => span(a.get().saturating_add(delta)),
            None => argument(format!("{} cannot be added to a Timespan", a_an_uc(&described()))),
        },
        (Value::Timespan(a), BinaryOp::Subtract, _) => match delta(right) {
            Some(delta) if !matches!(right, Value::Timestamp(_)) => span(a.get().saturating_sub(delta)),
            _ => argument(format!("{} cannot be subtracted from a Timespan", a_an_uc(&described()))),
        },
        (Value::Timespan(a), BinaryOp::Multiply, Value::Integer(b)) => span(a.get().saturating_mul(i128::from(*b))),
        (Value::Timespan(a), BinaryOp::Multiply, Value::Float(b)) => span((a.get() as f64 * b) as i128),
        (Value::Timespan(_), BinaryOp::Multiply, _) => {
            argument(format!("A Timestamp cannot be multiplied by {}", a_an(&described())))
        }
        (Value::Timespan(_), BinaryOp::Divide, Value::Integer(0)) => {
            Err(Failure::new("DIV_BY_ZERO", "Division by 0").at(Place::Right))
        }
        (Value::Timespan(a), BinaryOp::Divide, Value::Timespan(b)) => Ok(Value::Float(a.get() as f64 / b.get() as f64)),
        (Value::Timespan(a), BinaryOp::Divide, Value::Integer(b)) => span(floor_division(a.get(), i128::from(*b))),
        (Value::Timespan(a), BinaryOp::Divide, Value::Float(b)) => span((a.get() as f64 / b).floor() as i128),
        (Value::Timespan(_), BinaryOp::Divide, _) => {
            argument(format!("A Timespan cannot be divided by {}", a_an(&described())))
        }
        (Value::Timespan(_), BinaryOp::Modulo, Value::Integer(0)) => {
            Err(Failure::new("DIV_BY_ZERO", "Division by 0").at(Place::Right))
        }
        (Value::Timespan(a), BinaryOp::Modulo, Value::Integer(b)) => {
            Ok(Value::Integer(a.get().div_euclid(PER_SECOND).rem_euclid(i128::from(*b)) as i64))
        }
        (Value::Timespan(_), BinaryOp::Modulo, Value::Float(_)) => Err(not_applicable_when(op, left, right)),
        (Value::Timespan(_), BinaryOp::Modulo, _) => {
            argument(format!("Can not do modulus on a Timespan using a {}", a_an(&described())))
        }
        _ => Err(not_applicable(op, left)),
    }
}

/// The last segment of a value's class.
fn class_label(value: &Value) -> String {
    ruby_class(value).rsplit("::").next().unwrap_or_default().to_owned()
}

fn concatenate(left: &Value, right: &Value) -> Result<Value, Failure> {
    match left {
        Value::Hash(entries) => {
            let added = match right {
                Value::Hash(added) => added.clone(),
                Value::Array(items) => Arc::new(entries_of(items)?),
                _ => return Err(Failure::argument("Can only append Array or Hash to a Hash")),
            };
            let mut entries = Hash::clone(entries);
            entries.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
            Ok(Value::hash(entries))
        }
        Value::Uri(uri) => {
            let reference: &str = match right {
                Value::String(text) => text,
                Value::Uri(text) => text,
                _ => return Err(Failure::argument("An URI can only be merged with an URI or String")),
            };
            types::uri::check(reference).map_err(Failure::argument)?;
            types::uri::merge(uri, reference).map(|merged| Value::Uri(merged.into())).map_err(Failure::argument)
        }
        Value::Binary(bytes) => match right {
            Value::Binary(more) => Ok(Value::Binary([&**bytes, &**more].concat().into())),
            _ => Err(Failure::argument("Can only append Binary to a Binary")),
        },
        Value::Array(items) => {
            let mut items = Vec::clone(items);
            items.extend(listed(right));
            Ok(Value::array(items))
        }
        _ => Err(not_applicable(BinaryOp::Add, left)),
    }
}

/// A list as it is, a hash as pairs, anything else as a list of one.
fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.to_vec(),
        Value::Hash(entries) => {
            entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect()
        }
        other => vec![other.clone()],
    }
}

/// `[[a, 1], [b, 2]]` or `[a, 1, b, 2]` as a hash.
fn entries_of(items: &[Value]) -> Result<Hash, Failure> {
    let of_lists = match types::infer(&Value::array(items.to_vec())) {
        Type::Array(array) => matches!(array.element, Type::Array(_)),
        _ => false,
    };
    if of_lists {
        return items
            .iter()
            .map(|pair| match pair.as_array() {
                Some([key, value]) => Ok((key.clone(), value.clone())),
                Some([key]) => Ok((key.clone(), Value::Undef)),
                other => {
                    let length = other.map_or(0, <[Value]>::len);
                    Err(Failure::argument(format!("invalid number of elements ({length} for 1..2)")))
                }
            })
            .collect();
    }
    if !items.len().is_multiple_of(2) {
        return Err(Failure::argument("odd number of arguments for Hash"));
    }
    Ok(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
}

fn delete(left: &Value, right: &Value) -> Value {
    match left {
        Value::Hash(entries) => {
            let keys: Vec<Value> = match right {
                Value::Hash(removed) => removed.keys().cloned().collect(),
                Value::Array(keys) => keys.to_vec(),
                other => vec![other.clone()],
            };
            let keys: IndexSet<Value, FxBuildHasher> = keys.into_iter().collect();
            let kept = entries.iter().filter(|(key, _)| !keys.contains(*key));
            Value::hash(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        Value::Array(items) => {
            let removed = listed(right);
            // Numbers are compared by their value, whatever their kind; there are seldom many.
            let (numbers, others): (Vec<Value>, Vec<Value>) =
                removed.into_iter().partition(|value| matches!(value, Value::Integer(_) | Value::Float(_)));
            let equal: IndexSet<&Value, FxBuildHasher> = numbers.iter().chain(&others).collect();
            let gone = |item: &Value| match item {
                Value::Integer(_) | Value::Float(_) => {
                    equal.contains(item) || numbers.iter().any(|number| same(item, number))
                }
                _ => equal.contains(item),
            };
            Value::array(items.iter().filter(|item| !gone(item)).cloned().collect())
        }
        other => other.clone(),
    }
}

/// Equal letter by letter, with numbers by their value.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => super::inner_equals(a, b),
        _ => a == b,
    }
}
