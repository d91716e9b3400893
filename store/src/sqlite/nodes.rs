//! `inventory::Nodes`.

use async_trait::async_trait;
use inventory::nodes::{KeptFacts, NewCatalog, NewFacts, NodeRow, Nodes, Page, ReportId, ReportRow};
use inventory::{Error, NewReport};
use jiff::Timestamp;
use model::Certname;
use rusqlite::{Connection, Row, params};

use super::ledger::{OneOrNone, certname};
use super::{broken, micros, time};
use crate::Store;

#[async_trait]
impl Nodes for Store {
    async fn put_facts(&self, facts: NewFacts) -> Result<(), Error> {
        let document = serde_json::to_string(&facts.facts).map_err(|error| Error::Unavailable(Box::new(error)))?;
        let put = move |db: &Connection| {
            let (node, at) = (facts.node.as_str(), micros(facts.at));
            let sql = "INSERT INTO node (name, environment, facts_at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (name) DO UPDATE SET environment = coalesce(excluded.environment, node.environment),
                         facts_at = excluded.facts_at, deactivated_at = NULL";
            db.prepare_cached(sql)?.execute(params![node, facts.environment, at])?;
            let sql = "INSERT OR REPLACE INTO facts (node, environment, at, document) VALUES (?1, ?2, ?3, ?4)";
            db.prepare_cached(sql)?.execute(params![node, facts.environment, at, document])
        };
        self.database.write(put).await?;
        Ok(())
    }

    async fn facts(&self, node: &Certname) -> Result<Option<KeptFacts>, Error> {
        let node = node.clone();
        let find = move |db: &Connection| {
            let sql = "SELECT document, environment, at FROM facts WHERE node = ?1";
            db.prepare_cached(sql)?.query_one_or_none([node.as_str()], |row| {
                let facts = serde_json::from_str(row.get_ref(0)?.as_str()?).map_err(|error| broken(0, error))?;
                Ok(KeptFacts { facts, environment: row.get(1)?, at: time(2, row.get(2)?)? })
            })
        };
        Ok(self.database.read(find).await?)
    }

    async fn put_catalog(&self, catalog: NewCatalog) -> Result<(), Error> {
        let put = move |db: &Connection| {
            let (node, at) = (catalog.node.as_str(), micros(catalog.at));
            let sql = "INSERT INTO node (name, environment, catalog_at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (name) DO UPDATE SET environment = excluded.environment,
                         catalog_at = excluded.catalog_at, deactivated_at = NULL";
            db.prepare_cached(sql)?.execute(params![node, catalog.environment, at])?;
            let sql = "INSERT OR REPLACE INTO catalog
                         (node, environment, version, catalog_uuid, transaction_uuid, code_id, at, document)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            db.prepare_cached(sql)?.execute(params![
                node,
                catalog.environment,
                catalog.version,
                catalog.catalog_uuid,
                catalog.transaction_uuid,
                catalog.code_id,
                at,
                catalog.document
            ])
        };
        self.database.write(put).await?;
        Ok(())
    }

    async fn catalog(&self, node: &Certname) -> Result<Option<NewCatalog>, Error> {
        let node = node.clone();
        let find = move |db: &Connection| {
            let sql = "SELECT node, environment, version, catalog_uuid, transaction_uuid, code_id, at, document
                       FROM catalog WHERE node = ?1";
            db.prepare_cached(sql)?.query_one_or_none([node.as_str()], |row| {
                Ok(NewCatalog {
                    node: certname(row, 0)?,
                    environment: row.get(1)?,
                    version: row.get(2)?,
                    catalog_uuid: row.get(3)?,
                    transaction_uuid: row.get(4)?,
                    code_id: row.get(5)?,
                    at: time(6, row.get(6)?)?,
                    document: row.get(7)?,
                })
            })
        };
        Ok(self.database.read(find).await?)
    }

    async fn put_report(&self, report: NewReport) -> Result<ReportId, Error> {
        let keep = self.database.reports_per_node;
        Ok(self.database.write(move |db| put_report(db, &report, keep)).await?)
    }

    async fn report(&self, id: ReportId) -> Result<Option<(ReportRow, Vec<u8>)>, Error> {
        let find = move |db: &Connection| {
            let sql = format!("SELECT {REPORT}, document FROM report WHERE id = ?1");
            db.prepare_cached(&sql)?.query_one_or_none([id.0], |row| Ok((report(row)?, row.get(12)?)))
        };
        Ok(self.database.read(find).await?)
    }

    async fn reports(&self, node: Option<&Certname>, page: Page<ReportId>) -> Result<Vec<ReportRow>, Error> {
        let node = node.cloned();
        let find = move |db: &Connection| {
            let before = page.after.map_or(i64::MAX, |id| id.0);
            let limit = page.limit as i64;
            let condition = if node.is_some() { "node = ?1 AND" } else { "?1 IS NULL AND" };
            let sql = format!("SELECT {REPORT} FROM report WHERE {condition} id < ?2 ORDER BY id DESC LIMIT ?3");
            let node = node.as_ref().map(Certname::as_str);
            db.prepare_cached(&sql)?.query_map(params![node, before, limit], report)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn nodes(&self, deactivated: bool, page: Page<Certname>) -> Result<Vec<NodeRow>, Error> {
        let find = move |db: &Connection| {
            let after = page.after.map_or(String::new(), |name| name.to_string());
            let condition = "name > ?1 AND (?2 OR deactivated_at IS NULL) ORDER BY name LIMIT ?3";
            let sql = format!("SELECT {NODE} FROM node WHERE {condition}");
            db.prepare_cached(&sql)?.query_map(params![after, deactivated, page.limit as i64], node_row)?.collect()
        };
        Ok(self.database.read(find).await?)
    }

    async fn node(&self, node: &Certname) -> Result<Option<NodeRow>, Error> {
        let node = node.clone();
        let find = move |db: &Connection| {
            let sql = format!("SELECT {NODE} FROM node WHERE name = ?1");
            db.prepare_cached(&sql)?.query_one_or_none([node.as_str()], node_row)
        };
        Ok(self.database.read(find).await?)
    }

    async fn deactivate(&self, node: &Certname, at: Timestamp) -> Result<bool, Error> {
        let node = node.clone();
        let deactivate = move |db: &Connection| {
            db.prepare_cached("DELETE FROM exported WHERE node = ?1")?.execute([node.as_str()])?;
            let sql = "UPDATE node SET deactivated_at = ?2 WHERE name = ?1 AND deactivated_at IS NULL";
            Ok(db.prepare_cached(sql)?.execute(params![node.as_str(), micros(at)])? == 1)
        };
        Ok(self.database.write(deactivate).await?)
    }

    async fn forget(&self, node: &Certname) -> Result<bool, Error> {
        let node = node.clone();
        let forget = move |db: &Connection| {
            Ok(db.prepare_cached("DELETE FROM node WHERE name = ?1")?.execute([node.as_str()])? == 1)
        };
        Ok(self.database.write(forget).await?)
    }
}

fn put_report(db: &Connection, new: &NewReport, keep: u64) -> rusqlite::Result<ReportId> {
    let (node, at, header) = (new.node.as_str(), micros(new.received_at), &new.header);
    db.prepare_cached("INSERT OR IGNORE INTO node (name) VALUES (?1)")?.execute([node])?;
    let sql = "INSERT INTO report (node, status, environment, noop, report_format, transaction_uuid, puppet_version,
                 configuration_version, time, received_at, size, document)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    db.prepare_cached(sql)?.execute(params![
        node,
        header.status,
        header.environment,
        header.noop,
        header.report_format,
        header.transaction_uuid,
        header.puppet_version,
        header.configuration_version,
        header.time,
        at,
        new.document.len() as i64,
        new.document
    ])?;
    let id = db.last_insert_rowid();
    let sql = "UPDATE node SET environment = coalesce(?2, environment), report_at = ?3, report_status = ?4,
                 report_noop = ?5, report_id = ?6, deactivated_at = NULL WHERE name = ?1";
    db.prepare_cached(sql)?.execute(params![node, header.environment, at, header.status, header.noop, id])?;
    let sql = "DELETE FROM report WHERE node = ?1 AND id <=
                 (SELECT id FROM report WHERE node = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.prepare_cached(sql)?.execute(params![node, keep.max(1) as i64])?;
    Ok(ReportId(id))
}

const REPORT: &str = "id, node, status, environment, noop, report_format, transaction_uuid, puppet_version,
    configuration_version, time, received_at, size";

fn report(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    Ok(ReportRow {
        id: ReportId(row.get(0)?),
        node: certname(row, 1)?,
        status: row.get(2)?,
        environment: row.get(3)?,
        noop: row.get(4)?,
        report_format: row.get(5)?,
        transaction_uuid: row.get(6)?,
        puppet_version: row.get(7)?,
        configuration_version: row.get(8)?,
        time: row.get(9)?,
        received_at: time(10, row.get(10)?)?,
        size: row.get::<_, i64>(11)? as u64,
    })
}

const NODE: &str = "name, environment, facts_at, catalog_at, report_at, report_status, report_noop, report_id,
    deactivated_at";

fn node_row(row: &Row<'_>) -> rusqlite::Result<NodeRow> {
    let at = |column| row.get::<_, Option<i64>>(column)?.map(|micros| time(column, micros)).transpose();
    Ok(NodeRow {
        name: certname(row, 0)?,
        environment: row.get(1)?,
        facts_at: at(2)?,
        catalog_at: at(3)?,
        report_at: at(4)?,
        report_status: row.get(5)?,
        report_noop: row.get(6)?,
        report_id: row.get::<_, Option<i64>>(7)?.map(ReportId),
        deactivated_at: at(8)?,
    })
}
