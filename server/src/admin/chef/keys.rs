//! `chef key …`, of users and of clients.

use chef::key::{self, End, Key, PublicKey};
use chef::records::{Changes, Records};
use chef::{Entity, association};
use serde_json::{Value, json};

use super::{NewKey, Owner, client, organization, public_half, read, told, write};
use crate::admin::AdminError;
use crate::clock;
use crate::rooms::Rooms;

pub(super) async fn add(
    rooms: &Rooms,
    owner: Owner,
    name: Option<String>,
    new: NewKey,
    expiration_date: &str,
) -> Result<Value, AdminError> {
    check_date(expiration_date)?;
    let mut document = json!({"expiration_date": expiration_date});
    match &new {
        NewKey::Given(public_key) => document["public_key"] = public_key.clone().into(),
        NewKey::Made | NewKey::None => document["create_key"] = true.into(),
    }
    document["name"] = name.or_else(|| fingerprint(&new)).into();
    let asked = key::parse(document.to_string().as_bytes())?;
    let text = format!("key {} was added to {}", asked.name, owner.name);
    let (public_key, private_key) = public_half(new).await?;
    let shown = write(rooms, move |db, _| {
        let actor = actor(db, &owner)?;
        let key = Key { name: asked.name, public_key: public_key.unwrap_or_default(), expires_at: asked.expires_at };
        if !db.add_key(actor.id, &key)? {
            return Err(key::exists(&key.name));
        }
        Ok(shown(&actor, &key, private_key))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

fn check_date(text: &str) -> Result<End, AdminError> {
    End::parse(text).ok_or_else(|| {
        let shapes = "YYYY-MM-DDTHH:MM:SSZ in UTC, such as 2030-12-24T21:00:00Z, or infinity";
        AdminError::Refused(format!("--expiration-date {text}: it must be {shapes}"))
    })
}

fn fingerprint(new: &NewKey) -> Option<String> {
    match new {
        NewKey::Given(public_key) => PublicKey::parse(public_key).map(|key| key.fingerprint()),
        NewKey::Made | NewKey::None => None,
    }
}

pub(super) async fn list(rooms: &Rooms, owner: Owner) -> Result<Value, AdminError> {
    let now = clock::now();
    read(rooms, move |db| {
        let actor = actor(db, &owner)?;
        let shown = db.keys(actor.id)?.into_iter().map(|key| {
            let mut shown = key.json();
            shown.insert("expired".to_owned(), key.is_expired(now).into());
            Value::Object(shown)
        });
        Ok(shown.collect())
    })
    .await
}

pub(super) async fn delete(rooms: &Rooms, owner: Owner, name: String) -> Result<Value, AdminError> {
    let text = format!("key {name} of {} was deleted", owner.name);
    let shown = write(rooms, move |db, _| {
        let actor = actor(db, &owner)?;
        let key = found(db, &actor, &name)?;
        db.remove_key(actor.id, &name)?;
        Ok(shown(&actor, &key, None))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

/// Puts a new pair in the place of a key. It ends when that did, unless another end is given.
pub(super) async fn rotate(
    rooms: &Rooms,
    owner: Owner,
    name: String,
    expiration_date: Option<String>,
) -> Result<Value, AdminError> {
    let new_end = expiration_date.as_deref().map(check_date).transpose()?;
    let text = format!("key {name} of {} was rotated", owner.name);
    let now = clock::now();
    let (public_key, private_key) = public_half(NewKey::Made).await?;
    let shown = write(rooms, move |db, _| {
        let actor = actor(db, &owner)?;
        let before = found(db, &actor, &name)?;
        let end = new_end.map_or(before.expires_at, End::at);
        let key = Key { public_key: public_key.unwrap_or_default(), expires_at: end, ..before };
        if key.is_expired(now) {
            let text = format!("key {name} of {} has expired: give it another end with --expiration-date", actor.name);
            return Err(chef::Error::invalid(text));
        }
        db.replace_key(actor.id, &name, &key)?;
        Ok(shown(&actor, &key, private_key))
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}

fn shown(actor: &Entity, key: &Key, private_key: Option<String>) -> Value {
    let mut shown = key.json();
    shown.insert(actor.kind.as_str().to_owned(), actor.name.clone().into());
    if let Some(private_key) = private_key {
        shown.insert("private_key".to_owned(), private_key.into());
    }
    Value::Object(shown)
}

fn found(records: &dyn Records, actor: &Entity, name: &str) -> chef::Result<Key> {
    records.key(actor.id, name)?.ok_or_else(|| key::not_found(&actor.name, name))
}

fn actor(records: &dyn Records, owner: &Owner) -> chef::Result<Entity> {
    match &owner.organization {
        None => association::find_user(records, &owner.name),
        Some(name) => client(records, &organization(records, name)?, &owner.name),
    }
}
