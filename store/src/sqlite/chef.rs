//! `chef::Records` and `chef::Changes`: one transaction, lent to the functions of `chef`.

mod actors;
mod associations;
mod authorization;
mod documents;
mod outline;
mod search;

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::Fault;
use super::search::View;
use crate::Store;

use chef::records::{Changes, Organization, Records};
use chef::search::{Found, Hit, Index, Plan};
use chef::{Entity, EntityId, Error, Kind, OrgId, Result};

/// What one transaction sees, and may change where it was lent for that.
pub struct Transaction<'a> {
    pub(crate) db: &'a Connection,
    /// The setting of that name.
    pub(crate) reports_per_node: u64,
    /// What searches go by; none where something was changed that may be taken back.
    view: Option<View>,
}

impl<'a> Transaction<'a> {
    pub(super) fn changing(db: &'a Connection, reports_per_node: u64) -> Self {
        Self { db, reports_per_node, view: None }
    }
}

impl Store {
    /// Lends a transaction that reads. What it sees does not change while it lasts.
    pub async fn chef_read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let reports_per_node = self.database.reports_per_node;
        let memory = self.database.memory.clone();
        let job = move |db: &Connection| {
            let view = Some(View::new(&memory));
            let snapshot = db.unchecked_transaction()?;
            Ok(work(&Transaction { db: &snapshot, reports_per_node, view }))
        };
        self.database.read(job).await.map_err(fault)?
    }

    /// Reads what searches go by, if nobody has, or waits for who does: so a transaction that begins afterwards finds it.
    pub async fn warm_search(&self) -> Result<()> {
        if self.database.memory.is_ready() {
            return Ok(());
        }
        self.chef_read(|db| db.view.as_ref().map_or(Ok(()), |view| view.read(db.db).map_err(failed))).await
    }

    /// Lends a transaction that changes. What it did is on disk when this answers; where `work`
    /// refuses, nothing was done.
    pub async fn chef_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let reports_per_node = self.database.reports_per_node;
        let job = move |db: &Connection| work(&Transaction::changing(db, reports_per_node)).map_err(Refusal);
        self.database.attempt(job).await.map_err(|Refusal(error)| error)
    }
}

/// Makes the index of searches anew where it was made in another manner.
pub(super) fn index_anew(db: &mut Connection, reports_per_node: u64) -> Result<()> {
    if super::search::is_current(db).map_err(failed)? {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    Transaction::changing(&transaction, reports_per_node).index_all()?;
    transaction.commit().map_err(failed)
}

/// What takes a job's changes back.
struct Refusal(Error);

impl From<Fault> for Refusal {
    fn from(error: Fault) -> Self {
        Self(fault(error))
    }
}

fn fault(fault: Fault) -> Error {
    match fault {
        Fault::Busy(_) => Error::Busy(fault.to_string()),
        other => Error::Unavailable(Box::new(other)),
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::Unavailable(Box::new(error))
}

/// True, or false where a unique index already has the row.
fn unless_taken(done: rusqlite::Result<usize>) -> Result<bool> {
    match done {
        Ok(_) => Ok(true),
        Err(rusqlite::Error::SqliteFailure(error, _))
            if error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                || error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY =>
        {
            Ok(false)
        }
        Err(error) => Err(failed(error)),
    }
}

/// The columns that [`entity`] reads, of a table called `e`.
const ENTITY: &str = "e.id, e.org, e.kind, e.name, e.guid";

fn entity(row: &Row<'_>) -> rusqlite::Result<Entity> {
    let kind: String = row.get(2)?;
    let kind = Kind::parse(&kind)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(2, format!("kind {kind}"), rusqlite::types::Type::Text))?;
    Ok(Entity { id: EntityId(row.get(0)?), org: OrgId(row.get(1)?), kind, name: row.get(3)?, guid: row.get(4)? })
}

impl Transaction<'_> {
    fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        statement.query_row(params, read).optional().map_err(failed)
    }

    fn many<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    fn exists(&self, sql: &str, params: impl rusqlite::Params) -> Result<bool> {
        self.db.prepare_cached(sql).and_then(|mut statement| statement.exists(params)).map_err(failed)
    }

    fn run(&self, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<usize> {
        self.db.prepare_cached(sql)?.execute(params)
    }

    fn change(&self, sql: &str, params: impl rusqlite::Params) -> Result<()> {
        self.run(sql, params).map(drop).map_err(failed)
    }
}

fn organization(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization { entity: entity(row)?, id: OrgId(row.get(5)?), full_name: row.get(6)? })
}

fn select_organization(condition: &str) -> String {
    format!(
        "SELECT {ENTITY}, o.id, o.full_name FROM chef_organization o JOIN chef_entity e ON e.id = o.entity {condition}"
    )
}

impl Records for Transaction<'_> {
    fn organization(&self, name: &str) -> Result<Option<Organization>> {
        let sql = select_organization("WHERE e.org = 0 AND e.kind = 'organization' AND e.name = ?1");
        self.one(&sql, [name], organization)
    }

    fn organization_by_id(&self, id: OrgId) -> Result<Option<Organization>> {
        self.one(&select_organization("WHERE o.id = ?1"), [id.0], organization)
    }

    fn organization_by_guid(&self, guid: &str) -> Result<Option<Organization>> {
        let sql = select_organization("WHERE e.guid = ?1");
        self.one(&sql, [guid], organization)
    }

    fn entity(&self, org: OrgId, kind: Kind, name: &str) -> Result<Option<Entity>> {
        let sql = format!("SELECT {ENTITY} FROM chef_entity e WHERE org = ?1 AND kind = ?2 AND name = ?3");
        self.one(&sql, params![org.0, kind.as_str(), name], entity)
    }

    fn entities(&self, org: OrgId, kind: Kind) -> Result<Vec<Entity>> {
        let sql = format!("SELECT {ENTITY} FROM chef_entity e WHERE org = ?1 AND kind = ?2 ORDER BY name");
        self.many(&sql, params![org.0, kind.as_str()], entity)
    }

    fn permitted(&self, caller: EntityId, on: EntityId, permission: chef::Permission) -> Result<bool> {
        self.is_permitted(caller, on, permission)
    }

    fn ace(&self, on: EntityId, permission: chef::Permission) -> Result<Vec<Entity>> {
        self.list(on, permission)
    }

    fn members(&self, group: EntityId) -> Result<Vec<Entity>> {
        self.in_group(group)
    }

    fn is_member(&self, actor: EntityId, group: EntityId) -> Result<bool> {
        self.is_in(actor, group)
    }

    fn profile(&self, user: EntityId) -> Result<Option<chef::user::Profile>> {
        self.read_profile(user)
    }

    fn users_by_email(&self, email: &str) -> Result<Vec<String>> {
        let sql = "SELECT e.name FROM chef_user u JOIN chef_entity e ON e.id = u.entity WHERE u.email = ?1";
        self.many(sql, [email], |row| row.get(0))
    }

    fn users_by_external_id(&self, id: &str) -> Result<Vec<String>> {
        let sql = "SELECT e.name FROM chef_user u JOIN chef_entity e ON e.id = u.entity WHERE u.external_id = ?1";
        self.many(sql, [id], |row| row.get(0))
    }

    fn is_validator(&self, client: EntityId) -> Result<Option<bool>> {
        self.one("SELECT validator FROM chef_client WHERE entity = ?1", [client.0], |row| row.get(0))
    }

    fn keys(&self, actor: EntityId) -> Result<Vec<chef::key::Key>> {
        self.read_keys(actor)
    }

    fn key(&self, actor: EntityId, name: &str) -> Result<Option<chef::key::Key>> {
        self.read_key(actor, name)
    }

    fn is_associated(&self, user: EntityId, org: OrgId) -> Result<bool> {
        self.exists("SELECT 1 FROM chef_association WHERE org = ?1 AND user = ?2", [org.0, user.0])
    }

    fn associated(&self, org: OrgId) -> Result<Vec<String>> {
        let sql = "SELECT e.name FROM chef_association a JOIN chef_entity e ON e.id = a.user WHERE a.org = ?1
                   ORDER BY e.name";
        self.many(sql, [org.0], |row| row.get(0))
    }

    fn organizations_of(&self, user: EntityId) -> Result<Vec<Organization>> {
        let condition = "JOIN chef_association a ON a.org = o.id WHERE a.user = ?1 ORDER BY e.name";
        self.many(&select_organization(condition), [user.0], organization)
    }

    fn invitation(&self, id: &str) -> Result<Option<chef::records::Invitation>> {
        self.read_invitation(id)
    }

    fn invitations_to(&self, org: OrgId) -> Result<Vec<chef::records::Invitation>> {
        self.read_invitations("i.org", org.0)
    }

    fn invitations_of(&self, user: EntityId) -> Result<Vec<chef::records::Invitation>> {
        self.read_invitations("i.user", user.0)
    }

    fn document(&self, id: EntityId) -> Result<Option<String>> {
        self.one("SELECT json FROM chef_document WHERE entity = ?1", [id.0], |row| row.get(0))
    }

    fn nodes_in(&self, org: OrgId, environment: &str) -> Result<Vec<String>> {
        let sql = "SELECT e.name FROM chef_document d JOIN chef_entity e ON e.id = d.entity
                   WHERE d.environment = ?2 AND e.org = ?1 AND e.kind = 'node' ORDER BY e.name";
        self.many(sql, params![org.0, environment], |row| row.get(0))
    }

    fn count_nodes(&self) -> Result<u64> {
        let count = self.one("SELECT count(*) FROM chef_entity WHERE kind = 'node'", [], |row| row.get::<_, i64>(0))?;
        Ok(count.unwrap_or_default() as u64)
    }

    fn items(&self, bag: EntityId) -> Result<Vec<String>> {
        self.many("SELECT name FROM chef_item WHERE bag = ?1 ORDER BY name", [bag.0], |row| row.get(0))
    }

    fn item(&self, bag: EntityId, id: &str) -> Result<Option<String>> {
        self.one("SELECT json FROM chef_item WHERE bag = ?1 AND name = ?2", params![bag.0, id], |row| row.get(0))
    }

    fn search(&self, org: OrgId, index: Index, plan: &Plan) -> Result<Vec<Found>> {
        self.found(org, index, plan)
    }

    fn is_indexed(&self, id: EntityId) -> Result<bool> {
        self.index_is_current(id)
    }

    fn hit(&self, index: Index, found: Found) -> Result<Option<Hit>> {
        self.read_hit(index, found)
    }

    fn node_part(&self, found: Found, names: &[&str]) -> Result<Option<Hit>> {
        self.read_node_part(found, names)
    }
}

impl Changes for Transaction<'_> {
    fn add_entity(&self, org: OrgId, kind: Kind, name: &str) -> Result<Option<Entity>> {
        let sql = "INSERT INTO chef_entity (org, kind, name, guid) VALUES (?1, ?2, ?3, lower(hex(randomblob(16))))
                   ON CONFLICT (org, kind, name) DO NOTHING RETURNING id, guid";
        self.one(sql, params![org.0, kind.as_str(), name], |row| {
            Ok(Entity { id: EntityId(row.get(0)?), org, kind, name: name.to_owned(), guid: row.get(1)? })
        })
    }

    fn rename_entity(&self, id: EntityId, name: &str) -> Result<bool> {
        let renamed = unless_taken(self.run("UPDATE chef_entity SET name = ?2 WHERE id = ?1", params![id.0, name]))?;
        if renamed {
            self.index_client(id)?;
        }
        Ok(renamed)
    }

    fn adopt_guid(&self, id: EntityId, guid: &str) -> Result<bool> {
        if self.exists("SELECT 1 FROM chef_entity WHERE guid = ?1 AND id <> ?2", params![guid, id.0])? {
            return Ok(false);
        }
        self.change("UPDATE chef_entity SET guid = ?2 WHERE id = ?1", params![id.0, guid])?;
        Ok(true)
    }

    fn remove_entity(&self, id: EntityId) -> Result<()> {
        self.forget(id)?;
        self.change("DELETE FROM chef_entity WHERE id = ?1", [id.0])
    }

    fn add_organization(&self, entity: &Entity, full_name: &str) -> Result<Organization> {
        let sql = "INSERT INTO chef_organization (entity, full_name) VALUES (?1, ?2)";
        self.change(sql, params![entity.id.0, full_name])?;
        let id = OrgId(self.db.last_insert_rowid());
        Ok(Organization { id, entity: entity.clone(), full_name: full_name.to_owned() })
    }

    fn set_full_name(&self, id: OrgId, full_name: &str) -> Result<()> {
        self.change("UPDATE chef_organization SET full_name = ?2 WHERE id = ?1", params![id.0, full_name])
    }

    fn remove_organization(&self, organization: &Organization) -> Result<()> {
        for id in self.many("SELECT id FROM chef_entity WHERE org = ?1", [organization.id.0], |row| row.get(0))? {
            self.forget(EntityId(id))?;
        }
        self.change("DELETE FROM chef_entity WHERE org = ?1", [organization.id.0])?;
        self.remove_entity(organization.entity.id)
    }

    fn set_ace(&self, on: EntityId, permission: chef::Permission, members: &[EntityId]) -> Result<()> {
        self.replace_list(on, permission, members)
    }

    fn extend_ace(&self, on: EntityId, permission: chef::Permission, members: &[EntityId]) -> Result<()> {
        self.extend_list(on, permission, members)
    }

    fn remove_from_ace(&self, on: EntityId, permission: chef::Permission, member: EntityId) -> Result<()> {
        self.take_from_list(on, permission, member)
    }

    fn copy_acl(&self, from: EntityId, to: EntityId) -> Result<()> {
        self.copy_lists(from, to)
    }

    fn set_members(&self, group: EntityId, members: &[EntityId]) -> Result<()> {
        self.change("DELETE FROM chef_member WHERE \"group\" = ?1", [group.0])?;
        members.iter().try_for_each(|member| self.add_member(group, *member))
    }

    fn add_member(&self, group: EntityId, member: EntityId) -> Result<()> {
        self.change("INSERT OR IGNORE INTO chef_member (member, \"group\") VALUES (?1, ?2)", [member.0, group.0])
    }

    fn remove_member(&self, group: EntityId, member: EntityId) -> Result<()> {
        self.change("DELETE FROM chef_member WHERE member = ?1 AND \"group\" = ?2", [member.0, group.0])
    }

    fn put_profile(&self, user: EntityId, profile: &chef::user::Profile) -> Result<bool> {
        self.write_profile(user, profile)
    }

    fn put_client(&self, client: EntityId, validator: bool) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO chef_client (entity, validator) VALUES (?1, ?2)";
        self.change(sql, params![client.0, validator])?;
        self.index_client(client)
    }

    fn add_key(&self, actor: EntityId, key: &chef::key::Key) -> Result<bool> {
        self.write_key(actor, key)
    }

    fn replace_key(&self, actor: EntityId, name: &str, key: &chef::key::Key) -> Result<bool> {
        self.rewrite_key(actor, name, key)
    }

    fn remove_key(&self, actor: EntityId, name: &str) -> Result<()> {
        self.change("DELETE FROM chef_key WHERE actor = ?1 AND name = ?2", params![actor.0, name])
    }

    fn associate(&self, user: EntityId, org: OrgId, at: jiff::Timestamp) -> Result<bool> {
        let sql = "INSERT INTO chef_association (org, user, at) VALUES (?1, ?2, ?3)";
        unless_taken(self.run(sql, [org.0, user.0, super::micros(at)]))
    }

    fn dissociate(&self, user: EntityId, org: OrgId) -> Result<()> {
        self.change("DELETE FROM chef_association WHERE org = ?1 AND user = ?2", [org.0, user.0])
    }

    fn invite(
        &self,
        user: EntityId,
        org: OrgId,
        inviter: EntityId,
        at: jiff::Timestamp,
    ) -> Result<Option<chef::records::Invitation>> {
        self.write_invitation(user, org, inviter, at)
    }

    fn adopt_invitation(&self, id: &str, wanted: &str) -> Result<()> {
        self.change("UPDATE OR IGNORE chef_invitation SET guid = ?2 WHERE guid = ?1", [id, wanted])
    }

    fn remove_invitation(&self, id: &str) -> Result<()> {
        self.change("DELETE FROM chef_invitation WHERE guid = ?1", [id])
    }

    fn put_document(&self, id: EntityId, document: &chef::json::Object, facets: &chef::node::Facets) -> Result<String> {
        let (text, is_new) = self.write_document(id, document, facets)?;
        if is_new {
            self.index_document(id, document)?;
        }
        Ok(text)
    }

    fn reindex(&self, id: EntityId) -> Result<()> {
        self.forget(id)?;
        self.index_entity(id)
    }

    fn add_item(&self, bag: EntityId, id: &str, json: &str) -> Result<bool> {
        let sql = "INSERT INTO chef_item (bag, name, json) VALUES (?1, ?2, ?3)";
        let added = unless_taken(self.run(sql, params![bag.0, id, json]))?;
        if added {
            self.index_item(bag, id, json)?;
        }
        Ok(added)
    }

    fn put_item(&self, bag: EntityId, id: &str, json: &str) -> Result<()> {
        self.change("UPDATE chef_item SET json = ?3 WHERE bag = ?1 AND name = ?2", params![bag.0, id, json])?;
        self.index_item(bag, id, json)
    }

    fn remove_item(&self, bag: EntityId, id: &str) -> Result<()> {
        self.forget_item(bag, id)?;
        self.change("DELETE FROM chef_item WHERE bag = ?1 AND name = ?2", params![bag.0, id])
    }
}
