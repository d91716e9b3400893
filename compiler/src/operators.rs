//! Operators of the language on values.

use std::cmp::Ordering;

use syntax::ast::BinaryOp;

use crate::error::Failure;
use crate::regexp::Captures;
use crate::value::Value;

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

/// `==`: strings fold case, integers equal floats of the same value.
pub fn equals(left: &Value, right: &Value) -> bool {
    left == right
}

/// `<`, `<=`, `>`, `>=`: `None` from numbers that do not compare (NaN).
pub fn compare(_left: &Value, _right: &Value) -> Result<Option<Ordering>, Failure> {
    Err(Failure::missing("comparison"))
}

/// `+ - * / % << >>`, with strings read as numbers; each such reading is noted in `coerced`.
pub fn arithmetic(_op: BinaryOp, _left: &Value, _right: &Value, _coerced: &mut Vec<Coerced>) -> Result<Value, Failure> {
    Err(Failure::missing("arithmetic"))
}

/// Unary `-`.
pub fn negate(_value: &Value, _coerced: &mut Vec<Coerced>) -> Result<Value, Failure> {
    Err(Failure::missing("arithmetic"))
}

/// What `=~` found.
#[derive(Clone, Debug)]
pub enum Matched {
    No,
    /// By type, version or range: nothing to remember.
    Yes,
    /// By pattern: sets `$0`, `$1`, …
    Captures(Captures),
}

/// `=~`
pub fn matches(_left: &Value, _right: &Value) -> Result<Matched, Failure> {
    Err(Failure::missing("matching"))
}

/// `in`: whether `haystack` contains `needle`; a pattern as needle sets match variables.
pub fn contains(_haystack: &Value, _needle: &Value) -> Result<Matched, Failure> {
    Err(Failure::missing("the operator in"))
}

/// Whether an option of `case` or a selector takes a value (patterns, types, lists within).
pub fn option_matches(_option: &Value, _value: &Value) -> Result<Matched, Failure> {
    Err(Failure::missing("case"))
}

/// A number written in a string: decimal, `0x`, octal, float.
pub fn number(_text: &str) -> Option<Value> {
    None
}
