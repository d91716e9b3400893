//! Operators of the language on values.

use std::cmp::Ordering;

use crate::error::Failure;
use crate::regexp::Captures;
use crate::types::is_assignable;
use crate::value::Value;

mod arithmetic;
mod matching;
mod number;
#[cfg(test)]
mod tests;

pub(crate) use arithmetic::not_numeric;
pub use arithmetic::{arithmetic, negate};
pub use matching::{contains, matches, option_matches};
pub use number::number;

/// A string that arithmetic took for a number. The evaluator warns of it, or refuses it, by the
/// setting `strict`.
#[derive(Clone, Debug)]
pub struct Coerced {
    pub before: Value,
    pub after: Value,
}

impl Coerced {
    pub const ISSUE_CODE: &'static str = "NUMERIC_COERCION";

    pub fn message(&self) -> String {
        let (before, after) = (crate::format::to_text(&self.before), crate::format::to_text(&self.after));
        format!("The string '{before}' was automatically coerced to the numerical value {after}")
    }
}

/// What `=~`, `in` or an option of `case` found.
#[derive(Clone, Debug)]
pub enum Matched {
    No,
    /// By type, version or range: nothing to remember.
    Yes,
    /// By pattern: sets `$0`, `$1`, …
    Captures(Captures),
}

impl Matched {
    pub fn is_match(&self) -> bool {
        !matches!(self, Self::No)
    }
}

impl From<bool> for Matched {
    fn from(found: bool) -> Self {
        if found { Self::Yes } else { Self::No }
    }
}

/// Why a version is no number, in the words of the original's runtime.
const NO_FLOAT: &str = "can't convert SemanticPuppet::Version into Float";

/// `==`: strings fold case (of ASCII letters), integers equal floats of the same value, types are
/// equal when each takes all of the other.
pub fn equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Type(a), Value::Type(b)) => a == b || is_assignable(a, b) && is_assignable(b, a),
        _ => inner_equals(left, right),
    }
}

/// `==` inside of lists, and for options of `case`: types must be the same.
pub(crate) fn inner_equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| inner_equals(a, b))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| inner_equals(b.get(key).unwrap_or(&Value::Undef), value))
        }
        (Value::Sensitive(a), Value::Sensitive(b)) => a == b,
        (Value::SemVer(a), Value::SemVer(b)) => a == b,
        _ => match numeric_order(left, right) {
            Some(order) => order == Some(Ordering::Equal),
            None => left == right,
        },
    }
}

/// The order of two values: `None` from numbers that do not compare (NaN).
///
/// What has no order fails with the reason, which the evaluator puts into its message.
pub fn compare(left: &Value, right: &Value) -> Result<Option<Ordering>, Failure> {
    let number = |value: &Value| matches!(value, Value::Integer(_) | Value::Float(_));
    let because = |text: &str| Err(Failure::argument(text));
    match (left, right) {
        (Value::String(a), Value::String(b)) => Ok(Some(a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()))),
        (Value::String(_), _) => because("A String is not comparable to a non String"),
        (Value::Timespan(_), Value::Timespan(_)) | (Value::Timestamp(_), Value::Timestamp(_)) => {
            Ok(numeric_order(left, right).flatten())
        }
        (Value::Timespan(_), _) if !number(right) => {
            because("Timespans are only comparable to Timespans, Integers, and Floats")
        }
        (Value::Timestamp(_), _) if !number(right) => {
            because("Timestamps are only comparable to Timestamps, Integers, and Floats")
        }
        (Value::SemVer(a), Value::SemVer(b)) => Ok(Some(a.cmp_precedence(b))),
        (Value::SemVer(_), _) => because("Versions not comparable to non Versions"),
        (Value::Integer(_) | Value::Float(_), Value::SemVer(_)) => because(NO_FLOAT),
        (Value::Integer(_) | Value::Float(_) | Value::Timespan(_) | Value::Timestamp(_), _) => {
            match numeric_order(left, right) {
                Some(order) => Ok(order),
                None => because("A Numeric is not comparable to non Numeric"),
            }
        }
        (Value::Default, Value::Default) => Ok(Some(Ordering::Equal)),
        (Value::Default, _) => because("Symbol not comparable to non Symbol"),
        _ => because("Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable"),
    }
}

/// Numbers and times among each other; `None` where they are not such, and within where they do
/// not compare.
#[expect(clippy::option_option, reason = "not a number, and numbers without an order, are two things")]
fn numeric_order(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    Some(match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Integer(a), Value::Float(b)) => integer_to_float(*a, *b),
        (Value::Float(a), Value::Integer(b)) => integer_to_float(*b, *a).map(Ordering::reverse),
        (Value::Timespan(a), Value::Timespan(b)) | (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Timespan(a) | Value::Timestamp(a), Value::Integer(b)) => {
            Some(a.get().div_euclid(crate::time::PER_SECOND).cmp(&i128::from(*b)))
        }
        (Value::Timespan(a) | Value::Timestamp(a), Value::Float(b)) => a.seconds().partial_cmp(b),
        (Value::Integer(_) | Value::Float(_), Value::Timespan(_) | Value::Timestamp(_)) => {
            return numeric_order(right, left).map(|order| order.map(Ordering::reverse));
        }
        _ => return None,
    })
}

/// Exact, where a 64-bit integer has more digits than a float can hold.
fn integer_to_float(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= 9.3e18 {
        return Some(Ordering::Less);
    }
    if b <= -9.3e18 {
        return Some(Ordering::Greater);
    }
    let whole = b.floor();
    let order = i128::from(a).cmp(&(whole as i128));
    Some(if order == Ordering::Equal && b > whole { Ordering::Less } else { order })
}
