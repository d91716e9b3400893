//! Users in organizations: put in by the superuser, or invited and accepting.
//!
//! Each user of an organization has a group of its own there, named by its guid, which stands in
//! the group `users`: so that to leave takes every permission away at once.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::authorization::{self, Permission, container_of, make, read_access_group};
use crate::entity::{Entity, EntityId, Kind};
use crate::error::{Error, Message};
use crate::json::{self, Object};
use crate::records::{Changes, Invitation, Organization, Records};
use crate::{Result, user};

/// Reads the name of a user who is to be put into an organization.
pub fn parse(body: &[u8]) -> Result<String> {
    json::name(&json::object(body)?, "username", |_| true).map(str::to_owned)
}

/// Reads the name of a user who is to be invited.
pub fn parse_invitation(body: &[u8]) -> Result<String> {
    json::name(&json::object(body)?, "user", |_| true).map(str::to_owned)
}

/// Reads an answer to an invitation: whether it is accepted.
pub fn parse_response(body: &[u8]) -> Result<bool> {
    let object: Object = json::object(body)?;
    match object.get("response") {
        None => Err(json::missing("response")),
        Some(Value::String(response)) if response == "accept" => Ok(true),
        Some(Value::String(response)) if response == "reject" => Ok(false),
        Some(Value::String(_)) => Err(Error::invalid("Param response must be either 'accept' or 'reject'")),
        Some(_) => Err(json::invalid("response")),
    }
}

/// Puts a user into an organization. `by`: on whose permission, where not the superuser's. What is
/// refused is refused before anything was changed.
pub fn join(
    changes: &dyn Changes,
    organization: &Organization,
    user: &Entity,
    by: Option<EntityId>,
    at: Timestamp,
) -> Result<()> {
    if changes.is_associated(user.id, organization.id)? {
        return Err(exists());
    }
    if let Some(by) = by {
        let groups = container_of(changes, organization.id, Kind::Group)?;
        if !changes.permitted(by, groups.id, Permission::Create)? {
            return Err(no_longer_valid());
        }
    }
    changes.associate(user.id, organization.id, at)?;
    let Some(own) = make(changes, by, organization.id, Kind::Group, &user.guid)? else {
        return Err(exists());
    };
    changes.add_member(own.id, user.id)?;
    let users = authorization::group(changes, organization.id, "users")?;
    changes.add_member(users.id, own.id)?;
    if let Some(readers) = read_access_group(changes, organization)? {
        changes.extend_ace(user.id, Permission::Read, &[readers.id])?;
    }
    Ok(())
}

/// Takes a user out of an organization. Administrators must first stop being such.
pub fn leave(changes: &dyn Changes, organization: &Organization, user: &Entity) -> Result<()> {
    let admins = authorization::group(changes, organization.id, "admins")?;
    if changes.members(admins.id)?.iter().any(|member| member.id == user.id) {
        let text = format!(
            "Please remove {} from this organization's admins group before removing him or her from the organization.",
            user.name
        );
        return Err(Error::Forbidden(Message::bare(text)));
    }
    changes.dissociate(user.id, organization.id)?;
    if let Some(own) = changes.entity(organization.id, Kind::Group, &user.guid)? {
        changes.remove_entity(own.id)?;
    }
    if let Some(readers) = read_access_group(changes, organization)? {
        changes.remove_from_ace(user.id, Permission::Read, readers.id)?;
    }
    Ok(())
}

/// Groups whose members run an organization.
pub const OFFICES: [&str; 2] = ["admins", "billing-admins"];

/// Makes a user one of those who run an organization.
pub fn appoint(changes: &dyn Changes, organization: &Organization, user: &Entity) -> Result<()> {
    for office in OFFICES {
        let group = authorization::group(changes, organization.id, office)?;
        changes.add_member(group.id, user.id)?;
    }
    Ok(())
}

/// Takes a user out of those who run an organization, unless nobody but the superuser would be left.
pub fn dismiss(changes: &dyn Changes, organization: &Organization, user: &Entity) -> Result<()> {
    for office in OFFICES {
        let group = authorization::group(changes, organization.id, office)?;
        let members = changes.members(group.id)?;
        if !members.iter().any(|member| member.id == user.id) {
            continue;
        }
        let is_other = |member: &Entity| member.id != user.id && member.name != authorization::SUPERUSER;
        if office == "admins" && !members.iter().any(is_other) {
            return Err(Error::forbidden(format!(
                "removing {} from the admins group of {} would leave it empty: add somebody else to the group first",
                user.name, organization.entity.name
            )));
        }
        changes.remove_member(group.id, user.id)?;
    }
    Ok(())
}

/// What an invitation looks like to who deletes or answers it.
pub fn json(invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id,
        "orgname": invitation.organization,
        "username": invitation.user.name,
        "organization": {"deprecated": true, "name": invitation.organization},
        "user": "deprecated",
        "organization_admin_actor_id": "deprecated",
    })
}

/// Finds a user of an organization.
pub fn find(records: &dyn Records, organization: &Organization, user: &Entity) -> Result<()> {
    if records.is_associated(user.id, organization.id)? {
        return Ok(());
    }
    let text = format!("Cannot find a user {} in organization {}", user.name, organization.entity.name);
    Err(Error::NotFound(Message::bare(text)))
}

/// Finds a user by name.
pub fn find_user(records: &dyn Records, name: &str) -> Result<Entity> {
    let found = records.entity(crate::OrgId::GLOBAL, Kind::User, name)?;
    found.ok_or_else(|| user::not_found(name))
}

/// Finds an invitation.
pub fn find_invitation(records: &dyn Records, id: &str) -> Result<Invitation> {
    let text = || Message::bare(format!("Cannot find association request: {id}"));
    records.invitation(id)?.ok_or_else(|| Error::NotFound(text()))
}

/// The refusal where a user is in an organization already.
pub fn exists() -> Error {
    Error::Exists(Message::bare("The association already exists."))
}

/// The refusal where a user is invited already.
pub fn invited() -> Error {
    Error::Exists(Message::bare("The invite already exists."))
}

fn no_longer_valid() -> Error {
    let text = "This invitation is no longer valid. Please notify an administrator and request to be re-invited to \
                the organization.";
    Error::Forbidden(Message::bare(text))
}
