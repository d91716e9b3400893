//! The schema's history. A migration that was released is never edited.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Error;

const MIGRATIONS: [&str; 12] = [
    include_str!("../migrations/sqlite/0001_authority.sql"),
    include_str!("../migrations/sqlite/0002_inventory.sql"),
    include_str!("../migrations/sqlite/0003_chef.sql"),
    include_str!("../migrations/sqlite/0004_cookbooks.sql"),
    include_str!("../migrations/sqlite/0005_token.sql"),
    include_str!("../migrations/sqlite/0006_runs.sql"),
    include_str!("../migrations/sqlite/0007_unused_files.sql"),
    include_str!("../migrations/sqlite/0008_forge.sql"),
    include_str!("../migrations/sqlite/0009_search.sql"),
    include_str!("../migrations/sqlite/0010_cookbook_bytes.sql"),
    include_str!("../migrations/sqlite/0011_deployments.sql"),
    include_str!("../migrations/sqlite/0012_signatures.sql"),
];

/// Brings the schema up to date: each migration in a transaction of its own, counted in
/// `user_version`.
pub(super) fn apply(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |error: rusqlite::Error| Error::Database { path: path.to_owned(), reason: error.to_string() };
    let known = MIGRATIONS.len() as i64;
    loop {
        // Immediate, so that of two processes that start at once only one migrates.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if found > known || found < 0 {
            return Err(Error::TooNew { path: path.to_owned(), found, known });
        }
        let Some(migration) = MIGRATIONS.get(found as usize) else { return Ok(()) };
        transaction.execute_batch(migration).map_err(failed)?;
        transaction.pragma_update(None, "user_version", found + 1).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
}
