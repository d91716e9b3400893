//! Nodes: what a machine is and what runs on it.

use serde_json::{Value, json};

use crate::error::Error;
use crate::json::{self, Object};
use crate::names::{is_plain, is_policy, is_wide};
use crate::{Result, run_list};

const KEYS: [&str; 11] = [
    "name",
    "chef_environment",
    "json_class",
    "chef_type",
    "normal",
    "default",
    "override",
    "automatic",
    "run_list",
    "policy_name",
    "policy_group",
];

/// What of a document can be asked for without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Of a node.
    pub environment: Option<String>,
    pub policy_name: Option<String>,
    pub policy_group: Option<String>,
}

/// Reads a node that is to be made.
pub fn parse(body: &[u8]) -> Result<Object> {
    complete(json::object(body)?)
}

/// Reads a node that replaces the one of this name.
pub fn parse_update(body: &[u8], name: &str) -> Result<Object> {
    let mut node = json::object(body)?;
    renamed(&mut node, name, "Node")?;
    complete(node)
}

/// Puts the name in that the path says; another one is refused.
pub(crate) fn renamed(object: &mut Object, name: &str, what: &str) -> Result<()> {
    match object.get("name") {
        None => {
            object.insert("name".to_owned(), name.into());
            Ok(())
        }
        Some(Value::String(given)) if given == name => Ok(()),
        Some(_) => Err(Error::invalid(format!("{what} name mismatch."))),
    }
}

fn complete(mut node: Object) -> Result<Object> {
    let defaults = [
        ("chef_environment", json!("_default")),
        ("json_class", json!("Chef::Node")),
        ("chef_type", json!("node")),
        ("normal", json!({})),
        ("default", json!({})),
        ("override", json!({})),
        ("automatic", json!({})),
        ("run_list", json!([])),
    ];
    json::fill(&mut node, &defaults);
    json::only(&node, &KEYS)?;
    json::name(&node, "name", is_wide)?;
    json::name(&node, "chef_environment", is_plain)?;
    json::exactly(&node, "json_class", "Chef::Node")?;
    json::exactly(&node, "chef_type", "node")?;
    for attributes in ["normal", "default", "override", "automatic"] {
        json::hash(&node, attributes)?;
    }
    let list = run_list::normalized("run_list", node.get("run_list").unwrap_or(&Value::Null))?;
    json::optional_name(&node, "policy_name", is_policy)?;
    json::optional_name(&node, "policy_group", is_policy)?;
    node.insert("run_list".to_owned(), list.into());
    Ok(node)
}

/// The facets of a node that was read.
pub fn facets(node: &Object) -> Facets {
    let text = |field| json::str_of(node, field).map(str::to_owned);
    Facets {
        environment: text("chef_environment"),
        policy_name: text("policy_name"),
        policy_group: text("policy_group"),
    }
}

#[cfg(test)]
mod tests;
