//! `PATH/keys` and `PATH/keys/KEY`, of users and clients.

use actix_web::http::Method;
use chef::key::{self, Key, Source};
use chef::records::{Changes, Records};
use chef::{Entity, Error, Permission, Result, association, authorization};
use serde_json::{Value, json};
use store::Transaction;

use super::clients;
use super::request::{Answer, Ask, Call, Work};
use super::route::Owner;

pub(crate) fn all(ask: &Ask, owner: Owner) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(Work::read(move |call, db| {
            let actor = find(call, db, &owner)?;
            may_read(call, db, &actor)?;
            let keys = db.keys(actor.id)?;
            let list = keys.iter().map(|key| key.listed(&url(call, &owner, &key.name), call.now)).collect();
            Ok(Answer::ok(&Value::Array(list)))
        }));
    }
    let new = key::parse(&ask.body)?;
    let makes = new.source == Source::Made;
    let create = Work::write(move |call, db| {
        let actor = find(call, db, &owner)?;
        call.demand_also(db, &actor, Permission::Update)?;
        let public_key = public_key_of(call, &new.source)?.unwrap_or_default();
        let key = Key { name: new.name, public_key, expires_at: new.expires_at };
        if !db.add_key(actor.id, &key)? {
            return Err(key::exists(&key.name));
        }
        let url = url(call, &owner, &key.name);
        let mut body = json!({"uri": url});
        if makes {
            body["private_key"] = call.pair()?.private_key.clone().into();
        }
        Ok(Answer::created(&url, &body))
    });
    Ok(create.with_pair_if(makes))
}

pub(crate) fn one(ask: &Ask, owner: Owner, name: String) -> Result<Work> {
    match ask.method {
        Method::GET => Ok(Work::read(move |call, db| {
            let actor = find(call, db, &owner)?;
            let key = db.key(actor.id, &name)?.ok_or_else(|| key::not_found(&actor.name, &name))?;
            may_read(call, db, &actor)?;
            Ok(Answer::ok(&Value::Object(key.json())))
        })),
        Method::DELETE => Ok(Work::write(move |call, db| {
            let actor = find(call, db, &owner)?;
            let key = own(call, db, &actor, &name)?;
            db.remove_key(actor.id, &name)?;
            Ok(Answer::ok(&Value::Object(key.json())))
        })),
        _ => change(ask, owner, name),
    }
}

fn change(ask: &Ask, owner: Owner, name: String) -> Result<Work> {
    let change = key::parse_change(&ask.body)?;
    let makes = change.source == Source::Made;
    let work = Work::write(move |call, db| {
        let actor = find(call, db, &owner)?;
        let mut key = own(call, db, &actor, &name)?;
        let mut sent = change.sent;
        sent.shift_remove("create_key");
        if let Some(public_key) = public_key_of(call, &change.source)? {
            key.public_key = public_key;
        }
        if makes {
            sent.insert("private_key".to_owned(), call.pair()?.private_key.clone().into());
            sent.insert("public_key".to_owned(), key.public_key.clone().into());
        }
        key.name = change.name.unwrap_or(key.name);
        key.expires_at = change.end.map_or(key.expires_at, key::End::at);
        if !db.replace_key(actor.id, &name, &key)? {
            return Err(key::exists(&key.name));
        }
        let url = url(call, &owner, &key.name);
        Ok(Answer::ok(&Value::Object(sent)).moved_if(key.name != name, &url))
    });
    Ok(work.with_pair_if(makes))
}

/// The key, which may be changed unless this very request is signed with it.
fn own(call: &Call, db: &Transaction<'_>, actor: &Entity, name: &str) -> Result<Key> {
    if actor.id == call.caller.id() && call.caller.key.as_deref() == Some(name) {
        return Err(key::in_use(name));
    }
    let key = db.key(actor.id, name)?.ok_or_else(|| key::not_found(&actor.name, name))?;
    call.demand_also(db, actor, Permission::Update)?;
    Ok(key)
}

fn find(call: &Call, db: &Transaction<'_>, owner: &Owner) -> Result<Entity> {
    match owner {
        Owner::Client(name) => clients::find(call, db, name),
        Owner::User(name) | Owner::Member(name) => association::find_user(db, name),
    }
}

/// Keys of an organization's people are seen by those of a group of its own.
fn may_read(call: &Call, db: &Transaction<'_>, actor: &Entity) -> Result<()> {
    let Some(organization) = &call.organization else { return call.demand(db, actor) };
    let group = authorization::group(db, organization.id, "public_key_read_access")?;
    if db.is_member(call.caller.id(), group.id)? {
        return Ok(());
    }
    let text = "Requestor not found to be a member of group public_key_read_access which is necessary for read access \
                for this request.";
    Err(Error::forbidden(text))
}

fn url(call: &Call, owner: &Owner, key: &str) -> String {
    match owner {
        Owner::Client(name) => call.url(&["clients", name, "keys", key]),
        Owner::Member(name) => call.url(&["users", name, "keys", key]),
        Owner::User(name) => call.global_url(&["users", name, "keys", key]),
    }
}

/// The public half that a document asks for, if it asks for one.
pub(crate) fn public_key_of(call: &Call, source: &Source) -> Result<Option<String>> {
    Ok(match source {
        Source::None => None,
        Source::Given(key) => Some(key.clone()),
        Source::Made => Some(call.pair()?.public_key.clone()),
    })
}

/// Whether a change of an actor asks for a new key, as documents could before keys stood apart.
pub(crate) fn is_asked_for(ask: &Ask) -> bool {
    let sent = chef::json::object(&ask.body).unwrap_or_default();
    !ask.api.keys_apart() && sent.get("private_key") == Some(&Value::Bool(true))
}

/// Gives an actor the key that its new document brings or asks for: the public half, and the private one where it was
/// made here.
pub(crate) fn replace(
    call: &Call,
    db: &Transaction<'_>,
    actor: &Entity,
    source: &Source,
) -> Result<Option<(String, Option<String>)>> {
    let Some(public_key) = public_key_of(call, source)? else { return Ok(None) };
    key::put_default(db, actor, &public_key)?;
    let private_key = if *source == Source::Made { Some(call.pair()?.private_key.clone()) } else { None };
    Ok(Some((public_key, private_key)))
}

/// The key of a new actor.
pub(crate) fn shown_key(key: &Key, url: &str, private_key: Option<&str>) -> Value {
    let mut shown = key.json();
    shown.insert("uri".to_owned(), url.into());
    if let Some(private_key) = private_key {
        shown.insert("private_key".to_owned(), private_key.into());
    }
    Value::Object(shown)
}
