//! What differs between two versions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::version::{Part, Version, short};

/// One difference. `path` is the folder of a module below the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Change {
    /// Another commit of the control repository.
    Control {
        from: Option<String>,
        to: String,
    },
    Added {
        path: String,
        to: String,
    },
    Removed {
        path: String,
        from: String,
    },
    Changed {
        path: String,
        from: String,
        to: String,
    },
}

/// What became of `old` on the way to `new`, the control repository first, then by path.
pub fn between(old: Option<&Version>, new: &Version) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.is_none_or(|old| old.commit != new.commit || old.branch != new.branch || old.remote != new.remote) {
        changes.push(Change::Control { from: old.map(|old| old.commit.clone()), to: new.commit.clone() });
    }
    let before: &[Part] = old.map_or(&[], |old| &old.modules);
    let mut of_modules: Vec<Change> = before
        .iter()
        .filter(|part| !new.modules.iter().any(|known| known.path == part.path))
        .map(|part| Change::Removed { path: part.path.clone(), from: part.origin.label() })
        .collect();
    for part in &new.modules {
        let (path, to) = (part.path.clone(), part.origin.label());
        match before.iter().find(|known| known.path == part.path) {
            None => of_modules.push(Change::Added { path, to }),
            Some(known) if known.tree != part.tree || known.origin != part.origin => {
                of_modules.push(Change::Changed { path, from: known.origin.label(), to });
            }
            Some(_) => {}
        }
    }
    of_modules.sort_by(|a, b| a.path().cmp(b.path()));
    changes.extend(of_modules);
    changes
}

impl Change {
    fn path(&self) -> &str {
        match self {
            Self::Control { .. } => "",
            Self::Added { path, .. } | Self::Removed { path, .. } | Self::Changed { path, .. } => path,
        }
    }
}

/// `modules/apache: v1.0.0 (0123456789) -> v1.1.0 (abcdef0123)`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control { from: None, to } => write!(f, "control repository: {}", short(to)),
            Self::Control { from: Some(from), to } => write!(f, "control repository: {} -> {}", short(from), short(to)),
            Self::Added { path, to } => write!(f, "{path}: added, {to}"),
            Self::Removed { path, from } => write!(f, "{path}: removed, was {from}"),
            Self::Changed { path, from, to } => write!(f, "{path}: {from} -> {to}"),
        }
    }
}

#[cfg(test)]
mod tests;
