//! `chef client …`

use chef::records::{Changes, Records};
use chef::{ApiVersion, Kind, key};
use serde_json::{Value, json};

use super::{NewKey, blocking, client, organization as find_organization, public_half, read, told, write};
use crate::admin::AdminError;
use crate::chef::mint;
use crate::rooms::Rooms;

pub(super) async fn create(
    rooms: &Rooms,
    organization: String,
    name: &str,
    validator: bool,
    new_key: NewKey,
) -> Result<Value, AdminError> {
    let mut document = json!({"name": name, "validator": validator});
    if let NewKey::Given(public_key) = &new_key {
        document["public_key"] = public_key.clone().into();
    }
    let submitted = chef::client::parse(document.to_string().as_bytes(), ApiVersion::NEWEST, None)?;
    let text = format!("client {name} of organization {organization} was created");
    let (public_key, private_key) = public_half(new_key).await?;
    let made = write(rooms, move |db, superuser| {
        let organization = find_organization(db, &organization)?;
        let made = chef::client::create(db, superuser, organization.id, &submitted, public_key.as_deref())?;
        let mut shown = json!({"name": made.name, "validator": validator, "orgname": organization.entity.name});
        if let Some(private_key) = private_key {
            shown["private_key"] = private_key.into();
        }
        Ok(shown)
    });
    let made = made.await?;
    told(&text);
    Ok(made)
}

pub(super) async fn list(rooms: &Rooms, organization: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = find_organization(db, &organization)?;
        Ok(db.entities(organization.id, Kind::Client)?.into_iter().map(|one| Value::String(one.name)).collect())
    })
    .await
}

pub(super) async fn show(rooms: &Rooms, organization: String, name: String) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = find_organization(db, &organization)?;
        let found = client(db, &organization, &name)?;
        let validator = db.is_validator(found.id)? == Some(true);
        Ok(Value::Object(chef::client::json(&found.name, validator, &organization.entity.name, None)))
    })
    .await
}

pub(super) async fn delete(rooms: &Rooms, organization: String, name: String) -> Result<Value, AdminError> {
    let text = format!("client {name} of organization {organization} was deleted");
    let shown = write(rooms, move |db, _| {
        let organization = find_organization(db, &organization)?;
        let found = client(db, &organization, &name)?;
        db.remove_entity(found.id)?;
        Ok(json!({"name": found.name, "orgname": organization.entity.name}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

/// Gives a client a new key in the place of the one that it was made with.
pub(super) async fn reregister(rooms: &Rooms, organization: String, name: String) -> Result<Value, AdminError> {
    let text = format!("client {name} of organization {organization} has a new key");
    let pair = blocking(mint::pair).await?;
    let shown = write(rooms, move |db, _| {
        let organization = find_organization(db, &organization)?;
        let found = client(db, &organization, &name)?;
        key::put_default(db, &found, &pair.public_key)?;
        Ok(json!({"name": found.name, "orgname": organization.entity.name, "private_key": pair.private_key}))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}
