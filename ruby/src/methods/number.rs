//! Integers and floats.

use super::{Call, Method, method};
use crate::interpreter::Outcome;
use crate::value::compare::compare;
use crate::value::{Value, float_text};

pub(super) const METHODS: &[Method] = &[
    method("+", 1, 1, |call| arithmetic(call, "+")),
    method("-", 1, 1, |call| arithmetic(call, "-")),
    method("*", 1, 1, |call| arithmetic(call, "*")),
    method("/", 1, 1, |call| arithmetic(call, "/")),
    method("div", 1, 1, |call| arithmetic(call, "/")),
    method("%", 1, 1, |call| arithmetic(call, "%")),
    method("modulo", 1, 1, |call| arithmetic(call, "%")),
    method("**", 1, 1, |call| arithmetic(call, "**")),
    method("-@", 0, 0, |call| {
        Ok(match call.this {
            Value::Integer(number) => Value::Integer(number.wrapping_neg()),
            Value::Float(number) => Value::Float(-number),
            _ => Value::Nil,
        })
    }),
    method("+@", 0, 0, |call| Ok(call.this.clone())),
    method("<", 1, 1, |call| ordered(call, std::cmp::Ordering::is_lt)),
    method("<=", 1, 1, |call| ordered(call, std::cmp::Ordering::is_le)),
    method(">", 1, 1, |call| ordered(call, std::cmp::Ordering::is_gt)),
    method(">=", 1, 1, |call| ordered(call, std::cmp::Ordering::is_ge)),
    method("&", 1, 1, |call| bits(call, |a, b| Some(a & b))),
    method("|", 1, 1, |call| bits(call, |a, b| Some(a | b))),
    method("^", 1, 1, |call| bits(call, |a, b| Some(a ^ b))),
    method("<<", 1, 1, |call| bits(call, |a, b| a.checked_mul(2_i64.checked_pow(u32::try_from(b).ok()?)?))),
    method(">>", 1, 1, |call| bits(call, |a, b| Some(a >> b.clamp(0, 63)))),
    method("to_i", 0, 0, |call| {
        super::convert::integer(&mut Call {
            ruby: call.ruby,
            this: Value::Nil,
            arguments: vec![call.this.clone()],
            block: None,
        })
    }),
    method("to_int", 0, 0, |call| Ok(call.this.clone())),
    method("to_f", 0, 0, |call| Ok(Value::Float(float(&call.this)))),
    method("to_s", 0, 1, |call| match (&call.this, call.given(0)) {
        (Value::Integer(number), Some(Value::Integer(radix @ 2..=36))) => {
            Ok(Value::from(in_radix(*number, *radix as u64)))
        }
        (this, _) => Ok(Value::from(this.to_s())),
    }),
    method("chr", 0, 0, |call| match call.this {
        Value::Integer(code @ 0..=127) => Ok(Value::from(char::from(code as u8).to_string())),
        _ => Err(call.ruby.unsupported("a character beyond ASCII")),
    }),
    method("times", 0, 0, |call| {
        let block = call.needed_block()?;
        let Value::Integer(count) = call.this else { return Ok(Value::Nil) };
        for number in 0..count {
            call.run(&block, Value::Integer(number))?;
        }
        Ok(call.this.clone())
    }),
    method("upto", 1, 1, |call| count(call, 1)),
    method("downto", 1, 1, |call| count(call, -1)),
    method("abs", 0, 0, |call| {
        Ok(match call.this {
            Value::Integer(number) => Value::Integer(number.wrapping_abs()),
            Value::Float(number) => Value::Float(number.abs()),
            _ => Value::Nil,
        })
    }),
    method("zero?", 0, 0, |call| Ok(Value::Boolean(float(&call.this) == 0.0))),
    method("positive?", 0, 0, |call| Ok(Value::Boolean(float(&call.this) > 0.0))),
    method("negative?", 0, 0, |call| Ok(Value::Boolean(float(&call.this) < 0.0))),
    method("even?", 0, 0, |call| Ok(Value::Boolean(matches!(call.this, Value::Integer(number) if number % 2 == 0)))),
    method("odd?", 0, 0, |call| Ok(Value::Boolean(matches!(call.this, Value::Integer(number) if number % 2 != 0)))),
    method("succ", 0, 0, |call| Ok(Value::Integer(whole(&call.this).wrapping_add(1)))),
    method("next", 0, 0, |call| Ok(Value::Integer(whole(&call.this).wrapping_add(1)))),
    method("pred", 0, 0, |call| Ok(Value::Integer(whole(&call.this).wrapping_sub(1)))),
    method("floor", 0, 0, |call| Ok(rounded(&call.this, f64::floor))),
    method("ceil", 0, 0, |call| Ok(rounded(&call.this, f64::ceil))),
    method("round", 0, 1, |call| match (&call.this, call.given(0)) {
        (Value::Float(number), Some(Value::Integer(digits @ 1..=15))) => {
            let factor = 10_f64.powi(*digits as i32);
            Ok(Value::Float((number * factor).round() / factor))
        }
        (this, _) => Ok(rounded(this, f64::round)),
    }),
    method("fdiv", 1, 1, |call| Ok(Value::Float(float(&call.this) / float(&call.argument(0))))),
];

fn float(value: &Value) -> f64 {
    match value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        _ => 0.0,
    }
}

fn whole(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        _ => 0,
    }
}

fn rounded(value: &Value, round: fn(f64) -> f64) -> Value {
    match value {
        Value::Float(number) if number.abs() < 9e18 => Value::Integer(round(*number) as i64),
        other => other.clone(),
    }
}

fn arithmetic(call: &mut Call<'_, '_>, operator: &str) -> Outcome {
    let argument = call.argument(0);
    match (&call.this, &argument) {
        (Value::Integer(a), Value::Integer(b)) => {
            let (a, b) = (*a, *b);
            if b == 0 && matches!(operator, "/" | "%") {
                return Err(call.ruby.raise("ZeroDivisionError", "divided by 0"));
            }
            let result = match operator {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_div(b).map(|q| if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }),
                "%" => a.checked_rem(b).map(|r| if r != 0 && (r < 0) != (b < 0) { r + b } else { r }),
                _ => match u32::try_from(b) {
                    Ok(b) => a.checked_pow(b),
                    Err(_) => return Err(call.ruby.unsupported("a rational number")),
                },
            };
            result.map(Value::Integer).ok_or_else(|| call.ruby.unsupported("an integer of more than 64 bits"))
        }
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            let (a, b) = (float(&call.this), float(&argument));
            Ok(Value::Float(match operator {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "%" => a - b * (a / b).floor(),
                _ => a.powf(b),
            }))
        }
        _ => {
            let shown = match &argument {
                Value::Nil | Value::Boolean(_) => argument.inspect(),
                other => other.class().to_string(),
            };
            let what = call.this.class();
            Err(call.ruby.type_error(format!("{shown} can't be coerced into {what}")))
        }
    }
}

fn ordered(call: &mut Call<'_, '_>, fits: fn(std::cmp::Ordering) -> bool) -> Outcome {
    let argument = call.argument(0);
    match compare(&call.this, &argument) {
        Some(order) if matches!(argument, Value::Integer(_) | Value::Float(_)) => Ok(Value::Boolean(fits(order))),
        _ => {
            let shown = match &argument {
                Value::Nil | Value::Boolean(_) => argument.inspect(),
                Value::Float(number) => float_text(*number),
                other => other.class().to_string(),
            };
            let what = call.this.class();
            Err(call.ruby.argument_error(format!("comparison of {what} with {shown} failed")))
        }
    }
}

fn bits(call: &mut Call<'_, '_>, run: fn(i64, i64) -> Option<i64>) -> Outcome {
    let (Value::Integer(a), Value::Integer(b)) = (&call.this, call.argument(0)) else {
        return Err(call.no_conversion(&call.argument(0), "Integer"));
    };
    run(*a, b).map(Value::Integer).ok_or_else(|| call.ruby.unsupported("an integer of more than 64 bits"))
}

fn count(call: &mut Call<'_, '_>, step: i64) -> Outcome {
    let block = call.needed_block()?;
    let Value::Integer(mut number) = call.this else { return Ok(Value::Nil) };
    let end = call.integer_argument(0)?;
    while (end - number) * step >= 0 {
        call.run(&block, Value::Integer(number))?;
        number += step;
    }
    Ok(call.this.clone())
}

fn in_radix(number: i64, radix: u64) -> String {
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((rest % radix) as u32, radix as u32).unwrap_or('0'));
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    digits.extend((number < 0).then_some('-'));
    digits.iter().rev().collect()
}
