//! From an order to versions: which environments there are, which commits and modules they are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use modules::deploy::{Live, NO_COMMIT, Origin, Part, TreeId, Version};
use modules::path;
use modules::puppetfile::{self, Context, Declaration, Puppetfile, Reference};
use modules::sources::{Configuration, Content, Kind, Listed, Source};

use super::archives::{self, Archives, What};
use super::configuration;
use super::order::Order;
use super::progress::Said;
use super::puppetfile::{Interpreter, Source as File};
use super::repositories::{Repositories, Wanted};

/// An environment that a source has, or that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) source: String,
    /// The folder that r10k keeps it in.
    pub(crate) root: String,
    /// A branch, told from a tag of the same name, or what an entry of a list says.
    pub(crate) content: Content,
    /// The branch, or another reference; empty where there is no repository.
    pub(crate) branch: String,
    /// The entry of a list that it comes from.
    pub(crate) listed: Option<Listed>,
    /// The name of the file that lists its modules.
    pub(crate) puppetfile: String,
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
    let mut owners: BTreeMap<&str, &Candidate> = BTreeMap::new();
    for candidate in &found.candidates {
        if let Some(other) = owners.insert(&candidate.name, candidate) {
            let reason = format!(
                "Environment collision between {}:{} and {}:{}",
                candidate.source,
                candidate.entry(),
                other.source,
                other.entry()
            );
            found.failed.insert(candidate.name.clone(), reason);
        }
    }
    found.candidates.retain(|candidate| !found.failed.contains_key(&candidate.name));
    found
}

fn of_source(source: &Source, repositories: &Repositories<'_>) -> Result<Vec<Candidate>, String> {
    let Kind::Git { remote, .. } = &source.kind else {
        return Ok(configuration::listed(source)?
            .into_iter()
            .map(|listed| Candidate::listed(source, listed))
            .collect());
    };
    let refs = repositories.refs(remote)?;
    let environments = source.environments(refs.branches.keys().map(String::as_str));
    for note in &environments.log {
        tracing::warn!(source = source.name, "{}", note.text);
    }
    let candidate = |branch: modules::sources::Branch| {
        Candidate::of_branch(source, branch.environment, remote.clone(), branch.branch)
    };
    Ok(environments.taken.into_iter().map(candidate).collect())
}

impl Candidate {
    /// The environment of a branch.
    pub(crate) fn of_branch(source: &Source, name: String, remote: String, branch: String) -> Self {
        Self {
            source: source.name.clone(),
            root: path::join(source.basedir.as_deref().unwrap_or("/"), &name),
            content: Content::Git { remote, reference: format!("refs/heads/{branch}") },
            branch,
            listed: None,
            puppetfile: source.puppetfile.clone(),
            name,
        }
    }

    /// An environment that a file lists.
    pub(crate) fn listed(source: &Source, listed: Listed) -> Self {
        let branch = match &listed.content {
            Content::Git { reference, .. } => reference.clone(),
            Content::Plain | Content::Tarball { .. } => String::new(),
        };
        Self {
            name: listed.environment.clone(),
            source: source.name.clone(),
            root: path::join(source.basedir.as_deref().unwrap_or("/"), &listed.environment),
            content: listed.content.clone(),
            branch,
            puppetfile: source.puppetfile.clone(),
            listed: Some(listed),
        }
    }

    /// What its source calls it.
    fn entry(&self) -> &str {
        self.listed.as_ref().map_or(&self.branch, |listed| &listed.name)
    }

    /// What has to be known before its control repository is.
    pub(crate) fn wanted(&self, of_git: &mut Wanted, archives: &mut BTreeSet<archives::Wanted>) {
        match &self.content {
            Content::Git { remote, reference } => {
                of_git.entry(remote.clone()).or_default().insert(reference.clone());
            }
            Content::Plain => {}
            Content::Tarball { source, sha256 } => drop(archives.insert(whole(source, sha256.as_ref()))),
        }
    }

    /// The control repository as it is now, without modules yet.
    pub(crate) fn control(&self, repositories: &Repositories<'_>, archives: &Archives<'_>) -> Result<Version, String> {
        let (remote, commit, tree) = match &self.content {
            Content::Git { remote, reference } => {
                let commit = repositories.commit(remote, reference)?;
                let kind = if self.listed.is_some() { "reference" } else { "branch" };
                let commit = commit.ok_or_else(|| format!("{remote} has no {kind} {}", self.branch))?.to_owned();
                let tree = repositories.tree(remote, &commit);
                (remote.clone(), commit.clone(), tree.ok_or_else(|| format!("{remote} has no commit {commit}"))?)
            }
            Content::Plain => (String::new(), NO_COMMIT.to_owned(), TreeId::empty()),
            Content::Tarball { source, sha256 } => {
                let tree = archives.got(&whole(source, sha256.as_ref()))?.tree.clone();
                (source.clone(), tree.archive().unwrap_or_default().to_owned(), tree)
            }
        };
        let (source, branch) = (self.source.clone(), self.branch.clone());
        Ok(Version { source, remote, branch, commit, tree, modules: Vec::new() })
    }

    /// All its modules: those of its Puppetfile, and those that the list says.
    pub(crate) fn modules(&self, file: Puppetfile, warnings: &mut Vec<String>) -> Result<Vec<Declaration>, String> {
        warnings.extend(file.warnings.iter().cloned());
        let Some(listed) = &self.listed else { return Ok(file.modules) };
        warnings.extend(listed.warnings.iter().cloned());
        listed.with(file, warnings).map_err(|error| error.to_string())
    }

    /// Whether a module is one that the list says, and not the Puppetfile.
    fn lists(&self, module: &Declaration) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.modules.iter().any(|own| own.name == module.name))
    }

    /// The reference that `:control_branch` stands for.
    fn control_branch(&self, module: &Declaration) -> Option<&str> {
        Some(self.branch.as_str()).filter(|branch| !branch.is_empty() && !self.lists(module))
    }
}

/// An archive that stands for a control repository.
fn whole(source: &str, sha256: Option<&String>) -> archives::Wanted {
    let what = What::Tarball { source: source.to_owned(), sha256: sha256.cloned() };
    archives::Wanted { what, is_without_spec: false }
}

/// The modules that the Puppetfile in `tree` declares; none where there is none.
pub(crate) fn declared(candidate: &Candidate, tree: &Path, ruby: Option<&Interpreter>) -> Result<Puppetfile, String> {
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
    let context = Context { root: &candidate.root, default_branch_override: None };
    let source = File { text: &text, path: &path, environment: &candidate.name, branch: &candidate.branch };
    super::puppetfile::read(source, &context, ruby).map_err(|error| error.in_file(file))
}

/// What is known when modules are resolved.
pub(crate) struct Resolver<'a> {
    pub(crate) order: &'a Order,
    pub(crate) candidate: &'a Candidate,
    pub(crate) declared: &'a [Declaration],
    /// The Forge that the Puppetfile names.
    pub(crate) forge: Option<&'a str>,
    /// What the environment points to now.
    pub(crate) live: Option<&'a Live>,
    /// Whether `spec` is left out of modules that do not say it themselves.
    pub(crate) exclude_spec: bool,
}

impl Resolver<'_> {
    /// What has to be known before modules can be resolved.
    pub(crate) fn wanted(
        &self,
        of_git: &mut Wanted,
        of_archives: &mut BTreeSet<archives::Wanted>,
        archives: &Archives<'_>,
    ) {
        for module in self.declared.iter().filter(|module| is_asked_for(module, self.order)) {
            if let puppetfile::Origin::Git { remote, .. } = &module.origin {
                of_git.entry(remote.clone()).or_default().extend(self.names(module));
            }
            // What is wrong with an address is told when the module is resolved.
            of_archives.extend(self.archive(module, archives).ok().flatten());
        }
    }

    /// Puts the modules into a version. Those that the order leaves out stay as they were.
    pub(crate) fn resolve(
        &self,
        mut version: Version,
        repositories: &Repositories<'_>,
        archives: &Archives<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Version, String> {
        let mut parts = Vec::new();
        for module in self.declared {
            let place = || self.place(module);
            if module.folder.starts_with('/') {
                return Err(format!("{}: {} is not within the environment", place(), module.folder));
            }
            let path = path_of(module);
            if !is_asked_for(module, self.order) {
                match self.before(&path) {
                    Some(part) => parts.push(part.clone()),
                    None => return Err(format!("{}: it is not deployed yet; deploy the environment whole", place())),
                }
                continue;
            }
            let part = self.part(module, path, repositories, archives, warnings);
            let part = part.map_err(|reason| format!("{}: {reason}", place()))?;
            parts.push(if self.leaves_out_spec(module) {
                Part { tree: part.tree.map(|tree| tree.without_spec()), ..part }
            } else {
                part
            });
        }
        parts.sort_by(|a, b| a.path.cmp(&b.path));
        version.modules = parts;
        Ok(version)
    }

    /// Where a module is declared.
    fn place(&self, module: &Declaration) -> String {
        match &self.candidate.listed {
            Some(listed) if self.candidate.lists(module) => {
                format!("module {} (environment {} of source {})", module.name, listed.name, self.candidate.source)
            }
            _ => format!("module {} ({} line {})", module.name, self.candidate.puppetfile, module.line),
        }
    }

    fn before(&self, path: &str) -> Option<&Part> {
        self.live?.version.modules.iter().find(|part| part.path == path)
    }

    fn leaves_out_spec(&self, module: &Declaration) -> bool {
        module.spec_deletable && module.exclude_spec.unwrap_or(self.exclude_spec)
    }

    /// The names that a module's commit is looked for by, in order.
    fn names(&self, module: &Declaration) -> Vec<String> {
        let puppetfile::Origin::Git { reference, default_branch, default_branch_override, .. } = &module.origin else {
            return Vec::new();
        };
        let first = match reference {
            Reference::ControlBranch => self.candidate.control_branch(module),
            Reference::Named(name) => Some(name.as_str()),
        };
        let rest = default_branch_override.iter().chain(default_branch).map(String::as_str);
        first.into_iter().chain(rest).map(str::to_owned).collect()
    }

    /// The archive that a module comes from.
    fn archive(&self, module: &Declaration, archives: &Archives<'_>) -> Result<Option<archives::Wanted>, String> {
        let is_without_spec = self.leaves_out_spec(module);
        let what = match &module.origin {
            puppetfile::Origin::Forge { version } => {
                let forge = archives.forges.address(self.forge.filter(|_| !self.candidate.lists(module)))?;
                let title = module.title.clone();
                What::Release { forge, version: self.version(module, version), title }
            }
            puppetfile::Origin::Tarball { source, sha256 } => {
                What::Tarball { source: source.clone(), sha256: sha256.clone() }
            }
            puppetfile::Origin::Git { .. } | puppetfile::Origin::Local => return Ok(None),
        };
        Ok(Some(archives::Wanted { what, is_without_spec }))
    }

    /// The version that is wanted; none for the newest. What says nothing stays at the release that it is at.
    fn version(&self, module: &Declaration, wanted: &puppetfile::Wanted) -> Option<String> {
        match wanted {
            puppetfile::Wanted::Exactly(version) => Some(version.trim_end().to_owned()),
            puppetfile::Wanted::Latest => None,
            puppetfile::Wanted::Any => match &self.before(&path_of(module))?.origin {
                Origin::Forge { slug, version } if *slug == module.title => Some(version.clone()),
                _ => None,
            },
        }
    }

    fn part(
        &self,
        module: &Declaration,
        path: String,
        repositories: &Repositories<'_>,
        archives: &Archives<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Part, String> {
        let name = module.name.clone();
        if let puppetfile::Origin::Git { remote, reference, .. } = &module.origin {
            if *reference == Reference::ControlBranch && self.candidate.control_branch(module).is_none() {
                warnings.push(format!(
                    "Cannot track control repo branch for content '{name}' when not part of a git-backed environment, \
                     will use default if available."
                ));
            }
            for reference in self.names(module) {
                if let Some(commit) = repositories.commit(remote, &reference)? {
                    let (remote, commit) = (remote.clone(), commit.to_owned());
                    let tree = repositories.tree(&remote, &commit);
                    let tree = Some(tree.ok_or_else(|| format!("{remote} has no commit {commit}"))?);
                    return Ok(Part { name, path, origin: Origin::Git { remote, reference, commit }, tree });
                }
            }
            return Err(module.origin.unresolved(&module.name));
        }
        let Some(wanted) = self.archive(module, archives)? else {
            return Ok(Part { name, path, origin: Origin::Local, tree: None });
        };
        let got = archives.got(&wanted)?;
        warnings.extend(got.warnings.iter().cloned());
        let origin = match wanted.what {
            What::Release { title: slug, .. } => Origin::Forge { slug, version: got.version.clone() },
            What::Tarball { source, .. } => Origin::Tarball { source },
        };
        Ok(Part { name, path, origin, tree: Some(got.tree.clone()) })
    }
}

/// Its folder below the environment.
fn path_of(module: &Declaration) -> String {
    path::join(&module.folder, &module.name).trim_start_matches('/').to_owned()
}

/// Whether an order is about a module.
pub(crate) fn is_asked_for(module: &Declaration, order: &Order) -> bool {
    order.modules.is_empty() || order.modules.iter().any(|name| *name == module.name || *name == module.title)
}
