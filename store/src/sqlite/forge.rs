//! `modules::forge::Releases`, and what was fetched of another Forge.

use async_trait::async_trait;
use jiff::Timestamp;
use modules::PortError;
use modules::forge::query::{ModuleQuery, Page, ReleaseQuery};
use modules::forge::release::{Deleted, Deprecation, Found, Module, Release, Releases};
use modules::forge::{ModuleSlug, ReleaseSlug};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::micros;
use crate::Store;

mod fetched;
mod find;
mod rows;

#[async_trait]
impl Releases for Store {
    async fn publish(&self, release: Release) -> Result<bool, PortError> {
        Ok(self.database.write(move |db| publish(db, &release)).await?)
    }

    async fn release(&self, slug: &ReleaseSlug) -> Result<Option<Release>, PortError> {
        let slug = slug.clone();
        Ok(self.database.read(move |db| find::release(db, &slug)).await?)
    }

    async fn module(&self, slug: &ModuleSlug) -> Result<Option<Module>, PortError> {
        let slug = slug.to_string();
        let find = move |db: &Connection| {
            let sql = "SELECT id FROM forge_module WHERE slug = ?1";
            let id = db.prepare_cached(sql)?.query_row([slug], |row| row.get(0)).optional()?;
            id.map(|id| find::module(db, id, true)).transpose()
        };
        Ok(self.database.read(find).await?)
    }

    async fn releases(&self, query: &ReleaseQuery, page: Page) -> Result<Found<Release>, PortError> {
        let query = query.clone();
        Ok(self.database.read(move |db| find::releases(db, &query, page)).await?)
    }

    async fn modules(&self, query: &ModuleQuery, page: Page) -> Result<Found<Module>, PortError> {
        let query = query.clone();
        Ok(self.database.read(move |db| find::modules(db, &query, page)).await?)
    }

    async fn changed_at(&self) -> Result<Option<Timestamp>, PortError> {
        let find = |db: &Connection| {
            let sql = "SELECT max(updated_at) FROM forge_module";
            let newest: Option<i64> = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
            newest.map(|newest| super::time(0, newest)).transpose()
        };
        Ok(self.database.read(find).await?)
    }

    async fn delete(&self, slug: &ReleaseSlug, deleted: Deleted) -> Result<bool, PortError> {
        let (module, version) = (slug.module.to_string(), slug.version.to_string());
        let delete = move |db: &Connection| delete(db, &module, Some(&version), &deleted);
        Ok(self.database.write(delete).await?)
    }

    async fn delete_module(&self, slug: &ModuleSlug, deleted: Deleted) -> Result<bool, PortError> {
        let module = slug.to_string();
        Ok(self.database.write(move |db| delete(db, &module, None, &deleted)).await?)
    }

    async fn deprecate(&self, slug: &ModuleSlug, what: Option<Deprecation>, at: Timestamp) -> Result<bool, PortError> {
        let slug = slug.to_string();
        let mark = move |db: &Connection| {
            let sql = "UPDATE forge_module SET deprecated_at = ?2, deprecated_for = ?3, superseded_by = ?4,
                       updated_at = ?5 WHERE slug = ?1";
            let what = what.as_ref();
            db.prepare_cached(sql)?.execute(params![
                slug,
                what.map(|what| micros(what.at)),
                what.and_then(|what| what.reason.as_deref()),
                what.and_then(|what| what.replacement.as_ref()).map(ToString::to_string),
                micros(at),
            ])
        };
        Ok(self.database.write(mark).await? == 1)
    }

    async fn downloaded(&self, slug: &ReleaseSlug) -> Result<(), PortError> {
        let (module, version) = (slug.module.to_string(), slug.version.to_string());
        let count = move |db: &Connection| {
            let sql = "UPDATE forge_release SET downloads = downloads + 1
                       WHERE module = (SELECT id FROM forge_module WHERE slug = ?1) AND version = ?2";
            db.prepare_cached(sql)?.execute([module, version]).map(drop)
        };
        Ok(self.database.write(count).await?)
    }
}

fn publish(db: &Connection, release: &Release) -> rusqlite::Result<bool> {
    let slug = release.slug();
    let at = micros(release.created_at);
    let sql = "INSERT INTO forge_module (slug, author, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
               ON CONFLICT (slug) DO NOTHING";
    db.prepare_cached(sql)?.execute(params![slug.module.to_string(), slug.module.author(), at])?;
    let sql = "SELECT id FROM forge_module WHERE slug = ?1";
    let module: i64 = db.prepare_cached(sql)?.query_row([slug.module.to_string()], |row| row.get(0))?;
    let sql = "INSERT INTO forge_release (module, version, metadata, sha256, md5, bytes, readme, changelog, license,
                                          reference, contents, created_at, deleted_at, deleted_for)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               ON CONFLICT (module, version) DO NOTHING";
    let (file, texts, contents) = (&release.file, &release.texts, &release.contents);
    let deleted = release.deleted.as_ref();
    let made = db.prepare_cached(sql)?.execute(params![
        module,
        slug.version.to_string(),
        serde_json::to_string(release.metadata.document()).map_err(|error| super::broken(2, error))?,
        file.sha256,
        file.md5,
        file.size as i64,
        texts.readme,
        texts.changelog,
        texts.license,
        texts.reference,
        json!({"tasks": contents.tasks, "plans": contents.plans}).to_string(),
        at,
        deleted.map(|deleted| micros(deleted.at)),
        deleted.and_then(|deleted| deleted.reason.as_deref()),
    ])?;
    if made == 1 {
        let sql = "UPDATE forge_module SET updated_at = max(updated_at, ?2) WHERE id = ?1";
        db.prepare_cached(sql)?.execute([module, at])?;
    }
    Ok(made == 1)
}

/// Without a version, all that are not deleted.
fn delete(db: &Connection, module: &str, version: Option<&str>, deleted: &Deleted) -> rusqlite::Result<bool> {
    let at = micros(deleted.at);
    let of = "module = (SELECT id FROM forge_module WHERE slug = ?1) AND (?2 IS NULL OR version = ?2)
              AND deleted_at IS NULL";
    let sql = format!("INSERT OR REPLACE INTO forge_garbage SELECT DISTINCT sha256, ?3 FROM forge_release WHERE {of}");
    db.prepare_cached(&sql)?.execute(params![module, version, at])?;
    let sql = format!("UPDATE forge_release SET deleted_at = ?3, deleted_for = ?4 WHERE {of}");
    let gone = db.prepare_cached(&sql)?.execute(params![module, version, at, deleted.reason])?;
    if gone > 0 {
        db.prepare_cached("UPDATE forge_module SET updated_at = ?2 WHERE slug = ?1")?.execute(params![module, at])?;
    }
    Ok(gone > 0)
}
