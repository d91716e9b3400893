//! Objects as the files of a backup hold them: the layout of `knife ec backup`, which is that of `knife download`.
//!
//! Defaults come first, in the order in which `knife` writes them, then whatever else there is.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::Error;
use crate::json::{self, Object};
use crate::key::Key;
use crate::password::Hashed;
use crate::records::{Changes, Organization, Records};
use crate::user::Profile;
use crate::{Permission, Result, acl, group};

mod people;

pub use people::{KeyRow, UserRow};

/// The folder of a kind, in an organization's and in that of its lists. `None`: it has none.
pub fn folder(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Organization | Kind::User => None,
        Kind::DataBag => Some("data_bags"),
        kind => Some(kind.container()),
    }
}

/// Kinds that have a folder, in the order in which they are written.
pub const KINDS: [Kind; 11] = [
    Kind::Client,
    Kind::Container,
    Kind::Group,
    Kind::Cookbook,
    Kind::CookbookArtifact,
    Kind::Environment,
    Kind::Role,
    Kind::DataBag,
    Kind::Policy,
    Kind::PolicyGroup,
    Kind::Node,
];

fn ordered(object: &Object, defaults: Value) -> Object {
    let Value::Object(mut ordered) = defaults else { return object.clone() };
    ordered.extend(object.iter().map(|(field, value)| (field.clone(), value.clone())));
    ordered
}

pub fn organization(organization: &Organization) -> Object {
    let name = &organization.entity.name;
    let mut document = json!({"name": name, "full_name": organization.full_name, "org_type": "Business"});
    document["clientname"] = crate::organization::validator(name).into();
    document["billing_plan"] = "platform-free".into();
    document["guid"] = organization.entity.guid.clone().into();
    ordered(&Object::new(), document)
}

pub fn client(name: &str, validator: bool, organization: &str, public_key: Option<&str>) -> Object {
    let mut document = json!({"name": name, "clientname": name, "admin": false, "validator": validator});
    document["chef_type"] = "client".into();
    document["orgname"] = organization.into();
    if let Some(public_key) = public_key {
        document["public_key"] = public_key.into();
    }
    ordered(&Object::new(), document)
}

pub fn node(node: &Object) -> Object {
    let first = json!({
        "name": null, "json_class": "Chef::Node", "chef_type": "node", "chef_environment": "_default",
        "override": {}, "normal": {}, "default": {}, "automatic": {}, "run_list": [],
    });
    ordered(node, first)
}

pub fn role(role: &Object) -> Object {
    let first = json!({
        "name": null, "description": "", "json_class": "Chef::Role", "chef_type": "role", "default_attributes": {},
        "override_attributes": {}, "run_list": [], "env_run_lists": {},
    });
    ordered(role, first)
}

pub fn environment(environment: &Object) -> Object {
    let first = json!({
        "name": null, "description": "", "cookbook_versions": {}, "default_attributes": {}, "override_attributes": {},
        "json_class": "Chef::Environment", "chef_type": "environment",
    });
    ordered(environment, first)
}

pub fn item(id: &str, item: &Object) -> Object {
    ordered(item, json!({"id": id}))
}

/// `revision_id` of each policy.
pub fn policy_group(name: &str, policies: &[(String, String)]) -> Value {
    let policies: Object =
        policies.iter().map(|(policy, revision)| (policy.clone(), json!({"revision_id": revision}))).collect();
    json!({"name": name, "policies": policies})
}

pub fn group(records: &dyn Records, group: &Entity, organization: &str) -> Result<Value> {
    let shown = group::json(records, group, organization)?;
    let mut document = json!({"name": group.name, "groupname": group.name});
    for field in ["users", "clients", "groups"] {
        document[field] = shown[field].clone();
    }
    document["orgname"] = organization.into();
    Ok(document)
}

/// The five lists of an entity. Users and clients stand together, but where a name is that of both.
pub fn lists(records: &dyn Records, org: OrgId, on: EntityId) -> Result<Value> {
    let mut lists = acl::json(records, org, on, true)?;
    for list in lists.as_object_mut().into_iter().flatten().map(|(_, list)| list) {
        let names = |field: &str| texts(&list[field]);
        let (users, clients) = (names("users"), names("clients"));
        let mut is_ambiguous = false;
        for name in users.iter().chain(&clients) {
            let user = records.entity(OrgId::GLOBAL, Kind::User, name)?.is_some();
            is_ambiguous |= user && org != OrgId::GLOBAL && records.entity(org, Kind::Client, name)?.is_some();
        }
        if !is_ambiguous {
            let mut actors = [users, clients].concat();
            actors.sort();
            *list = json!({"actors": actors, "groups": list["groups"]});
        }
    }
    Ok(lists)
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Names that a list or a group holds, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Users or clients, whichever has the name.
    pub actors: Vec<String>,
    pub users: Vec<String>,
    pub clients: Vec<String>,
    pub groups: Vec<String>,
}

impl Names {
    /// Reads a list, or a group.
    pub fn parse(object: &Object) -> Result<Self> {
        let list = |field: &str| match object.get(field) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => json::texts(object, field),
        };
        let names =
            Self { actors: list("actors")?, users: list("users")?, clients: list("clients")?, groups: list("groups")? };
        // A group names its people twice.
        let is_twice = !(names.users.is_empty() && names.clients.is_empty());
        Ok(if is_twice { Self { actors: Vec::new(), ..names } } else { names })
    }

    /// Whether these are a user's own group in an organization: one user, and nobody else.
    pub fn only_user(&self) -> Option<&str> {
        match (self.users.as_slice(), self.actors.as_slice(), self.clients.is_empty() && self.groups.is_empty()) {
            ([user], [], true) | ([], [user], true) => Some(user),
            _ => None,
        }
    }

    /// Finds everybody; the second part are those who are not there.
    pub fn find(&self, records: &dyn Records, org: OrgId) -> Result<(Vec<EntityId>, Vec<String>)> {
        let (mut found, mut absent) = (Vec::new(), Vec::new());
        let client = |name: &str| if org == OrgId::GLOBAL { Ok(None) } else { records.entity(org, Kind::Client, name) };
        let user = |name: &str| records.entity(OrgId::GLOBAL, Kind::User, name);
        let mut note = |what: &str, name: &str, entity: Option<Entity>| match entity {
            Some(entity) => found.push(entity.id),
            None => absent.push(format!("{what} {name}")),
        };
        for name in &self.actors {
            let actor = user(name)?.map_or_else(|| client(name), |user| Ok(Some(user)))?;
            note("user or client", name, actor);
        }
        for name in &self.users {
            note("user", name, user(name)?);
        }
        for name in &self.clients {
            note("client", name, client(name)?);
        }
        for name in &self.groups {
            note("group", name, acl::group(records, org, name)?);
        }
        Ok((found, absent))
    }
}

/// The five lists of a file.
pub fn parse_lists(object: &Object) -> Result<Vec<(Permission, Names)>> {
    let read = |permission: Permission| match object.get(permission.as_str()) {
        None => Ok(None),
        Some(Value::Object(list)) => Names::parse(list).map(|names| Some((permission, names))),
        Some(_) => Err(json::invalid(permission.as_str())),
    };
    Permission::ALL.into_iter().filter_map(|permission| read(permission).transpose()).collect()
}

/// Makes the lists of an entity those of a file; answers with who was not there.
pub fn restore_lists(
    changes: &dyn Changes,
    org: OrgId,
    on: EntityId,
    lists: &[(Permission, Names)],
) -> Result<Vec<String>> {
    let mut absent = Vec::new();
    for (permission, names) in lists {
        let (found, missing) = names.find(changes, org)?;
        changes.set_ace(on, *permission, &found)?;
        absent.extend(missing);
    }
    absent.sort();
    absent.dedup();
    Ok(absent)
}

/// A moment as the original's database writes it: in UTC, whatever offset is beside it.
pub fn parse_end(text: &str) -> Result<Option<Timestamp>> {
    if text == "infinity" {
        return Ok(None);
    }
    let wall = text.get(..19).map(|wall| wall.replace(' ', "T")).and_then(|wall| wall.parse::<DateTime>().ok());
    let at = wall.and_then(|wall| jiff::tz::TimeZone::UTC.to_timestamp(wall).ok());
    let wrong = || Error::invalid(format!("'{text}' is no moment such as 2030-12-24 21:00:00"));
    at.map(Some).ok_or_else(wrong)
}

fn end(key: &Key) -> String {
    key.expires_at.map_or_else(|| "infinity".to_owned(), |end| end.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// What is known of a user besides its keys, from its file and its row of the table.
pub fn profile(user: &Object, row: Option<&UserRow>, before: Option<Profile>) -> Profile {
    let mut profile = before.unwrap_or_default();
    profile.email = json::str_of(user, "email").filter(|email| !email.is_empty()).map(str::to_lowercase);
    profile.personal = crate::user::personal(user);
    if let Some(row) = row {
        profile.external_id.clone_from(&row.external_id);
        profile.recovery = row.recovery;
        profile.password = row.password.as_ref().and_then(Hashed::kept);
    }
    profile
}

#[cfg(test)]
mod tests;
