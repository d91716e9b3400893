//! `…/nodes`, `…/nodes/NODE` and `…/environments/ENVIRONMENT/nodes`.

use actix_web::http::Method;
use chef::records::{Changes, Records};
use chef::{Error, Kind, Result, authorization, json, node};
use serde_json::{Map, Value, json};

use super::request::{Answer, Ask, Work};
use super::{document, listed};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(listed(Kind::Node));
    }
    let node = node::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let name = json::str_of(&node, "name").unwrap_or_default();
        let made = authorization::create(db, &call.caller, call.org(), Kind::Node, name)?;
        let entity = made.ok_or_else(|| Error::exists("Node already exists"))?;
        db.put_document(entity.id, &node, &node::facets(&node))?;
        let url = call.url(&["nodes", name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

pub(crate) fn one(ask: &Ask, name: String) -> Result<Work> {
    let not_found = |name: &str| Error::not_found(format!("node '{name}' not found"));
    if ask.method != Method::PUT {
        return Ok(document(ask, Kind::Node, name, not_found));
    }
    let node = node::parse_update(&ask.body, &name)?;
    Ok(Work::write(move |call, db| {
        let found = db.entity(call.org(), Kind::Node, &name)?.ok_or_else(|| not_found(&name))?;
        call.demand(db, &found)?;
        let text = db.put_document(found.id, &node, &node::facets(&node))?;
        Ok(Answer::text(text))
    }))
}

pub(crate) fn of_environment(environment: String) -> Work {
    Work::read(move |call, db| {
        call.demand_container(db, Kind::Node)?;
        if db.entity(call.org(), Kind::Environment, &environment)?.is_none() {
            return Err(Error::not_found(format!("Cannot load environment '{environment}'")));
        }
        let names = db.nodes_in(call.org(), &environment)?;
        let list: Map<String, Value> =
            names.into_iter().map(|name| (name.clone(), call.url(&["nodes", &name]).into())).collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}
