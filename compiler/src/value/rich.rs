//! Values from and to their JSON forms.

use serde_json::Value as Json;

use crate::value::Value;

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

    /// As a catalog carries it.
    pub fn to_model(&self) -> model::Value {
        match self {
            Self::Undef => model::Value::Undef,
            Self::Default => model::Value::Default,
            Self::Boolean(truth) => model::Value::Boolean(*truth),
            Self::Integer(number) => model::Value::Integer(*number),
            Self::Float(number) => model::Value::Float(*number),
            Self::String(text) => model::Value::String(text.clone()),
            Self::Array(items) => model::Value::Array(items.iter().map(Self::to_model).collect()),
            Self::Hash(entries) => {
                model::Value::Hash(entries.iter().map(|(key, value)| (key.to_model(), value.to_model())).collect())
            }
            Self::Sensitive(value) => model::Value::Sensitive(Box::new(value.to_model())),
            other => model::Value::String(crate::format::to_text(other).into()),
        }
    }
}
