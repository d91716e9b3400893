//! Truth values from and to texts and numbers.

use super::{expect, refuse};
use crate::error::Stop;
use crate::functions::numbers::ruby_float;
use crate::functions::{Function, ruby_text};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("str2bool", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("str2bool(): Wrong number of arguments given ({n} for 1)")
        })?;
        truth(call.argument(0)).map(Value::Boolean)
    }),
    Function::legacy("bool2num", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("bool2num(): Wrong number of arguments given ({n} for 1)")
        })?;
        Ok(Value::Integer(i64::from(truth(call.argument(0))?)))
    }),
    Function::legacy("bool2str", 0, None, |call| {
        let fits = matches!(call.arguments.len(), 1 | 3);
        expect(call, fits, |n| format!("bool2str(): Wrong number of arguments given ({n} for 3)"))?;
        let Some(truth) = call.argument(0).as_bool() else {
            return refuse("bool2str(): Requires a boolean to work with");
        };
        let text = |index: usize, default: &str| match call.arguments.get(index) {
            None | Some(Value::Boolean(false)) => Some(Value::from(default)),
            Some(text @ Value::String(_)) => Some(text.clone()),
            Some(_) => None,
        };
        match (text(1, "true"), text(2, "false")) {
            (Some(yes), Some(no)) => Ok(if truth { yes } else { no }),
            _ => refuse("bool2str(): Requires strings to convert to"),
        }
    }),
    Function::legacy("num2bool", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("num2bool(): Wrong number of arguments given ({n} for 1)"))?;
        numeric_truth(call.argument(0)).map(Value::Boolean)
    }),
    Function::legacy("any2bool", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("any2bool(): Wrong number of arguments given ({n} for 1)")
        })?;
        let value = call.argument(0);
        Ok(Value::Boolean(match value {
            Value::Boolean(truth) => *truth,
            Value::Integer(_) | Value::Float(_) => numeric_truth(value)?,
            Value::String(text) if ruby_float(text).is_some() => numeric_truth(value)?,
            Value::String(_) => truth(value)?,
            _ => true,
        }))
    }),
];

pub(super) fn truth(value: &Value) -> Result<bool, Stop> {
    let text = match value {
        Value::Boolean(truth) => return Ok(*truth),
        Value::String(text) => text,
        _ => return refuse("str2bool(): Requires string to work with"),
    };
    // Any line of the text decides.
    let is = |words: &[&str]| text.split('\n').any(|line| words.iter().any(|word| line.eq_ignore_ascii_case(word)));
    if is(&[""]) {
        Ok(false)
    } else if is(&["1", "t", "y", "true", "yes"]) {
        Ok(true)
    } else if is(&["0", "f", "n", "false", "no"]) || text.split('\n').any(|line| matches!(line, "undef" | "undefined"))
    {
        Ok(false)
    } else {
        refuse("str2bool(): Unknown type of boolean given")
    }
}

fn numeric_truth(value: &Value) -> Result<bool, Stop> {
    let number = match value {
        Value::String(text) => {
            if let Some(number) = ruby_float(text) {
                number
            } else {
                let inspected = ruby_text::inspect(value);
                return refuse(format!(
                    "num2bool(): '{text}' does not look like a number: invalid value for Float(): {inspected}"
                ));
            }
        }
        other => other.as_number().unwrap_or_default(),
    };
    Ok(number.trunc() > 0.0)
}
