//! Clients: machines, and the validator that makes them, each of one organization.

use serde_json::Value;

use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::Error;
use crate::json::{self, Object};
use crate::key::{self, Key, Source};
use crate::names::is_plain;
use crate::records::Changes;
use crate::user::{key_fields_are_elsewhere, made_unless_given};
use crate::{ApiVersion, Result, authorization, organization};

/// A document of a client, read.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub name: String,
    pub validator: bool,
    pub source: Source,
    /// As it was sent, completed: version 0 answers a change with it.
    pub document: Object,
}

/// A client as it is, for what a change leaves out.
#[derive(Clone, Debug)]
pub struct Current<'a> {
    pub name: &'a str,
    pub validator: bool,
}

/// Reads a client that is to be made, or a change to one.
pub fn parse(body: &[u8], api: ApiVersion, now: Option<&Current<'_>>) -> Result<Submitted> {
    let mut client = json::object(body)?;
    if let Some(now) = now {
        json::fill(&mut client, &[("validator", now.validator.into())]);
    }
    let defaults: [(&str, Value); 3] =
        [("json_class", "Chef::ApiClient".into()), ("chef_type", "client".into()), ("validator", false.into())];
    json::fill(&mut client, &defaults);
    if !api.keys_apart() {
        json::fill(&mut client, &[("private_key", false.into())]);
    }
    client.shift_remove("id");
    let name = named(&mut client, now.map(|now| now.name))?;
    if !is_plain(&name) {
        let pattern = "Malformed client name.  Must be A-Z, a-z, 0-9, _, -, or .";
        return Err(Error::invalid(format!("Invalid client name '{name}' using regex: '{pattern}'.")));
    }
    json::optional_bool(&client, "validator")?;
    if !api.keys_apart() {
        json::optional_bool(&client, "private_key")?;
    }
    let source = match (api.keys_apart(), now) {
        (false, None) => made_unless_given(given(&client)),
        (false, Some(_)) => embedded(&client)?,
        (true, None) => key::source(&client)?,
        (true, Some(_)) => {
            key_fields_are_elsewhere(&client)?;
            Source::None
        }
    };
    let validator = client.get("validator") == Some(&Value::Bool(true));
    Ok(Submitted { name, validator, source, document: client })
}

/// `name` and `clientname` are the same; either may be left out.
fn named(client: &mut Object, now: Option<&str>) -> Result<String> {
    let field = |field: &str| match client.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(json::invalid(field)),
    };
    let name = match (field("name")?, field("clientname")?, now) {
        (None, None, None) => return Err(json::missing("name")),
        (None, None, Some(now)) => now.to_owned(),
        (Some(name), Some(other), _) if name != other => {
            return Err(Error::invalid("name and clientname must match"));
        }
        (Some(name), _, _) | (None, Some(name), _) => name,
    };
    client.insert("name".to_owned(), name.clone().into());
    client.insert("clientname".to_owned(), name.clone().into());
    Ok(name)
}

/// Keys in the document itself, as version 0 has them.
fn embedded(client: &Object) -> Result<Source> {
    Ok(if json::optional_bool(client, "private_key")? == Some(true) { Source::Made } else { given(client) })
}

fn given(client: &Object) -> Source {
    match client.get("public_key") {
        Some(Value::String(key)) => Source::Given(key.clone()),
        _ => Source::None,
    }
}

/// What a client looks like; `public_key` where the version of the API shows it.
pub fn json(name: &str, validator: bool, organization: &str, public_key: Option<&str>) -> Object {
    let mut shown = Object::new();
    if let Some(public_key) = public_key {
        shown.insert("public_key".to_owned(), public_key.into());
    }
    let fields: [(&str, Value); 6] = [
        ("name", name.into()),
        ("clientname", name.into()),
        ("validator", validator.into()),
        ("orgname", organization.into()),
        ("json_class", "Chef::ApiClient".into()),
        ("chef_type", "client".into()),
    ];
    shown.extend(fields.map(|(field, value)| (field.to_owned(), value)));
    shown
}

/// Makes a client of an entity that was just made: among the clients, with its first key.
pub fn furnish(changes: &dyn Changes, client: &Entity, validator: bool, public_key: Option<&str>) -> Result<()> {
    organization::join_clients(changes, client, validator)?;
    changes.put_client(client.id, validator)?;
    if let Some(public_key) = public_key {
        changes.add_key(client.id, &Key::default_with(public_key))?;
    }
    Ok(())
}

/// Makes a client on nobody's permission; `creator` gets every permission on it.
pub fn create(
    changes: &dyn Changes,
    creator: EntityId,
    org: OrgId,
    submitted: &Submitted,
    public_key: Option<&str>,
) -> Result<Entity> {
    let made = authorization::make(changes, Some(creator), org, Kind::Client, &submitted.name)?;
    let client = made.ok_or_else(exists)?;
    furnish(changes, &client, submitted.validator, public_key)?;
    Ok(client)
}

/// The refusal of a second client of a name.
pub fn exists() -> Error {
    Error::exists("Client already exists")
}

#[cfg(test)]
mod tests;
