//! A catalog: what a node is to be, and the two JSON documents that say it.

use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::value::{Form, Value, Wire};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    pub source: Arc<str>,
    pub target: Arc<str>,
}

impl Catalog {
    /// The document of `application/vnd.puppet.rich+json` or `application/json`.
    pub fn wire(&self, form: Form) -> Wire<'_, Self> {
        Wire { what: self, form }
    }

    /// Writes the fields of the document, for one that goes on after them.
    pub fn write_fields<M: SerializeMap>(&self, form: Form, map: &mut M) -> Result<(), M::Error> {
        let Self { name, environment, version, code_id, catalog_uuid, tags, classes, resources, edges } = self;
        map.serialize_entry("tags", tags)?;
        map.serialize_entry("name", name)?;
        match version {
            Version::Seconds(seconds) => map.serialize_entry("version", seconds)?,
            Version::Text(text) => map.serialize_entry("version", text)?,
        }
        map.serialize_entry("code_id", code_id)?;
        map.serialize_entry("catalog_uuid", catalog_uuid)?;
        map.serialize_entry("catalog_format", &2)?;
        map.serialize_entry("environment", environment)?;
        let resources: Vec<_> = resources.iter().map(|resource| resource.wire(form)).collect();
        map.serialize_entry("resources", &resources)?;
        map.serialize_entry("edges", edges)?;
        map.serialize_entry("classes", classes)
    }
}

impl Serialize for Wire<'_, Catalog> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.what.write_fields(self.form, &mut map)?;
        map.end()
    }
}

impl Resource {
    /// `Type[title]`
    pub fn reference(&self) -> String {
        format!("{}[{}]", self.type_name, self.title)
    }

    pub fn wire(&self, form: Form) -> Wire<'_, Self> {
        Wire { what: self, form }
    }
}

impl Serialize for Wire<'_, Resource> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let resource = self.what;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &resource.type_name)?;
        map.serialize_entry("title", &resource.title)?;
        map.serialize_entry("tags", &resource.tags)?;
        if let Some(file) = &resource.file {
            map.serialize_entry("file", file)?;
        }
        if let Some(line) = resource.line {
            map.serialize_entry("line", &line)?;
        }
        map.serialize_entry("exported", &resource.exported)?;
        map.serialize_entry("kind", resource.kind.as_str())?;
        if !resource.parameters.is_empty() {
            map.serialize_entry("parameters", &Parameters(&resource.parameters, self.form))?;
        }
        if !resource.sensitive_parameters.is_empty() {
            map.serialize_entry("sensitive_parameters", &resource.sensitive_parameters)?;
        }
        map.end()
    }
}

struct Parameters<'a>(&'a [(Arc<str>, Value)], Form);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value.wire(self.1))))
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
