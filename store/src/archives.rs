//! The archives of modules: bytes in a folder, who has them in rows.
//!
//! An archive is written down as garbage before its bytes are kept, so that none stays whose row never came. Garbage is
//! dropped by the writing thread alone, which asks once more whether anybody needs it.

use std::time::Duration;

use inventory::bucket::{Contents, Sha256};
use jiff::Timestamp;
use modules::PortError;
use modules::forge::release::File;

use crate::Store;
use crate::sqlite::micros;

/// How long bytes may wait for their row, and how long they stay after it went.
const GRACE: Duration = Duration::from_hours(1);
/// Archives that are dropped at a time.
const AT_ONCE: usize = 100;

impl Store {
    /// Keeps the bytes of an archive. A row must follow, or they are dropped after an hour.
    pub async fn keep_archive_bytes(&self, bytes: &[u8], file: &File, now: Timestamp) -> Result<(), PortError> {
        let sha256 = file.sha256.clone();
        let note = move |db: &rusqlite::Connection| {
            let sql = "INSERT OR REPLACE INTO forge_garbage (sha256, at) VALUES (?1, ?2)";
            db.prepare_cached(sql)?.execute((sha256, micros(now))).map(drop)
        };
        self.database.write(note).await?;
        let expected = Sha256::parse(&file.sha256)
            .ok_or_else(|| PortError::Unavailable(format!("'{}' is no SHA-256", file.sha256).into()))?;
        let mut incoming = self.archives.begin().await.map_err(of_blobs)?;
        incoming.write(bytes).await.map_err(of_blobs)?;
        incoming.finish(&expected).await.map_err(of_blobs)
    }

    /// The bytes behind a SHA-256 in hexadecimal digits; `None` if there are none.
    pub async fn archive_bytes(&self, sha256: &str) -> Result<Option<Contents>, PortError> {
        let Some(digest) = Sha256::parse(sha256) else { return Ok(None) };
        self.archives.contents(&digest).await.map_err(of_blobs)
    }

    /// Drops archives that nothing needs any more, and answers how many.
    pub async fn sweep_archives(&self, now: Timestamp) -> Result<usize, PortError> {
        let archives = self.archives.clone();
        let before = now.checked_sub(GRACE).unwrap_or(Timestamp::MIN);
        let sweep = move |db: &rusqlite::Connection| {
            let sql =
                "SELECT sha256, EXISTS (SELECT 1 FROM forge_release r WHERE r.sha256 = g.sha256 AND deleted_at IS NULL)
                       OR EXISTS (SELECT 1 FROM forge_fetched f WHERE f.sha256 = g.sha256)
                       FROM forge_garbage g WHERE at <= ?1 LIMIT ?2";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map((micros(before), AT_ONCE as i64), |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
            })?;
            let mut dropped = 0;
            for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
                let (sha256, needed) = row;
                if !needed && let Some(digest) = Sha256::parse(&sha256) {
                    if let Err(error) = archives.remove(&digest) {
                        tracing::error!(%error, sha256, "the archive of a module could not be dropped; tried again later");
                        continue;
                    }
                    dropped += 1;
                }
                db.prepare_cached("DELETE FROM forge_garbage WHERE sha256 = ?1")?.execute([&sha256])?;
            }
            Ok(dropped)
        };
        Ok(self.database.write(sweep).await?)
    }
}

fn of_blobs(error: inventory::Error) -> PortError {
    match error {
        inventory::Error::Busy(text) => PortError::Busy(text),
        other => PortError::Unavailable(Box::new(other)),
    }
}
