//! Nodes, roles and environments.

use chef::node::Facets;
use chef::{EntityId, Result};
use rusqlite::params;

use super::Transaction;

impl Transaction<'_> {
    pub(super) fn write_document(&self, id: EntityId, json: &str, facets: &Facets) -> Result<()> {
        let sql = "INSERT INTO chef_document (entity, environment, policy_name, policy_group, json)
                   VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (entity) DO UPDATE SET environment = excluded.environment,
                     policy_name = excluded.policy_name, policy_group = excluded.policy_group, json = excluded.json";
        self.change(sql, params![id.0, facets.environment, facets.policy_name, facets.policy_group, json])
    }
}
