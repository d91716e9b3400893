//! Roles: attributes and run lists, one for each environment that has its own.

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::json::{self, Object};
use crate::names::{is_plain, is_wide};
use crate::node::renamed;
use crate::{Result, environment, run_list};

const KEYS: [&str; 8] = [
    "chef_type",
    "default_attributes",
    "description",
    "env_run_lists",
    "json_class",
    "name",
    "override_attributes",
    "run_list",
];

/// Reads a role that is to be made.
pub fn parse(body: &[u8]) -> Result<Object> {
    complete(json::object(body)?)
}

/// Reads a role that replaces the one of this name.
pub fn parse_update(body: &[u8], name: &str) -> Result<Object> {
    let mut role = json::object(body)?;
    renamed(&mut role, name, "Role")?;
    complete(role)
}

fn complete(mut role: Object) -> Result<Object> {
    let defaults = [
        ("json_class", json!("Chef::Role")),
        ("chef_type", json!("role")),
        ("default_attributes", json!({})),
        ("override_attributes", json!({})),
        ("run_list", json!([])),
        ("env_run_lists", json!({})),
    ];
    json::fill(&mut role, &defaults);
    json::only(&role, &KEYS)?;
    json::name(&role, "name", is_wide)?;
    json::exactly(&role, "json_class", "Chef::Role")?;
    json::exactly(&role, "chef_type", "role")?;
    json::hash(&role, "default_attributes")?;
    json::hash(&role, "override_attributes")?;
    let list = run_list::normalized("run_list", role.get("run_list").unwrap_or(&Value::Null))?;
    let lists = lists(role.get("env_run_lists").unwrap_or(&Value::Null))?;
    role.insert("run_list".to_owned(), list.into());
    role.insert("env_run_lists".to_owned(), lists.into());
    Ok(role)
}

fn lists(value: &Value) -> Result<Object> {
    let wrong = || Error::invalid("Field 'env_run_lists' contains invalid run lists");
    let mut lists = Map::new();
    for (environment, list) in value.as_object().ok_or_else(wrong)? {
        if !is_plain(environment) {
            return Err(Error::invalid(format!("Invalid key '{environment}' for env_run_lists")));
        }
        lists.insert(environment.clone(), run_list::read(list).ok_or_else(wrong)?.into());
    }
    Ok(lists)
}

/// The environments for which a role has a run list, by name; it always has one for `_default`.
pub fn environments(role: &Object) -> Vec<String> {
    let own = role.get("env_run_lists").and_then(Value::as_object);
    let mut names: Vec<String> = own.into_iter().flat_map(|lists| lists.keys().cloned()).collect();
    names.push(environment::DEFAULT.to_owned());
    names.sort();
    names.dedup();
    names
}

/// What a role runs in an environment; null where it has nothing for it.
pub fn run_list_in(role: &Object, environment: &str) -> Value {
    let list = if environment == environment::DEFAULT {
        role.get("run_list")
    } else {
        role.get("env_run_lists").and_then(|lists| lists.get(environment))
    };
    list.cloned().unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests;
