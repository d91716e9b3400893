//! Values as text.

use crate::error::Failure;
use crate::value::Value;

/// As in `"${value}"`, `notice(value)`.
pub fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Undef => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        other => inspect(other),
    }
}

/// As `String(value, '%p')`.
pub fn inspect(value: &Value) -> String {
    format!("{value:?}")
}

/// `String(value, formats)`: `formats` is `None`, a format, or a hash of formats by type.
pub fn string_new(_value: &Value, _formats: Option<&Value>) -> Result<String, Failure> {
    Err(Failure::missing("String with formats"))
}

/// `sprintf(format, arguments)`
pub fn sprintf(_format: &str, _arguments: &[Value]) -> Result<String, Failure> {
    Err(Failure::missing("sprintf"))
}
