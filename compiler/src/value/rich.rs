//! Values from and to their JSON forms.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::convert::binary_text;
use crate::error::Failure;
use crate::format::to_text;
use crate::types::object::Object;
use crate::types::{Type, parse};
use crate::value::{Hash, Value};

mod types_in;
mod types_out;

impl Value {
    /// Plain JSON: facts, data. Numbers beyond 64 bits become floats.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Undef,
            Json::Bool(truth) => Self::Boolean(*truth),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or_default()), Self::Integer)
            }
            Json::String(text) => Self::string(text.as_str()),
            Json::Array(items) => Self::array(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => Self::hash(
                entries.iter().map(|(key, value)| (Self::string(key.as_str()), Self::from_json(value))).collect(),
            ),
        }
    }

    /// JSON in which values that it has no word for are tagged with `__ptype`.
    pub fn from_rich_json(json: &Json) -> Result<Self, Failure> {
        match json {
            Json::Array(items) => Ok(Self::array(items.iter().map(Self::from_rich_json).collect::<Result<_, _>>()?)),
            Json::Object(entries) => {
                if let Some(ptype) = entries.get("__ptype").and_then(Json::as_str) {
                    return tagged(ptype, entries);
                }
                let mut hash = Hash::default();
                for (key, value) in entries {
                    hash.insert(Self::string(key.as_str()), Self::from_rich_json(value)?);
                }
                Ok(Self::hash(hash))
            }
            other => Ok(Self::from_json(other)),
        }
    }

    /// As a catalog carries it.
    pub fn to_model(&self) -> model::Value {
        let scalar = |ptype: &'static str, pvalue: String| {
            let text = to_text(self);
            model::Value::Scalar(model::value::Scalar { ptype, pvalue: pvalue.into(), text: text.into() })
        };
        match self {
            Self::Undef => model::Value::Undef,
            Self::Default => model::Value::Default,
            Self::Boolean(truth) => model::Value::Boolean(*truth),
            Self::Integer(number) => model::Value::Integer(*number),
            Self::Float(number) => model::Value::Float(*number),
            Self::String(text) if text.is_bytes() => scalar("Binary", binary_text(text.as_bytes())),
            Self::String(text) => model::Value::String(text.letters().clone()),
            Self::Array(items) => model::Value::Array(items.iter().map(Self::to_model).collect()),
            Self::Iterator(iterator) => model::Value::Array(iterator.iter().map(|item| item.to_model()).collect()),
            Self::Hash(entries) => hash_to_model(entries, Self::to_model),
            Self::Sensitive(value) => model::Value::Sensitive(Box::new(value.to_model())),
            Self::Regexp(pattern) => scalar("Regexp", pattern.source().to_string()),
            Self::Binary(bytes) => scalar("Binary", binary_text(bytes)),
            Self::Timestamp(_) => scalar("Timestamp", to_text(self)),
            Self::Timespan(_) => scalar("Timespan", to_text(self)),
            Self::SemVer(version) => scalar("SemVer", version.to_string()),
            Self::SemVerRange(range) => scalar("SemVerRange", range.to_string()),
            Self::Uri(uri) => scalar("URI", uri.to_string()),
            Self::Type(of) => types_out::to_model(of),
            Self::Object(object) => {
                let attributes = object.init_hash().into_iter();
                let name = |name: &Self| Arc::from(name.as_str().unwrap_or_default());
                model::Value::Object(Box::new(model::value::Object {
                    ptype: object.of.label().into(),
                    attributes: attributes.map(|(key, value)| (name(&key), value.to_model())).collect(),
                    text: to_text(self).into(),
                }))
            }
            Self::Callable(_) => model::Value::String(to_text(self).into()),
        }
    }
}

/// A hash as a catalog carries it. Where all keys are strings they are plain, even those that Ruby holds as bytes.
pub(crate) fn hash_to_model(entries: &Hash, to_model: fn(&Value) -> model::Value) -> model::Value {
    let is_plain = entries.keys().all(|key| matches!(key, Value::String(_)));
    let key = |key: &Value| match key {
        Value::String(text) if is_plain => model::Value::String(text.letters().clone()),
        key => to_model(key),
    };
    model::Value::Hash(entries.iter().map(|(name, value)| (key(name), to_model(value))).collect())
}

fn tagged(ptype: &str, entries: &serde_json::Map<String, Json>) -> Result<Value, Failure> {
    let pvalue = entries.get("__pvalue");
    let text = || pvalue.and_then(Json::as_str).unwrap_or_default();
    let make = |of: &str, value: Value| crate::convert::new(&parse::text(of, &mut parse::BuiltIn)?, &[value]);
    match ptype {
        "Default" => Ok(Value::Default),
        "Sensitive" => Ok(Value::sensitive(Value::from_rich_json(pvalue.unwrap_or(&Json::Null))?)),
        "Timestamp" | "Timespan" | "SemVer" | "SemVerRange" | "Regexp" | "Binary" | "URI" => {
            make(ptype, Value::from(text()))
        }
        "Hash" => {
            let flat = pvalue.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let mut hash = Hash::default();
            for pair in flat.chunks_exact(2) {
                hash.insert(Value::from_rich_json(&pair[0])?, Value::from_rich_json(&pair[1])?);
            }
            Ok(Value::hash(hash))
        }
        _ if ptype.starts_with("Pcore::") => types_in::from_json(ptype, entries).map(Value::Type),
        _ => {
            let Type::Object(Some(of)) = parse::text(ptype, &mut parse::BuiltIn)? else {
                return Err(Failure::missing(&format!("the rich data type {ptype}")));
            };
            let mut given = Hash::default();
            for (name, value) in entries.iter().filter(|(name, _)| *name != "__ptype") {
                given.insert(Value::from(name.as_str()), Value::from_rich_json(value)?);
            }
            let object = Object::new(&of, |name| given.get(&Value::from(name)).cloned());
            Ok(Value::Object(Arc::new(object)))
        }
    }
}
