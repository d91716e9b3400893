//! `chef user …`

use chef::records::{Changes, Records};
use chef::{ApiVersion, Kind, OrgId, association, authorization, group, user};
use serde_json::{Map, Value, json};

use super::{NewKey, NewUser, blocking, organizations, public_half, read, told, write};
use crate::admin::AdminError;
use crate::rooms::Rooms;

pub(super) async fn create(rooms: &Rooms, new: NewUser) -> Result<Value, AdminError> {
    let mut document = json!({
        "username": new.name,
        "display_name": if new.first_name.is_empty() { new.name.clone() } else { format!("{} {}", new.first_name, new.last_name) },
        "first_name": new.first_name,
        "last_name": new.last_name,
        "email": new.email,
        "password": new.password,
    });
    if let Some(middle_name) = new.middle_name {
        document["middle_name"] = middle_name.into();
    }
    if let NewKey::Given(public_key) = &new.key {
        document["public_key"] = public_key.clone().into();
    }
    let submitted = user::parse(document.to_string().as_bytes(), ApiVersion::NEWEST)?;
    let password = hashed(new.password).await?;
    let (public_key, private_key) = public_half(new.key).await?;
    let made = write(rooms, move |db, superuser| {
        let made = user::create(db, superuser, &submitted, Some(password), public_key.as_deref())?;
        if let Some(organization) = &new.organization {
            organizations::joined(db, organization, &made.name, false)?;
        }
        let mut shown = json!({"username": made.name});
        if let Some(private_key) = private_key {
            shown["private_key"] = private_key.into();
        }
        Ok(shown)
    });
    let made = made.await?;
    told(&format!("user {} was created", new.name));
    Ok(made)
}

async fn hashed(password: String) -> Result<String, AdminError> {
    let salt = *uuid::Uuid::new_v4().as_bytes();
    blocking(move || chef::password::hash(&password, salt)).await
}

pub(super) async fn list(rooms: &Rooms, verbose: bool) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let all = db.entities(OrgId::GLOBAL, Kind::User)?;
        if !verbose {
            return Ok(all.into_iter().map(|user| Value::String(user.name)).collect());
        }
        let mut shown = Map::new();
        for user in all {
            let profile = db.profile(user.id)?.unwrap_or_default();
            shown.insert(user.name, profile.verbose());
        }
        Ok(Value::Object(shown))
    })
    .await
}

pub(super) async fn show(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let user = association::find_user(db, &name)?;
        let mut shown = db.profile(user.id)?.unwrap_or_default().json(&user.name, None);
        let organizations = db.organizations_of(user.id)?.into_iter().map(|one| one.entity.name);
        shown.insert("organizations".to_owned(), organizations.collect());
        let admins = authorization::group(db, OrgId::GLOBAL, group::OF_SERVER)?;
        shown.insert("server_admin".to_owned(), db.is_member(user.id, admins.id)?.into());
        Ok(Value::Object(shown))
    })
    .await
}

/// Deletes a user who runs no organization; `force` takes it out of those first.
pub(super) async fn delete(rooms: &Rooms, name: String, force: bool) -> Result<Value, AdminError> {
    let text = format!("user {name} was deleted");
    let shown = write(rooms, move |db, _| {
        let user = association::find_user(db, &name)?;
        user::spare_superuser(&user, "deleted")?;
        for organization in db.organizations_of(user.id)? {
            if force {
                association::dismiss(db, &organization, &user)?;
            }
            association::leave(db, &organization, &user)?;
        }
        user::remove(db, &user)?;
        Ok(json!({"username": user.name}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

pub(super) async fn set_password(rooms: &Rooms, name: String, password: String) -> Result<Value, AdminError> {
    user::check_password(&password)?;
    let text = format!("the password of user {name} was changed");
    let hash = hashed(password).await?;
    let shown = write(rooms, move |db, _| {
        let user = association::find_user(db, &name)?;
        let mut profile = db.profile(user.id)?.unwrap_or_default();
        profile.password = Some(hash);
        profile.recovery = true;
        db.put_profile(user.id, &profile)?;
        Ok(json!({"username": user.name}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

/// Users who may look after users.
pub(super) async fn server_admins(rooms: &Rooms) -> Result<Value, AdminError> {
    read(rooms, |db| {
        let admins = authorization::group(db, OrgId::GLOBAL, group::OF_SERVER)?;
        Ok(db.members(admins.id)?.into_iter().map(|user| Value::String(user.name)).collect())
    })
    .await
}

pub(super) async fn grant_server_admin(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    let text = format!("user {name} was added to server-admins");
    let shown = write(rooms, move |db, _| {
        let user = association::find_user(db, &name)?;
        let admins = authorization::group(db, OrgId::GLOBAL, group::OF_SERVER)?;
        db.add_member(admins.id, user.id)?;
        Ok(json!({"username": user.name, "server_admin": true}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

pub(super) async fn revoke_server_admin(rooms: &Rooms, name: String) -> Result<Value, AdminError> {
    let text = format!("user {name} was removed from server-admins");
    let shown = write(rooms, move |db, _| {
        let user = association::find_user(db, &name)?;
        user::spare_superuser(&user, "removed from server-admins")?;
        let admins = authorization::group(db, OrgId::GLOBAL, group::OF_SERVER)?;
        if !db.members(admins.id)?.iter().any(|member| member.id == user.id) {
            let text = format!("User {name} is not a member of server-admins so it cannot be removed.");
            return Err(chef::Error::not_found(text));
        }
        db.remove_member(admins.id, user.id)?;
        Ok(json!({"username": user.name, "server_admin": false}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}
