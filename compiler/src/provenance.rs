//! Where the values of a resource came from.
//!
//! Each attribute carries what gave it its value. What was replaced on the way, and places that
//! nothing else needs, are remembered only while a compile is explained.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::compile::wire;
use crate::error::{Location, Stop};
use crate::evaluator::Evaluator;
use crate::hiera;
use crate::resource::{Kind, Origin, Parameter, ResourceId};
use crate::scope::ScopeId;
use crate::value::Value;

/// A resource of a catalog with the origins of its values.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// `File[/etc/motd]`
    pub reference: String,
    /// Where it was declared, without a column.
    pub declared: Option<Location>,
    /// The class, node or defined resource that declared it.
    pub container: Option<String>,
    /// Declared, but not part of the catalog: nothing realized it.
    pub is_virtual: bool,
    pub exported: bool,
    /// In the order of the catalog.
    pub parameters: Vec<Explained>,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Explained {
    pub name: Arc<str>,
    pub given: Given,
    /// Values that it had before, the latest first.
    pub before: Vec<Given>,
}

/// A value and what gave it.
#[derive(Clone, Debug)]
pub struct Given {
    pub value: model::Value,
    pub origin: Source,
    pub at: Option<Location>,
    /// Added to what was there (`+>`, and arrows).
    pub appended: bool,
}

/// What can give a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The resource expression.
    Attribute,
    /// The body `default:` of the resource expression.
    DefaultBody,
    /// A function that declares resources, such as `create_resources`.
    Function,
    /// The default of the parameter in its class or defined type.
    Definition,
    /// `Type { … }`
    ResourceDefault,
    /// `Type['title'] { … }`
    Override,
    /// `Type <| … |> { … }`
    Collector,
    /// `->` and its kin.
    Arrow,
    /// Automatic parameter lookup of this key.
    Data {
        key: Arc<str>,
        /// One, or several where they were merged, the first counting most.
        from: Vec<hiera::Origin>,
    },
    /// The external node classifier.
    Classifier,
    /// A metaparameter of what contains the resource.
    Container { reference: String },
    /// Another node exported it.
    Exported { node: Arc<str> },
    /// The title says it.
    Title,
}

/// What is remembered of a compile that is explained.
#[derive(Default)]
pub(crate) struct Memory {
    /// Attributes that were given a new value later, with their old ones.
    replaced: Vec<(ResourceId, Parameter)>,
    /// Where Hiera found the values of parameters.
    data: Vec<(ResourceId, Arc<str>, Vec<hiera::Origin>)>,
}

impl Explanation {
    /// `{"resource": …, "file": …, "line": …, "parameters": {NAME: {"value": …, "origin": {…}, "before": […]}}}`
    pub fn to_json(&self) -> Json {
        let mut json = Map::new();
        json.insert("resource".to_owned(), json!(self.reference));
        put_place(&mut json, self.declared.as_ref());
        json.insert("container".to_owned(), json!(self.container));
        json.insert("virtual".to_owned(), json!(self.is_virtual));
        json.insert("exported".to_owned(), json!(self.exported));
        let parameters: Map<String, Json> =
            self.parameters.iter().map(|parameter| (parameter.name.to_string(), parameter.to_json())).collect();
        json.insert("parameters".to_owned(), Json::Object(parameters));
        Json::Object(json)
    }
}

impl Explained {
    fn to_json(&self) -> Json {
        let mut json = self.given.to_json();
        if !self.before.is_empty() {
            json.insert("before".to_owned(), self.before.iter().map(|given| Json::Object(given.to_json())).collect());
        }
        Json::Object(json)
    }
}

impl Given {
    fn to_json(&self) -> Map<String, Json> {
        let mut origin = Map::new();
        origin.insert("kind".to_owned(), json!(self.origin.name()));
        match &self.origin {
            Source::Data { key, from } => {
                origin.insert("key".to_owned(), json!(key));
                origin.insert("from".to_owned(), from.iter().map(place_of_data).collect());
            }
            Source::Container { reference } => {
                origin.insert("resource".to_owned(), json!(reference));
            }
            Source::Exported { node } => {
                origin.insert("node".to_owned(), json!(node));
            }
            _ => {}
        }
        put_place(&mut origin, self.at.as_ref());
        if self.appended {
            origin.insert("appended".to_owned(), json!(true));
        }
        let value = serde_json::to_value(self.value.wire(model::value::Form::Rich)).unwrap_or_default();
        Map::from_iter([("value".to_owned(), value), ("origin".to_owned(), Json::Object(origin))])
    }
}

impl Source {
    /// As the JSON form names it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::DefaultBody => "default_body",
            Self::Function => "function",
            Self::Definition => "definition",
            Self::ResourceDefault => "resource_default",
            Self::Override => "override",
            Self::Collector => "collector",
            Self::Arrow => "arrow",
            Self::Data { .. } => "data",
            Self::Classifier => "classifier",
            Self::Container { .. } => "container",
            Self::Exported { .. } => "exported",
            Self::Title => "title",
        }
    }
}

/// `{"layer": "Environment", "level": NAME, "path": PATH}`
fn place_of_data(origin: &hiera::Origin) -> Json {
    json!({
        "layer": origin.layer.name(),
        "module": origin.layer.module(),
        "level": origin.entry,
        "path": origin.location,
    })
}

fn put_place(json: &mut Map<String, Json>, at: Option<&Location>) {
    if let Some(at) = at {
        json.insert("file".to_owned(), if at.file.is_empty() { Json::Null } else { json!(at.file) });
        json.insert("line".to_owned(), json!(at.line));
    }
}

impl Evaluator<'_> {
    /// Whether places that only an explanation needs are wanted.
    pub(crate) fn explains(&self) -> bool {
        self.memory.is_some()
    }

    /// Remembers the value that an attribute is about to lose.
    pub(crate) fn remember(&mut self, id: ResourceId, name: &str) {
        if let Some(memory) = &mut self.memory
            && let Some(old) = self.catalog.get(id).parameter(name).filter(|old| !old.value.is_undef())
        {
            memory.replaced.push((id, old.clone()));
        }
    }

    /// Remembers where Hiera found a value.
    pub(crate) fn remember_data(&mut self, id: ResourceId, name: &Arc<str>, origins: Vec<hiera::Origin>) {
        if let Some(memory) = &mut self.memory {
            memory.data.push((id, name.clone(), origins));
        }
    }

    /// What is known of a resource of the finished catalog.
    pub(crate) fn explanation(&mut self, reference: &str) -> Result<Option<Explanation>, Stop> {
        let Some((type_name, title)) = reference.trim().strip_suffix(']').and_then(|text| text.split_once('[')) else {
            return Err(self.fail(format!("'{reference}' is no reference to a resource, such as File[/etc/motd]")));
        };
        let title = title.trim_matches(['\'', '"']);
        let Some(id) = self.find_resource(type_name, title)? else { return Ok(None) };
        let resource = self.catalog.get(id);
        let parameters = wire::parameters(resource);
        let parameters = parameters.into_iter().map(|(name, value)| self.explained(id, name, value)).collect();
        let resource = self.catalog.get(id);
        let container = match resource.scope {
            ScopeId::TOP => None,
            scope => self.scopes.get(scope).resource.filter(|container| *container != id),
        };
        Ok(Some(Explanation {
            reference: resource.reference(),
            declared: resource.position.clone(),
            container: container.map(|container| self.catalog.get(container).reference()),
            is_virtual: resource.is_virtual,
            exported: resource.exported,
            parameters,
        }))
    }

    fn explained(&self, id: ResourceId, name: Arc<str>, value: model::Value) -> Explained {
        let resource = self.catalog.get(id);
        let hide = |value: model::Value| {
            let hidden = resource.sensitive.contains(&name);
            if hidden { model::Value::Sensitive(Box::new(model::Value::String("hidden".into()))) } else { value }
        };
        let own = |parameter: &&Parameter| {
            parameter.name == name || (&*parameter.name == "name" && *name == *resource.namevar())
        };
        let Some(parameter) = resource.parameters.iter().find(own) else {
            let given = Given { value: hide(value), origin: Source::Title, at: None, appended: false };
            return Explained { name, given, before: Vec::new() };
        };
        let given = self.given(id, parameter, hide(value));
        let replaced = self.memory.iter().flat_map(|memory| &memory.replaced).rev();
        let before = replaced
            .filter(|(of, parameter)| *of == id && own(&parameter))
            .map(|(_, old)| self.given(id, old, hide(wire::wire(&old.value))))
            .collect();
        Explained { name, given, before }
    }

    fn given(&self, id: ResourceId, parameter: &Parameter, value: model::Value) -> Given {
        let resource = self.catalog.get(id);
        let (origin, at) = match &parameter.origin {
            Origin::Attribute => (Source::Attribute, None),
            Origin::DefaultBody => (Source::DefaultBody, None),
            Origin::Function => (Source::Function, resource.position.as_ref()),
            Origin::Definition(at) => (Source::Definition, at.as_ref()),
            Origin::ResourceDefault => (Source::ResourceDefault, None),
            Origin::Override => (Source::Override, None),
            Origin::Collector => (Source::Collector, None),
            Origin::Arrow(at) => (Source::Arrow, at.as_ref()),
            Origin::Data => {
                let class = match resource.kind {
                    Kind::Class(id) => self.known.get(id).name.clone(),
                    _ => resource.type_name.to_lowercase().into(),
                };
                let mut found = self.memory.iter().flat_map(|memory| &memory.data);
                let found = found.find(|(of, name, _)| *of == id && *name == parameter.name);
                let from = found.map(|(_, _, origins)| origins.clone()).unwrap_or_default();
                (Source::Data { key: format!("{class}::{}", parameter.name).into(), from }, None)
            }
            Origin::Classifier => (Source::Classifier, None),
            Origin::Container(id) => (Source::Container { reference: self.catalog.get(*id).reference() }, None),
            Origin::Exported(node) => (Source::Exported { node: node.clone() }, resource.position.as_ref()),
        };
        let at = parameter.position.as_ref().or(at).cloned();
        let appended = parameter.append || (matches!(origin, Source::Arrow) && is_list(&parameter.value));
        Given { value, origin, at, appended }
    }
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::Array(values) if values.len() > 1)
}
