//! `chef …`: what an operator does about organizations, users, clients, keys, lists and groups. The
//! operator acts as the superuser.

use std::path::PathBuf;

use chef::key::Pair;
use chef::records::{Organization, Records};
use chef::{Entity, EntityId, Kind, OrgId, Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Transaction;

use super::AdminError;
use crate::chef::mint;
use crate::code::progress::{Said, Step};
use crate::rooms::Rooms;

mod acl;
mod backup;
mod clients;
mod groups;
mod keys;
mod organizations;
mod runs;
mod starter_kit;
mod upkeep;
mod users;

/// Something that is asked for of Chef.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "chef", rename_all = "snake_case")]
pub(crate) enum Chef {
    OrgCreate {
        name: String,
        full_name: String,
        association_user: Option<String>,
    },
    OrgList,
    OrgShow {
        name: String,
    },
    OrgDelete {
        name: String,
    },
    OrgUserAdd {
        organization: String,
        user: String,
        admin: bool,
    },
    OrgReadOnly {
        organization: String,
        names: Vec<String>,
    },
    OrgUserRemove {
        organization: String,
        user: String,
        force: bool,
    },
    UserCreate {
        user: NewUser,
    },
    UserList {
        verbose: bool,
    },
    UserShow {
        name: String,
    },
    UserDelete {
        name: String,
        force: bool,
    },
    UserPassword {
        name: String,
        password: String,
    },
    ServerAdmins,
    GrantServerAdmin {
        name: String,
    },
    RevokeServerAdmin {
        name: String,
    },
    ClientCreate {
        organization: String,
        name: String,
        validator: bool,
        key: NewKey,
    },
    ClientList {
        organization: String,
    },
    ClientShow {
        organization: String,
        name: String,
    },
    ClientDelete {
        organization: String,
        name: String,
    },
    ClientReregister {
        organization: String,
        name: String,
    },
    KeyAdd {
        owner: Owner,
        name: Option<String>,
        key: NewKey,
        expiration_date: String,
    },
    KeyList {
        owner: Owner,
    },
    KeyDelete {
        owner: Owner,
        name: String,
    },
    KeyRotate {
        owner: Owner,
        name: String,
        expiration_date: Option<String>,
    },
    AclShow {
        organization: String,
        on: Thing,
    },
    AclGrant {
        organization: String,
        on: Thing,
        member: Thing,
        permissions: Vec<String>,
    },
    AclRevoke {
        organization: String,
        on: Thing,
        member: Thing,
        permissions: Vec<String>,
    },
    GroupList {
        organization: String,
    },
    GroupShow {
        organization: String,
        name: String,
    },
    GroupCreate {
        organization: String,
        name: String,
    },
    GroupDelete {
        organization: String,
        name: String,
    },
    GroupAdd {
        organization: String,
        name: String,
        member: Thing,
    },
    GroupRemove {
        organization: String,
        name: String,
        member: Thing,
    },
    Runs {
        organization: Option<String>,
        node: Option<String>,
        status: Option<String>,
        limit: usize,
    },
    Run {
        organization: Option<String>,
        id: String,
    },
    Compliance {
        node: Option<String>,
        limit: usize,
    },
    ComplianceReport {
        id: String,
    },
    Actions {
        limit: usize,
    },
    /// A key for a user, and what a client has to know of the server.
    StarterKit {
        organization: String,
        user: String,
        server_url: Option<String>,
    },
    Export {
        dir: PathBuf,
        only: Option<String>,
    },
    Import {
        dir: PathBuf,
        only: Option<String>,
        overwrite_superuser: bool,
    },
    Reindex {
        only: Option<String>,
    },
    Verify {
        only: Option<String>,
    },
}

/// A user that is to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) first_name: String,
    pub(crate) middle_name: Option<String>,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) key: NewKey,
    /// Whose member it is to be at once.
    pub(crate) organization: Option<String>,
}

/// Where a new actor's key comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NewKey {
    /// The private half is answered.
    Made,
    /// A public key in PEM.
    Given(String),
    None,
}

/// Whose keys: a user's, or a client's of an organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) name: String,
    pub(crate) organization: Option<String>,
}

/// Something by its kind, as it is kept, and its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Thing {
    pub(crate) kind: String,
    pub(crate) name: String,
}

pub(super) async fn perform(rooms: &Rooms, command: Chef, said: &Said) -> Result<Value, AdminError> {
    match command {
        Chef::OrgCreate { name, full_name, association_user } => {
            organizations::create(rooms, &name, &full_name, association_user).await
        }
        Chef::OrgList => organizations::list(rooms).await,
        Chef::OrgShow { name } => organizations::show(rooms, name).await,
        Chef::OrgDelete { name } => organizations::delete(rooms, name).await,
        Chef::OrgUserAdd { organization, user, admin } => {
            organizations::add_user(rooms, organization, user, admin).await
        }
        Chef::OrgReadOnly { organization, names } => organizations::read_only(rooms, organization, names).await,
        Chef::OrgUserRemove { organization, user, force } => {
            organizations::remove_user(rooms, organization, user, force).await
        }
        Chef::UserCreate { user } => users::create(rooms, user).await,
        Chef::UserList { verbose } => users::list(rooms, verbose).await,
        Chef::UserShow { name } => users::show(rooms, name).await,
        Chef::UserDelete { name, force } => users::delete(rooms, name, force).await,
        Chef::UserPassword { name, password } => users::set_password(rooms, name, password).await,
        Chef::ServerAdmins => users::server_admins(rooms).await,
        Chef::GrantServerAdmin { name } => users::grant_server_admin(rooms, name).await,
        Chef::RevokeServerAdmin { name } => users::revoke_server_admin(rooms, name).await,
        Chef::ClientCreate { organization, name, validator, key } => {
            clients::create(rooms, organization, &name, validator, key).await
        }
        Chef::ClientList { organization } => clients::list(rooms, organization).await,
        Chef::ClientShow { organization, name } => clients::show(rooms, organization, name).await,
        Chef::ClientDelete { organization, name } => clients::delete(rooms, organization, name).await,
        Chef::ClientReregister { organization, name } => clients::reregister(rooms, organization, name).await,
        Chef::KeyAdd { owner, name, key, expiration_date } => {
            keys::add(rooms, owner, name, key, &expiration_date).await
        }
        Chef::KeyList { owner } => keys::list(rooms, owner).await,
        Chef::KeyDelete { owner, name } => keys::delete(rooms, owner, name).await,
        Chef::KeyRotate { owner, name, expiration_date } => keys::rotate(rooms, owner, name, expiration_date).await,
        Chef::AclShow { organization, on } => acl::show(rooms, organization, on).await,
        Chef::AclGrant { organization, on, member, permissions } => {
            acl::change(rooms, organization, on, member, &permissions, true).await
        }
        Chef::AclRevoke { organization, on, member, permissions } => {
            acl::change(rooms, organization, on, member, &permissions, false).await
        }
        Chef::GroupList { organization } => groups::list(rooms, organization).await,
        Chef::GroupShow { organization, name } => groups::show(rooms, organization, name).await,
        Chef::GroupCreate { organization, name } => groups::create(rooms, organization, name).await,
        Chef::GroupDelete { organization, name } => groups::delete(rooms, organization, name).await,
        Chef::GroupAdd { organization, name, member } => groups::change(rooms, organization, name, member, true).await,
        Chef::GroupRemove { organization, name, member } => {
            groups::change(rooms, organization, name, member, false).await
        }
        Chef::Runs { organization, node, status, limit } => runs::list(rooms, organization, node, status, limit).await,
        Chef::Run { organization, id } => runs::show(rooms, organization, id).await,
        Chef::Compliance { node, limit } => runs::compliance(rooms, node, limit).await,
        Chef::ComplianceReport { id } => runs::compliance_report(rooms, id).await,
        Chef::Actions { limit } => runs::actions(rooms, limit).await,
        Chef::StarterKit { organization, user, server_url } => {
            starter_kit::make(rooms, organization, user, server_url).await
        }
        Chef::Reindex { only } => upkeep::reindex(rooms, only, said).await,
        Chef::Verify { only } => upkeep::verify(rooms, only, said).await,
        Chef::Export { dir, only } => backup::export(rooms, dir, only, said).await,
        Chef::Import { dir, only, overwrite_superuser } => {
            backup::import(rooms, backup::Order { dir, only, overwrite_superuser }, said).await
        }
    }
}

/// Reads in one transaction.
async fn read<T: Send + 'static>(
    rooms: &Rooms,
    work: impl FnOnce(&Transaction<'_>) -> chef::Result<T> + Send + 'static,
) -> Result<T, AdminError> {
    Ok(rooms.store.chef_read(work).await?)
}

/// Changes in one transaction; who does it is the superuser.
async fn write<T: Send + 'static>(
    rooms: &Rooms,
    work: impl FnOnce(&Transaction<'_>, EntityId) -> chef::Result<T> + Send + 'static,
) -> Result<T, AdminError> {
    let superuser = rooms.store.chef_read(|db| chef::organization::superuser(db)).await?;
    let missing = || AdminError::Refused("Chef was never served from this data folder: start the server once".into());
    let superuser = superuser.ok_or_else(missing)?.id;
    Ok(rooms.store.chef_write(move |db| work(db, superuser)).await?)
}

/// The public half for a new key, and the private one where it is made here.
async fn public_half(key: NewKey) -> Result<(Option<String>, Option<String>), AdminError> {
    match key {
        NewKey::None => Ok((None, None)),
        NewKey::Given(public_key) => Ok((Some(public_key), None)),
        NewKey::Made => {
            let Pair { public_key, private_key } = blocking(mint::pair).await?;
            Ok((Some(public_key), Some(private_key)))
        }
    }
}

/// Work that takes its time.
async fn blocking<T: Send + 'static, E: std::fmt::Display + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, AdminError> {
    let done = actix_web::web::block(work).await.map_err(|error| AdminError::Refused(error.to_string()))?;
    done.map_err(|error| AdminError::Refused(error.to_string()))
}

fn organization(records: &dyn Records, name: &str) -> chef::Result<Organization> {
    records.organization(name)?.ok_or_else(|| chef::organization::not_found(name))
}

fn client(records: &dyn Records, organization: &Organization, name: &str) -> chef::Result<Entity> {
    let found = records.entity(organization.id, Kind::Client, name)?;
    found.ok_or_else(|| {
        chef::Error::not_found(format!("client '{name}' not found in organization {}", organization.entity.name))
    })
}

/// A user, client or group that a list or group of an organization may name.
fn member(records: &dyn Records, organization: &Organization, member: &Thing) -> chef::Result<Entity> {
    let name = &member.name;
    match kind(&member.kind)? {
        Kind::User => {
            let user = chef::association::find_user(records, name)?;
            if user.name != chef::authorization::SUPERUSER {
                chef::association::find(records, organization, &user)?;
            }
            Ok(user)
        }
        Kind::Client => client(records, organization, name),
        Kind::Group => {
            let found = chef::acl::group(records, organization.id, name)?;
            found.ok_or_else(|| group_not_found(name, organization))
        }
        other => Err(chef::Error::invalid(format!("a {} cannot be a member: user, client or group", other.as_str()))),
    }
}

fn group(records: &dyn Records, organization: &Organization, name: &str) -> chef::Result<Entity> {
    let found = records.entity(organization.id, Kind::Group, name)?;
    found.ok_or_else(|| group_not_found(name, organization))
}

fn group_not_found(name: &str, organization: &Organization) -> chef::Error {
    chef::Error::not_found(format!("group '{name}' not found in organization {}", organization.entity.name))
}

/// Something that has a list.
fn thing(records: &dyn Records, organization: &Organization, thing: &Thing) -> chef::Result<Entity> {
    let Thing { name, .. } = thing;
    match kind(&thing.kind)? {
        Kind::Organization => Ok(organization.entity.clone()),
        Kind::User => chef::association::find_user(records, name),
        kind => records.entity(organization.id, kind, name)?.ok_or_else(|| {
            let (kind, organization) = (kind.as_str(), &organization.entity.name);
            chef::Error::not_found(format!("{kind} '{name}' not found in organization {organization}"))
        }),
    }
}

/// A kind by its own name or its container's, as people write either.
fn kind(text: &str) -> chef::Result<Kind> {
    let known = |kind: &Kind| {
        kind.as_str() == text || kind.container() == text || (text == "data_bags" && *kind == Kind::DataBag)
    };
    Kind::ALL.into_iter().find(known).ok_or_else(|| {
        let all = Kind::ALL.map(Kind::as_str).join(", ");
        chef::Error::invalid(format!("'{text}' is no kind of object: {all}"))
    })
}

fn permissions(texts: &[String]) -> Result<Vec<Permission>, AdminError> {
    let read = |text: &str| {
        let all = Permission::ALL.map(Permission::as_str).join(", ");
        Permission::parse(text).ok_or_else(|| AdminError::Refused(format!("'{text}' is no permission: {all}")))
    };
    texts.iter().map(|text| read(text)).collect()
}

/// Whose names the list of a thing speaks of.
fn place(organization: &Organization, on: &Entity) -> OrgId {
    if on.kind == Kind::User { OrgId::GLOBAL } else { organization.id }
}

fn told(what: &str) {
    tracing::info!(by = "command line", "{what}");
}

/// Tells the log, and who asked, how far the work is.
fn come_to(said: &Said, phase: &str, what: &str, done: usize, total: usize) {
    told(&format!("{phase} {what}: {done} of {total}"));
    said(&Step::counted(phase, what, done, total));
}
