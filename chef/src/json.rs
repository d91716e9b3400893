//! Reading documents, with the refusals of the original.

use serde_json::{Map, Value};

use crate::Result;
use crate::error::Error;

pub type Object = Map<String, Value>;

/// Reads a body that must be a JSON object.
pub fn object(body: &[u8]) -> Result<Object> {
    match value(body)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::invalid("Incorrect JSON type for request body")),
    }
}

/// Reads a body that must be JSON.
pub fn value(body: &[u8]) -> Result<Value> {
    serde_json::from_slice(body).map_err(|_| Error::invalid("invalid JSON"))
}

/// Reads back what was written.
pub fn kept(text: &str) -> Result<Object> {
    serde_json::from_str(text).map_err(|error| Error::broken(format!("a kept document is not JSON: {error}")))
}

/// Writes an object.
pub fn text(object: &Object) -> String {
    // An object with text keys can always be written.
    serde_json::to_string(object).unwrap_or_default()
}

pub fn missing(field: &str) -> Error {
    Error::invalid(format!("Field '{field}' missing"))
}

pub fn invalid(field: &str) -> Error {
    Error::invalid(format!("Field '{field}' invalid"))
}

/// Sets what is not there.
pub fn fill(object: &mut Object, defaults: &[(&str, Value)]) {
    for (field, default) in defaults {
        if !object.contains_key(*field) {
            object.insert((*field).to_owned(), default.clone());
        }
    }
}

/// Refuses keys that are not among `known`.
pub fn only(object: &Object, known: &[&str]) -> Result<()> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Error::invalid(format!("Invalid key {key} in request body"))),
        None => Ok(()),
    }
}

/// A text that must be there and pass `check`.
pub fn name<'a>(object: &'a Object, field: &str, check: impl Fn(&str) -> bool) -> Result<&'a str> {
    match object.get(field) {
        None => Err(missing(field)),
        Some(Value::String(text)) if check(text) => Ok(text),
        Some(_) => Err(invalid(field)),
    }
}

/// A text that, where it is there, must pass `check`.
pub fn optional_name<'a>(object: &'a Object, field: &str, check: impl Fn(&str) -> bool) -> Result<Option<&'a str>> {
    if object.contains_key(field) { name(object, field, check).map(Some) } else { Ok(None) }
}

/// A field that must be there and say exactly this.
pub fn exactly(object: &Object, field: &str, wanted: &str) -> Result<()> {
    name(object, field, |text| text == wanted).map(drop)
}

/// A truth value, where it is there.
pub fn optional_bool(object: &Object, field: &str) -> Result<Option<bool>> {
    match object.get(field) {
        None => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(invalid(field)),
    }
}

/// Attributes: an object, whatever is in it.
pub fn hash(object: &Object, field: &str) -> Result<()> {
    match object.get(field) {
        None => Err(missing(field)),
        Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(Error::invalid(format!("Field '{field}' is not a hash"))),
    }
}

/// A list of texts that must be there.
pub fn texts(object: &Object, field: &str) -> Result<Vec<String>> {
    let Some(value) = object.get(field) else { return Err(missing(field)) };
    let texts = value.as_array().and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
    texts.ok_or_else(|| invalid(field))
}

/// The field's text, if it is one.
pub fn str_of<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}
