//! Functions of the module mcollective.

use super::refuse;
use crate::functions::strings::ruby_class;
use crate::functions::{Function, ruby_text};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::legacy("mco_array_to_string", 0, None, |call| match call.argument(0) {
        Value::Array(items) => Ok(Value::array(items.iter().map(|item| Value::from(ruby_text::to_s(item))).collect())),
        other => refuse(format!("Expected an array, but got a {}", ruby_class(other))),
    })];
