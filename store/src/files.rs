//! The files of cookbooks: bytes in a folder, who has them in rows.
//!
//! A file is dropped by the writing thread alone, which then asks once more whether anybody needs it; and a row is
//! added by that thread alone, which asks whether the file is there. So no row is ever without its file.

use inventory::Error;
use inventory::bucket::{Contents, Sha256};
use jiff::Timestamp;
use md5::{Digest, Md5};

use crate::Store;
use crate::blobs::Incoming;

/// A file on its way in. Dropping it removes what was written.
pub struct Upload {
    store: Store,
    bytes: Incoming,
    md5: Md5,
    size: u64,
}

/// Files that are dropped at a time.
const AT_ONCE: usize = 500;

impl Store {
    /// Begins to take in a file.
    pub async fn begin_cookbook_file(&self) -> Result<Upload, Error> {
        Ok(Upload { store: self.clone(), bytes: self.files.begin().await?, md5: Md5::new(), size: 0 })
    }

    /// The bytes behind a SHA-256 in hex; `None` if there are none.
    pub async fn cookbook_file(&self, sha256: &str) -> Result<Option<Contents>, Error> {
        let Some(digest) = Sha256::parse(sha256) else { return Ok(None) };
        self.files.contents(&digest).await
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
        self.bytes.write(chunk).await
    }

    /// The MD5 of what was written so far, in hex.
    pub fn checksum(&self) -> String {
        hex::encode(self.md5.clone().finalize())
    }

    /// Keeps the file for an organization.
    pub async fn finish(self, org: i64, at: Timestamp) -> Result<(), Error> {
        let (checksum, size) = (self.checksum(), self.size);
        let digest = self.bytes.keep().await?;
        let files = self.store.files.clone();
        let add = move |db: &rusqlite::Connection| {
            if !files.has(&digest).unwrap_or(false) {
                return Ok(false);
            }
            let sql =
                "INSERT INTO cookbook_content (org, checksum, sha256, bytes, committed, at) VALUES (?1, ?2, ?3, ?4, 0, ?5)
                       ON CONFLICT (org, checksum) DO UPDATE SET at = max(at, excluded.at)";
            let row = (org, checksum, digest.to_string(), size as i64, at.as_microsecond());
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
