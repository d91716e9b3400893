//! Checks of JSON documents. Each check names its field as messages do: `metadata.version`.

use serde_json::{Map, Value};

use crate::erlang::shown;
use crate::{Constraint, Error, name};

/// A JSON object: what every document here is.
pub type Fields = Map<String, Value>;

/// The body of a request as an object.
pub fn object(body: Value) -> Result<Fields, Error> {
    match body {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::NotAnObject),
    }
}

/// A field with the name under which messages speak of it.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    parent: &'a str,
    key: &'a str,
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    pub(crate) fn of(fields: &'a Fields, key: &'a str) -> Self {
        Self::below("", fields, key)
    }

    pub(crate) fn below(parent: &'a str, fields: &'a Fields, key: &'a str) -> Self {
        Self { parent, key, value: fields.get(key) }
    }

    fn name(&self) -> String {
        if self.parent.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.parent, self.key) }
    }

    fn invalid(&self) -> Error {
        Error::Invalid(self.name())
    }

    pub(crate) fn required(self) -> Result<Self, Error> {
        if self.value.is_none() { Err(Error::Missing(self.name())) } else { Ok(self) }
    }

    pub(crate) fn exactly(self, expected: &str) -> Result<(), Error> {
        self.text_that(|text| text == expected)
    }

    pub(crate) fn text(self) -> Result<(), Error> {
        self.text_that(|_| true)
    }

    pub(crate) fn text_that(self, fits: impl Fn(&str) -> bool) -> Result<(), Error> {
        match self.value {
            None => Ok(()),
            Some(Value::String(text)) if fits(text) => Ok(()),
            Some(_) => Err(self.invalid()),
        }
    }

    pub(crate) fn object(self) -> Result<Option<&'a Fields>, Error> {
        match self.value {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(fields)),
            Some(_) => Err(self.invalid()),
        }
    }

    pub(crate) fn list(self) -> Result<&'a [Value], Error> {
        match self.value {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.invalid()),
        }
    }

    /// Cookbook names with a constraint each.
    pub(crate) fn constraints(self) -> Result<(), Error> {
        for (key, value) in self.object()?.into_iter().flatten() {
            if !name::is_cookbook_name(key) {
                return Err(Error::Key { field: self.name(), key: key.clone() });
            }
            if value.as_str().and_then(Constraint::parse).is_none() {
                return Err(Error::Value { field: self.name(), value: shown(value) });
            }
        }
        Ok(())
    }

    /// Files of a cookbook: name, path, checksum and specificity, each a text.
    ///
    /// Clients write files where `path` says, below a folder of theirs. The original lets it point anywhere; here it
    /// is refused as any other that is no file's.
    pub(crate) fn files(self) -> Result<(), Error> {
        let is_file = |item: &Value| {
            let text = |key| item.get(key).and_then(Value::as_str);
            text("checksum").is_some()
                && text("specificity").is_some()
                && text("name").is_some_and(stays_below)
                && text("path").is_some_and(stays_below)
        };
        if self.list()?.iter().all(is_file) { Ok(()) } else { Err(Error::Element(self.name())) }
    }
}

/// Whether a path stays below the folder that it is added to, on any system.
fn stays_below(path: &str) -> bool {
    !path.starts_with('/') && !path.contains(['\\', '\0']) && path.split('/').all(|part| part != "..")
}

/// Fails on the first key that a document of its kind does not have.
pub(crate) fn only(fields: &Fields, known: &[&str]) -> Result<(), Error> {
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Error::UnknownKey(key.clone())),
        None => Ok(()),
    }
}
