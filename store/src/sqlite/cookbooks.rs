//! `cookbooks::shelf::Shelf` and `cookbooks::shelf::Changes`, in the transactions that Chef's requests get.

mod contents;
mod policies;
mod versions;

use cookbooks::document::Fields;
use cookbooks::shelf::{Changes, Kept, Org, Sandbox, Shelf};
use cookbooks::solver::Available;
use cookbooks::{Error, Version};
use rusqlite::{OptionalExtension, Params, Row};

use super::chef::Transaction;

type Result<T> = std::result::Result<T, Error>;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}

fn document(text: &str) -> Result<Fields> {
    serde_json::from_str(text).map_err(failed)
}

fn text(document: &Fields) -> Result<String> {
    serde_json::to_string(document).map_err(failed)
}

/// Statements whose faults are those of the shelf.
struct Rows<'a>(&'a Transaction<'a>);

impl Rows<'_> {
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.0.db.prepare_cached(sql).map_err(failed)?;
        statement.query_row(params, read).optional().map_err(failed)
    }

    fn many<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.0.db.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    fn change(&self, sql: &str, params: impl Params) -> Result<()> {
        self.0.db.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map(drop).map_err(failed)
    }
}

impl Shelf for Transaction<'_> {
    fn cookbooks(&self, org: Org) -> Result<Vec<(String, Vec<Version>)>> {
        Rows(self).cookbooks(org)
    }

    fn versions(&self, org: Org, cookbook: &str) -> Result<Vec<Version>> {
        Rows(self).versions(org, cookbook)
    }

    fn version(&self, org: Org, cookbook: &str, version: Version) -> Result<Option<Kept>> {
        Rows(self).version(org, cookbook, version)
    }

    fn available(&self, org: Org) -> Result<Available> {
        Rows(self).available(org)
    }

    fn revision(&self, org: Org) -> Result<i64> {
        let found = Rows(self).one("SELECT revision FROM cookbook_shelf WHERE org = ?1", [org], |row| row.get(0));
        Ok(found?.unwrap_or(0))
    }

    fn dependencies(&self, org: Org) -> Result<Vec<(String, Version, Fields)>> {
        Rows(self).dependencies(org)
    }

    fn artifacts(&self, org: Org) -> Result<Vec<(String, Vec<String>)>> {
        let sql = "SELECT name, identifier FROM cookbook_artifact WHERE org = ?1 ORDER BY name, id";
        Ok(grouped(Rows(self).many(sql, [org], pair)?))
    }

    fn artifact(&self, org: Org, name: &str, identifier: &str) -> Result<Option<Fields>> {
        let sql = "SELECT document FROM cookbook_artifact WHERE org = ?1 AND name = ?2 AND identifier = ?3";
        let found = Rows(self).one(sql, (org, name, identifier), |row| row.get::<_, String>(0))?;
        found.map(|text| document(&text)).transpose()
    }

    fn sandbox(&self, org: Org, id: &str) -> Result<Option<Sandbox>> {
        Rows(self).sandbox(org, id)
    }

    fn missing(&self, org: Org, checksums: &[String]) -> Result<Vec<String>> {
        Rows(self).missing(org, checksums)
    }

    fn content(&self, org: Org, checksum: &str) -> Result<Option<(String, u64)>> {
        let sql = "SELECT sha256, bytes FROM cookbook_content WHERE org = ?1 AND checksum = ?2";
        Rows(self).one(sql, (org, checksum), |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))
    }

    fn policies(&self, org: Org) -> Result<Vec<(String, Vec<String>)>> {
        Rows(self).policies(org)
    }

    fn revision_of(&self, org: Org, policy: &str, revision: &str) -> Result<Option<Fields>> {
        Rows(self).revision_of(org, policy, revision)
    }

    fn groups_using(&self, org: Org, policy: &str, revision: &str) -> Result<Vec<String>> {
        Rows(self).groups_using(org, policy, revision)
    }

    fn assignments(&self, org: Org) -> Result<Vec<(String, String, String)>> {
        Rows(self).assignments(org)
    }
}

impl Changes for Transaction<'_> {
    fn put_version(&self, org: Org, kept: &Kept, checksums: &[String]) -> Result<()> {
        Rows(self).put_version(org, kept, checksums)
    }

    fn delete_version(&self, org: Org, cookbook: &str, version: Version) -> Result<()> {
        Rows(self).delete_version(org, cookbook, version)
    }

    fn add_artifact(
        &self,
        org: Org,
        name: &str,
        identifier: &str,
        document: &Fields,
        checksums: &[String],
    ) -> Result<()> {
        Rows(self).add_artifact(org, name, identifier, document, checksums)
    }

    fn delete_artifact(&self, org: Org, name: &str, identifier: &str) -> Result<()> {
        Rows(self).delete_artifact(org, name, identifier)
    }

    fn add_sandbox(&self, org: Org, id: &str, checksums: &[String], at: i64) -> Result<()> {
        Rows(self).add_sandbox(org, id, checksums, at)
    }

    fn commit_sandbox(&self, org: Org, id: &str, at: i64) -> Result<()> {
        Rows(self).commit_sandbox(org, id, at)
    }

    fn drop_unused(&self, before: i64) -> Result<usize> {
        Rows(self).drop_unused(before)
    }

    fn add_revision(&self, org: Org, policy: &str, revision: &str, document: &Fields) -> Result<()> {
        Rows(self).add_revision(org, policy, revision, document)
    }

    fn delete_revision(&self, org: Org, policy: &str, revision: &str) -> Result<()> {
        let sql = "DELETE FROM policy_revision WHERE org = ?1 AND policy = ?2 AND revision = ?3";
        Rows(self).change(sql, (org, policy, revision))
    }

    fn delete_policy(&self, org: Org, policy: &str) -> Result<()> {
        Rows(self).change("DELETE FROM policy_revision WHERE org = ?1 AND policy = ?2", (org, policy))
    }

    fn assign(&self, org: Org, group: &str, policy: &str, revision: &str) -> Result<()> {
        Rows(self).assign(org, group, policy, revision)
    }

    fn unassign(&self, org: Org, group: &str, policy: Option<&str>) -> Result<()> {
        let sql = "DELETE FROM policy_assignment WHERE org = ?1 AND \"group\" = ?2 AND policy = coalesce(?3, policy)";
        Rows(self).change(sql, (org, group, policy))
    }
}

fn pair(row: &Row<'_>) -> rusqlite::Result<(String, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Gathers neighbours of the same name.
fn grouped<T>(rows: Vec<(String, T)>) -> Vec<(String, Vec<T>)> {
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    for (name, value) in rows {
        match groups.last_mut() {
            Some((last, values)) if *last == name => values.push(value),
            _ => groups.push((name, vec![value])),
        }
    }
    groups
}
