//! Vectors with code that is itself Ruby: their files must stand on disk, and processes run them.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use compiler::testing::Texts;
use ruby::workers::{Pool, Settings};
use serde_json::Value as Json;

use crate::run::Outcome;

/// Whether there is code among the files of a vector that is itself Ruby.
pub(crate) fn has_files(vector: &Json) -> bool {
    let paths = vector["files"].as_object().into_iter().flatten().map(|(path, _)| path);
    paths.into_iter().any(|path| path.contains("/lib/puppet/") && path.rsplit('.').next() == Some("rb"))
}

/// Whether Ruby and the library of Puppet are there, without which the files cannot be run as recorded.
pub(crate) fn is_installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let found = std::process::Command::new("ruby").args(["-e", "require 'puppet'"]).output();
        let is_there = found.is_ok_and(|output| output.status.success());
        if !is_there {
            println!("Ruby or the library of Puppet is not installed: vectors with Ruby files are run without");
        }
        is_there
    })
}

/// Lays the files of a vector under a folder of their own, which `/ROOT` then stands for.
pub(crate) fn with_files(vector: &Json, compare: fn(&Json) -> Outcome) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let root = folder.path().to_string_lossy().into_owned();
    let text = vector.to_string().replace("/ROOT", &root);
    let vector: Json = serde_json::from_str(&text).expect("a path needs no quotes in JSON");
    for (path, content) in vector["files"].as_object().into_iter().flatten() {
        let path = Path::new(path);
        if path.starts_with(&root) {
            std::fs::create_dir_all(path.parent().unwrap_or(path)).expect("a folder can be made");
            std::fs::write(path, content.as_str().unwrap_or_default()).expect("a file can be written");
        }
    }
    compare(&vector)
}

/// With processes for the Ruby code of one vector.
pub(crate) fn lend(world: Texts) -> Texts {
    static POOL: OnceLock<Pool> = OnceLock::new();
    static SNAPSHOTS: AtomicU64 = AtomicU64::new(0);
    let settings = || Settings { timeout: Duration::from_mins(1), memory: 0, ..Settings::default() };
    let pool = POOL.get_or_init(|| Pool::open(settings(), |line| println!("{line}"))).clone();
    let snapshot = SNAPSHOTS.fetch_add(1, Ordering::Relaxed);
    world.with_ruby(move || Ok(Box::new(pool.lease(snapshot, &|| false)?)))
}
