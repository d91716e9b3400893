//! Users in organizations, and invitations, seen from both sides.

use actix_web::http::Method;
use chef::records::{Changes, Records};
use chef::{Caller, Entity, Error, Kind, Message, OrgId, Permission, Result, association};
use serde_json::{Value, json};
use store::Transaction;

use super::request::{Answer, Ask, Call, Work};
use super::users::shown;

/// `…/users`
pub(crate) fn members(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(Work::read(|call, db| {
            let organization = call.organization()?;
            call.demand(db, &organization.entity)?;
            let names = db.associated(organization.id)?;
            let list = names.into_iter().map(|name| json!({"user": {"username": name}})).collect();
            Ok(Answer::ok(&Value::Array(list)))
        }));
    }
    let name = association::parse(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let user = association::find_user(db, &name)?;
        call.demand_superuser()?;
        association::join(db, call.organization()?, &user, None, call.now)?;
        let url = call.url(&["users", &name]);
        Ok(Answer::created(&url, &json!({"uri": url})))
    }))
}

/// `…/users/USER`
pub(crate) fn member(ask: &Ask, name: String) -> Work {
    if ask.method == Method::GET {
        return Work::read(move |call, db| {
            let user = found(call, db, &name)?;
            let organization = call.organization()?;
            call.demand(db, &organization.entity)?;
            call.demand(db, &user)?;
            Ok(Answer::ok(&shown(call, db, &user)?))
        });
    }
    Work::write(move |call, db| {
        let user = found(call, db, &name)?;
        let organization = call.organization()?;
        if user.id != call.caller.id() {
            for (on, permission) in [(&organization.entity, Permission::Update), (&user, Permission::Read)] {
                chef::authorization::demand(db, &call.caller, on.id, permission)?;
            }
        }
        let body = shown(call, db, &user)?;
        association::leave(db, organization, &user)?;
        Ok(Answer::ok(&body))
    })
}

fn found(call: &Call, db: &Transaction<'_>, name: &str) -> Result<Entity> {
    let user = association::find_user(db, name)?;
    association::find(db, call.organization()?, &user)?;
    Ok(user)
}

/// `…/association_requests`
pub(crate) fn invitations(ask: &Ask) -> Result<Work> {
    if ask.method == Method::GET {
        return Ok(Work::read(|call, db| {
            let organization = call.organization()?;
            call.demand(db, &organization.entity)?;
            let all = db.invitations_to(organization.id)?;
            let list = all.iter().map(|one| json!({"id": one.id, "username": one.user.name})).collect();
            Ok(Answer::ok(&Value::Array(list)))
        }));
    }
    let name = association::parse_invitation(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let user = association::find_user(db, &name)?;
        let organization = call.organization()?;
        call.demand_also(db, &organization.entity, Permission::Update)?;
        if db.is_associated(user.id, organization.id)? {
            return Err(association::exists());
        }
        let invitation = db.invite(user.id, organization.id, call.caller.id(), call.now)?;
        let invitation = invitation.ok_or_else(association::invited)?;
        let url = call.url(&["association_requests", &invitation.id]);
        let profile = db.profile(user.id)?.unwrap_or_default();
        let first_name = profile.json(&name, None).get("first_name").cloned();
        let body = json!({
            "uri": url,
            "organization_user": {"username": call.caller.entity.name},
            "organization": {"name": organization.entity.name},
            "user": {"email": profile.email, "first_name": first_name},
        });
        Ok(Answer::created(&url, &body))
    }))
}

/// `…/association_requests/ID`
pub(crate) fn invitation(id: String) -> Work {
    Work::write(move |call, db| {
        let invitation = association::find_invitation(db, &id)?;
        let organization = call.organization()?;
        if invitation.org != organization.id {
            let (here, there) = (&organization.entity.name, &invitation.organization);
            let text = format!("Organization {here} does not match {there} in association request");
            return Err(Error::Invalid(Message::bare(text)));
        }
        call.demand_also(db, &organization.entity, Permission::Update)?;
        db.remove_invitation(&id)?;
        Ok(Answer::ok(&association::json(&invitation)))
    })
}

/// `/users/USER/association_requests`, and the number of them
pub(crate) fn of_user(name: String, counts: bool) -> Work {
    Work::read(move |call, db| {
        let user = association::find_user(db, &name)?;
        if user.id != call.caller.id() {
            call.demand_superuser()?;
        }
        let all = db.invitations_of(user.id)?;
        if counts {
            return Ok(Answer::ok(&json!({"value": all.len()})));
        }
        let list = all.iter().map(|one| json!({"id": one.id, "orgname": one.organization})).collect();
        Ok(Answer::ok(&Value::Array(list)))
    })
}

/// `/users/USER/association_requests/ID`
pub(crate) fn respond(ask: &Ask, name: String, id: String) -> Result<Work> {
    let accepts = association::parse_response(&ask.body)?;
    Ok(Work::write(move |call, db| {
        let user = association::find_user(db, &name)?;
        if user.id != call.caller.id() {
            call.demand_also(db, &user, Permission::Grant)?;
        }
        let invitation = association::find_invitation(db, &id)?;
        db.remove_invitation(&id)?;
        if accepts {
            let organization = db.organization_by_id(invitation.org)?;
            let organization = organization.ok_or_else(|| Error::broken("an invitation to nowhere"))?;
            // An inviter who is gone may invite nobody.
            let by = Some(invitation.inviter.unwrap_or(chef::EntityId(0)));
            // Whatever came of it, the invitation has been answered.
            if let Err(error) = association::join(db, &organization, &user, by, call.now) {
                return Answer::refused(error);
            }
        }
        Ok(Answer::ok(&association::json(&invitation)))
    }))
}

/// `/users/USER/organizations`
pub(crate) fn organizations(name: String) -> Work {
    Work::read(move |call, db| {
        let user = association::find_user(db, &name)?;
        call.demand(db, &user)?;
        let mut all = db.organizations_of(user.id)?;
        if user.id != call.caller.id() && !call.caller.is_superuser() {
            let own = common(db, &call.caller)?;
            all.retain(|organization| own.contains(&organization.id));
        }
        let list = all.iter().map(|one| json!({"organization": chef::organization::json(one)})).collect();
        Ok(Answer::ok(&Value::Array(list)))
    })
}

fn common(db: &Transaction<'_>, caller: &Caller) -> Result<Vec<OrgId>> {
    if caller.entity.kind == Kind::Client {
        return Ok(vec![caller.entity.org]);
    }
    Ok(db.organizations_of(caller.id())?.iter().map(|organization| organization.id).collect())
}
