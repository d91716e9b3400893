//! The `SQLite` backend: one writer, several readers.

mod bucket;
pub(crate) mod chef;
mod cookbooks;
mod deployments;
mod exported;
mod forge;
mod ledger;
mod migrations;
mod nodes;
mod readers;
mod runs;
mod search;
mod tokens;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags};

use crate::error::Error;
use crate::settings::Settings;

/// The database file behind its connections.
pub(crate) struct Database {
    writer: writer::Writer,
    readers: readers::Readers,
    reports_per_node: u64,
    /// What searches of Chef's objects go by.
    memory: Arc<search::Memory>,
}

impl Database {
    pub(crate) fn open(path: &Path, settings: &Settings) -> Result<Self, Error> {
        let failed = |error: rusqlite::Error| Error::Database { path: path.to_owned(), reason: error.to_string() };
        let mut writing = connect(path, settings, OpenFlags::SQLITE_OPEN_CREATE).map_err(failed)?;
        migrations::apply(&mut writing, path)?;
        chef::index_anew(&mut writing, settings.reports_per_node)
            .map_err(|error| Error::Database { path: path.to_owned(), reason: error.to_string() })?;
        let readers = (0..settings.readers.max(1))
            .map(|_| connect(path, settings, OpenFlags::empty()))
            .collect::<rusqlite::Result<Vec<_>>>()
            .map_err(failed)?;
        Ok(Self {
            writer: writer::Writer::start(writing, settings)
                .map_err(|source| Error::File { path: path.to_owned(), source })?,
            readers: readers::Readers::new(readers),
            reports_per_node: settings.reports_per_node,
            memory: Arc::default(),
        })
    }

    /// Runs `work` in the next transaction and answers when that is on disk.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        self.writer.attempt(move |db| work(db).map_err(Fault::from)).await
    }

    /// As [`Self::write`], for work that has refusals of its own: they take back what it did.
    pub(crate) async fn attempt<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.writer.attempt(work).await
    }

    /// Runs `work` on a connection that sees all that was answered before.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        self.readers.read(work).await
    }

    pub(crate) fn write_queue(&self) -> (usize, usize) {
        self.writer.queue()
    }
}

/// Why a call got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("{0} writes are waiting; store.write_queue allows no more")]
    Busy(usize),
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the transaction could not be kept: {0}")]
    Commit(String),
    #[error("a store job broke down: {0}")]
    Broken(&'static str),
}

impl From<Fault> for certs::LedgerError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy(_) => Self::Busy(fault.to_string()),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<Fault> for inventory::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy(_) => Self::Busy(fault.to_string()),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<Fault> for modules::PortError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy(_) => Self::Busy(fault.to_string()),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

fn connect(path: &Path, settings: &Settings, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_millis(settings.busy_timeout_ms))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.set_prepared_statement_cache_capacity(128);
    // Plans do not depend on values: otherwise statements that are kept are planned anew whenever they are given others.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Times are kept as microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

fn time(column: usize, micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| broken(column, error))
}

/// A kept value that cannot be read back.
fn broken(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
