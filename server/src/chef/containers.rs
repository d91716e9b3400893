//! `…/containers` and `…/containers/CONTAINER`.

use actix_web::http::Method;
use chef::records::{Changes, Records};
use chef::{Error, Kind, Result, authorization, container};
use serde_json::json;

use super::listed;
use super::request::{Answer, Ask, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Container));
    }
    let name = container::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let made = authorization::create(db, &call.caller, call.org(), Kind::Container, &name)?;
        made.ok_or_else(|| Error::exists("Container already exists"))?;
        let url = call.url(&["containers", &name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

pub(crate) fn one(ask: &Ask, name: String) -> Work {
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &super::request::Call, db: &store::Transaction<'_>| {
        let found = db.entity(call.org(), Kind::Container, &name)?;
        let found = found.ok_or_else(|| Error::not_found(format!("Cannot load container {name}")))?;
        call.demand(db, &found)?;
        if deletes {
            db.remove_entity(found.id)?;
        }
        Ok(Answer::ok(&container::json(&name)))
    };
    if deletes { Work::write(action) } else { Work::read(action) }
}
