//! `chef group …`

use chef::records::{Changes, Records};
use chef::{Kind, authorization, group as groups};
use serde_json::{Value, json};

use super::{Thing, group, member, organization, read, told, write};
use crate::admin::AdminError;
use crate::rooms::Rooms;

pub(super) async fn list(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = organization(db, &name)?;
        Ok(db.entities(organization.id, Kind::Group)?.into_iter().map(|one| Value::String(one.name)).collect())
    })
    .await
}

pub(super) async fn show(rooms: &Rooms, organization_name: String, name: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = organization(db, &organization_name)?;
        let group = group(db, &organization, &name)?;
        groups::json(db, &group, &organization.entity.name)
    })
    .await
}

pub(super) async fn create(rooms: &Rooms, organization_name: String, name: String) -> Result<Value, AdminError> {
    let text = format!("group {name} of organization {organization_name} was created");
    let name = groups::parse(json!({"groupname": name}).to_string().as_bytes())?;
    let shown = write(rooms, move |db, superuser| {
        let organization = organization(db, &organization_name)?;
        let made = authorization::make(db, Some(superuser), organization.id, Kind::Group, &name)?;
        let made = made.ok_or_else(|| chef::Error::exists("Group already exists"))?;
        groups::json(db, &made, &organization.entity.name)
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

pub(super) async fn delete(rooms: &Rooms, organization_name: String, name: String) -> Result<Value, AdminError> {
    let text = format!("group {name} of organization {organization_name} was deleted");
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &organization_name)?;
        let group = group(db, &organization, &name)?;
        if groups::OF_ORGANIZATION.contains(&name.as_str()) {
            return Err(chef::Error::forbidden(format!("an organization cannot do without its group {name}")));
        }
        let shown = groups::json(db, &group, &organization.entity.name)?;
        db.remove_entity(group.id)?;
        Ok(shown)
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

/// Puts a member into a group, or takes it out.
pub(super) async fn change(
    rooms: &Rooms,
    organization_name: String,
    name: String,
    who: Thing,
    joins: bool,
) -> Result<Value, AdminError> {
    let done = if joins { "added to" } else { "removed from" };
    let text = format!("{} {} was {done} group {name} of organization {organization_name}", who.kind, who.name);
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &organization_name)?;
        let group = group(db, &organization, &name)?;
        let who = member(db, &organization, &who)?;
        if joins {
            if who.kind == Kind::Group && (who.id == group.id || db.is_member(group.id, who.id)?) {
                let text = format!("group {} would stand in itself: {name} is in it", who.name);
                return Err(chef::Error::invalid(text));
            }
            db.add_member(group.id, who.id)?;
        } else if db.members(group.id)?.iter().any(|member| member.id == who.id) {
            db.remove_member(group.id, who.id)?;
        } else {
            let (kind, who) = (who.kind.as_str(), who.name);
            return Err(chef::Error::not_found(format!("{kind} '{who}' is not in group {name}")));
        }
        groups::json(db, &group, &organization.entity.name)
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}
