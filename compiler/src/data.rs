//! Data files: YAML read by the rules of Ruby's Psych, and JSON, into values.
//!
//! Pure: bytes in, value out. The world calls [`parse`] once per file and shares the outcome.

use serde_json::Value as Json;

use crate::value::{Hash, Value};
use crate::world::{DataFormat, LoadError};

mod hocon;
mod yaml;

/// Reads a data file.
///
/// `path` is only named in errors. An empty YAML file is [`Value::Undef`]. Of several YAML
/// documents the first counts, as in the original.
pub fn parse(path: &str, bytes: &[u8], format: DataFormat) -> Result<Value, LoadError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| LoadError::Data(format!("({path}): the file is not UTF-8: {error}")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        DataFormat::Yaml => yaml(text).map_err(|message| LoadError::Data(format!("({path}): {message}"))),
        DataFormat::Json => json(text).map_err(|message| LoadError::Data(format!("({path}): {message}"))),
    }
}

/// A YAML text as a value; the error names line and column.
pub(crate) fn yaml(text: &str) -> Result<Value, String> {
    yaml::read(text)
}

/// A HOCON text as a hash; `variable` gives variables of the process, on which substitutions fall back.
pub fn hocon(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Value, String> {
    hocon::read(text, variable)
}

/// A JSON text as a value; the error names line and column.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str::<Json>(text).map(from_json).map_err(|error| error.to_string())
}

/// A JSON tree as a value. Numbers beyond 64 bits become floats.
pub(crate) fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Undef,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::INFINITY)), Value::Integer)
        }
        Json::String(text) => Value::String(text.into()),
        Json::Array(items) => Value::Array(items.into_iter().map(from_json).collect::<Vec<_>>().into()),
        Json::Object(entries) => Value::Hash(
            entries
                .into_iter()
                .map(|(key, value)| (Value::String(key.into()), from_json(value)))
                .collect::<Hash>()
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests;
