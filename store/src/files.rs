//! The files of cookbooks: bytes in a folder, or in a row where they are few; who has them in rows.
//!
//! Most files are small, and a row is on disk with one flush, together with whose it is. A file is dropped by the writing thread alone, which then asks once more whether anybody needs it; and a row is
//! added by that thread alone, which asks whether the file is there. So no row is ever without its file.

use inventory::Error;
use inventory::bucket::{Contents, Sha256};
use jiff::Timestamp;
use md5::{Digest, Md5};
use rusqlite::OptionalExtension;

use crate::Store;
use crate::blobs::Incoming;

/// A file on its way in. Dropping it removes what was written.
pub struct Upload {
    store: Store,
    /// What came so far, until it is too much for a row.
    small: Vec<u8>,
    large: Option<Incoming>,
    md5: Md5,
    size: u64,
}

/// Bytes that are kept in a row at most.
const SMALL: u64 = 64 * 1024;

/// Files that are dropped at a time.
const AT_ONCE: usize = 500;

impl Store {
    /// Begins to take in a file.
    pub fn begin_cookbook_file(&self) -> Upload {
        Upload { store: self.clone(), small: Vec::new(), large: None, md5: Md5::new(), size: 0 }
    }

    /// The bytes behind a SHA-256 in hex; `None` if there are none.
    pub async fn cookbook_file(&self, sha256: &str) -> Result<Option<Contents>, Error> {
        let Some(digest) = Sha256::parse(sha256) else { return Ok(None) };
        let row = digest.to_string();
        let read = move |db: &rusqlite::Connection| {
            let mut statement = db.prepare_cached("SELECT bytes FROM cookbook_bytes WHERE sha256 = ?1")?;
            statement.query_row([row], |row| row.get::<_, Vec<u8>>(0)).optional()
        };
        match self.database.read(read).await? {
            Some(bytes) => {
                Ok(Some(Contents { len: bytes.len() as u64, reader: Box::new(std::io::Cursor::new(bytes)) }))
            }
            None => self.files.contents(&digest).await,
        }
    }

    /// The secret by which addresses of files are signed: 32 bytes, drawn when the store was made.
    pub async fn cookbook_secret(&self) -> Result<Vec<u8>, Error> {
        let read = |db: &rusqlite::Connection| db.query_row("SELECT secret FROM cookbook_secret", [], |row| row.get(0));
        Ok(self.database.read(read).await?)
    }

    /// Drops files that nothing needs any more, and answers how many.
    pub async fn sweep_cookbook_files(&self) -> Result<usize, Error> {
        let files = self.files.clone();
        let sweep = move |db: &rusqlite::Connection| {
            let sql = "SELECT sha256, EXISTS (SELECT 1 FROM cookbook_content c WHERE c.sha256 = g.sha256)
                       FROM cookbook_garbage g LIMIT ?1";
            let mut statement = db.prepare_cached(sql)?;
            let rows =
                statement.query_map([AT_ONCE as i64], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
            let mut dropped = 0;
            for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
                let (sha256, needed) = row;
                if !needed && let Some(digest) = Sha256::parse(&sha256) {
                    if let Err(error) = files.remove(&digest) {
                        tracing::error!(%error, sha256, "a file of a cookbook could not be dropped; tried again later");
                        continue;
                    }
                    db.prepare_cached("DELETE FROM cookbook_bytes WHERE sha256 = ?1")?.execute([&sha256])?;
                    dropped += 1;
                }
                db.prepare_cached("DELETE FROM cookbook_garbage WHERE sha256 = ?1")?.execute([&sha256])?;
            }
            Ok(dropped)
        };
        Ok(self.database.write(sweep).await?)
    }
}

impl Upload {
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.md5.update(chunk);
        self.size += chunk.len() as u64;
        if self.large.is_none() && self.size <= SMALL.min(self.store.files.limit()) {
            self.small.extend_from_slice(chunk);
            return Ok(());
        }
        let mut large = if let Some(large) = self.large.take() {
            large
        } else {
            let mut large = self.store.files.begin().await?;
            large.write(&std::mem::take(&mut self.small)).await?;
            large
        };
        large.write(chunk).await?;
        self.large = Some(large);
        Ok(())
    }

    /// The MD5 of what was written so far, in hex.
    pub fn checksum(&self) -> String {
        hex::encode(self.md5.clone().finalize())
    }

    /// Keeps the file for an organization.
    pub async fn finish(self, org: i64, at: Timestamp) -> Result<(), Error> {
        let (checksum, size) = (self.checksum(), self.size);
        let files = self.store.files.clone();
        let (digest, small) = match self.large {
            Some(large) => (large.keep().await?, None),
            None => (Sha256(sha2::Sha256::digest(&self.small).into()), Some(self.small)),
        };
        let add = move |db: &rusqlite::Connection| {
            let sha256 = digest.to_string();
            if let Some(bytes) = small {
                db.prepare_cached("INSERT OR IGNORE INTO cookbook_bytes (sha256, bytes) VALUES (?1, ?2)")?
                    .execute((&sha256, bytes))?;
            } else if !files.has(&digest).unwrap_or(false) {
                return Ok(false);
            }
            let sql =
                "INSERT INTO cookbook_content (org, checksum, sha256, bytes, committed, at) VALUES (?1, ?2, ?3, ?4, 0, ?5)
                       ON CONFLICT (org, checksum) DO UPDATE SET at = max(at, excluded.at)";
            let row = (org, checksum, sha256, size as i64, at.as_microsecond());
            db.prepare_cached(sql)?.execute(row)?;
            Ok(true)
        };
        if self.store.database.write(add).await? {
            return Ok(());
        }
        // It was dropped in between, as something that nobody needed: to be sent again.
        Err(Error::Busy("the file was dropped while it came in".to_owned()))
    }
}
