//! `/users`, `/users/USER`, and the comparison of passwords.

use actix_web::http::Method;
use chef::key::{self, Key, Source};
use chef::records::{Changes, Records};
use chef::user::{self, Profile};
use chef::{Entity, Error, Kind, OrgId, Permission, Result, association, authorization, principal};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::keys::{public_key_of, shown_key};
use super::request::{Answer, Ask, Call, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(list(ask));
    }
    let submitted = user::parse(&ask.body, ask.api)?;
    let (makes, password) = (submitted.source == Source::Made, submitted.password.clone());
    let create = Work::write(move |call, db| {
        let container = authorization::container_of(db, OrgId::GLOBAL, Kind::User)?;
        authorization::demand(db, &call.caller, container.id, Permission::Create)?;
        let made = authorization::create(db, &call.caller, OrgId::GLOBAL, Kind::User, &submitted.name)?;
        let entity = made.ok_or_else(user::exists)?;
        let public_key = public_key_of(call, &submitted.source)?;
        user::furnish(db, &entity, &submitted, call.password.clone(), public_key.as_deref())?;
        let url = call.global_url(&["users", &submitted.name]);
        let mut body = json!({"uri": url});
        if let Some(public_key) = public_key {
            let key = Key::default_with(&public_key);
            let private_key = if makes { Some(call.pair()?.private_key.as_str()) } else { None };
            if call.api.keys_apart() {
                let key_url = call.global_url(&["users", &submitted.name, "keys", key::DEFAULT]);
                body["chef_key"] = shown_key(&key, &key_url, private_key);
            } else if let Some(private_key) = private_key {
                body["private_key"] = private_key.into();
            }
        }
        Ok(Answer::created(&url, &body))
    });
    Ok(create.with_pair_if(makes).with_password(password))
}

fn list(ask: &Ask) -> Work {
    let parameter = |name| ask.query.get(name).map(str::to_owned);
    let (verbose, email, external) =
        (ask.query.get("verbose") == Some("true"), parameter("email"), parameter("external_authentication_uid"));
    Work::read(move |call, db| {
        call.demand(db, &authorization::container_of(db, OrgId::GLOBAL, Kind::User)?)?;
        let mut list = Map::new();
        if verbose {
            for user in db.entities(OrgId::GLOBAL, Kind::User)? {
                let profile = db.profile(user.id)?.unwrap_or_default();
                list.insert(user.name, profile.verbose());
            }
            return Ok(Answer::ok(&Value::Object(list)));
        }
        let names = match (external, email) {
            (Some(id), _) => db.users_by_external_id(&id)?,
            (None, Some(email)) => db.users_by_email(&email)?,
            (None, None) => db.entities(OrgId::GLOBAL, Kind::User)?.into_iter().map(|user| user.name).collect(),
        };
        for name in names {
            let url = call.global_url(&["users", &name]);
            list.insert(name, url.into());
        }
        Ok(Answer::ok(&Value::Object(list)))
    })
}

pub(crate) fn one(ask: &Ask, name: String) -> Work {
    match ask.method {
        Method::GET => Work::read(move |call, db| {
            let found = association::find_user(db, &name)?;
            call.demand(db, &found)?;
            Ok(Answer::ok(&shown(call, db, &found)?))
        }),
        Method::DELETE => Work::write(move |call, db| {
            let found = association::find_user(db, &name)?;
            call.demand(db, &found)?;
            let body = shown(call, db, &found)?;
            user::remove(db, &found)?;
            Ok(Answer::ok(&body))
        }),
        _ => change(ask, name),
    }
}

fn change(ask: &Ask, name: String) -> Work {
    let (body, api) = (ask.body.clone(), ask.api);
    let sent = chef::json::object(&body).unwrap_or_default();
    let password = chef::json::str_of(&sent, "password").filter(|password| password.len() >= 6).map(str::to_owned);
    let change = Work::write(move |call, db| {
        let parsed = association::find_user(db, &name);
        let none = Profile::default();
        let now = match &parsed {
            Ok(found) => db.profile(found.id)?.unwrap_or_default(),
            Err(_) => none,
        };
        let submitted = user::parse_change(&body, api, &now)?;
        let found = parsed?;
        if user::is_for_superuser(&body) {
            call.demand_superuser()?;
        } else {
            call.demand(db, &found)?;
        }
        if submitted.name != name && !db.rename_entity(found.id, &submitted.name)? {
            return Err(user::name_taken(&submitted.name));
        }
        if !db.put_profile(found.id, &now.changed(&submitted, call.password.clone()))? {
            return Err(user::name_taken(&submitted.name));
        }
        let url = call.global_url(&["users", &submitted.name]);
        let mut answer = json!({"uri": url});
        if let Some((_, Some(private_key))) = super::keys::replace(call, db, &found, &submitted.source)? {
            answer["private_key"] = private_key.into();
        }
        Ok(Answer::ok(&answer).moved_if(submitted.name != name, &url))
    });
    change.with_pair_if(super::keys::is_asked_for(ask)).with_password(password)
}

/// What a user looks like in the version of the API that was asked for.
pub(crate) fn shown(call: &Call, db: &Transaction<'_>, user: &Entity) -> Result<Value> {
    let profile = db.profile(user.id)?.unwrap_or_default();
    let mut shown = profile.json(&user.name, None);
    if !call.api.keys_apart() {
        let key = principal::default_key(db, user)?;
        shown.insert("public_key".to_owned(), key.map(|key| key.public_key).into());
    }
    Ok(Value::Object(shown))
}

const NOT_A_LOGIN: &str = "invalid user authentication request";
const NOT_A_RECOVERY: &str = "Invalid system recovery request";
const WRONG: &str = "Failed to authenticate: Username and password incorrect";

/// `/authenticate_user`: whether a password is a user's. `/system_recovery`: the same, where users
/// are known by a directory that is away.
pub(crate) fn compare(ask: &Ask, recovers: bool) -> Result<Work> {
    let refusal = if recovers { NOT_A_RECOVERY } else { NOT_A_LOGIN };
    let credentials = user::credentials(&ask.body, refusal)?;
    Ok(Work::read(move |call, db| {
        if credentials.name == authorization::SUPERUSER {
            return Err(call.missing());
        }
        call.demand_superuser()?;
        let found = db.entity(OrgId::GLOBAL, Kind::User, &credentials.name)?;
        let profile = found.as_ref().map(|found| db.profile(found.id)).transpose()?.flatten();
        if recovers && !profile.as_ref().is_some_and(|profile| profile.recovery) {
            return Err(Error::forbidden("System recovery disabled for this user"));
        }
        let Some((profile, hash)) = profile.and_then(|profile| profile.password.clone().map(|hash| (profile, hash)))
        else {
            return Err(Error::unauthenticated(WRONG));
        };
        if !chef::password::verify(&credentials.password, &hash) {
            return Err(Error::unauthenticated(WRONG));
        }
        let mut shown = profile.json(&credentials.name, None);
        if recovers {
            shown.insert("recovery_authentication_enabled".to_owned(), true.into());
            return Ok(Answer::ok(&Value::Object(shown)));
        }
        Ok(Answer::ok(&json!({"status": "linked", "user": shown})))
    }))
}
