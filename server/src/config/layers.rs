//! Laying flags over the environment over the file over the defaults, and remembering which layer
//! each value came from.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::{Table, Value};

use super::ConfigError;
use super::settings::Raw;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

/// Settings by dotted path, with the layer each came from.
#[derive(Debug, Default)]
pub(super) struct Layers {
    merged: Table,
    pub(super) origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// Lays a file's settings on top. Keys may be written with `-` or `_`.
    pub(super) fn file(&mut self, text: &str) -> Result<(), ConfigError> {
        let table: Table = toml::from_str(text).map_err(|error| ConfigError::Syntax(error.to_string()))?;
        self.lay(snake_case(table), &mut Vec::new(), Origin::File);
        Ok(())
    }

    /// Lays one value on top, written as text: what it must be follows from the setting's default.
    pub(super) fn text(&mut self, path: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let known = leaves();
        let Some(default) = known.get(path) else {
            return Err(ConfigError::unknown(path, known.keys().map(String::as_str)));
        };
        self.value(path, read(text, default.as_ref()), origin);
        Ok(())
    }

    /// Lays one value on top.
    pub(super) fn value(&mut self, path: &str, value: Value, origin: Origin) {
        let segments: Vec<&str> = path.split('.').collect();
        put(&mut self.merged, &segments, value);
        self.origins.insert(path.to_owned(), origin);
    }

    /// The settings, typed. Unknown keys are refused with a hint.
    pub(super) fn raw(&self) -> Result<Raw, ConfigError> {
        let raw = Raw::deserialize_from(self.merged.clone());
        raw.map_err(|error| ConfigError::from_serde(&error.to_string()))
    }

    fn lay(&mut self, table: Table, path: &mut Vec<String>, origin: Origin) {
        for (key, value) in table {
            path.push(key);
            match value {
                Value::Table(inner) if !is_leaf(&path.join(".")) => self.lay(inner, path, origin),
                value => self.value(&path.join("."), value, origin),
            }
            path.pop();
        }
    }
}

impl Raw {
    fn deserialize_from(table: Table) -> Result<Self, toml::de::Error> {
        Value::Table(table).try_into()
    }
}

/// Every setting by dotted path, with its default where it has one.
pub(super) fn leaves() -> BTreeMap<String, Option<serde_json::Value>> {
    let all = serde_json::to_value(Raw::default()).unwrap_or_default();
    let mut leaves = BTreeMap::new();
    flatten(&all, &mut Vec::new(), &mut leaves);
    leaves
}

/// The name of a setting in the environment.
pub(super) fn variable(path: &str) -> String {
    format!("QUARTERMASTER_{}", path.replace('.', "_").to_uppercase())
}

fn flatten(value: &serde_json::Value, path: &mut Vec<String>, into: &mut BTreeMap<String, Option<serde_json::Value>>) {
    match value {
        serde_json::Value::Object(map) if !is_leaf(&path.join(".")) => {
            for (key, value) in map {
                path.push(key.clone());
                flatten(value, path, into);
                path.pop();
            }
        }
        serde_json::Value::Null => {
            into.insert(path.join("."), None);
        }
        value => {
            into.insert(path.join("."), Some(value.clone()));
        }
    }
}

/// Tables that are one setting.
fn is_leaf(path: &str) -> bool {
    path == "environments.mounts"
}

/// Settings that are lists though their default is not there to show it.
const LISTS: &[&str] = &["dns_alt_names", "environments.environmentpath", "environments.basemodulepath"];

/// Whether a setting without a default is a list.
pub(super) fn is_list(path: &str) -> bool {
    LISTS.contains(&path)
}

fn read(text: &str, default: Option<&serde_json::Value>) -> Value {
    match default {
        Some(serde_json::Value::Bool(_)) => text.parse().map_or_else(|_| Value::from(text), Value::Boolean),
        Some(serde_json::Value::Number(_)) => text.parse().map_or_else(|_| Value::from(text), Value::Integer),
        Some(serde_json::Value::Array(_)) => list(text),
        _ => Value::from(text),
    }
}

/// `a,b`
pub(super) fn list(text: &str) -> Value {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect::<Vec<_>>().into()
}

fn put(table: &mut Table, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert((*key).to_owned(), value);
        }
        [key, rest @ ..] => {
            let inner = table.entry(*key).or_insert_with(|| Value::Table(Table::new()));
            // A scalar where a table belongs is left for the typed reading to complain of.
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// `body-timeout` is `body_timeout`, at every depth but in tables whose keys are the operator's own.
fn snake_case(table: Table) -> Table {
    table
        .into_iter()
        .map(|(key, value)| {
            let key = key.replace('-', "_");
            let value = match value {
                Value::Table(inner) if key != "mounts" => Value::Table(snake_case(inner)),
                value => value,
            };
            (key, value)
        })
        .collect()
}
