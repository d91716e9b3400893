//! Functions on numbers, and those that order values.

use std::cmp::Ordering;

use super::{Call, Function, ruby_text};
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, repeated, required};
use crate::value::Value;

const NUMBER_OR_TEXT: &[Declared] =
    &[Declared::new(&[required("val", "Numeric")]), Declared::new(&[required("val", "String")])];

const EXTREME: &[Declared] = &[
    Declared::new(&[repeated("values", "Numeric")]),
    Declared::new(&[repeated("values", "String")]),
    Declared::new(&[required("values", "Array[Numeric]")]).block(optional("block", "Callable[2,2]")),
    Declared::new(&[required("values", "Array[String]")]).block(optional("block", "Callable[2,2]")),
    Declared::new(&[required("values", "Array")]).block(optional("block", "Callable[2,2]")),
    Declared::new(&[repeated("values", "Any")]).block(required("block", "Callable[2,2]")),
    Declared::new(&[repeated("values", "Any")]),
];

const TIMES: &[(&str, &str)] = &[
    ("TimeComparable", "Variant[Numeric, Timespan, Timestamp]"),
    ("Comparable", "Variant[String, SemVer, TimeComparable]"),
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("abs", NUMBER_OR_TEXT, abs),
    Function::new("ceiling", NUMBER_OR_TEXT, |call| whole(call, f64::ceil)),
    Function::new("floor", NUMBER_OR_TEXT, |call| whole(call, f64::floor)),
    Function::new("round", &[Declared::new(&[required("val", "Numeric")])], |call| {
        let number = call.argument(0).as_number().unwrap_or_default();
        let rounded = if number > 0.0 { number + 0.5 } else { number - 0.5 };
        integer(call.name, rounded.trunc())
    }),
    Function::new("max", EXTREME, |call| extreme(call, Ordering::Greater)),
    Function::new("min", EXTREME, |call| extreme(call, Ordering::Less)),
    Function::new(
        "compare",
        &[
            Declared::new(&[required("a", "Numeric"), required("b", "Numeric")]),
            Declared::new(&[required("a", "String"), required("b", "String"), optional("ignore_case", "Boolean")]),
            Declared::new(&[required("a", "SemVer"), required("b", "SemVer")]),
            Declared::new(&[required("a", "Numeric"), required("b", "Variant[Timespan, Timestamp]")]),
            Declared::new(&[required("a", "Timestamp"), required("b", "Variant[Timestamp, Numeric]")]),
            Declared::new(&[required("a", "Timespan"), required("b", "Variant[Timespan, Numeric]")]),
            Declared::new(&[required("a", "Comparable"), required("b", "Comparable"), repeated("ignore_case", "Any")])
                .aliases(TIMES)
                .complains(),
            Declared::new(&[required("a", "Any"), required("b", "Any"), repeated("ignore_case", "Any")]).complains(),
        ],
        compare,
    ),
    Function::new(
        "sort",
        &[
            Declared::new(&[required("string_value", "String")]).block(optional("block", "Callable[2,2]")),
            Declared::new(&[required("array_value", "Array")]).block(optional("block", "Callable[2,2]")),
        ],
        sort,
    ),
];

fn abs(call: &mut Call<'_>) -> Result<Value, Stop> {
    match call.argument(0) {
        Value::Integer(number) => Ok(Value::Integer(number.saturating_abs())),
        Value::Float(number) => Ok(Value::Float(number.abs())),
        other => {
            let text = other.as_str().unwrap_or_default().to_owned();
            deprecated(call, "abs_function_numeric_coerce_string", &numeric_coercion("abs", "Numeric"));
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let unsigned = text.strip_prefix('-').unwrap_or(&text);
            match unsigned.split_once('.') {
                Some((whole, fraction)) if digits(whole) && digits(fraction) => {
                    Ok(Value::Float(unsigned.parse().unwrap_or_default()))
                }
                None if digits(unsigned) => Ok(Value::Integer(unsigned.parse().unwrap_or(i64::MAX))),
                _ => Err(Failure::argument(
                    "abs(): Requires float or integer to work with - was given non decimal string",
                )
                .into()),
            }
        }
    }
}

fn numeric_coercion(name: &str, to: &str) -> String {
    format!(
        "The {name}() function's auto conversion of String to {to} is deprecated - change to convert input before calling"
    )
}

/// Says once that something is on its way out.
pub(super) fn deprecated(call: &mut Call<'_>, key: &str, message: &str) {
    call.caller.warn_once(key, message.to_owned());
}

fn whole(call: &mut Call<'_>, cut: fn(f64) -> f64) -> Result<Value, Stop> {
    let name = call.name;
    let number = match call.argument(0) {
        Value::Integer(number) => return Ok(Value::Integer(*number)),
        Value::Float(number) => *number,
        other => {
            let text = other.as_str().unwrap_or_default().to_owned();
            deprecated(call, &format!("{name}_function_numeric_coerce_string"), &numeric_coercion(name, "Float"));
            ruby_float(&text).ok_or_else(|| {
                Failure::argument(format!("{name}(): cannot convert given value to a floating point value."))
            })?
        }
    };
    integer(name, cut(number))
}

fn integer(name: &str, number: f64) -> Result<Value, Stop> {
    // The bounds are exact as floats.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) {
        return Ok(Value::Integer(number as i64));
    }
    Err(Failure::argument(format!("{name}(): the result does not fit in 64 bits")).into())
}

/// Ruby's `Float(text)`.
pub(super) fn ruby_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'_'));
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().map(|number| number as f64);
    }
    if numeric { text.replace('_', "").parse().ok() } else { None }
}

fn extreme(call: &mut Call<'_>, wanted: Ordering) -> Result<Value, Stop> {
    let values =
        if matches!(call.dispatch, 2..=4) { call.items(0).to_vec() } else { std::mem::take(&mut call.arguments) };
    let name = call.name;
    if call.block.is_none() && values.is_empty() {
        return Err(Failure::argument(format!("{name}(): Wrong number of arguments need at least one")).into());
    }
    let mut values = values.into_iter();
    let Some(mut best) = values.next() else { return Ok(Value::Undef) };
    let texts = matches!(call.dispatch, 1 | 3);
    for value in values {
        let order = if call.block.is_some() {
            match call.run_block(vec![value.clone(), best.clone()])? {
                Value::Integer(order) => order.cmp(&0),
                Value::Float(order) => order.partial_cmp(&0.0).unwrap_or(Ordering::Equal),
                _ => return Err(Failure::argument(format!("{name}(): the block must give a number")).into()),
            }
        } else if let (Some(a), Some(b)) = (value.as_number(), best.as_number()) {
            a.partial_cmp(&b).unwrap_or(Ordering::Equal)
        } else {
            let (a, b) = (ruby_text::to_s(&value), ruby_text::to_s(&best));
            order_by_text(call, &a, &b, texts)
        };
        if order == wanted {
            best = value;
        }
    }
    Ok(best)
}

/// Texts that look like numbers compare as numbers, with a warning.
fn order_by_text(call: &mut Call<'_>, a: &str, b: &str, texts: bool) -> Ordering {
    let name = call.name;
    let tail = "is deprecated - change to convert input before calling, or use lambda";
    if looks_numeric(a) && looks_numeric(b) {
        let message = format!("The {name}() function's auto conversion of String to Numeric {tail}");
        deprecated(call, &format!("{name}_function_numeric_coerce_string"), &message);
        let number = |text: &str| text.replace('_', "").parse::<f64>().unwrap_or_default();
        return number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal);
    }
    if !texts {
        let message = format!("The {name}() function's auto conversion of Any to String {tail}");
        deprecated(call, &format!("{name}_function_string_coerce_any"), &message);
    }
    a.cmp(b)
}

/// Digits, and perhaps a mark and more digits.
fn looks_numeric(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match unsigned.split_once(['.', '_', 'e', 'E']) {
        Some((whole, rest)) => digits(whole) && digits(rest),
        None => digits(unsigned),
    }
}

fn compare(call: &mut Call<'_>) -> Result<Value, Stop> {
    let (a, b) = (call.argument(0), call.argument(1));
    let seconds = |value: &Value| match value {
        Value::Timestamp(time) | Value::Timespan(time) => time.get() as f64 / 1e9,
        other => other.as_number().unwrap_or_default(),
    };
    let order = match call.dispatch {
        0 | 3 => seconds(a).partial_cmp(&seconds(b)).unwrap_or(Ordering::Equal),
        1 => {
            let (a, b) = (call.text(0), call.text(1));
            if call.argument(2).as_bool() == Some(false) {
                a.cmp(b)
            } else {
                a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase())
            }
        }
        2 | 4 | 5 => match (a, b) {
            (Value::SemVer(a), Value::SemVer(b)) => a.cmp_precedence(b),
            (Value::Timestamp(a), Value::Timestamp(b)) | (Value::Timespan(a), Value::Timespan(b)) => {
                a.get().cmp(&b.get())
            }
            _ => seconds(a).partial_cmp(&seconds(b)).unwrap_or(Ordering::Equal),
        },
        _ => return Err(Failure::argument(not_comparable(call)).into()),
    };
    Ok(Value::Integer(order as i64))
}

fn not_comparable(call: &Call<'_>) -> String {
    let (a, b) = (call.argument(0), call.argument(1));
    let rest = call.arguments.get(2..).unwrap_or_default();
    if call.dispatch == 6 && !rest.is_empty() {
        if a.as_str().is_none() || b.as_str().is_none() {
            return "'compare' compare(): The third argument (ignore case) can only be used when comparing strings"
                .to_owned();
        }
        if rest.len() != 1 {
            return format!("'compare' compare(): Accepts at most 3 arguments, got {}", 2 + rest.len());
        }
        if rest[0].as_bool().is_none() {
            // The original trips over its own check.
            return "uninitialized constant Puppet::Pops::Loader::RubyFunctionInstantiator::Boolean".to_owned();
        }
    }
    let what = if call.dispatch == 6 {
        "Can only compare values of the same type (or for Timestamp/Timespan also against Numeric)."
    } else {
        "Non comparable type. Only values of the types Numeric, String, Semver, Timestamp and Timestamp can be compared."
    };
    format!("'compare' compare(): {what} Got {} and {}", label(a), label(b))
}

/// What the original calls a value in some of its texts.
fn label(value: &Value) -> String {
    match value {
        Value::Undef => "Undef Value".to_owned(),
        Value::Default => "'default' expression".to_owned(),
        Value::SemVer(_) => "Semver".to_owned(),
        Value::Type(of) => {
            let name = of.to_string();
            format!("{}-Type", name.split('[').next().unwrap_or_default())
        }
        Value::Hash(_) => "Hash".to_owned(),
        Value::Array(_) => "Array".to_owned(),
        other => other.type_name().to_owned(),
    }
}

fn sort(call: &mut Call<'_>) -> Result<Value, Stop> {
    if let Value::String(text) = call.argument(0) {
        let characters = text.chars().map(|c| Value::from(c.to_string())).collect();
        let sorted = sorted(call, characters)?;
        return Ok(Value::from(sorted.iter().filter_map(Value::as_str).collect::<String>()));
    }
    let items = call.items(0).to_vec();
    Ok(Value::array(sorted(call, items)?))
}

fn sorted(call: &mut Call<'_>, items: Vec<Value>) -> Result<Vec<Value>, Stop> {
    if call.block.is_none() {
        return merge_sorted(items, &mut |a, b| ruby_order(a, b).ok_or_else(|| not_ordered(a, b).into()));
    }
    merge_sorted(items, &mut |a, b| match call.run_block(vec![a.clone(), b.clone()])? {
        Value::Integer(order) => Ok(order.cmp(&0)),
        Value::Float(order) => Ok(order.partial_cmp(&0.0).unwrap_or(Ordering::Equal)),
        _ => Err(not_ordered(a, b).into()),
    })
}

pub(super) fn not_ordered(a: &Value, b: &Value) -> Failure {
    let class = super::strings::ruby_class;
    let right = match b {
        Value::Undef | Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => ruby_text::inspect(b),
        other => class(other),
    };
    Failure::argument(format!("comparison of {} with {right} failed", class(a)))
}

/// Ruby's `<=>`; `None` where values do not compare.
pub(super) fn ruby_order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Array(a), Value::Array(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                let order = ruby_order(a, b)?;
                if order.is_ne() {
                    return Some(order);
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::SemVer(a), Value::SemVer(b)) => Some(a.cmp_precedence(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) | (Value::Timespan(a), Value::Timespan(b)) => {
            Some(a.get().cmp(&b.get()))
        }
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => (a == b).then_some(Ordering::Equal),
        },
    }
}

/// A stable sort whose comparison may fail.
pub(super) fn merge_sorted(
    items: Vec<Value>,
    compare: &mut dyn FnMut(&Value, &Value) -> Result<Ordering, Stop>,
) -> Result<Vec<Value>, Stop> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let left = merge_sorted(left, compare)?;
    let right = merge_sorted(right, compare)?;
    let mut result = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if compare(a, b)?.is_le() { left.next() } else { right.next() };
        result.extend(next);
    }
    result.extend(left);
    result.extend(right);
    Ok(result)
}
