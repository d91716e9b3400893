//! Finding modules and releases.
//!
//! What is asked of metadata is judged by the crate that knows them; rows are narrowed down before by what they say
//! themselves, and read whole only for the page that is answered.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use modules::forge::ReleaseSlug;
use modules::forge::query::{ModuleQuery, ModuleSort, Page, ReleaseQuery, ReleaseSort};
use modules::forge::release::{self, Abbreviated, Deprecation, Found, Module, Release};
use rusqlite::{Connection, OptionalExtension, params};
use semver::Version;

use super::rows;
use crate::sqlite::{broken, time};

pub(super) fn release(db: &Connection, slug: &ReleaseSlug) -> rusqlite::Result<Option<Release>> {
    let sql = format!(
        "SELECT {}{} FROM forge_release r JOIN forge_module m ON m.id = r.module WHERE m.slug = ?1 AND r.version = ?2",
        rows::RELEASE,
        rows::TEXTS
    );
    let key = [slug.module.to_string(), slug.version.to_string()];
    db.prepare_cached(&sql)?.query_row(key, |row| rows::release(row, true)).optional()
}

/// A module by its row.
pub(super) fn module(db: &Connection, id: i64, with_texts: bool) -> rusqlite::Result<Module> {
    let sql = "SELECT id, version, created_at, deleted_at, bytes, downloads FROM forge_release WHERE module = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| {
        let abbreviated = Abbreviated {
            version: rows::version(1, row.get_ref(1)?.as_str()?)?,
            created_at: time(2, row.get(2)?)?,
            deleted_at: row.get::<_, Option<i64>>(3)?.map(|at| time(3, at)).transpose()?,
            size: row.get::<_, i64>(4)? as u64,
        };
        Ok((row.get::<_, i64>(0)?, abbreviated, row.get::<_, i64>(5)? as u64))
    })?;
    let mut releases = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    releases.sort_by(|a, b| b.1.version.cmp(&a.1.version));
    let versions = releases.iter().map(|(_, release, _)| (&release.version, release.deleted_at.is_some()));
    let current = release::current(versions).ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let (current, _, _) = releases
        .iter()
        .find(|(_, release, _)| release.version == *current)
        .ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let current = release_of(db, *current, with_texts)?;
    let downloads = releases.iter().map(|(_, _, downloads)| downloads).sum();
    let releases = releases.into_iter().map(|(_, release, _)| release).collect();
    let sql = "SELECT slug, created_at, updated_at, deprecated_at, deprecated_for, superseded_by FROM forge_module
               WHERE id = ?1";
    db.prepare_cached(sql)?.query_row([id], |row| {
        let (reason, replacement): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
        let replacement = replacement.map(|slug| slug.parse().map_err(|fault| broken(5, fault))).transpose()?;
        let deprecated = row.get::<_, Option<i64>>(3)?.map(|at| time(3, at)).transpose()?;
        Ok(Module {
            slug: row.get_ref(0)?.as_str()?.parse().map_err(|fault| broken(0, fault))?,
            created_at: time(1, row.get(1)?)?,
            updated_at: time(2, row.get(2)?)?,
            deprecation: deprecated.map(|at| Deprecation { at, reason, replacement }),
            current,
            releases,
            downloads,
        })
    })
}

fn release_of(db: &Connection, id: i64, with_texts: bool) -> rusqlite::Result<Release> {
    let texts = if with_texts { rows::TEXTS } else { "" };
    let columns = rows::RELEASE;
    let sql =
        format!("SELECT {columns}{texts} FROM forge_release r JOIN forge_module m ON m.id = r.module WHERE r.id = ?1");
    db.prepare_cached(&sql)?.query_row([id], |row| rows::release(row, with_texts))
}

/// A release as far as it is needed to put it in order.
struct Candidate {
    id: i64,
    version: Version,
    module: String,
    downloads: i64,
    created_at: i64,
}

pub(super) fn releases(db: &Connection, query: &ReleaseQuery, page: Page) -> rusqlite::Result<Found<Release>> {
    let sql = "SELECT r.id, r.version, m.slug, r.downloads, r.created_at, CASE WHEN ?5 THEN r.metadata END
               FROM forge_release r JOIN forge_module m ON m.id = r.module
               WHERE (?1 IS NULL OR m.slug = ?1) AND (?2 IS NULL OR m.author = ?2)
               AND (?3 OR r.deleted_at IS NULL) AND NOT (?4 AND m.deprecated_at IS NOT NULL)";
    let mut statement = db.prepare_cached(sql)?;
    let module = query.module.as_ref().map(ToString::to_string);
    let looks = query.looks_at_metadata();
    let mut rows = statement.query(params![module, query.owner, query.show_deleted, query.hide_deprecated, looks])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if looks && !query.fits(&rows::metadata(5, row.get_ref(5)?.as_str()?)?) {
            continue;
        }
        let version = rows::version(1, row.get_ref(1)?.as_str()?)?;
        let (id, module, downloads, created_at) = (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
        found.push(Candidate { id, version, module, downloads, created_at });
    }
    let newest = |a: &Candidate, b: &Candidate| b.version.cmp(&a.version).then_with(|| a.module.cmp(&b.module));
    match query.sort {
        ReleaseSort::Version => found.sort_by(newest),
        ReleaseSort::Downloads => found.sort_by(|a, b| b.downloads.cmp(&a.downloads).then_with(|| newest(a, b))),
        ReleaseSort::ReleaseDate => found.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| newest(a, b))),
        ReleaseSort::Module => found.sort_by(|a, b| a.module.cmp(&b.module).then_with(|| newest(a, b))),
    }
    let total = found.len();
    let page = page.of(found).iter().map(|candidate| release_of(db, candidate.id, false)).collect::<Result<_, _>>()?;
    Ok(Found { total, page })
}

/// A release as far as it says what stands for its module.
struct Standing {
    id: i64,
    version: Version,
    deleted: bool,
    downloads: i64,
    created_at: i64,
}

pub(super) fn modules(db: &Connection, query: &ModuleQuery, page: Page) -> rusqlite::Result<Found<Module>> {
    let sql = "SELECT m.id, r.id, r.version, r.deleted_at IS NOT NULL, r.downloads, r.created_at
               FROM forge_module m JOIN forge_release r ON r.module = m.id
               WHERE (?1 IS NULL OR m.author = ?1) AND NOT (?2 AND m.deprecated_at IS NOT NULL)";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![query.owner, query.hide_deprecated])?;
    let mut all: BTreeMap<i64, Vec<Standing>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        all.entry(row.get(0)?).or_default().push(Standing {
            id: row.get(1)?,
            version: rows::version(2, row.get_ref(2)?.as_str()?)?,
            deleted: row.get(3)?,
            downloads: row.get(4)?,
            created_at: row.get(5)?,
        });
    }
    let mut found = Vec::new();
    for (module, releases) in all {
        let current = release::current(releases.iter().map(|release| (&release.version, release.deleted)));
        let current = releases.iter().find(|release| Some(&release.version) == current);
        let Some(Standing { id, deleted, created_at, .. }) = current else { continue };
        if *deleted && !query.show_deleted {
            continue;
        }
        let release = release_of(db, *id, false)?;
        let has = |wanted: bool, have: bool| !wanted || have;
        let contents = &release.contents;
        if !query.release.fits(&release.metadata)
            || !has(query.with_tasks, !contents.tasks.is_empty())
            || !has(query.with_plans, !contents.plans.is_empty())
        {
            continue;
        }
        let Some(rank) = query.rank(&release.metadata) else { continue };
        let downloads: i64 = releases.iter().map(|release| release.downloads).sum();
        let key = match query.sort {
            ModuleSort::Rank => (i64::from(rank), downloads),
            ModuleSort::Downloads => (downloads, 0),
            ModuleSort::LatestRelease => (*created_at, 0),
        };
        found.push((Reverse(key), release.metadata.release.module.to_string(), module));
    }
    found.sort();
    let total = found.len();
    let page = page.of(found).iter().map(|(_, _, id)| module(db, *id, false)).collect::<Result<_, _>>()?;
    Ok(Found { total, page })
}
