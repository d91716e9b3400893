//! Who may read all of an organization and change nothing of it: the members of a group that is made on
//! demand. What comes later takes the permission over from its container.

use jiff::Timestamp;

use crate::authorization::{self, Permission, make, read_access_group};
use crate::entity::{Entity, Kind};
use crate::error::Error;
use crate::records::{Changes, Organization};
use crate::{Result, association, organization};

/// The name of the group.
pub const NAME: &str = "read-only";

/// Makes the group, if it is not there, and lets it read everything that the organization has.
pub fn establish(changes: &dyn Changes, organization: &Organization) -> Result<Entity> {
    let org = organization.id;
    let group = if let Some(group) = changes.entity(org, Kind::Group, NAME)? {
        group
    } else {
        let creator = organization::superuser(changes)?.map(|superuser| superuser.id);
        let made = make(changes, creator, org, Kind::Group, NAME)?;
        made.ok_or_else(|| Error::broken(format!("the group {NAME} was there already")))?
    };
    changes.extend_ace(organization.entity.id, Permission::Read, &[group.id])?;
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Organization | Kind::User)) {
        for entity in changes.entities(org, kind)? {
            changes.extend_ace(entity.id, Permission::Read, &[group.id])?;
        }
    }
    // Users and keys are not the organization's own; these groups may see those of its members.
    let keys = authorization::group(changes, org, "public_key_read_access")?;
    changes.add_member(keys.id, group.id)?;
    if let Some(users) = read_access_group(changes, organization)? {
        changes.add_member(users.id, group.id)?;
    }
    Ok(group)
}

/// Makes somebody a reader and no more: a user, who joins the organization if need be, or a client.
/// What it made itself, or was given by name, it keeps; administrators are refused.
pub fn admit(changes: &dyn Changes, organization: &Organization, actor: &Entity, at: Timestamp) -> Result<()> {
    let group = establish(changes, organization)?;
    let admins = authorization::group(changes, organization.id, "admins")?;
    if changes.is_member(actor.id, admins.id)? {
        let (name, organization) = (&actor.name, &organization.entity.name);
        let text = format!("{name} is an administrator of {organization}: take it out of the group admins first");
        return Err(Error::forbidden(text));
    }
    let (before, member) = match actor.kind {
        Kind::User => {
            if !changes.is_associated(actor.id, organization.id)? {
                association::join(changes, organization, actor, None, at)?;
            }
            let own = changes.entity(organization.id, Kind::Group, &actor.guid)?;
            ("users", own.ok_or_else(|| Error::broken(format!("the group of {} is missing", actor.name)))?)
        }
        _ => ("clients", actor.clone()),
    };
    let before = authorization::group(changes, organization.id, before)?;
    for id in [member.id, actor.id] {
        changes.remove_member(before.id, id)?;
    }
    changes.add_member(group.id, member.id)
}
