//! Cookbook versions.

use cookbooks::shelf::{Kept, Org};
use cookbooks::solver::Available;
use cookbooks::{Constraint, Version};
use rusqlite::Row;

use super::{Fields, Result, Rows, document, grouped, text};

impl Rows<'_> {
    pub(super) fn cookbooks(&self, org: Org) -> Result<Vec<(String, Vec<Version>)>> {
        let sql = "SELECT name, major, minor, patch FROM cookbook_version WHERE org = ?1
                   ORDER BY name, major DESC, minor DESC, patch DESC";
        Ok(grouped(self.many(sql, [org], |row| Ok((row.get(0)?, version(row, 1)?)))?))
    }

    pub(super) fn versions(&self, org: Org, cookbook: &str) -> Result<Vec<Version>> {
        let sql = "SELECT major, minor, patch FROM cookbook_version WHERE org = ?1 AND name = ?2
                   ORDER BY major DESC, minor DESC, patch DESC";
        self.many(sql, (org, cookbook), |row| version(row, 0))
    }

    pub(super) fn version(&self, org: Org, cookbook: &str, version: Version) -> Result<Option<Kept>> {
        let sql = "SELECT document FROM cookbook_version
                   WHERE org = ?1 AND name = ?2 AND major = ?3 AND minor = ?4 AND patch = ?5";
        let [major, minor, patch] = parts(version);
        let found = self.one(sql, (org, cookbook, major, minor, patch), |row| row.get::<_, String>(0))?;
        found.map(|text| Ok(Kept { name: cookbook.to_owned(), version, document: document(&text)? })).transpose()
    }

    pub(super) fn dependencies(&self, org: Org) -> Result<Vec<(String, Version, Fields)>> {
        let sql = "SELECT name, major, minor, patch, dependencies FROM cookbook_version WHERE org = ?1
                   ORDER BY name, major, minor, patch";
        let rows =
            self.many(sql, [org], |row| Ok((row.get::<_, String>(0)?, version(row, 1)?, row.get::<_, String>(4)?)))?;
        rows.into_iter().map(|(name, version, text)| Ok((name, version, document(&text)?))).collect()
    }

    pub(super) fn available(&self, org: Org) -> Result<Available> {
        let mut available = Available::new();
        for (name, version, needs) in self.dependencies(org)? {
            let needs: Vec<(String, Constraint)> = needs
                .into_iter()
                .filter_map(|(name, constraint)| Some((name, Constraint::parse(constraint.as_str()?)?)))
                .collect();
            available.add(&name, version, &needs);
        }
        Ok(available)
    }

    pub(super) fn put_version(&self, org: Org, kept: &Kept, checksums: &[String]) -> Result<()> {
        let sql = "INSERT INTO cookbook_version (org, name, major, minor, patch, document, dependencies)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (org, name, major, minor, patch)
                   DO UPDATE SET document = excluded.document, dependencies = excluded.dependencies
                   RETURNING id";
        let needs = kept.document.get("metadata").and_then(|metadata| metadata.get("dependencies"));
        let needs = needs.and_then(|needs| needs.as_object()).map_or(Ok("{}".to_owned()), text)?;
        let [major, minor, patch] = parts(kept.version);
        let row = (org, &kept.name, major, minor, patch, text(&kept.document)?, needs);
        let id: i64 = self.one(sql, row, |row| row.get(0))?.unwrap_or_default();
        let before = self.used("version", id)?;
        self.change("DELETE FROM cookbook_use WHERE version = ?1", [id])?;
        for checksum in checksums {
            let sql = "INSERT INTO cookbook_use (org, checksum, version) VALUES (?1, ?2, ?3)";
            self.change(sql, (org, checksum, id))?;
        }
        self.let_go(org, &before)?;
        self.count_change(org)
    }

    pub(super) fn delete_version(&self, org: Org, cookbook: &str, version: Version) -> Result<()> {
        let [major, minor, patch] = parts(version);
        let sql = "SELECT id FROM cookbook_version
                   WHERE org = ?1 AND name = ?2 AND major = ?3 AND minor = ?4 AND patch = ?5";
        let Some(id) = self.one(sql, (org, cookbook, major, minor, patch), |row| row.get::<_, i64>(0))? else {
            return Ok(());
        };
        let before = self.used("version", id)?;
        self.change("DELETE FROM cookbook_version WHERE id = ?1", [id])?;
        self.let_go(org, &before)?;
        self.count_change(org)
    }

    pub(super) fn add_artifact(
        &self,
        org: Org,
        name: &str,
        identifier: &str,
        document: &Fields,
        checksums: &[String],
    ) -> Result<()> {
        let sql =
            "INSERT INTO cookbook_artifact (org, name, identifier, document) VALUES (?1, ?2, ?3, ?4) RETURNING id";
        let row = (org, name, identifier, text(document)?);
        let id: i64 = self.one(sql, row, |row| row.get(0))?.unwrap_or_default();
        for checksum in checksums {
            let sql = "INSERT INTO cookbook_use (org, checksum, artifact) VALUES (?1, ?2, ?3)";
            self.change(sql, (org, checksum, id))?;
        }
        Ok(())
    }

    pub(super) fn delete_artifact(&self, org: Org, name: &str, identifier: &str) -> Result<()> {
        let sql = "SELECT id FROM cookbook_artifact WHERE org = ?1 AND name = ?2 AND identifier = ?3";
        let Some(id) = self.one(sql, (org, name, identifier), |row| row.get::<_, i64>(0))? else { return Ok(()) };
        let before = self.used("artifact", id)?;
        self.change("DELETE FROM cookbook_artifact WHERE id = ?1", [id])?;
        self.let_go(org, &before)
    }

    /// Checksums that a holder needs.
    fn used(&self, holder: &str, id: i64) -> Result<Vec<String>> {
        self.many(&format!("SELECT checksum FROM cookbook_use WHERE {holder} = ?1"), [id], |row| row.get(0))
    }

    fn count_change(&self, org: Org) -> Result<()> {
        let sql = "INSERT INTO cookbook_shelf (org, revision) VALUES (?1, 1)
                   ON CONFLICT (org) DO UPDATE SET revision = revision + 1";
        self.change(sql, [org])
    }
}

fn parts(version: Version) -> [i64; 3] {
    // Each part is at most that of a signed number.
    [version.major as i64, version.minor as i64, version.patch as i64]
}

fn version(row: &Row<'_>, column: usize) -> rusqlite::Result<Version> {
    let part = |offset: usize| row.get::<_, i64>(column + offset).map(|part| part as u64);
    Ok(Version::new(part(0)?, part(1)?, part(2)?))
}
