//! `…/groups` and `…/groups/GROUP`.

use actix_web::http::{Method, StatusCode};
use chef::records::{Changes, Records};
use chef::{Entity, Error, Kind, Message, Permission, Result, authorization, group};
use serde_json::{Value, json};
use store::Transaction;

use super::listed;
use super::request::{Answer, Ask, Call, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Group));
    }
    let name = group::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let made = authorization::create(db, &call.caller, call.org(), Kind::Group, &name)?;
        made.ok_or_else(|| Error::exists("Group already exists"))?;
        let url = call.url(&["groups", &name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

pub(crate) fn one(ask: &Ask, name: String) -> Result<Work> {
    match ask.method {
        Method::GET => Ok(Work::read(move |call, db| {
            let found = visible(call, db, &name)?;
            Ok(Answer::ok(&group::json(db, &found, call.organization_name())?))
        })),
        Method::DELETE => Ok(Work::write(move |call, db| {
            let found = visible(call, db, &name)?;
            call.demand(db, &found)?;
            let shown = group::json(db, &found, call.organization_name())?;
            db.remove_entity(found.id)?;
            Ok(Answer::ok(&shown))
        })),
        _ => {
            let change = group::parse_change(&ask.body)?;
            let sent: Value = chef::json::value(&ask.body)?;
            Ok(Work::write(move |call, db| {
                let found = visible(call, db, &name)?;
                call.demand(db, &found)?;
                group::put_members(db, &found, &change)?;
                let Some(new) = change.name.filter(|new| *new != name) else { return Ok(Answer::ok(&sent)) };
                if !db.rename_entity(found.id, &new)? {
                    return Err(Error::Exists(Message::bare("Group already exists")));
                }
                Ok(Answer::ok(&sent).with_status(StatusCode::CREATED).at(&call.url(&["groups", &new])))
            }))
        }
    }
}

/// Who may not read a group may do nothing with it.
fn visible(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Entity> {
    let found = db.entity(call.org(), Kind::Group, name)?;
    let found = found.ok_or_else(|| Error::not_found(format!("Cannot load group {name}")))?;
    if !db.permitted(call.caller.id(), found.id, Permission::Read)? {
        return Err(Error::forbidden(format!("No permission for group {name}")));
    }
    Ok(found)
}
