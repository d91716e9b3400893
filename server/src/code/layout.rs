//! An environment on disk: folders that are links into trees, or copies of what is there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use modules::deploy::layout::Folder;

use super::trees::Trees;

/// What is put into a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Links that hold `versions/ID/NAME`, seen from there.
    Link,
    Copy,
}

/// How many folders lie between the root of all code and an environment.
const ABOVE: usize = 3;

/// Puts `folder` to `into`, which must not be there. Trees are found below `root`.
pub(crate) fn lay_out(root: &Path, folder: &Folder, into: &Path, way: Way) -> io::Result<()> {
    Laying { root, way }.folder(folder, None, into, 0)
}

struct Laying<'a> {
    root: &'a Path,
    way: Way,
}

impl Laying<'_> {
    /// `above` is what the tree above has at this place, below the root.
    fn folder(&self, folder: &Folder, above: Option<&Path>, into: &Path, depth: usize) -> io::Result<()> {
        fs::create_dir_all(into)?;
        let own = folder.tree.as_ref().map(Trees::relative);
        let base = own.as_deref().or(above);
        if let Some(base) = base {
            for name in names(&self.root.join(base))? {
                if name.to_str().is_none_or(|name| !folder.below.contains_key(name)) {
                    self.put(&base.join(&name), &into.join(&name), depth)?;
                }
            }
        }
        for (name, below) in &folder.below {
            let (place, inherited) = (into.join(name), base.map(|base| base.join(name)));
            match (&below.tree, inherited) {
                (Some(tree), _) if below.is_plain() => self.put(&Trees::relative(tree), &place, depth)?,
                (None, Some(inherited)) if below.is_plain() => {
                    if fs::symlink_metadata(self.root.join(&inherited)).is_ok() {
                        self.put(&inherited, &place, depth)?;
                    }
                }
                (None, None) if below.is_plain() => {}
                (_, inherited) => self.folder(below, inherited.as_deref(), &place, depth + 1)?,
            }
        }
        Ok(())
    }

    /// Puts one entry of a tree to `place`, which lies `depth` folders below the environment.
    fn put(&self, source: &Path, place: &Path, depth: usize) -> io::Result<()> {
        match self.way {
            Way::Link => symlink(PathBuf::from("../".repeat(ABOVE + depth)).join(source), place),
            Way::Copy => copy(&self.root.join(source), place),
        }
    }
}

/// Copies a file, a link or a folder with all below it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_symlink() {
        symlink(fs::read_link(from)?, to)
    } else if kind.is_dir() {
        fs::create_dir(to)?;
        names(from)?.iter().try_for_each(|name| copy(&from.join(name), &to.join(name)))
    } else {
        fs::copy(from, to).map(drop)
    }
}

/// What a folder holds, sorted; nothing where there is none.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests;
