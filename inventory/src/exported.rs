//! Resources that nodes export for each other.

use async_trait::async_trait;
use model::Certname;
use serde_json::{Map, Value};

use crate::error::Error;

/// Keeps exported resources.
#[async_trait]
pub trait Exported: Send + Sync {
    /// Takes the place of all that the node exported before: one transaction.
    async fn export(&self, node: &Certname, resources: Vec<ExportedResource>) -> Result<(), Error>;

    /// Removes what the node exported; of a node that is not known, nothing.
    async fn withdraw(&self, node: &Certname) -> Result<(), Error>;

    /// What active nodes other than `except` export of a type, in the order of node, then title.
    async fn exported(&self, kind: &str, except: Option<&Certname>) -> Result<Vec<FromNode>, Error>;
}

/// One exported resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedResource {
    /// Type as references write it, `Ssh::Key`.
    pub kind: String,
    pub title: String,
    pub tags: Vec<String>,
    /// Rich data in its JSON form, in order.
    pub parameters: Map<String, Value>,
    pub file: Option<String>,
    pub line: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FromNode {
    pub node: Certname,
    pub resource: ExportedResource,
}

/// The query of a collector.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    All,
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
    Not(Box<Query>),
    /// A parameter, `title` or `tag` has this value; a list has it when one of its items is it.
    Equal(String, Value),
}

impl Query {
    pub fn matches(&self, resource: &ExportedResource) -> bool {
        match self {
            Self::All => true,
            Self::And(left, right) => left.matches(resource) && right.matches(resource),
            Self::Or(left, right) => left.matches(resource) || right.matches(resource),
            Self::Not(query) => !query.matches(resource),
            Self::Equal(name, value) => match name.as_str() {
                "title" => value.as_str() == Some(&resource.title),
                "tag" => value.as_str().is_some_and(|tag| resource.tags.iter().any(|known| known == tag)),
                _ => resource.parameters.get(name).is_some_and(|known| has(known, value)),
            },
        }
    }
}

fn has(known: &Value, wanted: &Value) -> bool {
    known == wanted || known.as_array().is_some_and(|items| items.contains(wanted))
}

#[cfg(test)]
mod tests;
