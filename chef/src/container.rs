//! Containers: who may make and list the things of a kind.

use serde_json::{Value, json};

use crate::Result;
use crate::error::Error;
use crate::json;
use crate::names::is_plain;

/// The containers that a new organization has.
pub const OF_ORGANIZATION: [&str; 12] = [
    "clients",
    "containers",
    "cookbooks",
    "data",
    "environments",
    "groups",
    "nodes",
    "roles",
    "sandboxes",
    "policies",
    "policy_groups",
    "cookbook_artifacts",
];

/// The containers outside of organizations.
pub const GLOBAL: [&str; 4] = ["organizations", "users", "groups", "containers"];

/// Reads the name of a container that is to be made.
pub fn parse(body: &[u8]) -> Result<String> {
    let object = json::object(body)?;
    let name = object.get("id").or_else(|| object.get("containername"));
    let name = match name {
        None => return Err(json::missing("containername")),
        Some(Value::String(name)) => name,
        Some(_) => return Err(json::invalid("containername")),
    };
    if !is_plain(name) {
        let pattern = "Malformed container name. Must only contain A-Z, a-z, 0-9, _, -, or .";
        return Err(Error::invalid(format!("Invalid name '{name}' using regex: '{pattern}'.")));
    }
    Ok(name.clone())
}

/// What a container looks like.
pub fn json(name: &str) -> Value {
    json!({"containername": name, "containerpath": name})
}
