//! `…/clients` and `…/clients/CLIENT`.

use actix_web::http::Method;
use chef::client::{self, Current, Submitted};
use chef::key::{self, Key, Source};
use chef::records::{Changes, Records};
use chef::{Entity, Error, Kind, Result, authorization, principal};
use serde_json::{Value, json};
use store::Transaction;

use super::keys::{public_key_of, shown_key};
use super::listed;
use super::request::{Answer, Ask, Call, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Client));
    }
    let submitted = client::parse(&ask.body, ask.api, None)?;
    let makes = submitted.source == Source::Made;
    let create = Work::write(move |call, db| {
        let entity = made(call, db, &submitted)?.ok_or_else(client::exists)?;
        let public_key = public_key_of(call, &submitted.source)?;
        client::furnish(db, &entity, submitted.validator, public_key.as_deref())?;
        let name = &submitted.name;
        let url = call.url(&["clients", name]);
        let mut body = json!({"uri": url});
        if let Some(public_key) = public_key {
            let key = Key::default_with(&public_key);
            let private_key = if makes { Some(call.pair()?.private_key.as_str()) } else { None };
            if call.api.keys_apart() {
                let key_url = call.url(&["clients", name, "keys", key::DEFAULT]);
                body["chef_key"] = shown_key(&key, &key_url, private_key);
            } else {
                body["public_key"] = public_key.into();
                if let Some(private_key) = private_key {
                    body["private_key"] = private_key.into();
                }
            }
        }
        Ok(Answer::created(&url, &body))
    });
    Ok(create.with_pair_if(makes))
}

/// A validator makes clients that are not validators, and keeps no power over them.
fn made(call: &Call, db: &Transaction<'_>, submitted: &Submitted) -> Result<Option<Entity>> {
    let is_validator = call.caller.entity.kind == Kind::Client && db.is_validator(call.caller.id())? == Some(true);
    if !is_validator {
        return authorization::create(db, &call.caller, call.org(), Kind::Client, &submitted.name);
    }
    if submitted.validator {
        return Err(call.missing());
    }
    authorization::make(db, None, call.org(), Kind::Client, &submitted.name)
}

pub(crate) fn one(ask: &Ask, name: String) -> Work {
    match ask.method {
        Method::GET => Work::read(move |call, db| {
            let found = find(call, db, &name)?;
            call.demand(db, &found)?;
            Ok(Answer::ok(&shown(call, db, &found)?))
        }),
        Method::DELETE => Work::write(move |call, db| {
            let found = find(call, db, &name)?;
            call.demand(db, &found)?;
            let body = shown(call, db, &found)?;
            db.remove_entity(found.id)?;
            Ok(Answer::ok(&body))
        }),
        _ => change(ask, name),
    }
}

fn change(ask: &Ask, name: String) -> Work {
    let (body, api) = (ask.body.clone(), ask.api);
    let change = Work::write(move |call, db| {
        let found = find(call, db, &name)?;
        let validator = db.is_validator(found.id)? == Some(true);
        let submitted = client::parse(&body, api, Some(&Current { name: &name, validator }))?;
        call.demand(db, &found)?;
        if submitted.name != name && !db.rename_entity(found.id, &submitted.name)? {
            return Err(client::exists());
        }
        db.put_client(found.id, submitted.validator)?;
        let mut answer = submitted.document;
        if let Some((public_key, private_key)) = super::keys::replace(call, db, &found, &submitted.source)? {
            answer.insert("public_key".to_owned(), public_key.into());
            if let Some(private_key) = private_key {
                answer.insert("private_key".to_owned(), private_key.into());
            }
        } else if !call.api.keys_apart() {
            let key = principal::default_key(db, &found)?;
            answer.insert("public_key".to_owned(), key.map(|key| key.public_key).into());
        }
        let url = call.url(&["clients", &submitted.name]);
        Ok(Answer::ok(&Value::Object(answer)).moved_if(submitted.name != name, &url))
    });
    change.with_pair_if(super::keys::is_asked_for(ask))
}

pub(crate) fn find(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Entity> {
    let found = db.entity(call.org(), Kind::Client, name)?;
    found.ok_or_else(|| Error::not_found(format!("Cannot load client {name}")))
}

pub(crate) fn shown(call: &Call, db: &Transaction<'_>, client: &Entity) -> Result<Value> {
    let validator = db.is_validator(client.id)? == Some(true);
    let key = if call.api.keys_apart() { None } else { principal::default_key(db, client)? };
    let public_key = key.as_ref().map(|key| key.public_key.as_str());
    Ok(Value::Object(client::json(&client.name, validator, call.organization_name(), public_key)))
}
