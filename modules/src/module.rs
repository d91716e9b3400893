//! Modules in a module path.

use std::sync::Arc;

use crate::path;
use crate::tree::Node;

/// One module of an environment.
#[derive(Clone, Debug)]
pub struct Module {
    pub name: Arc<str>,
    /// Absolute path of its folder.
    pub path: Arc<str>,
    pub node: Node,
}

impl Module {
    /// The node at `relative` below the folder `kind` (`lib`, `files`, …), if its link, when it is
    /// one, leads anywhere; with its absolute path.
    pub fn find(&self, kind: &str, relative: &str) -> Option<(String, &Node)> {
        let node = self.node.look(kind)?.look(relative)?;
        node.followed()?;
        Some((path::join(&path::join(&self.path, kind), relative), node))
    }
}

/// Whether a folder of this name in a module path is a module.
pub fn is_module_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
