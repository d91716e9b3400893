//! Organizations: how one is made, with its containers, groups and lists, and what it looks like.

use serde_json::{Value, json};

use crate::authorization::{self, Permission, make, read_access_group, read_access_group_name};
use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::key::Key;
use crate::names::{is_full_name, is_organization};
use crate::records::{Changes, Organization, Records};
use crate::{Result, container, environment, group, node};

/// An organization that is to be made, or its new face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub name: String,
    pub full_name: String,
    /// As it was sent: the answer to a change shows it.
    pub document: Object,
}

/// Reads an organization. `now`: the name that it has and must keep.
pub fn parse(body: &[u8], now: Option<&str>) -> Result<Submitted> {
    let document = json::object(body)?;
    let is_name = |name: &str| now.map_or_else(|| is_organization(name), |now| name == now);
    let name = json::name(&document, "name", is_name)?.to_owned();
    let full_name = json::name(&document, "full_name", is_full_name)?.to_owned();
    Ok(Submitted { name, full_name, document })
}

/// What an organization looks like.
pub fn json(organization: &Organization) -> Value {
    let Organization { entity, full_name, .. } = organization;
    json!({"name": entity.name, "full_name": full_name, "guid": entity.guid})
}

/// The name of the client that makes an organization's clients.
pub fn validator(organization: &str) -> String {
    format!("{organization}-validator")
}

/// Makes an organization with everything that a new one has: containers, groups, their lists, the
/// environment `_default` and the validator. `None`: there is one of the name.
pub fn create(
    changes: &dyn Changes,
    creator: EntityId,
    name: &str,
    full_name: &str,
    validator_key: &str,
) -> Result<Option<Organization>> {
    let Some(organization) = create_bare(changes, creator, name, full_name)? else { return Ok(None) };
    if let Some(client) = make(changes, None, organization.id, Kind::Client, &validator(name))? {
        join_clients(changes, &client, true)?;
        changes.put_client(client.id, true)?;
        changes.add_key(client.id, &Key::default_with(validator_key))?;
    }
    Ok(Some(organization))
}

/// Makes an organization that has all but a validator. `None`: there is one of the name.
pub fn create_bare(
    changes: &dyn Changes,
    creator: EntityId,
    name: &str,
    full_name: &str,
) -> Result<Option<Organization>> {
    let Some(entity) = make(changes, Some(creator), OrgId::GLOBAL, Kind::Organization, name)? else {
        return Ok(None);
    };
    let organization = changes.add_organization(&entity, full_name)?;
    let org = organization.id;
    for name in container::OF_ORGANIZATION {
        found(changes, creator, org, Kind::Container, name)?;
    }
    for name in group::OF_ORGANIZATION {
        found(changes, creator, org, Kind::Group, name)?;
    }
    let group = |name| authorization::group(changes, org, name);
    let (admins, users, clients) = (group("admins")?.id, group("users")?.id, group("clients")?.id);
    let readers = found(changes, creator, OrgId::GLOBAL, Kind::Group, &read_access_group_name(name))?;
    for group in [admins, users] {
        changes.add_member(group, creator)?;
        changes.add_member(readers.id, group)?;
    }
    let public_keys = group("public_key_read_access")?.id;
    changes.add_member(public_keys, users)?;
    changes.add_member(public_keys, clients)?;

    for lists in [administrators(), members(), machines()] {
        for Grant { kind, name, permissions, group: to } in lists {
            let on = match kind {
                Kind::Organization => entity.id,
                kind => changes.entity(org, kind, name)?.ok_or_else(|| Error::broken(name))?.id,
            };
            let to = group(to)?.id;
            for permission in permissions {
                changes.extend_ace(on, *permission, &[to])?;
            }
        }
    }
    let first = make(changes, None, org, Kind::Environment, environment::DEFAULT)?;
    if let Some(first) = first {
        changes.put_document(first.id, &environment::default_document(), &node::Facets::default())?;
    }
    Ok(Some(organization))
}

/// Every new client is among the clients. A validator has no power over itself.
pub fn join_clients(changes: &dyn Changes, client: &Entity, is_validator: bool) -> Result<()> {
    let clients = authorization::group(changes, client.org, "clients")?;
    changes.add_member(clients.id, client.id)?;
    if is_validator {
        for permission in Permission::ALL {
            changes.remove_from_ace(client.id, permission, client.id)?;
        }
    }
    Ok(())
}

/// Deletes an organization with all that it has.
pub fn remove(changes: &dyn Changes, organization: &Organization) -> Result<()> {
    if let Some(readers) = read_access_group(changes, organization)? {
        changes.remove_entity(readers.id)?;
    }
    changes.remove_organization(organization)
}

/// Something that only its creator has power over.
fn found(changes: &dyn Changes, creator: EntityId, org: OrgId, kind: Kind, name: &str) -> Result<Entity> {
    let entity = changes.add_entity(org, kind, name)?;
    let entity = entity.ok_or_else(|| Error::broken(format!("{name} was there before its organization")))?;
    for permission in Permission::ALL {
        changes.extend_ace(entity.id, permission, &[creator])?;
    }
    Ok(entity)
}

/// One line of a new organization's lists.
struct Grant {
    kind: Kind,
    name: &'static str,
    permissions: &'static [Permission],
    group: &'static str,
}

const READ: &[Permission] = &[Permission::Read];
const CREATE: &[Permission] = &[Permission::Create];
const READ_UPDATE: &[Permission] = &[Permission::Read, Permission::Update];
const READ_DELETE: &[Permission] = &[Permission::Read, Permission::Delete];
const CREATE_READ: &[Permission] = &[Permission::Create, Permission::Read];
const ALL_BUT_GRANT: &[Permission] = &[Permission::Create, Permission::Read, Permission::Update, Permission::Delete];

fn grants(
    kind: Kind,
    names: &'static [&'static str],
    permissions: &'static [Permission],
    group: &'static str,
) -> impl Iterator<Item = Grant> {
    names.iter().map(move |name| Grant { kind, name, permissions, group })
}

fn administrators() -> Vec<Grant> {
    grants(Kind::Container, &container::OF_ORGANIZATION, &Permission::ALL, "admins")
        .chain(grants(Kind::Group, &["admins", "clients", "users"], &Permission::ALL, "admins"))
        .chain(grants(Kind::Organization, &["organization"], &Permission::ALL, "admins"))
        .chain(grants(Kind::Group, &["public_key_read_access"], READ_UPDATE, "admins"))
        .chain(grants(Kind::Group, &["billing-admins"], READ_UPDATE, "billing-admins"))
        .collect()
}

fn members() -> Vec<Grant> {
    const OWN: &[&str] =
        &["cookbooks", "data", "nodes", "roles", "environments", "policies", "policy_groups", "cookbook_artifacts"];
    grants(Kind::Container, OWN, ALL_BUT_GRANT, "users")
        .chain(grants(Kind::Container, &["clients"], READ_DELETE, "users"))
        .chain(grants(Kind::Container, &["groups", "containers"], READ, "users"))
        .chain(grants(Kind::Organization, &["organization"], READ, "users"))
        .chain(grants(Kind::Container, &["sandboxes"], CREATE, "users"))
        .collect()
}

fn machines() -> Vec<Grant> {
    const READABLE: &[&str] =
        &["policies", "policy_groups", "cookbook_artifacts", "data", "cookbooks", "environments", "roles"];
    grants(Kind::Container, &["nodes"], CREATE_READ, "clients")
        .chain(grants(Kind::Container, READABLE, READ, "clients"))
        .collect()
}

/// What the server has before anything else: the superuser, the containers outside of organizations,
/// over which only the superuser has power, and a group of people who may look after users.
pub fn found_server(changes: &dyn Changes, superuser_key: &str) -> Result<Entity> {
    let superuser = changes.add_entity(OrgId::GLOBAL, Kind::User, authorization::SUPERUSER)?;
    let superuser = superuser.ok_or_else(|| Error::broken("the superuser was there before the server"))?;
    for permission in Permission::ALL {
        changes.extend_ace(superuser.id, permission, &[superuser.id])?;
    }
    changes.add_key(superuser.id, &Key::default_with(superuser_key))?;
    changes.put_profile(superuser.id, &crate::user::Profile::default())?;
    for name in container::GLOBAL {
        found(changes, superuser.id, OrgId::GLOBAL, Kind::Container, name)?;
    }
    let admins = found(changes, superuser.id, OrgId::GLOBAL, Kind::Group, group::OF_SERVER)?;
    let users = authorization::container_of(changes, OrgId::GLOBAL, Kind::User)?;
    for permission in ALL_BUT_GRANT {
        changes.extend_ace(users.id, *permission, &[admins.id])?;
    }
    Ok(superuser)
}

/// The superuser, where the server was founded.
pub fn superuser(records: &dyn Records) -> Result<Option<Entity>> {
    records.entity(OrgId::GLOBAL, Kind::User, authorization::SUPERUSER)
}

/// The refusal for an organization that is not there.
pub fn not_found(name: &str) -> Error {
    Error::not_found(format!("organization '{name}' does not exist."))
}

/// The refusal of a second organization of a name.
pub fn exists() -> Error {
    Error::Exists(Message::bare("Organization already exists"))
}
