//! `Integer()`, `Float()` and their kin.

use super::Call;
use crate::interpreter::Outcome;
use crate::value::Value;

pub(super) fn integer(call: &mut Call<'_, '_>) -> Outcome {
    match call.argument(0) {
        Value::Integer(number) => Ok(Value::Integer(number)),
        Value::Float(number) if number.is_finite() && number.abs() < 9e18 => Ok(Value::Integer(number as i64)),
        Value::Float(number) => Err(call.ruby.raise("FloatDomainError", crate::value::float_text(number))),
        Value::String(text) => {
            let text = text.shared();
            let radix = match call.argument(1) {
                Value::Integer(radix) => radix as u32,
                _ => 0,
            };
            strict_integer(&text, radix).map(Value::Integer).ok_or_else(|| {
                let shown = Value::string(text).inspect();
                call.ruby.argument_error(format!("invalid value for Integer(): {shown}"))
            })
        }
        Value::Nil => Err(call.ruby.type_error("can't convert nil into Integer")),
        other => Err(call.ruby.type_error(format!("can't convert {} into Integer", other.class()))),
    }
}

pub(super) fn float(call: &mut Call<'_, '_>) -> Outcome {
    match call.argument(0) {
        Value::Integer(number) => Ok(Value::Float(number as f64)),
        Value::Float(number) => Ok(Value::Float(number)),
        Value::String(text) => {
            let text = text.shared();
            match text.trim().replace('_', "").parse::<f64>() {
                Ok(number) if text.trim().ends_with(|c: char| c.is_ascii_digit()) => Ok(Value::Float(number)),
                _ => {
                    let shown = Value::string(text).inspect();
                    Err(call.ruby.argument_error(format!("invalid value for Float(): {shown}")))
                }
            }
        }
        Value::Nil => Err(call.ruby.type_error("can't convert nil into Float")),
        other => Err(call.ruby.type_error(format!("can't convert {} into Float", other.class()))),
    }
}

/// A text that is nothing but an integer; radix 0 looks at its prefix.
fn strict_integer(text: &str, radix: u32) -> Option<i64> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = body.to_ascii_lowercase();
    let (found, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        _ if lower.len() > 1 && lower.starts_with('0') && radix == 0 => (8, &lower[1..]),
        _ => (if radix == 0 { 10 } else { radix }, lower.as_str()),
    };
    if radix != 0 && radix != found || !(2..=36).contains(&found) {
        return None;
    }
    let odd = digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if odd || digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i64::from_str_radix(&digits.replace('_', ""), found).ok()?;
    Some(if negative { -number } else { number })
}

/// `to_i`: the number that a text begins with.
pub(super) fn leading_integer(text: &str, radix: u32) -> Option<i64> {
    let text = text.trim_start();
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let body = match radix {
        16 => body.strip_prefix("0x").unwrap_or(body),
        _ => body,
    };
    let mut number = 0_i64;
    for letter in body.chars().filter(|c| *c != '_') {
        let Some(digit) = letter.to_digit(radix) else { break };
        number = number.checked_mul(radix.into())?.checked_add(digit.into())?;
    }
    Some(if negative { -number } else { number })
}
