//! One environment at one moment: settings, modules, trees, identity.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use model::EnvironmentName;
use sha2::{Digest as _, Sha256};

use crate::conf::{EnvironmentConf, Variables};
use crate::disk::Disk;
use crate::error::Error;
use crate::glob;
use crate::module::{Module, is_module_name};
use crate::path;
use crate::place::{self, Place, Sort};
use crate::tree::{Bounds, Node, Tree};

/// An environment as it was when it was listed. Immutable.
#[derive(Debug)]
pub struct Snapshot {
    pub name: EnvironmentName,
    /// Absolute path of the environment's folder.
    pub path: Arc<str>,
    pub conf: EnvironmentConf,
    /// Every folder of the module path, those that do not exist too.
    pub modulepath: Vec<String>,
    /// The site manifest, a file or a folder; it need not exist.
    pub manifest: String,
    /// The command that names the version of catalogs.
    pub config_version: Option<String>,
    /// In order of the module path, then by name; the first of two of one name wins.
    pub modules: Vec<Module>,
    pub id: SnapshotId,
    /// Folders that could not be read, and what `environment.conf` got wrong.
    pub problems: Vec<String>,
    by_name: HashMap<Arc<str>, usize>,
    trees: Vec<Tree>,
}

/// Equal for equal trees: made of names, sizes, times, owners, modes and link targets.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SnapshotId([u8; 32]);

/// Where an environment is and what its settings may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub name: &'a EnvironmentName,
    /// Absolute path of the environment's folder.
    pub path: &'a str,
    pub environmentpath: &'a str,
    pub codedir: &'a str,
    pub confdir: &'a str,
    pub basemodulepath: &'a [String],
}

impl Snapshot {
    /// Lists an environment; `None` when its folder does not exist. `conf` is the text of its
    /// `environment.conf`, when there is one.
    pub fn take(disk: &dyn Disk, origin: Origin, conf: Option<&str>, bounds: Bounds) -> Result<Option<Self>, Error> {
        let conf_path = path::join(origin.path, "environment.conf");
        let conf = conf.map(|text| EnvironmentConf::parse(text, &conf_path)).unwrap_or_default();
        let basemodulepath = origin.basemodulepath.join(":");
        let variables = Variables {
            environment: origin.name.as_str(),
            environmentpath: origin.environmentpath,
            codedir: origin.codedir,
            confdir: origin.confdir,
            basemodulepath: &basemodulepath,
        };
        let modulepath: Vec<String> = conf
            .modulepath(origin.path, &variables)
            .into_iter()
            .flat_map(|entry| if glob::is_pattern(&entry) { glob::on_disk(disk, &entry) } else { vec![entry] })
            .collect();
        let manifest = conf.manifest(origin.path, &variables);
        let config_version = conf.config_version(origin.path, &variables);

        let mut problems = conf.problems.clone();
        let mut trees: Vec<Tree> = Vec::new();
        let skip = |folder: &str, name: &str| is_not_code(origin.path, &modulepath, folder, name);
        let wanted = [origin.path, &manifest].into_iter().chain(modulepath.iter().map(String::as_str));
        for (index, root) in wanted.enumerate() {
            if trees.iter().any(|tree| path::below(root, &tree.path).is_some()) {
                continue;
            }
            match Tree::scan(disk, root, bounds, &skip, &mut problems)? {
                Some(tree) => trees.push(tree),
                None if index == 0 => return Ok(None),
                None => {}
            }
        }

        let modules = discover(&trees, &modulepath);
        let by_name = modules.iter().enumerate().map(|(index, module)| (module.name.clone(), index)).collect();
        let id = SnapshotId::of(&trees, &modulepath);
        let (name, path) = (origin.name.clone(), origin.path.into());
        Ok(Some(Self { name, path, conf, modulepath, manifest, config_version, modules, id, problems, by_name, trees }))
    }

    pub fn module(&self, name: &str) -> Option<&Module> {
        self.by_name.get(name).map(|&index| &self.modules[index])
    }

    /// What stands at an absolute path: `Err` when the path is outside of all that was listed.
    pub fn look(&self, path: &str) -> Result<Option<&Node>, Outside> {
        let mut outside = true;
        for tree in &self.trees {
            if let Some(rest) = path::below(path, &tree.path) {
                outside = false;
                if let Some(node) = tree.root.look(rest) {
                    return Ok(Some(node));
                }
            }
        }
        if outside { Err(Outside) } else { Ok(None) }
    }

    /// The absolute path of the file that should define `name`, if there is such a file.
    pub fn definition(&self, sort: Sort, name: &str) -> Option<(String, &Node)> {
        let (folder, node, file) = match place::of(sort, name)? {
            Place::Module { module, file } => {
                let module = self.module(&module)?;
                (&module.path, &module.node, file)
            }
            Place::Environment { file } => (&self.path, self.look(&self.path).ok()??, file),
        };
        let node = node.look(&file)?;
        node.is_file().then(|| (path::join(folder, &file), node))
    }

    /// The site manifests in the order in which they are evaluated.
    pub fn manifests(&self) -> Vec<(String, &Node)> {
        let Ok(Some(node)) = self.look(&self.manifest) else { return Vec::new() };
        if node.is_file() {
            return vec![(self.manifest.clone(), node)];
        }
        let mut found = Vec::new();
        collect_manifests(node, &self.manifest, &mut found);
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found
    }

    /// The manifests of a module, sorted.
    pub fn manifests_of(module: &Module) -> Vec<String> {
        let Some(node) = module.node.look("manifests") else { return Vec::new() };
        let mut found = Vec::new();
        collect_manifests(node, &path::join(&module.path, "manifests"), &mut found);
        let mut found: Vec<String> = found.into_iter().map(|(path, _)| path).collect();
        found.sort();
        found
    }

    /// The folders of the module path that exist.
    pub fn existing_modulepath(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.modulepath.iter().filter_map(|folder| {
            let node = self.look(folder).ok()??;
            node.is_directory().then_some((folder.as_str(), node))
        })
    }

    /// The trees of the snapshot: the environment's folder first.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Absolute paths that match a shell pattern, sorted; `Err` when the pattern leads elsewhere.
    pub fn glob(&self, pattern: &str) -> Result<Vec<String>, Outside> {
        let fixed = glob::fixed_part(pattern);
        if !self.trees.iter().any(|tree| path::below(fixed, &tree.path).is_some()) {
            return Err(Outside);
        }
        Ok(glob::matching(pattern, &|folder| {
            let Ok(Some(node)) = self.look(folder) else { return Vec::new() };
            node.entries().map(|(name, node)| glob::Entry::of(name, node)).collect()
        }))
    }

    /// The latest change of anything in it, in nanoseconds since the epoch.
    pub fn latest_change(&self) -> i64 {
        self.trees.iter().map(|tree| tree.root.latest_change()).max().unwrap_or_default()
    }
}

/// A path that the snapshot knows nothing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside;

impl SnapshotId {
    fn of(trees: &[Tree], modulepath: &[String]) -> Self {
        let mut hash = Sha256::new();
        for folder in modulepath {
            hash.update((folder.len() as u64).to_le_bytes());
            hash.update(folder);
        }
        for tree in trees {
            tree.root.identify(&tree.path, &mut hash);
        }
        Self(hash.finalize().into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SnapshotId({self})")
    }
}

/// History and tests of modules are neither compiled nor served, and can be larger than the code.
fn is_not_code(environment: &str, modulepath: &[String], folder: &str, name: &str) -> bool {
    let in_module = || {
        folder.rsplit_once('/').is_some_and(|(parent, module)| {
            is_module_name(module) && modulepath.iter().any(|entry| entry.trim_end_matches('/') == parent)
        })
    };
    match name {
        ".git" => folder == environment || in_module(),
        "spec" => in_module(),
        _ => false,
    }
}

fn discover(trees: &[Tree], modulepath: &[String]) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for folder in modulepath {
        let Some(node) = trees.iter().find_map(|tree| tree.look(folder)) else { continue };
        for (name, node) in node.entries() {
            if node.is_directory() && is_module_name(name) && seen.insert(name.to_owned()) {
                let path = path::join(folder, name).into();
                modules.push(Module { name: name.into(), path, node: node.clone() });
            }
        }
    }
    modules
}

/// `**/*.pp`: hidden files and linked folders do not count.
fn collect_manifests<'a>(node: &'a Node, path: &str, found: &mut Vec<(String, &'a Node)>) {
    for (name, child) in node.entries() {
        let child_path = path::join(path, name);
        if name.starts_with('.') {
            continue;
        }
        if child.is_directory() && child.link.is_none() {
            collect_manifests(child, &child_path, found);
        } else if child.is_file() && name.strip_suffix(".pp").is_some() {
            found.push((child_path, child));
        }
    }
}

#[cfg(test)]
mod tests;
