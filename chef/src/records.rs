//! What is kept, as one transaction sees it.
//!
//! A request of Chef is authorised by the very rows that it reads or changes, so the port is a
//! transaction and not a list of calls: the caller opens one, hands it to the functions of this
//! crate, and what they refuse is taken back as a whole. Calls are synchronous, and cheap.

use jiff::Timestamp;

use crate::authorization::Permission;
use crate::entity::{Entity, EntityId, Kind, OrgId};
use crate::json::Object;
use crate::key::Key;
use crate::user::Profile;
use crate::{Result, node, search};

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub id: OrgId,
    /// Its name, its list, and its guid.
    pub entity: Entity,
    pub full_name: String,
}

/// Somebody was asked to join an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// 32 hexadecimal digits.
    pub id: String,
    pub organization: String,
    pub org: OrgId,
    pub user: Entity,
    /// Who asked; gone where it was deleted.
    pub inviter: Option<EntityId>,
}

/// Reading.
pub trait Records {
    fn organization(&self, name: &str) -> Result<Option<Organization>>;
    fn organization_by_id(&self, id: OrgId) -> Result<Option<Organization>>;
    fn organization_by_guid(&self, guid: &str) -> Result<Option<Organization>>;

    fn entity(&self, org: OrgId, kind: Kind, name: &str) -> Result<Option<Entity>>;
    /// All of a kind, by name.
    fn entities(&self, org: OrgId, kind: Kind) -> Result<Vec<Entity>>;

    /// Whether `caller` has the permission, by itself or by a group it is in, however deep.
    fn permitted(&self, caller: EntityId, on: EntityId, permission: Permission) -> Result<bool>;
    /// Users, clients and groups that have the permission, by kind and name.
    fn ace(&self, on: EntityId, permission: Permission) -> Result<Vec<Entity>>;
    /// Who stands in a group, by kind and name; not who stands in groups within it.
    fn members(&self, group: EntityId) -> Result<Vec<Entity>>;
    /// Whether an actor is in a group, however deep.
    fn is_member(&self, actor: EntityId, group: EntityId) -> Result<bool>;

    fn profile(&self, user: EntityId) -> Result<Option<Profile>>;
    /// Names of users with this address, in any case of letters.
    fn users_by_email(&self, email: &str) -> Result<Vec<String>>;
    /// Names of users known elsewhere by this identifier.
    fn users_by_external_id(&self, id: &str) -> Result<Vec<String>>;
    /// `None`: no such client.
    fn is_validator(&self, client: EntityId) -> Result<Option<bool>>;

    /// By name.
    fn keys(&self, actor: EntityId) -> Result<Vec<Key>>;
    fn key(&self, actor: EntityId, name: &str) -> Result<Option<Key>>;

    fn is_associated(&self, user: EntityId, org: OrgId) -> Result<bool>;
    /// Names of users, by name.
    fn associated(&self, org: OrgId) -> Result<Vec<String>>;
    /// By name.
    fn organizations_of(&self, user: EntityId) -> Result<Vec<Organization>>;
    fn invitation(&self, id: &str) -> Result<Option<Invitation>>;
    /// In the order in which they were made.
    fn invitations_to(&self, org: OrgId) -> Result<Vec<Invitation>>;
    fn invitations_of(&self, user: EntityId) -> Result<Vec<Invitation>>;

    /// The JSON of a node, role or environment, as it was put.
    fn document(&self, id: EntityId) -> Result<Option<String>>;
    /// Names of nodes in an environment, by name.
    fn nodes_in(&self, org: OrgId, environment: &str) -> Result<Vec<String>>;
    /// Of all organizations.
    fn count_nodes(&self) -> Result<u64>;

    /// Ids of a data bag's items, by id.
    fn items(&self, bag: EntityId) -> Result<Vec<String>>;
    /// The JSON of an item, as it was put.
    fn item(&self, bag: EntityId, id: &str) -> Result<Option<String>>;

    /// Everything that a plan finds in an index of an organization, in ascending order.
    fn search(&self, org: OrgId, index: search::Index, plan: &search::Plan) -> Result<Vec<search::Found>>;
    /// Whether an entity, with what is in it, is found by what is kept of it.
    fn is_indexed(&self, id: EntityId) -> Result<bool>;
    /// `None`: it is gone.
    fn hit(&self, index: search::Index, found: search::Found) -> Result<Option<search::Hit>>;
    /// A node that was found, of whose attributes at least those of these names are there.
    fn node_part(&self, found: search::Found, names: &[&str]) -> Result<Option<search::Hit>>;
}

/// Reading and changing. What has been changed is seen by what is read next.
pub trait Changes: Records {
    /// `None` where there is one of the kind and name.
    fn add_entity(&self, org: OrgId, kind: Kind, name: &str) -> Result<Option<Entity>>;
    /// False where the name is taken.
    fn rename_entity(&self, id: EntityId, name: &str) -> Result<bool>;
    /// Gives an entity the guid that it had elsewhere; false where another one has it.
    fn adopt_guid(&self, id: EntityId, guid: &str) -> Result<bool>;
    /// With all that hangs on it: lists, memberships, keys, documents, items, associations.
    fn remove_entity(&self, id: EntityId) -> Result<()>;

    /// Makes an organization of an entity.
    fn add_organization(&self, entity: &Entity, full_name: &str) -> Result<Organization>;
    fn set_full_name(&self, id: OrgId, full_name: &str) -> Result<()>;
    /// With all that belongs to it.
    fn remove_organization(&self, organization: &Organization) -> Result<()>;

    fn set_ace(&self, on: EntityId, permission: Permission, members: &[EntityId]) -> Result<()>;
    /// Adds whoever is not there yet.
    fn extend_ace(&self, on: EntityId, permission: Permission, members: &[EntityId]) -> Result<()>;
    fn remove_from_ace(&self, on: EntityId, permission: Permission, member: EntityId) -> Result<()>;
    /// The first list, added to the second: what a new entity takes over from its container.
    fn copy_acl(&self, from: EntityId, to: EntityId) -> Result<()>;
    fn set_members(&self, group: EntityId, members: &[EntityId]) -> Result<()>;
    fn add_member(&self, group: EntityId, member: EntityId) -> Result<()>;
    fn remove_member(&self, group: EntityId, member: EntityId) -> Result<()>;

    /// False where the address, or the identifier elsewhere, is another user's.
    fn put_profile(&self, user: EntityId, profile: &Profile) -> Result<bool>;
    fn put_client(&self, client: EntityId, validator: bool) -> Result<()>;

    /// False where the actor has a key of the name.
    fn add_key(&self, actor: EntityId, key: &Key) -> Result<bool>;
    /// False where the new name is that of another key.
    fn replace_key(&self, actor: EntityId, name: &str, key: &Key) -> Result<bool>;
    fn remove_key(&self, actor: EntityId, name: &str) -> Result<()>;

    /// False where it was so before.
    fn associate(&self, user: EntityId, org: OrgId, at: Timestamp) -> Result<bool>;
    fn dissociate(&self, user: EntityId, org: OrgId) -> Result<()>;
    /// `None` where the user is invited already.
    fn invite(&self, user: EntityId, org: OrgId, inviter: EntityId, at: Timestamp) -> Result<Option<Invitation>>;
    /// Gives an invitation the id that it had elsewhere, unless another one has it.
    fn adopt_invitation(&self, id: &str, wanted: &str) -> Result<()>;
    fn remove_invitation(&self, id: &str) -> Result<()>;

    /// Of a node, a role or an environment, new or not. Answers with its JSON.
    fn put_document(&self, id: EntityId, document: &Object, facets: &node::Facets) -> Result<String>;

    /// Makes anew what an entity, with what is in it, is found by.
    fn reindex(&self, id: EntityId) -> Result<()>;

    /// False where there is one of the id.
    fn add_item(&self, bag: EntityId, id: &str, json: &str) -> Result<bool>;
    fn put_item(&self, bag: EntityId, id: &str, json: &str) -> Result<()>;
    fn remove_item(&self, bag: EntityId, id: &str) -> Result<()>;
}
