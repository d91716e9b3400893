//! A catalog: what a node is to be, and the two JSON documents that say it.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::value::{Form, Value};

/// A compiled catalog. Everything stands in the order in which it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    pub name: Arc<str>,
    pub environment: Arc<str>,
    /// What `config_version` said, or seconds since the epoch when the environment was parsed.
    pub version: Version,
    pub code_id: Option<Arc<str>>,
    pub catalog_uuid: Arc<str>,
    pub tags: Vec<Arc<str>>,
    pub classes: Vec<Arc<str>>,
    pub resources: Vec<Resource>,
    /// Containment only; agents derive the order of application from parameters.
    pub edges: Vec<Edge>,
}

/// The version of a catalog.
#[derive(Clone, Debug, PartialEq)]
pub enum Version {
    Seconds(i64),
    Text(Arc<str>),
}

/// One resource of a catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Capitalised, `Foo::Bar`.
    pub type_name: Arc<str>,
    pub title: Arc<str>,
    pub tags: Vec<Arc<str>>,
    /// Where it was declared. Classes and stages have none.
    pub file: Option<Arc<str>>,
    pub line: Option<u32>,
    pub exported: bool,
    pub kind: ResourceKind,
    pub parameters: Vec<(Arc<str>, Value)>,
    pub sensitive_parameters: Vec<Arc<str>>,
}

/// The `kind` of a resource on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// Implemented by the agent, and `Stage`.
    CompilableType,
    /// Made by a `define`.
    DefinedType,
    /// Classes declared like resources: `class { 'name': }`.
    Class,
    /// Classes that were included, and nodes.
    Unknown,
}

/// `source` contains `target`; both as `Type[title]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub source: Arc<str>,
    pub target: Arc<str>,
}

impl Catalog {
    /// The document of `application/vnd.puppet.rich+json` or `application/json`.
    pub fn to_json(&self, form: Form) -> Json {
        json!({
            "tags": self.tags,
            "name": self.name,
            "version": match &self.version {
                Version::Seconds(seconds) => Json::from(*seconds),
                Version::Text(text) => Json::from(&**text),
            },
            "code_id": self.code_id,
            "catalog_uuid": self.catalog_uuid,
            "catalog_format": 2,
            "environment": self.environment,
            "resources": self.resources.iter().map(|resource| resource.to_json(form)).collect::<Vec<_>>(),
            "edges": self.edges.iter().map(|edge| json!({"source": edge.source, "target": edge.target})).collect::<Vec<_>>(),
            "classes": self.classes,
        })
    }
}

impl Resource {
    /// `Type[title]`
    pub fn reference(&self) -> String {
        format!("{}[{}]", self.type_name, self.title)
    }

    pub fn to_json(&self, form: Form) -> Json {
        let mut map = Map::new();
        let mut put = |name: &str, value: Json| map.insert(name.to_owned(), value);
        put("type", json!(self.type_name));
        put("title", json!(self.title));
        put("tags", json!(self.tags));
        if let Some(file) = &self.file {
            put("file", json!(file));
        }
        if let Some(line) = self.line {
            put("line", json!(line));
        }
        put("exported", json!(self.exported));
        put("kind", json!(self.kind.as_str()));
        if !self.parameters.is_empty() {
            let parameters: Map<String, Json> =
                self.parameters.iter().map(|(name, value)| (name.to_string(), value.to_json(form))).collect();
            put("parameters", Json::Object(parameters));
        }
        if !self.sensitive_parameters.is_empty() {
            put("sensitive_parameters", json!(self.sensitive_parameters));
        }
        Json::Object(map)
    }
}

impl ResourceKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompilableType => "compilable_type",
            Self::DefinedType => "defined_type",
            Self::Class => "class",
            Self::Unknown => "unknown",
        }
    }
}
