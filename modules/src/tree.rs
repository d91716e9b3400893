//! A folder and all below it, as it was at one moment.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::disk::{Disk, Found, Kind, Link, Status};
use crate::error::Error;
use crate::path;

/// A folder under its absolute path.
#[derive(Clone, Debug)]
pub struct Tree {
    pub path: Arc<str>,
    pub root: Node,
}

/// One file or folder of a tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// Of the entry itself.
    pub status: Status,
    pub link: Option<Box<Link>>,
    /// Present for folders, and for links that lead to folders.
    pub children: Option<Arc<Directory>>,
}

/// What a folder holds, sorted by name.
#[derive(Debug, Default)]
pub struct Directory {
    entries: Vec<(Box<str>, Node)>,
}

/// How much a tree may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Files and folders in all.
    pub entries: usize,
    /// Folders inside folders.
    pub depth: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 1_000_000, depth: 64 }
    }
}

impl Tree {
    /// Lists `path` and all below it; `None` when there is nothing there.
    ///
    /// Links to folders are followed, except back into a folder they stand in. `skip` is asked
    /// with a folder's path and a name in it for what to leave out. Folders that cannot be listed
    /// count as empty; `problems` says which.
    pub fn scan(
        disk: &dyn Disk,
        path: &str,
        bounds: Bounds,
        skip: &dyn Fn(&str, &str) -> bool,
        problems: &mut Vec<String>,
    ) -> Result<Option<Self>, Error> {
        let unreadable = |reason| Error::Unreadable { path: path.to_owned(), reason };
        let Some(found) = disk.look(path).map_err(unreadable)? else { return Ok(None) };
        let mut scan = Scan { disk, root: path, bounds, skip, problems, entries: 0, ancestors: Vec::new() };
        let root = scan.node(path, found)?;
        Ok(Some(Self { path: path.into(), root }))
    }

    /// The node at an absolute path, links followed on the way; `None` when it is not below this
    /// tree or there is nothing.
    pub fn look(&self, path: &str) -> Option<&Node> {
        self.root.look(path::below(path, &self.path)?)
    }
}

impl Node {
    /// The node at a path below this one; `""` is this one. `..` leads nowhere.
    pub fn look(&self, relative: &str) -> Option<&Self> {
        relative
            .split('/')
            .filter(|name| !matches!(*name, "" | "."))
            .try_fold(self, |node, name| node.children.as_ref()?.get(name))
    }

    /// The facts of what is at the end of the link, or of the node itself when it is none.
    pub fn followed(&self) -> Option<&Status> {
        self.link.as_ref().map_or(Some(&self.status), |link| link.target.as_ref())
    }

    /// Whether it is a file, or a link to one.
    pub fn is_file(&self) -> bool {
        self.followed().is_some_and(|status| status.kind == Kind::File)
    }

    /// Whether it is a folder, or a link to one.
    pub fn is_directory(&self) -> bool {
        self.followed().is_some_and(|status| status.kind == Kind::Directory)
    }

    /// Names and nodes in a folder, sorted by name; none for what is no folder.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.children.iter().flat_map(|children| children.entries.iter().map(|(name, node)| (&**name, node)))
    }

    /// Calls `visit` with every path below this node, folders before what they hold.
    pub fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &Self)) {
        visit(path, self);
        for (name, node) in self.entries() {
            node.walk(&path::join(path, name), visit);
        }
    }

    /// Adds everything a change on disk would alter to `hash`.
    pub(crate) fn identify(&self, name: &str, hash: &mut Sha256) {
        text(hash, name);
        facts(hash, &self.status);
        match &self.link {
            Some(link) => {
                text(hash, &link.destination);
                if let Some(target) = &link.target {
                    facts(hash, target);
                }
            }
            None => hash.update([0]),
        }
        let count = self.children.as_ref().map_or(0, |children| children.entries.len());
        hash.update((count as u64).to_le_bytes());
        for (name, node) in self.entries() {
            node.identify(name, hash);
        }
    }

    /// The latest change of anything below, in nanoseconds since the epoch.
    pub fn latest_change(&self) -> i64 {
        let own = self.followed().map_or(0, |status| status.ctime).max(self.status.ctime);
        self.entries().map(|(_, node)| node.latest_change()).fold(own, i64::max)
    }
}

impl Directory {
    fn get(&self, name: &str) -> Option<&Node> {
        let at = self.entries.binary_search_by(|(entry, _)| (**entry).cmp(name)).ok()?;
        Some(&self.entries[at].1)
    }
}

struct Scan<'a> {
    disk: &'a dyn Disk,
    root: &'a str,
    bounds: Bounds,
    skip: &'a dyn Fn(&str, &str) -> bool,
    problems: &'a mut Vec<String>,
    entries: usize,
    /// Device and inode of the folders on the way down.
    ancestors: Vec<(u64, u64)>,
}

impl Scan<'_> {
    fn node(&mut self, path: &str, found: Found) -> Result<Node, Error> {
        self.entries += 1;
        if self.entries > self.bounds.entries {
            return Err(Error::TooManyEntries { root: self.root.to_owned(), limit: self.bounds.entries });
        }
        let Found { status, link } = found;
        let mut node = Node { status, link: link.map(Box::new), children: None };
        if let Some(&target) = node.followed()
            && target.kind == Kind::Directory
        {
            let identity = (target.device, target.inode);
            if !self.ancestors.contains(&identity) {
                if self.ancestors.len() >= self.bounds.depth {
                    return Err(Error::TooDeep { path: path.to_owned(), limit: self.bounds.depth });
                }
                self.ancestors.push(identity);
                node.children = Some(Arc::new(self.directory(path)?));
                self.ancestors.pop();
            }
        }
        Ok(node)
    }

    fn directory(&mut self, path: &str) -> Result<Directory, Error> {
        let mut listing = match self.disk.list(path) {
            Ok(listing) => listing,
            Err(reason) => {
                self.problems.push(format!("Could not read {path}: {reason}"));
                return Ok(Directory::default());
            }
        };
        listing.retain(|(name, _)| !(self.skip)(path, name));
        listing.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut entries = Vec::with_capacity(listing.len());
        for (name, found) in listing {
            let node = self.node(&path::join(path, &name), found)?;
            entries.push((name.into_boxed_str(), node));
        }
        Ok(Directory { entries })
    }
}

fn text(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

fn facts(hash: &mut Sha256, status: &Status) {
    hash.update(status.kind.as_str());
    for number in [status.mode, status.uid, status.gid] {
        hash.update(number.to_le_bytes());
    }
    for number in [status.device, status.inode, status.size] {
        hash.update(number.to_le_bytes());
    }
    for time in [status.mtime, status.ctime] {
        hash.update(time.to_le_bytes());
    }
}
