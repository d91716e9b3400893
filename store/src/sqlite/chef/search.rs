//! Keeps the index beside the objects, in the transaction that changes them.

use chef::records::Records;
use chef::search::{Found, Hit, Index, Plan, flatten};
use chef::{EntityId, Kind, OrgId, Result};
use rusqlite::OptionalExtension;
use serde_json::{Map, Value};

use super::{ENTITY, Transaction, entity, failed};
use crate::sqlite::search::{self, Collection};

/// Rows of entities and of items are told apart by their last bit.
fn of_entity(id: EntityId) -> i64 {
    id.0 * 2
}

fn of_item(row: i64) -> i64 {
    row * 2 + 1
}

fn collection(org: OrgId, index: Index) -> Collection {
    let number = |of: i64, which: i64| Collection(of * 8 + which);
    match index {
        Index::Node => number(org.0, 0),
        Index::Role => number(org.0, 1),
        Index::Environment => number(org.0, 2),
        Index::Client => number(org.0, 3),
        Index::DataBag(bag) => number(bag.0, 7),
    }
}

fn fields(document: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    document.iter().map(|(key, value)| (key.as_str(), value))
}

impl Transaction<'_> {
    pub(super) fn found(&self, org: OrgId, index: Index, plan: &Plan) -> Result<Vec<Found>> {
        let found = search::find(self.db, self.view.as_ref(), collection(org, index), plan).map_err(failed)?;
        Ok(found.into_iter().map(Found).collect())
    }

    pub(super) fn read_hit(&self, index: Index, found: Found) -> Result<Option<Hit>> {
        let row = found.0 / 2;
        let sql = match index {
            Index::DataBag(_) => {
                format!("SELECT {ENTITY}, i.json FROM chef_item i JOIN chef_entity e ON e.id = i.bag WHERE i.id = ?1")
            }
            _ => format!(
                "SELECT {ENTITY}, d.json FROM chef_entity e LEFT JOIN chef_document d ON d.entity = e.id WHERE e.id = ?1"
            ),
        };
        self.one(&sql, [row], |row| Ok(Hit { entity: entity(row)?, json: row.get(5)? }))
    }

    pub(super) fn read_node_part(&self, found: Found, names: &[&str]) -> Result<Option<Hit>> {
        let id = found.0 / 2;
        let sql = format!("SELECT {ENTITY} FROM chef_entity e WHERE e.id = ?1");
        let Some(entity) = self.one(&sql, [id], entity)? else { return Ok(None) };
        Ok(Some(Hit { json: self.read_part(entity.id, names)?, entity }))
    }

    pub(super) fn index_document(&self, id: EntityId, document: &Map<String, Value>) -> Result<()> {
        let sql = format!("SELECT {ENTITY} FROM chef_entity e WHERE e.id = ?1");
        let Some(of) = self.one(&sql, [id.0], entity)? else { return Ok(()) };
        let put = |index, document: &Map<String, Value>| {
            self.index(collection(of.org, index), of_entity(id), of.kind.as_str(), fields(document))
        };
        match of.kind {
            Kind::Node => {
                let merged = flatten::node_fields(document);
                let fields = merged.iter().map(|(key, value)| (*key, &**value));
                self.index(collection(of.org, Index::Node), of_entity(id), of.kind.as_str(), fields)
            }
            Kind::Role => put(Index::Role, &flatten::role(document)),
            Kind::Environment => put(Index::Environment, document),
            _ => Ok(()),
        }
    }

    pub(super) fn index_client(&self, id: EntityId) -> Result<()> {
        let sql = format!(
            "SELECT {ENTITY}, c.validator, o.name FROM chef_entity e JOIN chef_client c ON c.entity = e.id
             JOIN chef_organization r ON r.id = e.org JOIN chef_entity o ON o.id = r.entity WHERE e.id = ?1"
        );
        let found =
            self.one(&sql, [id.0], |row| Ok((entity(row)?, row.get::<_, bool>(5)?, row.get::<_, String>(6)?)))?;
        let Some((of, validator, organization)) = found else { return Ok(()) };
        let document = chef::client::json(&of.name, validator, &organization, None);
        self.index(collection(of.org, Index::Client), of_entity(id), "client", fields(&document))
    }

    pub(super) fn index_item(&self, bag: EntityId, id: &str, json: &str) -> Result<()> {
        let sql = "SELECT i.id, e.name FROM chef_item i JOIN chef_entity e ON e.id = i.bag
                   WHERE i.bag = ?1 AND i.name = ?2";
        let found = self.one(sql, (bag.0, id), |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let Some((row, name)) = found else { return Ok(()) };
        let document = flatten::item(&name, &chef::json::kept(json)?);
        self.index(collection(OrgId::GLOBAL, Index::DataBag(bag)), of_item(row), "data_bag_item", fields(&document))
    }

    fn index<'a>(
        &self,
        collection: Collection,
        object: i64,
        kind: &str,
        fields: impl Iterator<Item = (&'a str, &'a Value)>,
    ) -> Result<()> {
        let kind = Value::from(kind);
        let mut all: Vec<(&str, &Value)> = vec![("X_CHEF_type_CHEF_X", &kind)];
        for (key, value) in fields {
            all.push((key, value));
        }
        search::put(self.db, collection, object, all.into_iter()).map_err(failed)
    }

    /// Makes the index from what is kept.
    pub(super) fn index_all(&self) -> Result<()> {
        search::clear(self.db).map_err(failed)?;
        for id in self.many("SELECT entity FROM chef_document", [], |row| row.get(0).map(EntityId))? {
            if let Some(json) = self.document(id)? {
                self.index_document(id, &chef::json::kept(&json)?)?;
            }
        }
        for id in self.many("SELECT entity FROM chef_client", [], |row| row.get(0).map(EntityId))? {
            self.index_client(id)?;
        }
        for row in self.many("SELECT id FROM chef_item", [], |row| row.get::<_, i64>(0))? {
            let sql = "SELECT bag, name, json FROM chef_item WHERE id = ?1";
            let item = |row: &rusqlite::Row<'_>| {
                Ok((EntityId(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            };
            if let Some((bag, name, json)) = self.one(sql, [row], item)? {
                self.index_item(bag, &name, &json)?;
            }
        }
        Ok(())
    }

    /// Writes what an entity, and what is in it, is found by, where that is not so already.
    pub(super) fn index_entity(&self, id: EntityId) -> Result<()> {
        if let Some(json) = self.document(id)? {
            self.index_document(id, &chef::json::kept(&json)?)?;
        }
        self.index_client(id)?;
        for item in self.items(id)? {
            let json = self.item(id, &item)?.unwrap_or_default();
            self.index_item(id, &item, &json)?;
        }
        Ok(())
    }

    /// Whether there would be nothing to write.
    pub(super) fn index_is_current(&self, id: EntityId) -> Result<bool> {
        let only_reads = |yes: bool| self.db.pragma_update(None, "query_only", yes).map_err(failed);
        only_reads(true)?;
        let indexed = self.index_entity(id);
        only_reads(false)?;
        Ok(indexed.is_ok())
    }

    /// Takes an entity, and what is in it, out of the index.
    pub(super) fn forget(&self, id: EntityId) -> Result<()> {
        for row in self.many("SELECT id FROM chef_item WHERE bag = ?1", [id.0], |row| row.get(0))? {
            search::remove(self.db, of_item(row)).map_err(failed)?;
        }
        search::remove(self.db, of_entity(id)).map_err(failed)
    }

    pub(super) fn forget_item(&self, bag: EntityId, id: &str) -> Result<()> {
        let mut statement =
            self.db.prepare_cached("SELECT id FROM chef_item WHERE bag = ?1 AND name = ?2").map_err(failed)?;
        let row: Option<i64> = statement.query_row((bag.0, id), |row| row.get(0)).optional().map_err(failed)?;
        row.map_or(Ok(()), |row| search::remove(self.db, of_item(row)).map_err(failed))
    }
}
