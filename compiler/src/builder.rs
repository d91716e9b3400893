//! The catalog while it is made: resources by reference and alias, and what contains what.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::Failure;
use crate::resource::{Kind, Resource, ResourceId, capitalize};
use crate::tags::TagSet;
use crate::title::{self, inspect};
use crate::value::Value;

/// Resources, classes, tags and containment of a catalog in the making.
#[derive(Default)]
pub(crate) struct Builder {
    resources: Vec<Resource>,
    /// Resources by type and by title or alias.
    table: FxHashMap<Arc<str>, FxHashMap<Arc<str>, ResourceId>>,
    /// What contains a resource, and what it contains; by the resource's number.
    containers: Vec<Vec<ResourceId>>,
    contents: Vec<Vec<ResourceId>>,
    pub(crate) tags: TagSet,
    pub(crate) classes: Vec<Arc<str>>,
    text: usize,
}

impl Builder {
    pub(crate) fn get(&self, id: ResourceId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: ResourceId) -> &mut Resource {
        &mut self.resources[id.0 as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.resources.len()
    }

    /// Bytes of text in attributes, about.
    pub(crate) fn text(&self) -> usize {
        self.text
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ResourceId> + use<> {
        (0..self.resources.len() as u32).map(ResourceId)
    }

    /// Adds a resource; one that is there already, under its title or an alias, is an error.
    pub(crate) fn add(&mut self, resource: Resource) -> Result<ResourceId, Failure> {
        let id = ResourceId(self.resources.len() as u32);
        if let Some(existing) = self.keyed(&resource.type_name, &resource.title) {
            return Err(self.duplicate(&resource, existing));
        }
        self.text += resource.parameters.iter().map(|parameter| weight(&parameter.value)).sum::<usize>();
        self.put(resource.type_name.clone(), resource.title.clone(), id);
        self.resources.push(resource);
        self.containers.push(Vec::new());
        self.contents.push(Vec::new());
        self.add_aliases(id)?;
        Ok(id)
    }

    /// A class by its name; lists of the catalog and its tags grow.
    pub(crate) fn add_class(&mut self, name: &Arc<str>) -> Result<(), Failure> {
        self.classes.push(name.clone());
        self.tags.tag(name).map_err(|tag| Failure::argument(format!("Invalid tag '{tag}'")))
    }

    /// `container` contains `content`; said twice it counts once.
    pub(crate) fn add_edge(&mut self, container: ResourceId, content: ResourceId) {
        if !self.has_edge(container, content) {
            self.containers[content.0 as usize].push(container);
            self.contents[container.0 as usize].push(content);
        }
    }

    pub(crate) fn has_edge(&self, container: ResourceId, content: ResourceId) -> bool {
        self.containers[content.0 as usize].contains(&container)
    }

    pub(crate) fn containers(&self, id: ResourceId) -> &[ResourceId] {
        &self.containers[id.0 as usize]
    }

    pub(crate) fn contents(&self, id: ResourceId) -> &[ResourceId] {
        &self.contents[id.0 as usize]
    }

    /// A resource by type (any case) and title. With the type's implementation at hand, a title
    /// that says the same in another way is found as well: `File['/a/']` is `File['/a']`.
    pub(crate) fn find(&self, type_name: &str, title: &str, kind: Option<&Kind>) -> Option<ResourceId> {
        let type_name = capitalize(type_name);
        if &*type_name == "Class" {
            let title = if title == "main" { title.into() } else { capitalize(title) };
            return self.keyed(&type_name, &title);
        }
        self.keyed(&type_name, title).or_else(|| {
            let Some(Kind::Builtin(builtin)) = kind else { return None };
            let key = title::unique_key(builtin, title, &[])?;
            self.keyed(&type_name, &key.encoded())
        })
    }

    /// A class, by its name.
    pub(crate) fn class(&self, name: &str) -> Option<ResourceId> {
        self.keyed("Class", &capitalize(name))
    }

    fn keyed(&self, type_name: &str, key: &str) -> Option<ResourceId> {
        self.table.get(type_name)?.get(key).copied()
    }

    fn put(&mut self, type_name: Arc<str>, key: Arc<str>, id: ResourceId) {
        self.table.entry(type_name).or_default().insert(key, id);
    }

    fn add_aliases(&mut self, id: ResourceId) -> Result<(), Failure> {
        let resource = self.get(id);
        let mut given = Vec::new();
        flatten(&resource.value("alias"), &mut given);
        let key = match &resource.kind {
            Kind::Builtin(builtin) if !builtin.isomorphic => None,
            Kind::Builtin(builtin) => {
                let key = title::unique_key(builtin, &resource.title, &resource.parameters);
                Some(key.ok_or_else(|| {
                    let title = inspect(&Value::String(resource.title.clone().into()));
                    Failure::argument(format!("No set of title patterns matched the title {title}."))
                })?)
            }
            Kind::Class(_) | Kind::Node(_) | Kind::Define(_) => Some(title::Key::named(resource)),
        };
        for alias in given {
            self.alias(id, &title::Key::single(alias))?;
        }
        match key {
            Some(key) if !key.is(&self.get(id).title_value()) => self.alias(id, &key),
            _ => Ok(()),
        }
    }

    fn alias(&mut self, id: ResourceId, key: &title::Key) -> Result<(), Failure> {
        let encoded = key.encoded();
        let resource = self.get(id);
        match self.keyed(&resource.type_name, &encoded) {
            Some(existing) if existing == id => Ok(()),
            Some(existing) => {
                let mut message = format!("Cannot alias {} to {}", resource.reference(), key.inspect());
                if let Some(position) = &resource.position {
                    let _ = write!(message, " at {position}");
                }
                let type_name = inspect(&Value::String(resource.type_name.clone().into()));
                let _ = write!(message, "; resource [{type_name}, {}] already declared", key.inspect_parts());
                if let Some(position) = &self.get(existing).position {
                    let _ = write!(message, " {position}");
                }
                Err(Failure::argument(message))
            }
            None => {
                let type_name = resource.type_name.clone();
                self.put(type_name, encoded.into(), id);
                Ok(())
            }
        }
    }

    fn duplicate(&self, resource: &Resource, existing: ResourceId) -> Failure {
        let reference = resource.reference();
        let mut message = match &self.get(existing).position {
            Some(position) => {
                format!("Duplicate declaration: {reference} is already declared at {position}; cannot redeclare")
            }
            None => format!("Duplicate declaration: {reference} is already declared; cannot redeclare"),
        };
        if let Some(position) = &resource.position {
            let _ = write!(message, " {position}");
        }
        Failure::argument(message)
    }
}

fn flatten(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Undef => {}
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        other => into.push(other.clone()),
    }
}

fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Binary(bytes) => bytes.len(),
        Value::Array(values) => values.iter().map(weight).sum(),
        Value::Hash(entries) => entries.iter().map(|(key, value)| weight(key) + weight(value)).sum(),
        Value::Sensitive(value) => weight(value),
        _ => 8,
    }
}
