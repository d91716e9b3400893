//! A disk of names, for tests.

use std::collections::BTreeMap;

use super::{Disk, Found, Kind, Link, Status};
use crate::checksum::ChecksumType;
use crate::metadata::Digests;
use crate::path;

/// Files by absolute path; folders are there when something is in them.
#[derive(Default)]
pub(crate) struct Memory {
    nodes: BTreeMap<String, Written>,
}

enum Written {
    File(String),
    Folder,
    Link(String),
}

impl Memory {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut disk = Self::default();
        for (path, content) in files {
            disk.file(path, content);
        }
        disk
    }

    pub(crate) fn file(&mut self, path: &str, content: &str) {
        self.parents(path);
        self.nodes.insert(path.to_owned(), Written::File(content.to_owned()));
    }

    pub(crate) fn link(&mut self, path: &str, destination: &str) {
        self.parents(path);
        self.nodes.insert(path.to_owned(), Written::Link(destination.to_owned()));
    }

    fn parents(&mut self, path: &str) {
        for (at, _) in path.match_indices('/').skip(1) {
            self.nodes.entry(path[..at].to_owned()).or_insert(Written::Folder);
        }
    }

    /// The path with all links on the way resolved.
    fn real(&self, path: &str, left: usize) -> Option<String> {
        let mut real = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let next = format!("{real}/{part}");
            real = match self.nodes.get(&next)? {
                Written::Link(to) if left > 0 => self.real(&path::expand(to, &real), left - 1)?,
                Written::Link(_) => return None,
                _ => next,
            };
        }
        Some(real)
    }

    fn status(&self, real: &str) -> Option<Status> {
        let (kind, size, mode) = match self.nodes.get(real)? {
            Written::File(content) => (Kind::File, content.len(), 0o640),
            Written::Folder => (Kind::Directory, 4096, 0o755),
            Written::Link(to) => (Kind::Link, to.len(), 0o777),
        };
        let inode = self.nodes.keys().position(|name| name == real)? as u64;
        let time = 1_795_429_116_000_000_000;
        Some(Status {
            kind,
            mode,
            uid: 5,
            gid: 6,
            device: 1,
            inode,
            size: size as u64,
            mtime: time,
            ctime: time + 999_999_999,
        })
    }

    fn found(&self, parent: &str, name: &str) -> Option<Found> {
        let place = format!("{}/{name}", self.real(parent, 8)?);
        let link = match self.nodes.get(&place)? {
            Written::Link(to) => Some(Link {
                destination: to.as_str().into(),
                target: self.real(&place, 8).and_then(|real| self.status(&real)),
            }),
            _ => None,
        };
        Some(Found { status: self.status(&place)?, link })
    }
}

impl Disk for Memory {
    fn look(&self, path: &str) -> Result<Option<Found>, String> {
        let (parent, name) = path.rsplit_once('/').ok_or("not absolute")?;
        Ok(self.found(parent, name))
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Found)>, String> {
        let real = self.real(path, 8).ok_or("no such folder")?;
        let names = self.nodes.keys().filter_map(|name| path::below(name, &real));
        let direct = names.filter(|name| !name.is_empty() && !name.contains('/'));
        Ok(direct.filter_map(|name| Some((name.to_owned(), self.found(path, name)?))).collect())
    }
}

impl Digests for Memory {
    fn digest(&self, path: &str, _: &Status, kind: ChecksumType) -> Result<String, String> {
        let real = self.real(path, 8).ok_or("nothing there")?;
        let Some(Written::File(content)) = self.nodes.get(&real) else { return Err("no file".into()) };
        let mut digest = kind.digest().ok_or("no digest")?;
        digest.update(content.as_bytes());
        Ok(digest.finish())
    }
}
