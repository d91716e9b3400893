//! `…/search` and `…/search/INDEX`.

use actix_web::http::Method;
use chef::records::Records;
use chef::search::{Hit, Index, Plan, flatten, partial::Projection, query};
use chef::{Error, Kind, Result, data_bag, json};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::request::{Answer, Ask, Call, Work};

/// Rows that are given where the client does not say.
const ROWS: usize = 1000;
const INDEXES: [&str; 4] = ["client", "environment", "node", "role"];

/// The indexes there are.
pub(crate) fn all() -> Work {
    Work::read(|call, db| {
        let bags = db.entities(call.org(), Kind::DataBag)?;
        let names = INDEXES.into_iter().map(str::to_owned).chain(bags.into_iter().map(|bag| bag.name));
        let list: Map<String, Value> = names.map(|name| (name.clone(), call.url(&["search", &name]).into())).collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}

pub(crate) fn one(ask: &Ask, name: String) -> Result<Work> {
    let plan = ask.query.get("q").map_or(Ok(Plan::All), query::parse)?;
    let start = query::number("start", ask.query.get("start"), 0)?;
    let rows = query::number("rows", ask.query.get("rows"), ROWS)?;
    let projection = if ask.method == Method::POST { Some(Projection::parse(&json::value(&ask.body)?)?) } else { None };
    let projection = projection.filter(|projection| !projection.is_empty());
    Ok(Work::read(move |call, db| {
        let index = index(call, db, &name)?;
        let found = db.search(call.org(), index, &plan)?;
        let mut body = format!("{{\"total\":{},\"start\":{start},\"rows\":[", found.len());
        let mut first = true;
        let fields = projection.as_ref().filter(|_| index == Index::Node).map(Projection::fields);
        for found in found.iter().skip(start).take(rows) {
            let hit = match &fields {
                Some(fields) => db.node_part(*found, fields)?,
                None => db.hit(index, *found)?,
            };
            let Some(hit) = hit else { continue };
            if !std::mem::take(&mut first) {
                body.push(',');
            }
            body.push_str(&match &projection {
                None => whole(call, db, index, hit)?,
                Some(projection) => projected(call, db, index, &hit, projection)?,
            });
        }
        body.push_str("]}");
        Ok(Answer::text(body))
    }))
}

fn index(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Index> {
    Ok(match name {
        "node" => Index::Node,
        "role" => Index::Role,
        "environment" => Index::Environment,
        "client" => Index::Client,
        bag => {
            let found = db.entity(call.org(), Kind::DataBag, bag)?;
            let missing = || Error::not_found(format!("I don't know how to search for {bag} data objects."));
            Index::DataBag(found.ok_or_else(missing)?.id)
        }
    })
}

/// An object as it is given out.
fn whole(call: &Call, db: &Transaction<'_>, index: Index, hit: Hit) -> Result<String> {
    match index {
        Index::Client => Ok(super::clients::shown(call, db, &hit.entity)?.to_string()),
        Index::DataBag(_) => {
            let item = item(&hit)?;
            let id = json::str_of(&item, "id").unwrap_or_default().to_owned();
            Ok(data_bag::wrapped(&hit.entity.name, &id, &item).to_string())
        }
        _ => hit.json.ok_or_else(|| gone(&hit.entity.name)),
    }
}

fn projected(call: &Call, db: &Transaction<'_>, index: Index, hit: &Hit, projection: &Projection) -> Result<String> {
    let name = hit.entity.name.clone();
    let (url, object) = match index {
        Index::Client => match super::clients::shown(call, db, &hit.entity)? {
            Value::Object(fields) => (call.url(&["clients", &name]), fields),
            _ => return Err(gone(&name)),
        },
        Index::DataBag(_) => {
            let item = item(hit)?;
            let id = json::str_of(&item, "id").unwrap_or_default().to_owned();
            (call.url(&["data", &name, &id]), item)
        }
        Index::Node => (call.url(&["nodes", &name]), flatten::node(&item(hit)?)),
        Index::Role => (call.url(&["roles", &name]), item(hit)?),
        Index::Environment => (call.url(&["environments", &name]), item(hit)?),
    };
    Ok(json!({"url": url, "data": projection.of(&object)}).to_string())
}

fn item(hit: &Hit) -> Result<Map<String, Value>> {
    json::kept(hit.json.as_deref().ok_or_else(|| gone(&hit.entity.name))?)
}

fn gone(name: &str) -> Error {
    Error::broken(format!("{name} has no document"))
}
