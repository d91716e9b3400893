//! `inventory::Bucket`: bytes in the folder, paths in rows.

use std::sync::Arc;

use async_trait::async_trait;
use inventory::Error;
use inventory::bucket::{Bucket, Contents, Sha256, Upload};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Database, micros};
use crate::Store;
use crate::blobs::Incoming;

#[async_trait]
impl Bucket for Store {
    async fn begin(&self) -> Result<Box<dyn Upload>, Error> {
        Ok(Box::new(Backup { database: self.database.clone(), bytes: self.blobs.begin().await? }))
    }

    async fn exists(&self, digest: &Sha256, path: Option<&str>) -> Result<bool, Error> {
        if !self.blobs.exists(digest).await? {
            return Ok(false);
        }
        let Some(path) = path else { return Ok(true) };
        let (digest, path) = (*digest, path.to_owned());
        let find = move |db: &Connection| {
            let sql = "SELECT 1 FROM bucket_path WHERE digest = ?1 AND path = ?2";
            db.prepare_cached(sql)?.exists(params![digest.0.as_slice(), path])
        };
        Ok(self.database.read(find).await?)
    }

    async fn open(&self, digest: &Sha256) -> Result<Option<Contents>, Error> {
        self.blobs.contents(digest).await
    }

    async fn paths(&self, digest: &Sha256) -> Result<Vec<String>, Error> {
        let digest = *digest;
        let find = move |db: &Connection| {
            let sql = "SELECT path FROM bucket_path WHERE digest = ?1 ORDER BY path";
            db.prepare_cached(sql)?.query_map([digest.0.as_slice()], |row| row.get(0))?.collect()
        };
        Ok(self.database.read(find).await?)
    }
}

struct Backup {
    database: Arc<Database>,
    bytes: Incoming,
}

#[async_trait]
impl Upload for Backup {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.bytes.write(chunk).await
    }

    async fn finish(self: Box<Self>, expected: &Sha256, path: Option<&str>, at: Timestamp) -> Result<(), Error> {
        self.bytes.finish(expected).await?;
        let Some(path) = path.map(str::to_owned) else { return Ok(()) };
        let digest = *expected;
        let put = move |db: &Connection| {
            let sql = "INSERT OR IGNORE INTO bucket_path (digest, path, at) VALUES (?1, ?2, ?3)";
            db.prepare_cached(sql)?.execute(params![digest.0.as_slice(), path, micros(at)])
        };
        self.database.write(put).await?;
        Ok(())
    }
}
