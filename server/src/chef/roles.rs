//! `…/roles`, `…/roles/ROLE`, and what a role runs in an environment.

use actix_web::http::Method;
use chef::node::Facets;
use chef::records::{Changes, Records};
use chef::{Error, Kind, Result, authorization, environment, json, role};
use serde_json::json;

use super::request::{Answer, Ask, Work};
use super::{document, kept, listed};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Role));
    }
    let role = role::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let name = json::str_of(&role, "name").unwrap_or_default();
        let made = authorization::create(db, &call.caller, call.org(), Kind::Role, name)?;
        let entity = made.ok_or_else(|| Error::exists("Role already exists"))?;
        db.put_document(entity.id, &role, &Facets::default())?;
        let url = call.url(&["roles", name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

fn not_found(name: &str) -> Error {
    Error::not_found(format!("Cannot load role {name}"))
}

pub(crate) fn one(ask: &Ask, name: String) -> Result<Work> {
    if ask.method != Method::PUT {
        return Ok(document(ask, Kind::Role, name, not_found));
    }
    let role = role::parse_update(&ask.body, &name)?;
    Ok(Work::write(move |call, db| {
        let found = db.entity(call.org(), Kind::Role, &name)?.ok_or_else(|| not_found(&name))?;
        call.demand(db, &found)?;
        let text = db.put_document(found.id, &role, &Facets::default())?;
        Ok(Answer::text(text))
    }))
}

pub(crate) fn environments(name: String) -> Work {
    Work::read(move |call, db| {
        let found = db.entity(call.org(), Kind::Role, &name)?.ok_or_else(|| not_found(&name))?;
        call.demand(db, &found)?;
        let role = json::kept(&kept(db, &found)?)?;
        Ok(Answer::ok(&role::environments(&role).into()))
    })
}

pub(crate) fn in_environment(name: String, place: String) -> Work {
    Work::read(move |call, db| {
        let found = db.entity(call.org(), Kind::Role, &name)?.ok_or_else(|| not_found(&name))?;
        if place != environment::DEFAULT && db.entity(call.org(), Kind::Environment, &place)?.is_none() {
            return Err(super::environments::not_found(&place));
        }
        call.demand(db, &found)?;
        let role = json::kept(&kept(db, &found)?)?;
        Ok(Answer::ok(&json!({"run_list": role::run_list_in(&role, &place)})))
    })
}
