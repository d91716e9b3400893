//! Whose signature is whose: the users and clients of a name.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::entity::{Entity, Kind, OrgId};
use crate::key::{Key, PublicKey, Ring};
use crate::records::{Organization, Records};
use crate::sign::{self, Request, Signature};
use crate::{Caller, Result, key};

/// The user of this name and the client of the organization, in this order.
pub fn of_name(records: &dyn Records, org: Option<OrgId>, name: &str) -> Result<Vec<Entity>> {
    let mut found: Vec<Entity> = records.entity(OrgId::GLOBAL, Kind::User, name)?.into_iter().collect();
    if let Some(org) = org {
        found.extend(records.entity(org, Kind::Client, name)?);
    }
    Ok(found)
}

/// Finds out who signed: every key that has not ended, of everybody who has the name.
pub fn authenticate(
    records: &dyn Records,
    org: Option<OrgId>,
    signature: &Signature,
    request: &Request<'_>,
    ring: &Ring,
    now: Timestamp,
) -> Result<Caller> {
    let actors = of_name(records, org, &signature.user)?;
    if actors.is_empty() {
        return Err(sign::unknown(&signature.user));
    }
    if signature.matches_body(request.body) {
        for entity in actors {
            for key in records.keys(entity.id)? {
                if !key.is_expired(now)
                    && ring.key(&key.public_key).is_some_and(|public| signature.is_by(&public, request))
                {
                    return Ok(Caller { entity, key: Some(key.name) });
                }
            }
        }
    }
    Err(sign::forged(&signature.user))
}

/// The console signs with a key of its own for the user that it names.
pub fn authenticate_console(
    records: &dyn Records,
    org: Option<OrgId>,
    signature: &Signature,
    request: &Request<'_>,
    console: &PublicKey,
) -> Result<Caller> {
    let entity = of_name(records, org, &signature.user)?.into_iter().next();
    let entity = entity.ok_or_else(|| sign::unknown(&signature.user))?;
    if signature.matches_body(request.body) && signature.is_by(console, request) {
        return Ok(Caller { entity, key: None });
    }
    Err(sign::forged(&signature.user))
}

/// Whether somebody may ask anything of an organization: its clients, the users who are in it, and
/// the superuser.
pub fn belongs(records: &dyn Records, caller: &Caller, organization: &Organization) -> Result<()> {
    if caller.entity.kind == Kind::Client || caller.is_superuser() {
        return Ok(());
    }
    if records.is_associated(caller.id(), organization.id)? {
        return Ok(());
    }
    let (name, organization) = (&caller.entity.name, &organization.entity.name);
    Err(crate::Error::forbidden(format!("'{name}' not associated with organization '{organization}'")))
}

/// What a principal looks like: one for each key, but for version 0 of the API, where each actor
/// has one key only.
pub fn json(records: &dyn Records, actor: &Entity, public_key: Option<&Key>, org: OrgId) -> Result<Value> {
    let is_member = actor.kind == Kind::Client || records.is_associated(actor.id, org)?;
    Ok(json!({
        "name": actor.name,
        "public_key": public_key.map(|key| key.public_key.as_str()),
        "type": actor.kind.as_str(),
        "authz_id": actor.id.authz_id(),
        "org_member": is_member,
    }))
}

/// The key that version 0 of the API knows.
pub fn default_key(records: &dyn Records, actor: &Entity) -> Result<Option<Key>> {
    records.key(actor.id, key::DEFAULT)
}
