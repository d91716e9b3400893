//! `new`: making a value of a type from others.

use crate::error::Failure;
use crate::types::Type;
use crate::value::Value;

/// `Type.new(args)`; the result is checked against the type.
pub fn new(to: &Type, _arguments: &[Value]) -> Result<Value, Failure> {
    Err(Failure::missing(&format!("creating a new {to}")))
}
