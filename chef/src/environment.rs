//! Environments: attributes, and which versions of cookbooks may be used.

use serde_json::{Value, json};

use crate::Result;
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::names::is_plain;

/// The environment that every organization has, and nobody changes.
pub const DEFAULT: &str = "_default";

const KEYS: [&str; 7] = [
    "name",
    "description",
    "json_class",
    "chef_type",
    "default_attributes",
    "override_attributes",
    "cookbook_versions",
];

/// Reads an environment that is to be made, or to replace another.
pub fn parse(body: &[u8]) -> Result<Object> {
    let mut environment = json::object(body)?;
    let defaults = [
        ("description", json!("")),
        ("json_class", json!("Chef::Environment")),
        ("chef_type", json!("environment")),
        ("default_attributes", json!({})),
        ("override_attributes", json!({})),
        ("cookbook_versions", json!({})),
    ];
    json::fill(&mut environment, &defaults);
    json::name(&environment, "name", is_plain)?;
    json::name(&environment, "description", |_| true)?;
    json::exactly(&environment, "json_class", "Chef::Environment")?;
    json::exactly(&environment, "chef_type", "environment")?;
    json::hash(&environment, "default_attributes")?;
    json::hash(&environment, "override_attributes")?;
    json::hash(&environment, "cookbook_versions")?;
    let versions = environment.get("cookbook_versions").and_then(Value::as_object);
    for (cookbook, constraint) in versions.into_iter().flatten() {
        if !is_plain(cookbook) {
            return Err(Error::invalid(format!("Invalid key '{cookbook}' for cookbook_versions")));
        }
        if !constraint.as_str().is_some_and(is_constraint) {
            let shown = constraint.as_str().map_or_else(|| constraint.to_string(), str::to_owned);
            return Err(Error::invalid(format!("Invalid value '{shown}' for cookbook_versions")));
        }
    }
    json::only(&environment, &KEYS)?;
    Ok(environment)
}

/// The environment that a new organization has.
pub fn default_document() -> Object {
    let document = json!({
        "name": DEFAULT,
        "description": "The default Chef environment",
        "json_class": "Chef::Environment",
        "chef_type": "environment",
        "default_attributes": {},
        "override_attributes": {},
        "cookbook_versions": {},
    });
    if let Value::Object(document) = document { document } else { Object::new() }
}

/// The refusal to change or delete [`DEFAULT`].
pub fn default_stays() -> Error {
    Error::NotAllowed(Message::listed("The '_default' environment cannot be modified."))
}

/// A version of two or three numbers, after one of six operators and a blank perhaps.
fn is_constraint(text: &str) -> bool {
    let operators = ["< ", "> ", "<= ", ">= ", "~> ", "= "];
    let version = operators.iter().find_map(|operator| text.strip_prefix(operator)).unwrap_or(text);
    let parts: Vec<&str> = version.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<i64>().is_ok();
    (2..=3).contains(&parts.len()) && parts.iter().all(is_number)
}

#[cfg(test)]
mod tests;
