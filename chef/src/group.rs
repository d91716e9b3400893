//! Groups of users, clients and groups.

use serde_json::{Value, json};

use crate::acl::{group_names, names};
use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::Error;
use crate::json::{self, Object};
use crate::names::is_small;
use crate::records::{Changes, Records};
use crate::{Result, acl};

/// The groups that a new organization has.
pub const OF_ORGANIZATION: [&str; 5] = ["admins", "billing-admins", "clients", "users", "public_key_read_access"];

/// The group, outside of organizations, whose members may make, change and delete users.
pub const OF_SERVER: &str = "server-admins";

/// Who is to be in a group; `None` leaves them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Another name, if one is given.
    pub name: Option<String>,
    users: Option<Vec<String>>,
    clients: Option<Vec<String>>,
    groups: Option<Vec<String>>,
}

/// Reads the name of a group that is to be made.
pub fn parse(body: &[u8]) -> Result<String> {
    let object = json::object(body)?;
    name_of(&object)?.ok_or_else(|| Error::invalid("Invalid group name."))
}

/// Reads a change to a group.
pub fn parse_change(body: &[u8]) -> Result<Change> {
    let object = json::object(body)?;
    name_of(&object)?;
    let name = json::optional_name(&object, "groupname", is_small)?.map(str::to_owned);
    let none = Object::new();
    let actors = match object.get("actors") {
        None => &none,
        Some(Value::Object(actors)) => actors,
        Some(_) => return Err(json::invalid("actors")),
    };
    let list = |field| if actors.contains_key(field) { json::texts(actors, field).map(Some) } else { Ok(None) };
    Ok(Change { name, users: list("users")?, clients: list("clients")?, groups: list("groups")? })
}

fn name_of(object: &Object) -> Result<Option<String>> {
    match object.get("id").or_else(|| object.get("groupname")) {
        None => Ok(None),
        Some(Value::String(name)) if is_small(name) => Ok(Some(name.clone())),
        Some(_) => Err(Error::invalid("Invalid group name.")),
    }
}

/// What a group looks like.
pub fn json(records: &dyn Records, group: &Entity, organization: &str) -> Result<Value> {
    let members = records.members(group.id)?;
    let (clients, users) = (names(&members, Kind::Client), names(&members, Kind::User));
    let actors = [clients.as_slice(), users.as_slice()].concat();
    Ok(json!({
        "actors": actors,
        "users": users,
        "clients": clients,
        "groups": group_names(records, group.org, &members)?,
        "orgname": organization,
        "name": group.name,
        "groupname": group.name,
    }))
}

/// Puts those in that the change names, and nobody else. Names of nobody are passed over, as the
/// original does.
pub fn put_members(changes: &dyn Changes, group: &Entity, change: &Change) -> Result<()> {
    let now = changes.members(group.id)?;
    let kept = |kind| now.iter().filter(move |member| member.kind == kind).map(|member| member.id);
    let mut members: Vec<EntityId> = Vec::new();
    match &change.users {
        None => members.extend(kept(Kind::User)),
        Some(names) => members.extend(found(changes, OrgId::GLOBAL, Kind::User, names)?),
    }
    match &change.clients {
        None => members.extend(kept(Kind::Client)),
        Some(names) => members.extend(found(changes, group.org, Kind::Client, names)?),
    }
    match &change.groups {
        None => members.extend(kept(Kind::Group)),
        Some(names) => {
            for name in names {
                members.extend(acl::group(changes, group.org, name)?.map(|group| group.id));
            }
        }
    }
    changes.set_members(group.id, &members)
}

fn found(records: &dyn Records, org: OrgId, kind: Kind, names: &[String]) -> Result<Vec<EntityId>> {
    let mut found = Vec::new();
    for name in names {
        found.extend(records.entity(org, kind, name)?.map(|entity| entity.id));
    }
    Ok(found)
}
