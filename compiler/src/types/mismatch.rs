//! Why a value or a type does not fit: the texts of the original.

use crate::error::Failure;
use crate::types::{Type, infer_set, is_instance};
use crate::value::Value;

mod describe;
mod message;

pub(crate) use describe::{describe as find, describe_block, merge};
pub(crate) use message::{Element, Mismatch, What};

/// `subject` expected a type and got another: one line for each thing that does not fit, empty
/// when all does.
pub fn describe(subject: &str, expected: &Type, actual: &Type) -> String {
    let found = find(expected, actual, &[Element::Subject(subject.into())]);
    match found.as_slice() {
        [] => String::new(),
        [one] => one.to_string().trim().to_owned(),
        several => several.iter().map(Mismatch::to_string).collect::<Vec<_>>().join("\n "),
    }
}

/// Fails unless a value is of a type: `SUBJECT has wrong type, expects …`.
pub fn assert_instance(subject: &str, expected: &Type, value: &Value) -> Result<(), Failure> {
    if is_instance(expected, value) {
        return Ok(());
    }
    let subject = format!("{subject} has wrong type,");
    Err(Failure::argument(describe(&subject, expected, &infer_set(value))))
}
