//! `…/policies` and `…/policy_groups`.

use actix_web::http::{Method, StatusCode};
use chef::records::{Changes as _, Records};
use chef::{Entity, Error, Kind, Message, Result, authorization};
use cookbooks::policy::Revision;
use cookbooks::shelf::{Changes, Shelf};
use serde_json::{Map, Value, json};
use store::Transaction;

use super::cookbooks::refused;
use super::request::{Answer, Ask, Call, Work};

fn parsed(ask: &Ask, policy: &str) -> Result<Revision> {
    Revision::parse(policy, chef::json::value(&ask.body)?).map_err(refused)
}

/// `/policies`
pub(crate) fn all() -> Work {
    Work::read(|call, db| {
        call.demand_container(db, Kind::Policy)?;
        let policies = db.policies(call.org().0).map_err(refused)?;
        let list: Map<String, Value> = policies
            .into_iter()
            .map(|(name, revisions)| {
                let shown = json!({"uri": call.url(&["policies", &name]), "revisions": empty_objects(revisions)});
                (name, shown)
            })
            .collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}

fn empty_objects(keys: Vec<String>) -> Value {
    Value::Object(keys.into_iter().map(|key| (key, json!({}))).collect())
}

fn policy(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Entity> {
    let found = db.entity(call.org(), Kind::Policy, name)?;
    found.ok_or_else(|| Error::not_found(format!("policy '{name}' not found")))
}

/// `/policies/POLICY`
pub(crate) fn named(ask: &Ask, name: String) -> Work {
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let entity = policy(call, db, &name)?;
        call.demand(db, &entity)?;
        let org = call.org().0;
        let all = db.policies(org).map_err(refused)?;
        let revisions = all.into_iter().find(|(known, _)| *known == name).map(|(_, revisions)| revisions);
        if deletes {
            db.delete_policy(org, &name).map_err(refused)?;
            db.remove_entity(entity.id)?;
        }
        let body = revisions.map_or_else(|| json!({}), |revisions| json!({"revisions": empty_objects(revisions)}));
        Ok(Answer::ok(&body))
    };
    if deletes { Work::write(action) } else { Work::read(action) }
}

/// `/policies/POLICY/revisions`
pub(crate) fn revisions(ask: &Ask, name: String) -> Result<Work> {
    let sent = parsed(ask, &name)?;
    Ok(Work::write(move |call, db| {
        match db.entity(call.org(), Kind::Policy, &name)? {
            Some(entity) => call.demand(db, &entity)?,
            None => drop(authorization::create(db, &call.caller, call.org(), Kind::Policy, &name)?),
        }
        let org = call.org().0;
        if db.revision_of(org, &name, &sent.id).map_err(refused)?.is_some() {
            let text = format!("Policy '{name}' with revision_id '{}' already exists.", sent.id);
            return Err(Error::Exists(Message::bare(text)));
        }
        db.add_revision(org, &name, &sent.id, sent.document()).map_err(refused)?;
        Ok(Answer::created(&call.url(&["policies", &name]), &Value::Object(sent.document().clone())))
    }))
}

/// `/policies/POLICY/revisions/REVISION`
pub(crate) fn revision(ask: &Ask, name: String, id: String) -> Work {
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let org = call.org().0;
        let missing = || Error::not_found(format!("policy '{name}' with revision '{id}' not found"));
        let mut document = db.revision_of(org, &name, &id).map_err(refused)?.ok_or_else(missing)?;
        call.demand(db, &policy(call, db, &name)?)?;
        if deletes {
            db.delete_revision(org, &name, &id).map_err(refused)?;
        } else {
            let groups = db.groups_using(org, &name, &id).map_err(refused)?;
            document.insert("policy_group_list".to_owned(), json!(groups));
        }
        Ok(Answer::ok(&Value::Object(document)))
    };
    if deletes { Work::write(action) } else { Work::read(action) }
}

/// Policies of groups with their revisions: `{"uri": …, "policies": {POLICY: {"revision_id": …}}}`.
fn shown_group(call: &Call, name: &str, assignments: &[(String, String, String)]) -> Value {
    let policies: Map<String, Value> = assignments
        .iter()
        .filter(|(group, _, _)| group == name)
        .map(|(_, policy, revision)| (policy.clone(), json!({"revision_id": revision})))
        .collect();
    json!({"uri": call.url(&["policy_groups", name]), "policies": policies})
}

/// `/policy_groups`
pub(crate) fn groups() -> Work {
    Work::read(|call, db| {
        call.demand_container(db, Kind::PolicyGroup)?;
        let assignments = db.assignments(call.org().0).map_err(refused)?;
        let groups = db.entities(call.org(), Kind::PolicyGroup)?;
        let list: Map<String, Value> = groups
            .into_iter()
            .map(|group| {
                let mut shown = shown_group(call, &group.name, &assignments);
                if let Some(fields) = shown.as_object_mut()
                    && fields.get("policies").is_some_and(|policies| *policies == json!({}))
                {
                    fields.shift_remove("policies");
                }
                (group.name.clone(), shown)
            })
            .collect();
        Ok(Answer::ok(&Value::Object(list)))
    })
}

/// `/policy_groups/GROUP`
pub(crate) fn group(ask: &Ask, name: String) -> Work {
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let missing = || Error::not_found(format!("policy_group '{name}' not found"));
        let entity = db.entity(call.org(), Kind::PolicyGroup, &name)?.ok_or_else(missing)?;
        call.demand(db, &entity)?;
        let org = call.org().0;
        let shown = shown_group(call, &name, &db.assignments(org).map_err(refused)?);
        if deletes {
            db.unassign(org, &name, None).map_err(refused)?;
            db.remove_entity(entity.id)?;
        }
        Ok(Answer::ok(&shown))
    };
    if deletes { Work::write(action) } else { Work::read(action) }
}

/// `/policy_groups/GROUP/policies/POLICY`
pub(crate) fn assignment(ask: &Ask, group: String, policy: String) -> Result<Work> {
    if ask.method == Method::PUT {
        let sent = parsed(ask, &policy)?;
        return Ok(Work::write(move |call, db| assign(call, db, &group, &sent)));
    }
    let deletes = ask.method == Method::DELETE;
    let action = move |call: &Call, db: &Transaction<'_>| {
        let missing = || Error::not_found(format!("Cannot load policy {policy} in policy group {group}"));
        let revision = assigned(call, db, &group, &policy)?.ok_or_else(missing)?;
        for (kind, name) in [(Kind::Policy, &policy), (Kind::PolicyGroup, &group)] {
            call.demand(db, &db.entity(call.org(), kind, name)?.ok_or_else(missing)?)?;
        }
        let org = call.org().0;
        let document = db.revision_of(org, &policy, &revision).map_err(refused)?.ok_or_else(missing)?;
        if deletes {
            db.unassign(org, &group, Some(&policy)).map_err(refused)?;
        }
        Ok(Answer::ok(&Value::Object(document)))
    };
    Ok(if deletes { Work::write(action) } else { Work::read(action) })
}

fn assigned(call: &Call, db: &Transaction<'_>, group: &str, policy: &str) -> Result<Option<String>> {
    let all = db.assignments(call.org().0).map_err(refused)?;
    let found = all.into_iter().find(|(known, name, _)| known == group && name == policy);
    Ok(found.map(|(_, _, revision)| revision))
}

fn assign(call: &Call, db: &Transaction<'_>, group: &str, sent: &Revision) -> Result<Answer> {
    let org = call.org().0;
    let existed = assigned(call, db, group, &sent.name)?.is_some();
    for (kind, name) in [(Kind::Policy, sent.name.as_str()), (Kind::PolicyGroup, group)] {
        match db.entity(call.org(), kind, name)? {
            Some(entity) => call.demand(db, &entity)?,
            None => drop(authorization::create(db, &call.caller, call.org(), kind, name)?),
        }
    }
    if db.revision_of(org, &sent.name, &sent.id).map_err(refused)?.is_none() {
        db.add_revision(org, &sent.name, &sent.id, sent.document()).map_err(refused)?;
    }
    db.assign(org, group, &sent.name, &sent.id).map_err(refused)?;
    let body = Value::Object(sent.document().clone());
    if existed {
        return Ok(Answer::ok(&body).with_status(StatusCode::OK));
    }
    Ok(Answer::created(&call.url(&["policies", &sent.name]), &body))
}
