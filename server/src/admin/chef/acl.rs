//! `chef acl …`

use chef::records::Changes;
use chef::{Kind, acl};
use serde_json::{Value, json};

use super::{Thing, member, organization, permissions, place, read, thing, told, write};
use crate::admin::AdminError;
use crate::rooms::Rooms;

pub(super) async fn show(rooms: &Rooms, name: String, on: Thing) -> Result<Value, AdminError> {
    read(rooms, move |db| {
        let organization = organization(db, &name)?;
        let on = thing(db, &organization, &on)?;
        acl::json(db, place(&organization, &on), on.id, true)
    })
    .await
}

/// Puts somebody on lists of a thing, or takes it off.
pub(super) async fn change(
    rooms: &Rooms,
    name: String,
    on: Thing,
    who: Thing,
    on_lists: &[String],
    grants: bool,
) -> Result<Value, AdminError> {
    let lists = permissions(on_lists)?;
    let done = if grants { "granted to" } else { "revoked from" };
    let text =
        format!("{} on {} {} of {name} was {done} {} {}", on_lists.join(", "), on.kind, on.name, who.kind, who.name);
    let shown = write(rooms, move |db, _| {
        let organization = organization(db, &name)?;
        let on = thing(db, &organization, &on)?;
        let who = member(db, &organization, &who)?;
        if on.kind == Kind::User && who.kind == Kind::Client {
            return Err(chef::Error::invalid("Clients can not be added to global ACL entries."));
        }
        for permission in lists {
            if grants {
                db.extend_ace(on.id, permission, &[who.id])?;
            } else {
                db.remove_from_ace(on.id, permission, who.id)?;
            }
        }
        Ok(
            json!({"organization": name, on.kind.as_str(): on.name, "acl": acl::json(db, place(&organization, &on), on.id, true)?}),
        )
    });
    let shown = shown.await?;
    told(&text);
    Ok(shown)
}
