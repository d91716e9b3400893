//! Who somebody is: `…/principals/NAME`, `…/KIND/NAME/_identifiers`, `…/validate/PATH`.

use actix_web::http::StatusCode;
use chef::records::Records;
use chef::{Error, Kind, principal};
use serde_json::json;

use super::request::{Answer, Work};

pub(crate) fn one(name: String) -> Work {
    Work::read(move |call, db| {
        let org = call.org();
        let actors = principal::of_name(db, Some(org), &name)?;
        if actors.is_empty() {
            return Ok(not_found("principal", &name));
        }
        let mut principals = Vec::new();
        for actor in &actors {
            if !call.api.keys_apart() {
                let key = principal::default_key(db, actor)?;
                return Ok(Answer::ok(&principal::json(db, actor, key.as_ref(), org)?));
            }
            for key in db.keys(actor.id)?.iter().filter(|key| !key.is_expired(call.now)) {
                principals.push(principal::json(db, actor, Some(key), org)?);
            }
        }
        Ok(Answer::ok(&json!({"principals": principals})))
    })
}

/// The refusal where there is no such organization.
pub(crate) fn no_organization(name: &str) -> Answer {
    not_found("org", name)
}

fn not_found(kind: &str, name: &str) -> Answer {
    let body = json!({"not_found": kind, "error": format!("Cannot find {kind} {name}")});
    Answer::ok(&body).with_status(StatusCode::NOT_FOUND)
}

pub(crate) fn identifiers(kind: String, name: String) -> Work {
    Work::read(move |call, db| {
        if kind != "nodes" {
            return Err(Error::not_found(format!("Unsupported object type: '{kind}'.")));
        }
        let found = db.entity(call.org(), Kind::Node, &name)?;
        let found = found.ok_or_else(|| Error::not_found(format!("No such '{kind}': '{name}'.")))?;
        let org = &call.organization()?.entity.guid;
        Ok(Answer::ok(&json!({"id": found.guid, "authz_id": found.id.authz_id(), "org_id": org})))
    })
}

pub(crate) fn validate() -> Work {
    Work::read(|call, _| {
        let entity = &call.caller.entity;
        Ok(Answer::ok(&json!({"requestor_name": entity.name, "requestor_type": entity.kind.as_str()})))
    })
}
