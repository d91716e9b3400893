//! Where the trees of a version lie within its environment.

use std::collections::BTreeMap;

use super::version::{TreeId, Version};

/// A folder of an environment that does not come whole from one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The tree that stands here, instead of what the tree above has here.
    pub tree: Option<TreeId>,
    /// By name.
    pub below: BTreeMap<String, Folder>,
}

/// The folders of a version, from the environment's own down.
pub fn of(version: &Version) -> Folder {
    let mut root = Folder { tree: Some(version.tree.clone()), ..Folder::default() };
    for part in &version.modules {
        root.at(&part.path).tree.clone_from(&part.tree);
    }
    root
}

impl Folder {
    fn at(&mut self, path: &str) -> &mut Self {
        path.split('/')
            .filter(|name| !name.is_empty())
            .fold(self, |folder, name| folder.below.entry(name.to_owned()).or_default())
    }

    /// Whether it is one tree, or what the tree above has here, and nothing else.
    pub fn is_plain(&self) -> bool {
        self.below.is_empty()
    }
}

#[cfg(test)]
mod tests;
