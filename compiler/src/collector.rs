//! Collectors: what realizes virtual resources, and changes those that match.

use std::sync::Arc;

use crate::compile::wire::wire;
use crate::error::Location;
use crate::known::TypeId;
use crate::operators;
use crate::relationship::Operand;
use crate::resource::{Parameter, ResourceId};
use crate::scope::ScopeId;
use crate::value::Value;

/// A collector that is asked again and again until nothing new comes.
pub(crate) struct Collector {
    pub(crate) what: What,
    pub(crate) overrides: Option<Overrides>,
    /// What it found, in order.
    pub(crate) collected: Vec<ResourceId>,
    /// Where it stands: what it imports is contained there.
    pub(crate) scope: ScopeId,
    /// What stands for it in a chain of arrows when it found nothing.
    pub(crate) alternative: Vec<Operand>,
}

pub(crate) enum What {
    /// `Type <| query |>`; the type is capitalised.
    Query { type_name: Arc<str>, query: Query, exported: bool },
    /// `realize(references)`: those that were not found yet.
    Fixed(Vec<Value>),
}

/// `Type <| … |> { … }`
pub(crate) struct Overrides {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) position: Location,
    pub(crate) source: TypeId,
}

/// Which resources are wanted.
pub(crate) enum Query {
    All,
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    /// One of these tags, in lower case.
    Tagged(Vec<String>),
    Equal(Arc<str>, Value),
    NotEqual(Arc<str>, Value),
}

impl Collector {
    pub(crate) fn new(what: What, overrides: Option<Overrides>, scope: ScopeId) -> Self {
        Self { what, overrides, collected: Vec::new(), scope, alternative: Vec::new() }
    }
}

impl Query {
    /// Whether a resource is wanted: `value` gives its attributes, `tagged` says whether it or
    /// what it stands in has a tag.
    pub(crate) fn wants(&self, value: &dyn Fn(&str) -> Value, tagged: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::And(left, right) => left.wants(value, tagged) && right.wants(value, tagged),
            Self::Or(left, right) => left.wants(value, tagged) || right.wants(value, tagged),
            Self::Tagged(tags) => tags.iter().any(|tag| tagged(tag)),
            Self::Equal(name, wanted) => match value(name) {
                list @ Value::Array(_) => operators::contains(&list, wanted).is_ok_and(|matched| matched.holds()),
                one => operators::equals(&one, wanted),
            },
            Self::NotEqual(name, unwanted) => !operators::equals(&value(name), unwanted),
        }
    }

    /// Whether a resource of another node is wanted. Values are compared to the letter and lists as
    /// a whole, as `PuppetDB` does.
    pub(crate) fn wants_exported(&self, resource: &model::Resource) -> bool {
        let tagged = |tag: &str| resource.tags.iter().any(|known| **known == *tag);
        let equal = |name: &str, wanted: &Value| match wire(wanted) {
            model::Value::String(title) if name == "title" => title == resource.title,
            wanted => resource.parameters.iter().any(|(known, value)| &**known == name && *value == wanted),
        };
        match self {
            Self::All => true,
            Self::And(left, right) => left.wants_exported(resource) && right.wants_exported(resource),
            Self::Or(left, right) => left.wants_exported(resource) || right.wants_exported(resource),
            Self::Tagged(tags) => tags.iter().any(|tag| tagged(tag)),
            Self::Equal(name, wanted) => equal(name, wanted),
            Self::NotEqual(name, Value::String(tag)) if &**name == "tag" => !tagged(&tag.to_lowercase()),
            Self::NotEqual(name, unwanted) => !equal(name, unwanted),
        }
    }
}
