//! `inventory::Exported`.

use async_trait::async_trait;
use inventory::Error;
use inventory::exported::{Exported, ExportedResource, FromNode};
use model::Certname;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::broken;
use super::ledger::certname;
use crate::Store;

#[async_trait]
impl Exported for Store {
    async fn export(&self, node: &Certname, resources: Vec<ExportedResource>) -> Result<(), Error> {
        let node = node.clone();
        let put = move |db: &Connection| {
            db.prepare_cached("INSERT OR IGNORE INTO node (name) VALUES (?1)")?.execute([node.as_str()])?;
            db.prepare_cached("DELETE FROM exported WHERE node = ?1")?.execute([node.as_str()])?;
            let mut insert = db.prepare_cached(
                "INSERT OR REPLACE INTO exported (kind, node, title, document) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for resource in resources {
                let document = json!({
                    "tags": resource.tags,
                    "parameters": resource.parameters,
                    "file": resource.file,
                    "line": resource.line,
                });
                insert.execute(params![resource.kind, node.as_str(), resource.title, document.to_string()])?;
            }
            Ok(())
        };
        Ok(self.database.write(put).await?)
    }

    async fn withdraw(&self, node: &Certname) -> Result<(), Error> {
        let node = node.clone();
        let withdraw = move |db: &Connection| {
            db.prepare_cached("DELETE FROM exported WHERE node = ?1")?.execute([node.as_str()]).map(drop)
        };
        Ok(self.database.write(withdraw).await?)
    }

    async fn exported(&self, kind: &str, except: Option<&Certname>) -> Result<Vec<FromNode>, Error> {
        let (kind, except) = (kind.to_owned(), except.map(ToString::to_string));
        let find = move |db: &Connection| {
            let sql = "SELECT e.node, e.title, e.document FROM exported e JOIN node n ON n.name = e.node
                       WHERE e.kind = ?1 AND e.node IS NOT ?2 AND n.deactivated_at IS NULL ORDER BY e.node, e.title";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map(params![kind, except], |row| {
                let mut document: Value =
                    serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(|error| broken(2, error))?;
                let parameters = match document["parameters"].take() {
                    Value::Object(parameters) => parameters,
                    _ => serde_json::Map::new(),
                };
                let resource = ExportedResource {
                    kind: kind.clone(),
                    title: row.get(1)?,
                    tags: serde_json::from_value(document["tags"].take()).map_err(|error| broken(2, error))?,
                    parameters,
                    file: document["file"].as_str().map(str::to_owned),
                    line: document["line"].as_u64().map(|line| line as u32),
                };
                Ok(FromNode { node: certname(row, 0)?, resource })
            })?;
            rows.collect()
        };
        Ok(self.database.read(find).await?)
    }
}
