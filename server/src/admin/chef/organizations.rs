//! `chef org …`

use chef::records::Records;
use chef::{Error, Kind, OrgId, association, readers};
use serde_json::{Value, json};
use store::Transaction;

use super::{blocking, client, organization, read, told, write};
use crate::admin::AdminError;
use crate::chef::mint;
use crate::clock;
use crate::rooms::Rooms;

pub(super) async fn create(
    rooms: &Rooms,
    name: &str,
    full_name: &str,
    association_user: Option<String>,
) -> Result<Value, AdminError> {
    let document = json!({"name": name, "full_name": full_name}).to_string();
    let submitted = chef::organization::parse(document.as_bytes(), None)?;
    let pair = blocking(mint::pair).await?;
    let made = write(rooms, move |db, superuser| {
        let (name, full_name) = (&submitted.name, &submitted.full_name);
        let made = chef::organization::create(db, superuser, name, full_name, &pair.public_key)?;
        let organization = made.ok_or_else(chef::organization::exists)?;
        if let Some(user) = association_user {
            let user = association::find_user(db, &user)?;
            association::join(db, &organization, &user, None, clock::now())?;
            association::appoint(db, &organization, &user)?;
        }
        let mut shown = chef::organization::json(&organization);
        shown["clientname"] = chef::organization::validator(name).into();
        shown["private_key"] = pair.private_key.into();
        Ok(shown)
    });
    let made = made.await?;
    told(&format!("organization {name} was created"));
    Ok(made)
}

pub(super) async fn list(rooms: &Rooms) -> Result<Value, AdminError> {
    let all = read(rooms, |db| db.entities(OrgId::GLOBAL, Kind::Organization));
    Ok(all.await?.into_iter().map(|one| Value::String(one.name)).collect())
}

pub(super) async fn show(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = organization(db, &name)?;
        let mut shown = chef::organization::json(&organization);
        shown["users"] = db.associated(organization.id)?.into();
        for (field, kind) in [("clients", Kind::Client), ("nodes", Kind::Node)] {
            shown[field] = db.entities(organization.id, kind)?.len().into();
        }
        Ok(shown)
    })
    .await
}

pub(super) async fn delete(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    let gone = name.clone();
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &name)?;
        chef::organization::remove(db, &organization)?;
        Ok(chef::organization::json(&organization))
    });
    let shown = shown.await?;
    told(&format!("organization {gone} was deleted"));
    Ok(shown)
}

pub(super) async fn add_user(
    rooms: &Rooms,
    organization: String,
    user: String,
    admin: bool,
) -> Result<Value, AdminError> {
    let text = format!("user {user} was added to organization {organization}");
    let shown = write(rooms, move |db, _| joined(db, &organization, &user, admin)).await?;
    told(&text);
    Ok(shown)
}

/// Puts a user in; one who is in already may still become an administrator.
pub(super) fn joined(db: &Transaction<'_>, name: &str, user: &str, admin: bool) -> chef::Result<Value> {
    let organization = organization(db, name)?;
    let user = association::find_user(db, user)?;
    let was_in = db.is_associated(user.id, organization.id)?;
    if !was_in {
        association::join(db, &organization, &user, None, clock::now())?;
    }
    if admin {
        association::appoint(db, &organization, &user)?;
    }
    Ok(json!({"organization": organization.entity.name, "user": user.name, "admin": admin, "was_in": was_in}))
}

/// Makes the group of who may only read, and puts users and clients into it.
pub(super) async fn read_only(
    rooms: &Rooms,
    organization_name: String,
    names: Vec<String>,
) -> Result<Value, AdminError> {
    let text = format!("organization {organization_name} may be read by {} {}", readers::NAME, names.join(", "));
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &organization_name)?;
        let group = readers::establish(db, &organization)?;
        for name in &names {
            let actor = match db.entity(OrgId::GLOBAL, Kind::User, name)? {
                Some(user) => user,
                None => client(db, &organization, name)?,
            };
            readers::admit(db, &organization, &actor, clock::now())?;
        }
        Ok(json!({"organization": organization.entity.name, "group": group.name, "members": names}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

pub(super) async fn remove_user(
    rooms: &Rooms,
    organization_name: String,
    user: String,
    force: bool,
) -> Result<Value, AdminError> {
    let text = format!("user {user} was removed from organization {organization_name}");
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &organization_name)?;
        let user = association::find_user(db, &user)?;
        association::find(db, &organization, &user)?;
        if force {
            association::dismiss(db, &organization, &user)?;
        }
        association::leave(db, &organization, &user).map_err(|error| match error {
            Error::Forbidden(message) => Error::forbidden(format!("{message} --force does both.")),
            other => other,
        })?;
        Ok(json!({"organization": organization.entity.name, "user": user.name}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}
