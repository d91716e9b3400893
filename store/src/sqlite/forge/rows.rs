//! From rows to modules and releases.

use modules::forge::Metadata;
use modules::forge::release::{Contents, Deleted, File, Release, Texts};
use modules::forge::slug;
use rusqlite::Row;
use semver::Version;
use serde_json::Value;

use crate::sqlite::{broken, time};

/// The columns that [`release`] reads, without the texts; `r` is the release and `m` its module.
pub(super) const RELEASE: &str = "r.metadata, r.sha256, r.md5, r.bytes, r.contents, r.created_at, r.deleted_at,
     r.deleted_for, r.downloads, m.deprecated_at";
/// The columns of the texts, which stand behind those.
pub(super) const TEXTS: &str = ", r.readme, r.changelog, r.license, r.reference";

pub(super) fn release(row: &Row<'_>, with_texts: bool) -> rusqlite::Result<Release> {
    let texts = if with_texts {
        Texts { readme: row.get(10)?, changelog: row.get(11)?, license: row.get(12)?, reference: row.get(13)? }
    } else {
        Texts::default()
    };
    let reason: Option<String> = row.get(7)?;
    let deleted_at = row.get::<_, Option<i64>>(6)?.map(|at| time(6, at)).transpose()?;
    Ok(Release {
        metadata: metadata(0, row.get_ref(0)?.as_str()?)?,
        file: File { sha256: row.get(1)?, md5: row.get(2)?, size: row.get::<_, i64>(3)? as u64 },
        texts,
        contents: contents(4, row.get_ref(4)?.as_str()?)?,
        created_at: time(5, row.get(5)?)?,
        deleted: deleted_at.map(|at| Deleted { at, reason }),
        downloads: row.get::<_, i64>(8)? as u64,
        deprecated_at: row.get::<_, Option<i64>>(9)?.map(|at| time(9, at)).transpose()?,
    })
}

pub(super) fn metadata(column: usize, text: &str) -> rusqlite::Result<Metadata> {
    Metadata::parse(text.as_bytes()).map_err(|fault| broken(column, fault))
}

pub(super) fn version(column: usize, text: &str) -> rusqlite::Result<Version> {
    slug::version(text).map_err(|fault| broken(column, fault))
}

fn contents(column: usize, text: &str) -> rusqlite::Result<Contents> {
    let value: Value = serde_json::from_str(text).map_err(|error| broken(column, error))?;
    let read = |name: &str| value[name].clone();
    let tasks = serde_json::from_value(read("tasks")).map_err(|error| broken(column, error))?;
    let plans = serde_json::from_value(read("plans")).map_err(|error| broken(column, error))?;
    Ok(Contents { tasks, plans })
}
