//! Where things are kept: the ports of the domain crates in `SQLite`, and bytes in a folder.
//!
//! The only place with SQL. It decides nothing: every rule lives in the crate that owns the port.
//!
//! Acknowledged means durable. One thread owns the writing connection and puts whatever has queued
//! up into one transaction (group commit); the callers are answered after `COMMIT`. The database
//! is in WAL mode with `synchronous=FULL`, so a commit returns after the log was flushed to disk:
//! with `NORMAL` a power cut could take back what was answered. Many writers share one flush, so
//! FULL costs latency of one flush, not throughput.
//!
//! - [`settings`], [`error`]: what may be set, what can go wrong when opening
//! - `sqlite`: connections, migrations, and one file per port
//! - `blobs`: bytes by SHA-256 in a folder
//! - `files`: the files of cookbooks
//! - `archives`: the archives of modules
//!
//! Calls need a tokio runtime: reads run on its blocking threads.

mod archives;
mod blobs;
pub mod error;
mod files;
pub mod settings;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

pub use error::Error;
pub use files::Upload;
pub use settings::Settings;
pub use sqlite::chef::Transaction;

/// An open store. It implements `certs::Ledger`, `inventory::Nodes`, `inventory::Exported`,
/// `inventory::Bucket`, `modules::Tokens`, `modules::forge::Releases`, `modules::forge::Fetched` and
/// `modules::deploy::Deployments`, and lends transactions that implement `chef::Records` and `chef::Changes`, those of
/// `cookbooks`, and `inventory::runs::Runs`; clones share it. Dropping the last one writes what has queued up.
#[derive(Clone)]
pub struct Store {
    database: Arc<sqlite::Database>,
    blobs: Arc<blobs::Blobs>,
    /// Files of cookbooks. They are apart from those that agents back up, which nothing counts the users of.
    files: Arc<blobs::Blobs>,
    /// Archives of modules.
    archives: Arc<blobs::Blobs>,
}

impl Store {
    /// Opens the store in a folder, which is made (for this user only) if it is missing, and
    /// brings its schema up to date. Several processes may have it open.
    pub fn open(dir: &Path, settings: &Settings) -> Result<Self, Error> {
        error::at(dir, make_private(dir))?;
        Ok(Self {
            database: Arc::new(sqlite::Database::open(&dir.join("store.sqlite"), settings)?),
            blobs: Arc::new(blobs::Blobs::open(&dir.join("blobs"), settings.max_blob_bytes)?),
            files: Arc::new(blobs::Blobs::open(&dir.join("cookbook-files"), settings.max_cookbook_file_bytes)?),
            archives: Arc::new(blobs::Blobs::open(&dir.join("module-archives"), settings.max_archive_bytes)?),
        })
    }

    /// Checks that the database answers, for health checks.
    pub async fn ping(&self) -> Result<(), Error> {
        let answer = self.database.read(|connection| connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)));
        answer.await.map(|_| ()).map_err(|fault| Error::Unreachable(fault.to_string()))
    }

    /// Writes that wait and how many may, for metrics.
    pub fn write_queue(&self) -> (usize, usize) {
        self.database.write_queue()
    }
}

/// Makes a folder and its parents, readable by this user only where it makes them. What it made
/// is on disk when it returns.
fn make_private(dir: &Path) -> std::io::Result<()> {
    let made = dir.ancestors().skip(1).take_while(|parent| !parent.is_dir()).count();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    for parent in dir.ancestors().skip(1).take(made + 1) {
        // A relative path's last ancestor is empty.
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        match std::fs::File::open(parent) {
            Ok(parent) => parent.sync_all()?,
            // Somebody else's folder that we may pass but not read: it was there before us.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
