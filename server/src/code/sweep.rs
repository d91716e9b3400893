//! Removes what nothing needs any more: versions, trees, caches.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use model::EnvironmentName;
use modules::deploy::{Origin, Version};

use super::repositories::cache_name;
use super::trees::Trees;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) versions: usize,
    pub(crate) trees: usize,
    pub(crate) caches: usize,
}

/// How long a cache is kept that no version was made from.
const CACHES_FOR: Duration = Duration::from_hours(30 * 24);

/// Removes all that `kept` does not need. Nobody may deploy meanwhile.
pub(crate) fn sweep(trees: &Trees, kept: &[(EnvironmentName, Version)]) -> io::Result<Swept> {
    let mut needed = BTreeSet::new();
    let mut caches = BTreeSet::new();
    let mut homes = BTreeSet::new();
    for (name, version) in kept {
        homes.insert((version.code_id().to_string(), name.to_string()));
        needed.extend(version.trees().map(ToString::to_string));
        caches.insert(cache_name(&version.remote));
        caches.extend(version.modules.iter().filter_map(|part| match &part.origin {
            Origin::Git { remote, .. } => Some(cache_name(remote)),
            _ => None,
        }));
    }
    let mut swept = Swept::default();
    for id in names(&trees.versions())? {
        let folder = trees.versions().join(&id);
        for name in names(&folder)? {
            if !homes.contains(&(id.clone(), name.clone())) {
                remove(trees, &folder.join(&name))?;
                swept.versions += 1;
            }
        }
        if names(&folder)?.is_empty() {
            fs::remove_dir(&folder)?;
        }
    }
    for id in names(&trees.all())? {
        if !needed.contains(&id) {
            remove(trees, &trees.all().join(&id))?;
            swept.trees += 1;
        }
    }
    for name in names(&trees.caches())? {
        let path = trees.caches().join(&name);
        if path.extension().is_some_and(|extension| extension == "git")
            && !caches.contains(&name)
            && is_old(&path.with_extension("notes"))
        {
            remove(trees, &path)?;
            // There is none where nothing was learnt.
            let _ = fs::remove_file(path.with_extension("notes"));
            swept.caches += 1;
        }
    }
    Ok(swept)
}

/// Whether nobody wrote a file for long, or there is none.
fn is_old(path: &Path) -> bool {
    let age = |at: SystemTime| SystemTime::UNIX_EPOCH + age_now() > at + CACHES_FOR;
    fs::metadata(path).and_then(|metadata| metadata.modified()).map_or(true, age)
}

fn age_now() -> Duration {
    Duration::from_secs(u64::try_from(crate::clock::now().as_second()).unwrap_or_default())
}

/// Takes a folder its name first, so that it is whole as long as it has one.
fn remove(trees: &Trees, path: &Path) -> io::Result<()> {
    let draft = trees.draft();
    fs::rename(path, &draft)?;
    fs::remove_dir_all(draft)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
