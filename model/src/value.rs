//! Rich data: the values that catalogs carry, and their two JSON forms.
//!
//! Agents that accept `application/vnd.puppet.rich+json` get every value whole, tagged with
//! `__ptype` where JSON has no word for it; older ones get plain JSON in which such values are
//! replaced by their text.

use std::sync::Arc;

use serde_json::{Map, Number, Value as Json};

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
    pub fn to_json(&self, form: Form) -> Json {
        match self {
            Self::Undef => Json::Null,
            Self::Boolean(b) => Json::Bool(*b),
            Self::Integer(i) => Json::from(*i),
            Self::Float(f) => Number::from_f64(*f).map_or(Json::Null, Json::Number),
            Self::String(s) => Json::from(&**s),
            Self::Array(items) => items.iter().map(|item| item.to_json(form)).collect(),
            Self::Hash(entries) => hash(entries, form),
            Self::Default if form == Form::Plain => Json::from("default"),
            Self::Default => tagged("Default", []),
            Self::Sensitive(value) if form == Form::Plain => value.to_json(form),
            Self::Sensitive(value) => tagged("Sensitive", [("__pvalue", value.to_json(form))]),
            Self::Scalar(scalar) if form == Form::Plain => Json::from(&*scalar.text),
            Self::Scalar(scalar) => tagged(scalar.ptype, [("__pvalue", Json::from(&*scalar.pvalue))]),
            Self::Object(object) if form == Form::Plain => Json::from(&*object.text),
            Self::Object(object) => {
                tagged(&object.ptype, object.attributes.iter().map(|(name, value)| (&**name, value.to_json(form))))
            }
        }
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

/// A JSON object when every key is a string, else (rich form) a flat list of keys and values.
fn hash(entries: &[(Value, Value)], form: Form) -> Json {
    let plain_keys = entries.iter().all(|(key, _)| matches!(key, Value::String(s) if &**s != "__ptype"));
    if plain_keys || form == Form::Plain {
        return entries.iter().map(|(key, value)| (key_text(key), value.to_json(form))).collect::<Map<_, _>>().into();
    }
    let flat: Vec<Json> = entries.iter().flat_map(|(key, value)| [key.to_json(form), value.to_json(form)]).collect();
    tagged("Hash", [("__pvalue", Json::from(flat))])
}

fn key_text(key: &Value) -> String {
    match key.to_json(Form::Plain) {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

fn tagged<'a>(ptype: &str, rest: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    let mut map = Map::new();
    map.insert("__ptype".to_owned(), Json::from(ptype));
    map.extend(rest.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Json::Object(map)
}
