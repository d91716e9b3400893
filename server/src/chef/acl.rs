//! `PATH/_acl` and `PATH/_acl/PERMISSION`.

use chef::records::Records;
use chef::{Entity, Error, Kind, OrgId, Permission, Result, acl, user};
use serde_json::json;
use store::Transaction;

use super::request::{Answer, Ask, Call, Work};

pub(crate) fn all(ask: &Ask, kind: Kind, name: String) -> Work {
    let detailed = ask.query.get("detail") == Some("granular");
    Work::read(move |call, db| {
        let found = find(call, db, kind, &name)?;
        call.demand_also(db, &found, Permission::Grant)?;
        Ok(Answer::ok(&acl::json(db, place(call, kind), found.id, detailed)?))
    })
}

pub(crate) fn part(ask: &Ask, kind: Kind, name: String, permission: Permission) -> Result<Work> {
    let list = acl::parse(&ask.body, permission)?;
    Ok(Work::write(move |call, db| {
        let found = find(call, db, kind, &name)?;
        acl::keeps_administrators(db, &call.caller, found.id, &list)?;
        call.demand_also(db, &found, Permission::Grant)?;
        acl::put(db, place(call, kind), found.id, &list)?;
        Ok(Answer::ok(&json!({})))
    }))
}

/// Whose names a list speaks of.
fn place(call: &Call, kind: Kind) -> OrgId {
    if kind == Kind::User { OrgId::GLOBAL } else { call.org() }
}

fn find(call: &Call, db: &Transaction<'_>, kind: Kind, name: &str) -> Result<Entity> {
    match kind {
        Kind::Organization => Ok(call.organization()?.entity.clone()),
        Kind::User => db.entity(OrgId::GLOBAL, kind, name)?.ok_or_else(|| user::not_found(name)),
        kind => db.entity(call.org(), kind, name)?.ok_or_else(|| not_found(kind, name)),
    }
}

fn not_found(kind: Kind, name: &str) -> Error {
    Error::not_found(match kind {
        Kind::Node => format!("node '{name}' not found"),
        Kind::Group => format!("group '{name}' not found"),
        Kind::Policy => format!("policy '{name}' not found"),
        Kind::PolicyGroup => format!("policy_group '{name}' not found"),
        Kind::DataBag => format!("Cannot load data bag {name}"),
        Kind::Cookbook => format!("Cannot find a cookbook named {name}"),
        kind => format!("Cannot load {} {name}", kind.as_str()),
    })
}
