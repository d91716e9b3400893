//! `…/data`, `…/data/BAG` and `…/data/BAG/ITEM`.

use actix_web::http::Method;
use chef::records::{Changes, Records};
use chef::{Entity, Error, Kind, Result, authorization, data_bag, json};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::listed;
use super::request::{Answer, Ask, Call, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::DataBag));
    }
    let name = data_bag::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let made = authorization::create(db, &call.caller, call.org(), Kind::DataBag, &name)?;
        made.ok_or_else(|| Error::exists("Data bag already exists"))?;
        let url = call.url(&["data", &name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

pub(crate) fn bag(ask: &Ask, name: String) -> Result<Work> {
    match ask.method {
        Method::GET => Ok(Work::read(move |call, db| {
            let bag = find(call, db, &name, &no_bag(&name))?;
            let ids = db.items(bag.id)?;
            let list: Map<String, Value> =
                ids.into_iter().map(|id| (id.clone(), call.url(&["data", &name, &id]).into())).collect();
            Ok(Answer::ok(&Value::Object(list)))
        })),
        Method::DELETE => Ok(Work::write(move |call, db| {
            let bag = find(call, db, &name, &no_bag(&name))?;
            db.remove_entity(bag.id)?;
            Ok(Answer::ok(&json!({"name": name, "json_class": "Chef::DataBag", "chef_type": "data_bag"})))
        })),
        _ => {
            let (id, item) = data_bag::parse_item(&ask.body)?;
            Ok(Work::write(move |call, db| {
                let text = format!(
                    "No data bag '{name}' could be found. Please create this data bag before adding items to it."
                );
                let bag = find(call, db, &name, &text)?;
                if !db.add_item(bag.id, &id, &json::text(&item))? {
                    return Err(Error::exists(format!("Data Bag Item '{id}' already exists in Data Bag '{name}'.")));
                }
                let body = Value::Object(data_bag::with_type_and_bag(&name, item));
                Ok(Answer::created(&call.url(&["data", &name, &id]), &body))
            }))
        }
    }
}

pub(crate) fn item(ask: &Ask, bag: String, id: String) -> Result<Work> {
    let missing = format!("Cannot load data bag item {id} for data bag {bag}");
    match ask.method {
        Method::GET => Ok(Work::read(move |call, db| {
            let found = find(call, db, &bag, &missing)?;
            Ok(Answer::text(db.item(found.id, &id)?.ok_or_else(|| Error::not_found(missing))?))
        })),
        Method::DELETE => Ok(Work::write(move |call, db| {
            let missing = format!("Cannot load data bag {bag} item {id}");
            let found = find(call, db, &bag, &missing)?;
            let item = db.item(found.id, &id)?.ok_or_else(|| Error::not_found(missing))?;
            db.remove_item(found.id, &id)?;
            Ok(Answer::ok(&data_bag::wrapped(&bag, &id, &json::kept(&item)?)))
        })),
        _ => {
            let item = data_bag::parse_item_update(&ask.body, &id)?;
            Ok(Work::write(move |call, db| {
                let found = find(call, db, &bag, &missing)?;
                if db.item(found.id, &id)?.is_none() {
                    return Err(Error::not_found(missing));
                }
                db.put_item(found.id, &id, &json::text(&item))?;
                Ok(Answer::ok(&Value::Object(data_bag::with_type_and_bag(&bag, item))))
            }))
        }
    }
}

/// A bag on which the caller has the method's permission. Items have no lists of their own.
fn find(call: &Call, db: &Transaction<'_>, name: &str, missing: &str) -> Result<Entity> {
    let found = db.entity(call.org(), Kind::DataBag, name)?;
    let found = found.ok_or_else(|| Error::not_found(missing))?;
    call.demand(db, &found)?;
    Ok(found)
}

fn no_bag(name: &str) -> String {
    format!("Cannot load data bag {name}")
}
