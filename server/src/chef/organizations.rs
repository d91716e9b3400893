//! `/organizations` and `/organizations/ORG`.

use actix_web::http::Method;
use chef::records::{Changes, Records};
use chef::{Kind, OrgId, Permission, Result, authorization, organization};
use serde_json::{Map, Value, json};

use super::request::{Answer, Ask, Work};

pub(crate) fn all(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(Work::read(|call, db| {
            call.demand_container(db, Kind::Organization)?;
            let mut list = Map::new();
            for organization in db.entities(OrgId::GLOBAL, Kind::Organization)? {
                list.insert(organization.name.clone(), call.global_url(&["organizations", &organization.name]).into());
            }
            Ok(Answer::ok(&Value::Object(list)))
        }));
    }
    let submitted = organization::parse(&ask.body, None)?;
    let create = Work::write(move |call, db| {
        let container = authorization::container_of(db, OrgId::GLOBAL, Kind::Organization)?;
        authorization::demand(db, &call.caller, container.id, Permission::Create)?;
        let pair = call.pair()?;
        let (name, full_name) = (&submitted.name, &submitted.full_name);
        let made = organization::create(db, call.caller.id(), name, full_name, &pair.public_key)?;
        let made = made.ok_or_else(organization::exists)?;
        let url = call.global_url(&["organizations", &made.entity.name]);
        let body = json!({"uri": url, "clientname": organization::validator(name), "private_key": pair.private_key});
        Ok(Answer::created(&url, &body))
    });
    Ok(create.with_pair_if(true))
}

pub(crate) fn one(ask: &Ask, name: &str) -> Result<Work> {
    match ask.method {
        Method::GET => Ok(Work::read(|call, db| {
            let organization = call.organization()?;
            call.demand(db, &organization.entity)?;
            Ok(Answer::ok(&organization::json(organization)))
        })),
        Method::DELETE => Ok(Work::write(|call, db| {
            let organization = call.organization()?;
            call.demand(db, &organization.entity)?;
            organization::remove(db, organization)?;
            Ok(Answer::ok(&organization::json(organization)))
        })),
        _ => {
            let submitted = organization::parse(&ask.body, Some(name))?;
            Ok(Work::write(move |call, db| {
                let organization = call.organization()?;
                call.demand(db, &organization.entity)?;
                db.set_full_name(organization.id, &submitted.full_name)?;
                Ok(Answer::ok(&Value::Object(submitted.document)))
            }))
        }
    }
}
