//! Lists of access control, as the API shows and takes them.

use serde_json::{Value, json};

use crate::authorization::{Permission, SUPERUSER};
use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::names::{Scoped, is_plain};
use crate::records::{Changes, Records};
use crate::{Caller, Result};

/// The five lists of an entity. `detailed`: users and clients apart.
pub fn json(records: &dyn Records, org: OrgId, on: EntityId, detailed: bool) -> Result<Value> {
    let mut lists = Object::new();
    for permission in Permission::ALL {
        let members = records.ace(on, permission)?;
        let groups = group_names(records, org, &members)?;
        let (clients, users) = (names(&members, Kind::Client), names(&members, Kind::User));
        let list = if detailed {
            json!({"actors": [], "users": users, "clients": clients, "groups": groups})
        } else {
            let actors = [clients, users].concat();
            json!({"actors": actors, "groups": groups})
        };
        lists.insert(permission.as_str().to_owned(), list);
    }
    Ok(Value::Object(lists))
}

pub(crate) fn names(members: &[Entity], kind: Kind) -> Vec<String> {
    members.iter().filter(|member| member.kind == kind).map(|member| member.name.clone()).collect()
}

/// Names of groups, with the organization before those of another, in order.
pub(crate) fn group_names(records: &dyn Records, org: OrgId, members: &[Entity]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for group in members.iter().filter(|member| member.kind == Kind::Group) {
        if group.org == OrgId::GLOBAL {
            names.push(format!("::{}", group.name));
        } else if group.org == org {
            names.push(group.name.clone());
        } else if let Some(other) = records.organization_by_id(group.org)? {
            names.push(format!("{}::{}", other.entity.name, group.name));
        }
    }
    names.sort();
    Ok(names)
}

/// One list that is to replace another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewList {
    permission: Permission,
    actors: Actors,
    groups: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Actors {
    /// Users or clients, whichever has the name.
    Any(Vec<String>),
    Apart {
        users: Vec<String>,
        clients: Vec<String>,
    },
}

/// Reads one list.
pub fn parse(body: &[u8], permission: Permission) -> Result<NewList> {
    let object = json::object(body)?;
    let part = permission.as_str();
    json::only(&object, &[part])?;
    let list = match object.get(part) {
        None => return Err(json::missing(part)),
        Some(Value::Object(list)) => list,
        Some(_) => return Err(json::invalid(part)),
    };
    let groups = json::texts(list, "groups")?;
    let actors = json::texts(list, "actors")?;
    let optional = |field| if list.contains_key(field) { json::texts(list, field).map(Some) } else { Ok(None) };
    let actors = match (optional("clients")?, optional("users")?) {
        (None, None) => Actors::Any(actors),
        (Some(_), None) => return Err(alone("clients", "users")),
        (None, Some(_)) => return Err(alone("users", "clients")),
        (Some(_), Some(_)) if !actors.is_empty() => {
            let text = "When providing 'users' and 'clients' fields, the 'actors' field must have a value of [].";
            return Err(Error::invalid(text));
        }
        (Some(clients), Some(users)) => Actors::Apart { users, clients },
    };
    Ok(NewList { permission, actors, groups })
}

fn alone(have: &str, lack: &str) -> Error {
    Error::invalid(format!(
        "You provided '{have}' with your request. Including this field also requires that you provide '{lack}'"
    ))
}

/// Refuses to take the group of administrators from who may grant, but to the superuser.
pub fn keeps_administrators(records: &dyn Records, caller: &Caller, on: EntityId, list: &NewList) -> Result<()> {
    if list.permission != Permission::Grant || caller.is_superuser() {
        return Ok(());
    }
    let is_admins = |group: &Entity| group.kind == Kind::Group && group.name == "admins";
    let had = records.ace(on, Permission::Grant)?.iter().any(is_admins);
    if had && !list.groups.iter().any(|group| group == "admins") {
        return Err(Error::forbidden("Admin group cannot be removed from the Grant ACE"));
    }
    Ok(())
}

/// Replaces the list. Names are those of `org`; global things have no clients.
pub fn put(changes: &dyn Changes, org: OrgId, on: EntityId, list: &NewList) -> Result<()> {
    let mut members = match &list.actors {
        Actors::Any(names) => any_actors(changes, org, names)?,
        Actors::Apart { users, clients } => {
            let mut members = all(changes, org, Kind::User, users)?;
            members.extend(all(changes, org, Kind::Client, clients)?);
            members
        }
    };
    members.extend(groups(changes, org, &list.groups)?);
    changes.set_ace(on, list.permission, &members)
}

/// Finds all groups, which may be of other organizations, or says which are missing.
fn groups(records: &dyn Records, org: OrgId, names: &[String]) -> Result<Vec<EntityId>> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match group(records, org, name)? {
            Some(group) => found.push(group.id),
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(absent(Kind::Group, &missing)) }
}

/// A group by its name, which may say of which organization.
pub fn group(records: &dyn Records, org: OrgId, name: &str) -> Result<Option<Entity>> {
    let (org, name) = match Scoped::parse(name) {
        None => return Ok(None),
        Some(Scoped::Here(name)) => (org, name),
        Some(Scoped::Global(name)) => (OrgId::GLOBAL, name),
        Some(Scoped::Of { organization, name }) => match records.organization(organization)? {
            Some(organization) => (organization.id, name),
            None => return Ok(None),
        },
    };
    records.entity(org, Kind::Group, name)
}

fn all(records: &dyn Records, org: OrgId, kind: Kind, names: &[String]) -> Result<Vec<EntityId>> {
    let place = if kind == Kind::User { OrgId::GLOBAL } else { org };
    if org == OrgId::GLOBAL && kind == Kind::Client && !names.is_empty() {
        return Err(Error::invalid("Clients can not be added to global ACL entries."));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match records.entity(place, kind, name)? {
            Some(entity) => found.push(entity.id),
            None => missing.push(name.as_str()),
        }
    }
    match (missing.as_slice(), org) {
        ([], _) => Ok(found),
        ([name], OrgId::GLOBAL) => Err(Error::invalid(format!("The user '{name}' does not exist."))),
        (names, OrgId::GLOBAL) => Err(Error::invalid(format!("The users {} do not exist.", quoted(names)))),
        (names, _) => Err(absent(kind, names)),
    }
}

fn absent(kind: Kind, names: &[&str]) -> Error {
    let kind = kind.as_str();
    Error::invalid(format!("The {kind}(s) {} do not exist in this organization.", quoted(names)))
}

fn any_actors(records: &dyn Records, org: OrgId, names: &[String]) -> Result<Vec<EntityId>> {
    let mut found = Vec::new();
    let (mut bad, mut scoped, mut ambiguous) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        if !is_plain(name) {
            if Scoped::parse(name).is_some() { &mut scoped } else { &mut bad }.push(name.as_str());
            continue;
        }
        let user = match records.entity(OrgId::GLOBAL, Kind::User, name)? {
            Some(user) if !counts(records, org, &user)? => None,
            user => user,
        };
        let client = if org == OrgId::GLOBAL { None } else { records.entity(org, Kind::Client, name)? };
        match (user, client) {
            (None, None) => bad.push(name),
            (Some(_), Some(_)) => ambiguous.push(name.as_str()),
            (Some(one), None) | (None, Some(one)) => found.push(one.id),
        }
    }
    if !bad.is_empty() {
        let names = quoted(&bad);
        let text = if org == OrgId::GLOBAL {
            format!("The actor(s) {names} is not a valid user (clients are not allowed in this context).")
        } else {
            format!("The actor(s) {names} do not exist in this organization as clients or users.")
        };
        return Err(Error::invalid(text));
    }
    if !scoped.is_empty() {
        return Err(Error::invalid(format!("Scoped actor names are not allowed in this context: {}", quoted(&scoped))));
    }
    if !ambiguous.is_empty() {
        let text = format!(
            "The following actor(s) exist as both clients and users within this organization: {}. To perform this \
             update, supply separate 'clients' and 'users' fields in your request, and use an empty array for the \
             value of 'actors'.",
            quoted(&ambiguous)
        );
        return Err(Error::Ambiguous(Message::listed(text)));
    }
    Ok(found)
}

/// In an organization, only its own people count, and the superuser.
fn counts(records: &dyn Records, org: OrgId, user: &Entity) -> Result<bool> {
    Ok(org == OrgId::GLOBAL || user.name == SUPERUSER || records.is_associated(user.id, org)?)
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
