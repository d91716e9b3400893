//! Who may do what, and what a new thing's list begins with.

use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::error::Error;
use crate::records::{Changes, Records};
use crate::{Result, records};

/// What a list of access control speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    Create,
    Read,
    Update,
    Delete,
    Grant,
}

impl Permission {
    /// In the order of the API.
    pub const ALL: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Grant];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Grant => "grant",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text)
    }
}

/// The name of the user who may create users and organizations.
pub const SUPERUSER: &str = "pivotal";

/// Whoever signed a request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub entity: Entity,
    /// The name of the key; `None` where the console signed for a user.
    pub key: Option<String>,
}

impl Caller {
    pub fn id(&self) -> EntityId {
        self.entity.id
    }

    pub fn is_superuser(&self) -> bool {
        self.entity.kind == Kind::User && self.entity.name == SUPERUSER
    }
}

/// The refusal, for who lacks a permission.
pub fn missing(permission: Permission) -> Error {
    Error::forbidden(format!("missing {} permission", permission.as_str()))
}

/// Refuses who lacks the permission.
pub fn demand(records: &dyn Records, caller: &Caller, on: EntityId, permission: Permission) -> Result<()> {
    if records.permitted(caller.id(), on, permission)? { Ok(()) } else { Err(missing(permission)) }
}

/// The container that says who may create a kind.
pub fn container_of(records: &dyn Records, org: OrgId, kind: Kind) -> Result<Entity> {
    container(records, org, kind.container())
}

/// A container that cannot be missing, but for who deleted it.
pub fn container(records: &dyn Records, org: OrgId, name: &str) -> Result<Entity> {
    let found = records.entity(org, Kind::Container, name)?;
    found.ok_or_else(|| Error::broken(format!("the container {name} is missing")))
}

/// A group that cannot be missing, but for who deleted it.
pub fn group(records: &dyn Records, org: OrgId, name: &str) -> Result<Entity> {
    let found = records.entity(org, Kind::Group, name)?;
    found.ok_or_else(|| Error::broken(format!("the group {name} is missing")))
}

/// Makes an entity for a caller who may create one. `None`: there is one already.
pub fn create(changes: &dyn Changes, caller: &Caller, org: OrgId, kind: Kind, name: &str) -> Result<Option<Entity>> {
    let container = container_of(changes, org, kind)?;
    demand(changes, caller, container.id, Permission::Create)?;
    make(changes, Some(caller.id()), org, kind, name)
}

/// Makes an entity with the list of its container, in which the creator, if one is to stay, gets
/// every permission. Actors have every permission on themselves. A container takes nothing over.
/// `None`: there is one already.
pub fn make(
    changes: &dyn Changes,
    creator: Option<EntityId>,
    org: OrgId,
    kind: Kind,
    name: &str,
) -> Result<Option<Entity>> {
    let Some(entity) = changes.add_entity(org, kind, name)? else { return Ok(None) };
    if kind != Kind::Container {
        let container = container_of(changes, org, kind)?;
        changes.copy_acl(container.id, entity.id)?;
    }
    let own = kind.is_actor().then_some(entity.id);
    let masters: Vec<EntityId> = creator.into_iter().chain(own).collect();
    for permission in Permission::ALL {
        changes.extend_ace(entity.id, permission, &masters)?;
    }
    Ok(Some(entity))
}

/// The group, outside of any organization, of those who may see an organization's users.
pub fn read_access_group(records: &dyn Records, organization: &records::Organization) -> Result<Option<Entity>> {
    records.entity(OrgId::GLOBAL, Kind::Group, &read_access_group_name(&organization.entity.name))
}

pub(crate) fn read_access_group_name(organization: &str) -> String {
    format!("{organization}_read_access_group")
}
