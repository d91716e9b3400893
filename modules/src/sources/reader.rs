//! Settings as they are read: by name, with the path to each, and with what is odd about them.

use serde_json::{Map, Value};

use super::Error;

/// One group of settings, such as `git`.
pub(super) struct Reader<'a> {
    /// `git.`, or nothing at the top.
    path: String,
    values: Option<&'a Map<String, Value>>,
    /// What the group may hold; what else it holds is warned of.
    known: &'static [&'static str],
}

impl<'a> Reader<'a> {
    /// The settings in `value`; `path` is what stands before each name in messages.
    pub(super) fn new(
        path: impl Into<String>,
        value: Option<&'a Value>,
        known: &'static [&'static str],
    ) -> Result<Self, Error> {
        let path = path.into();
        let values = match value {
            None | Some(Value::Null) => None,
            Some(Value::Object(values)) => Some(values),
            Some(other) => {
                let name = if path.is_empty() { "r10k.yaml" } else { path.trim_end_matches('.') };
                return Err(Error::new(name, format!("must be a hash of settings, not a {}", class(other))));
            }
        };
        Ok(Self { path, values, known })
    }

    /// What the group holds and nobody knows.
    pub(super) fn warn(&self, warnings: &mut Vec<String>) {
        for name in self.values.into_iter().flat_map(Map::keys).map(|key| plain(key)) {
            if !self.known.contains(&name) {
                warnings.push(format!("the setting {}{name} is not known, and is ignored", self.path));
            }
        }
    }

    /// The value of a setting; a null counts as none. Old files write keys as symbols: `:git:`.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.known.contains(&name), "{name} is a known setting");
        let found = self.values?.iter().find(|(key, _)| plain(key) == name);
        found.map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// A text; numbers are taken as they are written.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.wrong(name, format!("must be a string, not {other}"))),
        }
    }

    /// A text that names one of a few things; a symbol is as good.
    pub(super) fn word(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.text(name)?.map(|text| plain(&text).to_owned()))
    }

    /// An URL with a scheme and no blanks; user and password may stand in it.
    pub(super) fn url(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let valid = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
        if !valid {
            let message = format!("Setting {name} requires a URL but '{text}' could not be parsed as a URL");
            return Err(self.wrong(name, message));
        }
        Ok(Some(text))
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let items =
            value.as_array().and_then(|items| items.iter().map(|item| Some(item.as_str()?.to_owned())).collect());
        items.ok_or_else(|| self.wrong(name, format!("must be a list of strings, not {value}")))
    }

    /// A boolean that defaults to false; what else it is, is said in the words of r10k.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => {
                Err(self.wrong(name, format!("`{name}` can only be a boolean value, not '{}'", shown(other))))
            }
        }
    }

    pub(super) fn wrong(&self, name: &str, message: impl Into<String>) -> Error {
        Error::new(format!("{}{name}", self.path), message)
    }
}

/// Without the colon of a symbol.
pub(super) fn plain(text: &str) -> &str {
    text.strip_prefix(':').unwrap_or(text)
}

/// A value as Ruby writes it into a text.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The class of a value, as Ruby's messages name it.
pub(super) fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "NilClass",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Number(number) if number.is_f64() => "Float",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Hash",
    }
}
