//! Partial search: a few values of each object in place of the object.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// Names to be given out with the path to the value of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection(Vec<(String, Vec<String>)>);

impl Projection {
    /// Reads `{"name": ["path", "to", "it"]}`.
    pub fn parse(body: &Value) -> Result<Self> {
        let invalid = || Error::invalid("invalid partial search request body");
        let fields = body.as_object().ok_or_else(invalid)?;
        let path = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|key| key.as_str().map(str::to_owned)).collect()
        };
        let paths = fields.iter().map(|(name, value)| Some((name.clone(), path(value)?)));
        paths.collect::<Option<_>>().map(Self).ok_or_else(invalid)
    }

    /// True for `{}`, which asks for whole objects.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields of an object that it looks at.
    pub fn fields(&self) -> Vec<&str> {
        self.0.iter().filter_map(|(_, path)| path.first().map(String::as_str)).collect()
    }

    /// The values of an object as it is searched; what is not there is `null`.
    pub fn of(&self, object: &Map<String, Value>) -> Map<String, Value> {
        self.0.iter().map(|(name, path)| (name.clone(), value_at(object, path))).collect()
    }
}

fn value_at(object: &Map<String, Value>, path: &[String]) -> Value {
    let Some((first, rest)) = path.split_first() else { return Value::Null };
    let mut current = object.get(first);
    for key in rest {
        current = match current {
            None => return Value::Null,
            Some(Value::Object(fields)) => fields.get(key),
            Some(_) => return "ERROR - Attribute does not exist".into(),
        };
    }
    current.cloned().unwrap_or_default()
}
