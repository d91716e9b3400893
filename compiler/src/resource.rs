//! Resources while a catalog is made.

use std::sync::Arc;

use crate::error::Location;
use crate::known::TypeId;
use crate::resource_type::ResourceType;
use crate::scope::ScopeId;
use crate::tags::TagSet;
use crate::value::Value;

/// Names a resource of the compile that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResourceId(pub(crate) u32);

/// A resource that was declared.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a resource, in any combination")]
pub(crate) struct Resource {
    /// Capitalised: `File`, `Apache::Vhost`, `Class`.
    pub(crate) type_name: Arc<str>,
    pub(crate) title: Arc<str>,
    /// What a function gave as title, where it is no text: a number, say.
    pub(crate) given_title: Option<Value>,
    pub(crate) kind: Kind,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) tags: TagSet,
    /// Without a column.
    pub(crate) position: Option<Location>,
    pub(crate) exported: bool,
    pub(crate) is_virtual: bool,
    /// The class, define or node in which it was declared.
    pub(crate) source: TypeId,
    pub(crate) scope: ScopeId,
    pub(crate) evaluated: bool,
    pub(crate) tagged: bool,
    pub(crate) sensitive: Vec<Arc<str>>,
    /// `Class[main]` and `Stage[main]`: their title is a name of the original's own, not a text.
    pub(crate) is_main: bool,
    /// The node that exported it.
    pub(crate) imported: Option<Arc<str>>,
    /// On the wire: `class` where a class was declared like a resource.
    pub(crate) class_syntax: bool,
}

/// What implements a resource.
#[derive(Clone)]
pub(crate) enum Kind {
    Builtin(Arc<ResourceType>),
    Class(TypeId),
    Node(TypeId),
    Define(TypeId),
}

/// An attribute with its value.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Arc<str>,
    pub(crate) value: Value,
    pub(crate) source: TypeId,
    /// Without a column.
    pub(crate) position: Option<Location>,
    /// Given with `+>`.
    pub(crate) append: bool,
    pub(crate) origin: Origin,
}

/// What gave an attribute its value.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// The resource expression.
    Attribute,
    /// The body `default:` of the resource expression.
    DefaultBody,
    /// A function that declares resources, or adds to them.
    Function,
    /// The definition of the class or defined type. Its place only while a compile is explained.
    Definition(Option<Location>),
    /// `Type { … }`
    ResourceDefault,
    /// `Type['title'] { … }`
    Override,
    /// `Type <| … |> { … }`
    Collector,
    /// `->` and its kin. Its place only while a compile is explained.
    Arrow(Option<Location>),
    /// Hiera.
    Data,
    /// The external node classifier.
    Classifier,
    /// A metaparameter of what contains the resource.
    Container(ResourceId),
    /// The node that exported the resource.
    Exported(Arc<str>),
}

/// New values for the attributes of a resource that is declared elsewhere, or later.
#[derive(Clone)]
pub(crate) struct Override {
    pub(crate) type_name: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) position: Option<Location>,
    pub(crate) source: TypeId,
}

impl Resource {
    pub(crate) fn reference(&self) -> String {
        format!("{}[{}]", self.type_name, self.title)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| &*parameter.name == name)
    }

    /// The value of an attribute, `undef` where it has none.
    pub(crate) fn value(&self, name: &str) -> Value {
        if name == "title" {
            return self.title_value();
        }
        self.parameter(name).map_or(Value::Undef, |parameter| parameter.value.clone())
    }

    /// The title as it was given.
    pub(crate) fn title_value(&self) -> Value {
        self.given_title.clone().unwrap_or_else(|| Value::String(self.title.clone().into()))
    }

    /// Sets an attribute; tags take effect at once.
    pub(crate) fn set(&mut self, parameter: Parameter) -> Result<(), String> {
        if &*parameter.name == "tag" {
            tag_with(&mut self.tags, &parameter.value)?;
        }
        match self.parameters.iter_mut().find(|own| own.name == parameter.name) {
            Some(own) => *own = parameter,
            None => self.parameters.push(parameter),
        }
        Ok(())
    }

    pub(crate) fn is_class(&self) -> bool {
        matches!(self.kind, Kind::Class(_))
    }

    pub(crate) fn is_stage(&self) -> bool {
        &*self.type_name == "Stage"
    }

    /// Whether evaluating it brings more resources.
    pub(crate) fn is_container(&self) -> bool {
        !matches!(self.kind, Kind::Builtin(_))
    }

    pub(crate) fn definition(&self) -> Option<TypeId> {
        match self.kind {
            Kind::Class(id) | Kind::Node(id) | Kind::Define(id) => Some(id),
            Kind::Builtin(_) => None,
        }
    }

    /// The attribute that `name` stands for, and that falls away when it says the same as the title.
    pub(crate) fn namevar(&self) -> &str {
        match &self.kind {
            Kind::Builtin(builtin) if builtin.namevars.len() == 1 => &builtin.namevars[0],
            _ => "name",
        }
    }
}

/// Adds the tags that a value lists; answers the one that is none.
pub(crate) fn tag_with(tags: &mut TagSet, value: &Value) -> Result<(), String> {
    match value {
        Value::Undef => Ok(()),
        Value::Array(values) => values.iter().try_for_each(|value| tag_with(tags, value)),
        other => tags.tag(&crate::format::to_text(other)),
    }
}

/// `file`, `apache::vhost` as `File`, `Apache::Vhost`.
pub(crate) fn capitalize(name: &str) -> Arc<str> {
    let mut text = String::with_capacity(name.len());
    for (index, segment) in name.split("::").enumerate() {
        if index > 0 {
            text.push_str("::");
        }
        let mut chars = segment.chars();
        text.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        text.push_str(chars.as_str());
    }
    text.into()
}
