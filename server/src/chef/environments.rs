//! `…/environments` and `…/environments/ENVIRONMENT`.

use actix_web::http::Method;
use chef::node::Facets;
use chef::records::{Changes, Records};
use chef::{Error, Kind, Result, authorization, environment, json};
use serde_json::json;

use super::request::{Answer, Ask, Work};
use super::{document, listed};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Environment));
    }
    let environment = environment::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let name = json::str_of(&environment, "name").unwrap_or_default();
        let made = authorization::create(db, &call.caller, call.org(), Kind::Environment, name)?;
        let entity = made.ok_or_else(exists)?;
        db.put_document(entity.id, &environment, &Facets::default())?;
        let url = call.url(&["environments", name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

fn exists() -> Error {
    Error::exists("Environment already exists")
}

pub(crate) fn not_found(name: &str) -> Error {
    Error::not_found(format!("Cannot load environment {name}"))
}

pub(crate) fn one(ask: &Ask, name: String) -> Result<Work> {
    if ask.method != Method::PUT {
        return Ok(document(ask, Kind::Environment, name, not_found));
    }
    let environment = environment::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let found = db.entity(call.org(), Kind::Environment, &name)?.ok_or_else(|| not_found(&name))?;
        call.demand(db, &found)?;
        let new = json::str_of(&environment, "name").unwrap_or_default();
        if new != name && !db.rename_entity(found.id, new)? {
            return Err(exists());
        }
        let text = db.put_document(found.id, &environment, &Facets::default())?;
        Ok(Answer::text(text).moved_if(new != name, &call.url(&["environments", new])))
    }))
}
