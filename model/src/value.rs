//! Rich data: the values that catalogs carry, and their two JSON forms.
//!
//! Agents that accept `application/vnd.puppet.rich+json` get every value whole, tagged with
//! `__ptype` where JSON has no word for it; older ones get plain JSON in which such values are
//! replaced by their text.

use std::borrow::Cow;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// One value of a catalog.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Undef,
    Default,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(Arc<str>),
    Array(Vec<Value>),
    /// Entries in order of insertion.
    Hash(Vec<(Value, Value)>),
    /// The plain value; catalogs unwrap it at the top of a parameter.
    Sensitive(Box<Value>),
    /// A value that is one text on the wire (`Timestamp`, `SemVer`, `Regexp`, `Binary` …).
    Scalar(Scalar),
    /// A value with named attributes on the wire (types, `Deferred`, objects).
    Object(Box<Object>),
}

/// `{"__ptype": ptype, "__pvalue": pvalue}`
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    pub ptype: &'static str,
    pub pvalue: Arc<str>,
    /// How the value prints in plain JSON.
    pub text: Arc<str>,
}

/// `{"__ptype": ptype, attribute: value, …}`
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub ptype: Arc<str>,
    pub attributes: Vec<(Arc<str>, Value)>,
    /// How the value prints in plain JSON.
    pub text: Arc<str>,
}

/// Which of the two JSON forms to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Rich,
    Plain,
}

impl Value {
    /// The value as JSON in one of its two forms, for any serializer.
    pub fn wire(&self, form: Form) -> Wire<'_, Self> {
        Wire { what: self, form }
    }

    /// Whether plain JSON loses what the value is.
    pub fn is_rich(&self) -> bool {
        match self {
            Self::Undef | Self::Boolean(_) | Self::Integer(_) | Self::Float(_) | Self::String(_) => false,
            Self::Array(items) => items.iter().any(Self::is_rich),
            Self::Hash(entries) => {
                entries.iter().any(|(key, value)| !matches!(key, Self::String(_)) || value.is_rich())
            }
            Self::Default | Self::Sensitive(_) | Self::Scalar(_) | Self::Object(_) => true,
        }
    }
}

/// Something of a catalog, to be written in one of the two forms as it is walked over: no tree of
/// JSON is built of a document that may have megabytes.
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a, T> {
    pub(crate) what: &'a T,
    pub(crate) form: Form,
}

impl Serialize for Wire<'_, Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = self.form;
        match self.what {
            Value::Undef => serializer.serialize_unit(),
            Value::Boolean(truth) => serializer.serialize_bool(*truth),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items.iter().map(|item| item.wire(form))),
            Value::Hash(entries) => hash(entries, form, serializer),
            Value::Default if form == Form::Plain => serializer.serialize_str("default"),
            Value::Default => serializer.collect_map([("__ptype", "Default")]),
            Value::Sensitive(value) if form == Form::Plain => value.wire(form).serialize(serializer),
            Value::Sensitive(value) => tagged("Sensitive", [("__pvalue", value.wire(form))], serializer),
            Value::Scalar(scalar) if form == Form::Plain => serializer.serialize_str(&scalar.text),
            Value::Scalar(scalar) => tagged(scalar.ptype, [("__pvalue", &*scalar.pvalue)], serializer),
            Value::Object(object) if form == Form::Plain => serializer.serialize_str(&object.text),
            Value::Object(object) => {
                let attributes = object.attributes.iter().map(|(name, value)| (&**name, value.wire(form)));
                tagged(&object.ptype, attributes, serializer)
            }
        }
    }
}

/// A JSON object when every key is a string, else (rich form) a flat list of keys and values.
fn hash<S: Serializer>(entries: &[(Value, Value)], form: Form, serializer: S) -> Result<S::Ok, S::Error> {
    let plain_keys = entries.iter().all(|(key, _)| matches!(key, Value::String(s) if &**s != "__ptype"));
    if plain_keys || form == Form::Plain {
        return serializer.collect_map(entries.iter().map(|(key, value)| (key_text(key), value.wire(form))));
    }
    let flat: Vec<_> = entries.iter().flat_map(|(key, value)| [key.wire(form), value.wire(form)]).collect();
    tagged("Hash", [("__pvalue", flat)], serializer)
}

fn key_text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::String(text) => Cow::Borrowed(text),
        Value::Undef => Cow::Borrowed(""),
        other => match serde_json::to_value(other.wire(Form::Plain)) {
            Ok(Json::String(text)) => Cow::Owned(text),
            Ok(json) => Cow::Owned(json.to_string()),
            Err(_) => Cow::Borrowed(""),
        },
    }
}

fn tagged<'a, S: Serializer, V: Serialize>(
    ptype: &str,
    rest: impl IntoIterator<Item = (&'a str, V)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("__ptype", ptype)?;
    for (name, value) in rest {
        map.serialize_entry(name, &value)?;
    }
    map.end()
}

#[cfg(test)]
mod tests;
