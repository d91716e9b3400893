//! Nodes, roles and environments.

use chef::node::Facets;
use chef::{EntityId, Error, Result, json};
use rusqlite::params;

use super::{Transaction, outline};

impl Transaction<'_> {
    /// Answers with the JSON, and whether it is another than before.
    pub(super) fn write_document(
        &self,
        id: EntityId,
        document: &json::Object,
        facets: &Facets,
    ) -> Result<(String, bool)> {
        let sql = "INSERT INTO chef_document (entity, environment, policy_name, policy_group, json, outline)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (entity) DO UPDATE SET environment = excluded.environment,
                     policy_name = excluded.policy_name, policy_group = excluded.policy_group, json = excluded.json,
                     outline = excluded.outline";
        let Facets { environment, policy_name, policy_group } = facets;
        let (text, outline) = outline::written(document).map_err(|error| Error::Unavailable(Box::new(error)))?;
        let kept = "SELECT json = ?2 FROM chef_document WHERE entity = ?1 AND outline IS NOT NULL";
        if self.one(kept, params![id.0, text], |row| row.get(0))? == Some(true) {
            return Ok((text, false));
        }
        self.change(sql, params![id.0, environment, policy_name, policy_group, text, outline])?;
        Ok((text, true))
    }

    /// The JSON of a document, with these attributes only.
    pub(super) fn read_part(&self, id: EntityId, names: &[&str]) -> Result<Option<String>> {
        let sql = "SELECT json, outline FROM chef_document WHERE entity = ?1";
        self.one(sql, [id.0], |row| {
            let (json, outline) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_blob_or_null()?);
            // What was written by an earlier release has no outline.
            let short = outline.and_then(|outline| outline::reduced(json, outline, names));
            Ok(short.unwrap_or_else(|| json.to_owned()))
        })
    }
}
