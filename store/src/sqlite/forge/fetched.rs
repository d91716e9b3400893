//! `modules::forge::Fetched`.

use async_trait::async_trait;
use jiff::Timestamp;
use modules::PortError;
use modules::forge::ReleaseSlug;
use modules::forge::fetched::{Document, Fetched};
use modules::forge::release::File;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Store;
use crate::sqlite::{micros, time};

#[async_trait]
impl Fetched for Store {
    async fn document(&self, key: &str) -> Result<Option<Document>, PortError> {
        let key = key.to_owned();
        let find = move |db: &Connection| {
            let sql = "SELECT body, fetched_at FROM forge_document WHERE key = ?1";
            let read = |row: &rusqlite::Row<'_>| Ok(Document { body: row.get(0)?, fetched_at: time(1, row.get(1)?)? });
            db.prepare_cached(sql)?.query_row([key], read).optional()
        };
        Ok(self.database.read(find).await?)
    }

    async fn keep_document(&self, key: &str, document: Document, most: usize) -> Result<(), PortError> {
        let key = key.to_owned();
        let put = move |db: &Connection| {
            let sql = "INSERT OR REPLACE INTO forge_document (key, body, fetched_at) VALUES (?1, ?2, ?3)";
            db.prepare_cached(sql)?.execute(params![key, document.body, micros(document.fetched_at)])?;
            let sql = "DELETE FROM forge_document WHERE key IN (SELECT key FROM forge_document
                       ORDER BY fetched_at DESC, key LIMIT -1 OFFSET ?1)";
            db.prepare_cached(sql)?.execute([most as i64]).map(drop)
        };
        Ok(self.database.write(put).await?)
    }

    async fn archive(&self, slug: &ReleaseSlug) -> Result<Option<File>, PortError> {
        let slug = slug.to_string();
        let find = move |db: &Connection| {
            let sql = "SELECT sha256, md5, bytes FROM forge_fetched WHERE slug = ?1";
            let read = |row: &rusqlite::Row<'_>| {
                Ok(File { sha256: row.get(0)?, md5: row.get(1)?, size: row.get::<_, i64>(2)? as u64 })
            };
            db.prepare_cached(sql)?.query_row([slug], read).optional()
        };
        Ok(self.database.read(find).await?)
    }

    async fn keep_archive(&self, slug: &ReleaseSlug, file: File, at: Timestamp) -> Result<(), PortError> {
        let slug = slug.to_string();
        let put = move |db: &Connection| {
            let sql = "INSERT OR REPLACE INTO forge_fetched (slug, sha256, md5, bytes, fetched_at)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            db.prepare_cached(sql)?
                .execute(params![slug, file.sha256, file.md5, file.size as i64, micros(at)])
                .map(drop)
        };
        Ok(self.database.write(put).await?)
    }
}
