//! From an order to versions: which environments there are, which commits and modules they are made of.

use std::collections::BTreeMap;
use std::path::Path;

use modules::deploy::{Live, Origin, Part, Version};
use modules::puppetfile::{self, Context, Declaration, Puppetfile, Reference};
use modules::sources::{Configuration, Kind, Source};

use super::order::Order;
use super::progress::Said;
use super::repositories::{Repositories, Wanted};

/// An environment that a source has, or that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) remote: String,
    pub(crate) branch: String,
    /// The name of the file that lists its modules.
    pub(crate) puppetfile: String,
    pub(crate) warnings: Vec<String>,
}

/// What the sources have now.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) candidates: Vec<Candidate>,
    /// Environments that cannot be deployed, and why.
    pub(crate) failed: BTreeMap<String, String>,
    /// Sources that could not be asked, and why: nothing of theirs is gone.
    pub(crate) silent: BTreeMap<String, String>,
}

/// A Puppetfile of more bytes is refused.
const LARGEST_PUPPETFILE: u64 = 1 << 20;

/// Asks every source what environments it has.
pub(crate) fn find(configuration: &Configuration, repositories: &mut Repositories<'_>, said: &Said) -> Found {
    let mut wanted = Wanted::new();
    for source in &configuration.sources {
        if let Kind::Git { remote, .. } = &source.kind {
            wanted.entry(remote.clone()).or_default();
        }
    }
    repositories.look(&wanted, said);
    let mut found = Found::default();
    for source in &configuration.sources {
        match of_source(source, repositories) {
            Ok(candidates) => found.candidates.extend(candidates),
            Err(reason) => drop(found.silent.insert(source.name.clone(), reason)),
        }
    }
    let named = found.candidates.iter().map(|candidate| {
        let source = configuration.sources.iter().find(|source| source.name == candidate.source);
        (source, candidate)
    });
    let mut owners: BTreeMap<&str, &Candidate> = BTreeMap::new();
    for (_, candidate) in named {
        if let Some(other) = owners.insert(&candidate.name, candidate) {
            let reason = format!(
                "Environment collision between {}:{} and {}:{}",
                candidate.source, candidate.branch, other.source, other.branch
            );
            found.failed.insert(candidate.name.clone(), reason);
        }
    }
    found.candidates.retain(|candidate| !found.failed.contains_key(&candidate.name));
    found
}

fn of_source(source: &Source, repositories: &Repositories<'_>) -> Result<Vec<Candidate>, String> {
    let Kind::Git { remote, .. } = &source.kind else {
        return Err(format!(
            "source {}: sources of this type are not deployed yet, only those of type git",
            source.name
        ));
    };
    let refs = repositories.refs(remote)?;
    let environments = source.environments(refs.branches.keys().map(String::as_str));
    for note in &environments.log {
        tracing::warn!(source = source.name, "{}", note.text);
    }
    let candidate = |branch: modules::sources::Branch| Candidate {
        name: branch.environment,
        source: source.name.clone(),
        remote: remote.clone(),
        branch: branch.branch,
        puppetfile: source.puppetfile.clone(),
        warnings: Vec::new(),
    };
    Ok(environments.taken.into_iter().map(candidate).collect())
}

impl Candidate {
    /// The control repository as it is now, without modules yet.
    pub(crate) fn control(&self, repositories: &Repositories<'_>) -> Result<Version, String> {
        let name = self.reference();
        let commit = repositories.commit(&self.remote, &name)?;
        let commit = commit.ok_or_else(|| format!("{} has no branch {}", self.remote, self.branch))?.to_owned();
        let tree = repositories.tree(&self.remote, &commit);
        Ok(Version {
            source: self.source.clone(),
            remote: self.remote.clone(),
            branch: self.branch.clone(),
            tree: tree.ok_or_else(|| format!("{} has no commit {commit}", self.remote))?,
            commit,
            modules: Vec::new(),
        })
    }

    /// The branch, told from a tag of the same name.
    pub(crate) fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }
}

/// The modules that the Puppetfile in `tree` declares; none where there is none.
pub(crate) fn declared(candidate: &Candidate, tree: &Path) -> Result<Puppetfile, String> {
    let file = &candidate.puppetfile;
    if Path::new(file).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
        return Err(format!("{file} is no name of a Puppetfile"));
    }
    let path = tree.join(file);
    let size = match std::fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Puppetfile { forge: None, modules: Vec::new(), warnings: Vec::new() });
        }
        Err(error) => return Err(format!("{file}: {error}")),
    };
    if size > LARGEST_PUPPETFILE {
        return Err(format!("{file} has {size} bytes; a Puppetfile may have {LARGEST_PUPPETFILE}"));
    }
    let text = std::fs::read(&path).map_err(|error| format!("{file}: {error}"))?;
    let text = String::from_utf8(text).map_err(|_| format!("{file} is not UTF-8"))?;
    // Absolute paths in the file are those of an environment of this name.
    let root = format!("/{}", candidate.name);
    let context = Context { root: &root, default_branch_override: None };
    Puppetfile::parse(&text, &context).map_err(|error| error.in_file(file))
}

/// The names that a module's commit is looked for by, in order.
fn names(candidate: &Candidate, origin: &puppetfile::Origin) -> Vec<String> {
    let puppetfile::Origin::Git { reference, default_branch, default_branch_override, .. } = origin else {
        return Vec::new();
    };
    let first = match reference {
        Reference::ControlBranch => &candidate.branch,
        Reference::Named(name) => name,
    };
    let rest = default_branch_override.iter().chain(default_branch);
    std::iter::once(first).chain(rest).cloned().collect()
}

/// What repositories have to be asked for, so that `modules` can be resolved.
pub(crate) fn wanted(candidate: &Candidate, modules: &[&Declaration], into: &mut Wanted) {
    for module in modules {
        if let puppetfile::Origin::Git { remote, .. } = &module.origin {
            into.entry(remote.clone()).or_default().extend(names(candidate, &module.origin));
        }
    }
}

/// Puts the modules into a version. Those that the order leaves out stay as they were in `live`.
pub(crate) fn resolve(
    candidate: &Candidate,
    version: Version,
    declared: &Puppetfile,
    order: &Order,
    live: Option<&Live>,
    repositories: &Repositories<'_>,
    exclude_spec: bool,
) -> Result<Version, String> {
    let mut version = version;
    let mut parts = Vec::new();
    for module in &declared.modules {
        let place = || format!("module {} ({} line {})", module.name, candidate.puppetfile, module.line);
        if module.folder.starts_with('/') {
            return Err(format!("{}: {} is not within the environment", place(), module.folder));
        }
        let path = modules::path::join(&module.folder, &module.name).trim_start_matches('/').to_owned();
        if !is_asked_for(module, order) {
            let before = live.and_then(|live| live.version.modules.iter().find(|part| part.path == path));
            match before {
                Some(part) => parts.push(part.clone()),
                None => return Err(format!("{}: it is not deployed yet; deploy the environment whole", place())),
            }
            continue;
        }
        let part = part(candidate, module, path, repositories).map_err(|reason| format!("{}: {reason}", place()))?;
        let leaves_out_spec = module.spec_deletable && module.exclude_spec.unwrap_or(exclude_spec);
        parts.push(if leaves_out_spec {
            Part { tree: part.tree.map(|tree| tree.without_spec()), ..part }
        } else {
            part
        });
    }
    parts.sort_by(|a, b| a.path.cmp(&b.path));
    version.modules = parts;
    Ok(version)
}

/// Whether an order is about a module.
pub(crate) fn is_asked_for(module: &Declaration, order: &Order) -> bool {
    order.modules.is_empty() || order.modules.iter().any(|name| *name == module.name || *name == module.title)
}

fn part(
    candidate: &Candidate,
    module: &Declaration,
    path: String,
    repositories: &Repositories<'_>,
) -> Result<Part, String> {
    let name = module.name.clone();
    match &module.origin {
        puppetfile::Origin::Local => Ok(Part { name, path, origin: Origin::Local, tree: None }),
        puppetfile::Origin::Git { remote, .. } => {
            for reference in names(candidate, &module.origin) {
                if let Some(commit) = repositories.commit(remote, &reference)? {
                    let (remote, commit) = (remote.clone(), commit.to_owned());
                    let tree = repositories.tree(&remote, &commit);
                    let tree = Some(tree.ok_or_else(|| format!("{remote} has no commit {commit}"))?);
                    return Ok(Part { name, path, origin: Origin::Git { remote, reference, commit }, tree });
                }
            }
            Err(module.origin.unresolved(&module.name))
        }
        puppetfile::Origin::Forge { .. } => {
            Err("modules from a Forge are not deployed yet; name a Git repository".to_owned())
        }
        puppetfile::Origin::Tarball { .. } => {
            Err("modules from archives are not deployed yet; name a Git repository".to_owned())
        }
    }
}
