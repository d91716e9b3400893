//! What `metadata.json` of a module must say, and what is read of it.

use semver::Version;
use serde_json::{Map, Value};

use super::slug::{self, ModuleSlug, ReleaseSlug};

/// A module's metadata, checked. What it says beyond that is kept as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    pub release: ReleaseSlug,
    document: Map<String, Value>,
}

/// What is wrong with metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("metadata.json is not JSON: {0}")]
    Json(String),
    #[error("metadata.json must hold an object")]
    NoObject,
    #[error("metadata.json: '{0}' is missing")]
    Missing(&'static str),
    #[error("metadata.json: '{field}' must be {expected}")]
    Type { field: String, expected: &'static str },
    #[error("metadata.json: {0}")]
    Slug(#[from] slug::Fault),
    #[error("metadata.json: the dependency {0} has no valid name")]
    Dependency(String),
}

/// Fields that are texts where they are given.
const TEXTS: [&str; 7] = ["author", "summary", "license", "source", "project_page", "issues_url", "description"];
/// Fields that are lists where they are given.
const LISTS: [&str; 4] = ["dependencies", "requirements", "operatingsystem_support", "tags"];

impl Metadata {
    /// Reads the file. A module without dependencies may leave the list out: clients find an empty one.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let value: Value = serde_json::from_slice(text).map_err(|error| Fault::Json(error.to_string()))?;
        let Value::Object(document) = value else { return Err(Fault::NoObject) };
        Self::read(document)
    }

    /// As [`Self::parse`], of what was read already.
    pub fn read(mut document: Map<String, Value>) -> Result<Self, Fault> {
        let module: ModuleSlug = required(&document, "name")?.parse()?;
        let version = slug::version(required(&document, "version")?)?;
        for field in TEXTS {
            if document.get(field).is_some_and(|value| !value.is_string() && !value.is_null()) {
                return Err(Fault::Type { field: field.to_owned(), expected: "a text" });
            }
        }
        for field in LISTS {
            if document.get(field).is_some_and(|value| !value.is_array() && !value.is_null()) {
                return Err(Fault::Type { field: field.to_owned(), expected: "a list" });
            }
        }
        if !document.get("dependencies").is_some_and(Value::is_array) {
            document.insert("dependencies".to_owned(), Value::Array(Vec::new()));
        }
        for (index, dependency) in list(&document, "dependencies").iter().enumerate() {
            let name = dependency.get("name").and_then(Value::as_str);
            let _: ModuleSlug = name
                .and_then(|name| name.parse().ok())
                .ok_or_else(|| Fault::Dependency(name.map_or_else(|| format!("no. {}", index + 1), str::to_owned)))?;
            if dependency.get("version_requirement").is_some_and(|value| !value.is_string() && !value.is_null()) {
                let field = format!("dependencies[{index}].version_requirement");
                return Err(Fault::Type { field, expected: "a text" });
            }
        }
        Ok(Self { release: module.with(version), document })
    }

    /// All of it, as it was written.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    pub fn version(&self) -> &Version {
        &self.release.version
    }

    /// A text of it.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.document.get(field).and_then(Value::as_str)
    }

    pub fn tags(&self) -> impl Iterator<Item = &str> {
        list(&self.document, "tags").iter().filter_map(Value::as_str)
    }

    /// Modules that this one needs, with the versions that will do.
    pub fn dependencies(&self) -> impl Iterator<Item = (ModuleSlug, Option<&str>)> {
        list(&self.document, "dependencies").iter().filter_map(|dependency| {
            let name = dependency.get("name")?.as_str()?.parse().ok()?;
            Some((name, dependency.get("version_requirement").and_then(Value::as_str)))
        })
    }

    /// The versions of `puppet` or `pe` that it says it works with.
    pub fn requirement(&self, name: &str) -> Option<&str> {
        let found = list(&self.document, "requirements").iter().find(|entry| entry["name"] == name)?;
        found.get("version_requirement")?.as_str()
    }

    /// Whether it says that it supports an operating system, and of that a release.
    pub fn supports(&self, system: Option<&str>, release: Option<&str>) -> bool {
        list(&self.document, "operatingsystem_support").iter().any(|entry| {
            let named =
                |wanted: &str| entry["operatingsystem"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            let has = |wanted: &str| {
                let releases = entry["operatingsystemrelease"].as_array();
                releases.is_some_and(|releases| releases.iter().any(|release| release == wanted))
            };
            system.is_none_or(named) && release.is_none_or(has)
        })
    }

    /// Whether it was made with the Puppet Development Kit.
    pub fn pdk(&self) -> bool {
        self.document.contains_key("pdk-version")
    }
}

fn required<'d>(document: &'d Map<String, Value>, field: &'static str) -> Result<&'d str, Fault> {
    let value = document.get(field).filter(|value| !value.is_null()).ok_or(Fault::Missing(field))?;
    value.as_str().ok_or(Fault::Type { field: field.to_owned(), expected: "a text" })
}

fn list<'d>(document: &'d Map<String, Value>, field: &str) -> &'d [Value] {
    document.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
