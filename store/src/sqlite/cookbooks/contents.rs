//! Files of cookbooks: which an organization has, and which it is about to get.

use cookbooks::shelf::{Org, Sandbox};

use super::{Result, Rows};

impl Rows<'_> {
    pub(super) fn sandbox(&self, org: Org, id: &str) -> Result<Option<Sandbox>> {
        let sql = "SELECT 1 FROM sandbox WHERE id = ?1 AND org = ?2";
        if self.one(sql, (id, org), |_| Ok(()))?.is_none() {
            return Ok(None);
        }
        let sql = "SELECT s.checksum, c.checksum IS NOT NULL FROM sandbox_checksum s
                   LEFT JOIN cookbook_content c ON c.org = ?2 AND c.checksum = s.checksum
                   WHERE s.sandbox = ?1 ORDER BY s.position";
        let checksums = self.many(sql, (id, org), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Some(Sandbox { id: id.to_owned(), checksums }))
    }

    pub(super) fn missing(&self, org: Org, checksums: &[String]) -> Result<Vec<String>> {
        let sql = "SELECT 1 FROM cookbook_content WHERE org = ?1 AND checksum = ?2 AND committed";
        let mut missing = Vec::new();
        for checksum in checksums {
            if self.one(sql, (org, checksum), |_| Ok(()))?.is_none() {
                missing.push(checksum.clone());
            }
        }
        Ok(missing)
    }

    pub(super) fn add_sandbox(&self, org: Org, id: &str, checksums: &[String], at: i64) -> Result<()> {
        self.change("INSERT INTO sandbox (id, org, at) VALUES (?1, ?2, ?3)", (id, org, at))?;
        for (position, checksum) in checksums.iter().enumerate() {
            let sql = "INSERT INTO sandbox_checksum (sandbox, position, checksum) VALUES (?1, ?2, ?3)";
            self.change(sql, (id, position as i64, checksum))?;
        }
        Ok(())
    }

    pub(super) fn commit_sandbox(&self, org: Org, id: &str, at: i64) -> Result<()> {
        let sql = "UPDATE cookbook_content SET committed = 1, at = max(at, ?3) WHERE org = ?1
                   AND checksum IN (SELECT checksum FROM sandbox_checksum WHERE sandbox = ?2)";
        self.change(sql, (org, id, at))?;
        self.change("DELETE FROM sandbox WHERE id = ?1 AND org = ?2", (id, org))
    }

    pub(super) fn drop_unused(&self, before: i64) -> Result<usize> {
        self.change("DELETE FROM sandbox WHERE at < ?1", [before])?;
        let sql = "DELETE FROM cookbook_content AS c WHERE c.at < ?1
                   AND NOT EXISTS (SELECT 1 FROM cookbook_use u WHERE u.org = c.org AND u.checksum = c.checksum)
                   AND NOT EXISTS (SELECT 1 FROM sandbox_checksum s JOIN sandbox b ON b.id = s.sandbox
                                   WHERE s.checksum = c.checksum AND b.org = c.org)
                   RETURNING 1";
        Ok(self.many(sql, [before], |_| Ok(()))?.len())
    }

    /// Lets those of the checksums go that nothing needs any more.
    pub(super) fn let_go(&self, org: Org, checksums: &[String]) -> Result<()> {
        let sql = "DELETE FROM cookbook_content WHERE org = ?1 AND checksum = ?2
                   AND NOT EXISTS (SELECT 1 FROM cookbook_use u WHERE u.org = ?1 AND u.checksum = ?2)";
        checksums.iter().try_for_each(|checksum| self.change(sql, (org, checksum)))
    }
}
