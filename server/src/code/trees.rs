//! Immutable folders, named by their content.
//!
//! ```text
//! code/
//!   git/NAME.git       bare repositories
//!   trees/ID/tree/     a folder, never changed
//!   trees/ID/facts     what was found out about it when it was made
//!   versions/ID/NAME/  an environment: links into `trees`
//!   tmp/               what is being made; emptied when a server starts
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use modules::deploy::TreeId;
use serde::{Deserialize, Serialize};

use crate::data_dir::private_folder;
use crate::environments::check;

/// The folder of all that deploys make.
#[derive(Debug)]
pub(crate) struct Trees {
    root: PathBuf,
    /// Files and folders that a tree may have.
    most_entries: usize,
    drafts: AtomicU64,
}

/// What was found out about a tree when it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The version of this program that looked.
    pub(crate) checked_by: String,
    pub(crate) mistakes: Vec<Mistake>,
    /// Of `metadata.json`.
    pub(crate) module: Option<Metadata>,
    /// Modules in folders of it, such as `modules/NAME`.
    pub(crate) modules: Vec<Metadata>,
}

/// A mistake in a file; `text` begins with its path below the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mistake {
    pub(crate) text: String,
    /// Whether an environment with it could not be served whole.
    pub(crate) is_error: bool,
}

/// What a module says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Names as `author-name`, and ranges.
    pub(crate) dependencies: Vec<(String, String)>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TreeError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{link} leads out of its folder, to {target}: such links are not deployed")]
    LinkOut { link: String, target: String },
    #[error("it has more than {0} files and folders (setting deploy.max_entries)")]
    TooMany(usize),
    #[error("{0} is deeper than {DEEPEST} folders")]
    TooDeep(String),
}

/// Folders inside folders.
const DEEPEST: usize = 64;
const FACTS: &str = "facts";
const TREE: &str = "tree";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Below these, mistakes keep nothing from being served.
const ASIDE: [&str; 5] = ["examples", "tests", "acceptance", "fixtures", "plans"];

impl Trees {
    /// Makes the folders that are missing.
    pub(crate) fn open(root: PathBuf, most_entries: usize) -> Result<Self, TreeError> {
        let trees = Self { root, most_entries, drafts: AtomicU64::new(0) };
        for folder in [trees.root.clone(), trees.caches(), trees.all(), trees.versions(), trees.drafts()] {
            private_folder(&folder).map_err(at(&folder))?;
        }
        Ok(trees)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn caches(&self) -> PathBuf {
        self.root.join("git")
    }

    pub(crate) fn all(&self) -> PathBuf {
        self.root.join("trees")
    }

    pub(crate) fn versions(&self) -> PathBuf {
        self.root.join("versions")
    }

    pub(crate) fn drafts(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// A new name below `tmp`.
    pub(crate) fn draft(&self) -> PathBuf {
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        self.drafts().join(format!("{}-{number}", std::process::id()))
    }

    /// Removes what was being made when a server ended.
    pub(crate) fn clear_drafts(&self) -> Result<(), TreeError> {
        let drafts = self.drafts();
        for entry in fs::read_dir(&drafts).map_err(at(&drafts))? {
            let path = entry.map_err(at(&drafts))?.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(at(&path))?;
        }
        Ok(())
    }

    pub(crate) fn has(&self, id: &TreeId) -> bool {
        self.all().join(id.as_str()).join(FACTS).is_file()
    }

    /// Where a tree's files are, below [`Trees::root`].
    pub(crate) fn relative(id: &TreeId) -> PathBuf {
        Path::new("trees").join(id.as_str()).join(TREE)
    }

    /// What is known of the tree in a folder; looked at again when another version of this program did.
    pub(crate) fn facts_in(folder: &Path) -> Result<Facts, TreeError> {
        let path = folder.join(FACTS);
        let bytes = fs::read(&path).map_err(at(&path))?;
        match serde_json::from_slice::<Facts>(&bytes) {
            Ok(facts) if facts.checked_by == VERSION => Ok(facts),
            _ => {
                let facts = look(&folder.join(TREE))?;
                write_facts(&path, &facts)?;
                Ok(facts)
            }
        }
    }

    /// Finishes a tree that was written to `draft/tree`: checks its links and its size, and reads what it has.
    /// It takes its name by [`Trees::keep`].
    pub(crate) fn finish(&self, draft: &Path, id: &TreeId) -> Result<(), TreeError> {
        let tree = draft.join(TREE);
        if id.is_without_spec() {
            let spec = tree.join("spec");
            match fs::remove_dir_all(&spec) {
                Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                    return Err(TreeError::File { path: spec, source: error });
                }
                _ => {}
            }
        }
        let mut entries = 0;
        self.inspect(&tree, Path::new(""), 0, &mut entries)?;
        write_facts(&draft.join(FACTS), &look(&tree)?)
    }

    /// Gives finished trees and versions their names. Everything is on disk before the first has its name, and the
    /// names are when this returns.
    pub(crate) fn keep(&self, finished: &[(PathBuf, PathBuf)]) -> Result<(), TreeError> {
        if finished.is_empty() {
            return Ok(());
        }
        let drafts = self.drafts();
        let whole = File::open(&drafts).map_err(at(&drafts))?;
        rustix::fs::syncfs(&whole).map_err(|error| TreeError::File { path: drafts, source: error.into() })?;
        let mut parents = BTreeSet::new();
        for (draft, name) in finished {
            if let Some(parent) = name.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
                parents.extend([parent.to_owned(), parent.parent().unwrap_or(parent).to_owned()]);
            }
            match fs::rename(draft, name) {
                Ok(()) => {}
                // Somebody was faster, with the same content.
                Err(_) if name.exists() => drop(fs::remove_dir_all(draft)),
                Err(error) => return Err(TreeError::File { path: name.clone(), source: error }),
            }
        }
        for parent in parents {
            File::open(&parent).and_then(|folder| folder.sync_all()).map_err(at(&parent))?;
        }
        Ok(())
    }

    /// The place of a tree that is finished.
    pub(crate) fn place(&self, id: &TreeId) -> PathBuf {
        self.all().join(id.as_str())
    }

    fn inspect(&self, root: &Path, below: &Path, depth: usize, entries: &mut usize) -> Result<(), TreeError> {
        let folder = root.join(below);
        if depth > DEEPEST {
            return Err(TreeError::TooDeep(below.display().to_string()));
        }
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            *entries += 1;
            if *entries > self.most_entries {
                return Err(TreeError::TooMany(self.most_entries));
            }
            let (kind, name) = (entry.file_type().map_err(at(&folder))?, below.join(entry.file_name()));
            if kind.is_symlink() {
                let target = fs::read_link(root.join(&name)).map_err(at(&folder))?;
                if !stays_inside(below, &target) {
                    let (link, target) = (name.display().to_string(), target.display().to_string());
                    return Err(TreeError::LinkOut { link, target });
                }
            } else if kind.is_dir() {
                self.inspect(root, &name, depth + 1, entries)?;
            }
        }
        Ok(())
    }
}

/// Where the files of a tree that is being made are written to.
pub(crate) fn files(draft: &Path) -> PathBuf {
    draft.join(TREE)
}

/// Whether a link in the folder `below` a root stays below that root at every step.
fn stays_inside(below: &Path, target: &Path) -> bool {
    let mut depth = below.components().count();
    target.components().all(|part| match part {
        Component::ParentDir if depth == 0 => false,
        Component::ParentDir => {
            depth -= 1;
            true
        }
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::CurDir => true,
        Component::RootDir | Component::Prefix(_) => false,
    })
}

fn look(tree: &Path) -> Result<Facts, TreeError> {
    let report = check::check(tree, tree, &mut |_| {}).map_err(at(tree))?;
    let prefix = format!("{}/", tree.display());
    let mistakes = report.findings.iter().map(|finding| {
        let text = finding.to_string().replace(&prefix, "");
        let file = finding.file.replace(&prefix, "");
        let is_aside = file.split('/').any(|part| ASIDE.contains(&part));
        Mistake { text, is_error: finding.is_error() && !is_aside }
    });
    let modules = entries(tree, fs::FileType::is_dir).iter().flat_map(|folder| modules_in(folder)).collect();
    Ok(Facts { checked_by: VERSION.to_owned(), mistakes: mistakes.collect(), module: metadata(tree), modules })
}

/// What the modules in a folder say of themselves.
pub(crate) fn modules_in(folder: &Path) -> Vec<Metadata> {
    entries(folder, |_| true).iter().filter_map(|module| metadata(module)).collect()
}

/// Entries of a folder, sorted; none where it cannot be read.
fn entries(folder: &Path, is_meant: impl Fn(&fs::FileType) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| is_meant(&kind)));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

fn metadata(tree: &Path) -> Option<Metadata> {
    let text = fs::read(tree.join("metadata.json")).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let field = |value: &serde_json::Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let dependency = |value: &serde_json::Value| {
        let range = field(value, "version_requirement").or_else(|| field(value, "version_range"));
        Some((field(value, "name")?.replace('/', "-"), range.unwrap_or_else(|| ">= 0.0.0".to_owned())))
    };
    Some(Metadata {
        name: field(&value, "name")?.replace('/', "-"),
        version: field(&value, "version").unwrap_or_default(),
        dependencies: value["dependencies"].as_array().into_iter().flatten().filter_map(dependency).collect(),
    })
}

fn write_facts(path: &Path, facts: &Facts) -> Result<(), TreeError> {
    let bytes =
        serde_json::to_vec(facts).map_err(|error| TreeError::File { path: path.into(), source: error.into() })?;
    let draft = path.with_extension("new");
    fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path)).map_err(at(path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> TreeError {
    let path = path.to_owned();
    move |source| TreeError::File { path: path.clone(), source }
}

#[cfg(test)]
mod tests;
