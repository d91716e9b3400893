//! Policies, and which revision of each a group uses.

use cookbooks::shelf::Org;

use super::{Fields, Result, Rows, document, grouped, pair, text};

impl Rows<'_> {
    pub(super) fn policies(&self, org: Org) -> Result<Vec<(String, Vec<String>)>> {
        let sql = "SELECT policy, revision FROM policy_revision WHERE org = ?1 ORDER BY policy, revision";
        Ok(grouped(self.many(sql, [org], pair)?))
    }

    pub(super) fn revision_of(&self, org: Org, policy: &str, revision: &str) -> Result<Option<Fields>> {
        let sql = "SELECT document FROM policy_revision WHERE org = ?1 AND policy = ?2 AND revision = ?3";
        let found = self.one(sql, (org, policy, revision), |row| row.get::<_, String>(0))?;
        found.map(|text| document(&text)).transpose()
    }

    pub(super) fn groups_using(&self, org: Org, policy: &str, revision: &str) -> Result<Vec<String>> {
        let sql = "SELECT \"group\" FROM policy_assignment WHERE org = ?1 AND policy = ?2 AND revision = ?3
                   ORDER BY id";
        self.many(sql, (org, policy, revision), |row| row.get(0))
    }

    pub(super) fn assignments(&self, org: Org) -> Result<Vec<(String, String, String)>> {
        let sql = "SELECT \"group\", policy, revision FROM policy_assignment WHERE org = ?1 ORDER BY \"group\", policy";
        self.many(sql, [org], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    pub(super) fn add_revision(&self, org: Org, policy: &str, revision: &str, document: &Fields) -> Result<()> {
        let sql = "INSERT INTO policy_revision (org, policy, revision, document) VALUES (?1, ?2, ?3, ?4)";
        self.change(sql, (org, policy, revision, text(document)?))
    }

    pub(super) fn assign(&self, org: Org, group: &str, policy: &str, revision: &str) -> Result<()> {
        let sql = "INSERT INTO policy_assignment (org, \"group\", policy, revision) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (org, \"group\", policy) DO UPDATE SET revision = excluded.revision";
        self.change(sql, (org, group, policy, revision))
    }
}
