//! The work of a deploy that blocks: ask, fetch, write trees, check, lay versions out. Nothing of it is seen by
//! anybody before the pointers move.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::EnvironmentName;
use modules::deploy::{Live, Origin, TreeId, Version, change, layout};
use modules::puppetfile::Declaration;
use modules::sources::{Configuration, Kind};

use super::archives::{Archives, Draft};
use super::configuration;
use super::git::Git;
use super::layout::{Way, lay_out};
use super::order::{Order, Outcome, Result as Came};
use super::parallel;
use super::plan::{self, Candidate, Resolver};
use super::progress::{Said, Step};
use super::repositories::{Repositories, Wanted, cache_name};
use super::trees::{self, Facts, Metadata, TreeError, Trees};
use super::{CodeError, Site, dependencies, stamp};
use crate::config::CheckCode;

/// What is to become of one environment.
pub(crate) struct Built {
    pub(crate) outcome: Outcome,
    /// The version that is on disk and waits for the switch.
    pub(crate) version: Option<Version>,
}

/// Builds what the order asks for. `live` is what environments point to.
pub(crate) fn build(
    site: &Site,
    configuration: &Configuration,
    order: &Order,
    live: &[Live],
    said: &Said,
) -> Result<Vec<Built>, CodeError> {
    let git = site.git(configuration.git.clone());
    let caches = site.trees.caches();
    let repositories = Repositories::new(&git, &caches, site.settings.parallel, &site.caches);
    let mut build = Build {
        site,
        configuration,
        order,
        live,
        said,
        git: &git,
        repositories,
        archives: Archives::new(site, configuration, live),
        began: crate::clock::now(),
        drafts: BTreeMap::new(),
        broken: BTreeMap::new(),
        built: Vec::new(),
    };
    let done = build.run();
    build.clear();
    done.map(|()| {
        build.built.sort_by(|a, b| a.outcome.environment.cmp(&b.outcome.environment));
        build.built
    })
}

struct Build<'a> {
    site: &'a Site,
    configuration: &'a Configuration,
    order: &'a Order,
    live: &'a [Live],
    said: &'a Said,
    git: &'a Git,
    repositories: Repositories<'a>,
    archives: Archives<'a>,
    began: jiff::Timestamp,
    /// Trees that were made and have no name yet.
    drafts: BTreeMap<TreeId, PathBuf>,
    /// Trees that could not be made, and why.
    broken: BTreeMap<TreeId, String>,
    built: Vec<Built>,
}

/// An environment on its way.
struct Work {
    candidate: Candidate,
    version: Version,
    modules: Vec<Declaration>,
    /// The Forge that its Puppetfile names.
    forge: Option<String>,
    warnings: Vec<String>,
}

impl Build<'_> {
    fn run(&mut self) -> Result<(), CodeError> {
        let candidates = if self.order.modules.is_empty() { self.select() } else { self.deployed() };
        let candidates = self.without_pins(candidates);
        let work = self.with_control(candidates);
        let work = self.with_puppetfile(work);
        let work = self.with_modules(work);
        let work = self.changed(work);
        self.write_trees(work.iter().flat_map(|work| origins(&work.version)).collect());
        let work = self.checked(work);
        if self.order.dry_run {
            for work in work {
                let outcome = self.outcome(&work, Came::WouldSwitch);
                self.built.push(Built { outcome, version: None });
            }
            return Ok(());
        }
        self.lay_out(work)
    }

    /// The environments that the order asks for; takes note of those that are gone or cannot be.
    fn select(&mut self) -> Vec<Candidate> {
        let found = plan::find(self.configuration, &mut self.repositories, self.said);
        let named = self.order.named();
        let is_asked = |name: &str| named.as_ref().is_none_or(|names| names.iter().any(|known| known == name));
        for (name, reason) in found.failed.iter().filter(|(name, _)| is_asked(name)) {
            self.built.push(Built::failed(name, reason.clone()));
        }
        let exists = |name: &str| {
            found.failed.contains_key(name) || found.candidates.iter().any(|candidate| candidate.name == name)
        };
        let silent: Vec<String> = found.silent.values().cloned().collect();
        let purge = self.configuration.deploy.purge_levels.deployment;
        for live in self.live.iter().filter(|live| is_asked(live.environment.as_str())) {
            let name = live.environment.as_str();
            if exists(name) {
                continue;
            }
            if let Some(reason) = found.silent.get(&live.version.source) {
                self.built.push(Built::failed(name, reason.clone()));
            } else if live.pin.is_some() {
                self.built.push(Built::pinned(live));
            } else if purge {
                let came = if self.order.dry_run { Came::WouldRemove } else { Came::Removed };
                self.built.push(Built { outcome: Outcome::of(name, came), version: None });
            }
        }
        for name in named.iter().flatten() {
            if !exists(name) && !self.built.iter().any(|built| built.outcome.environment == *name) {
                let mut reason =
                    format!("Environment(s) '{name}' cannot be found in any source and will not be deployed.");
                for silent in &silent {
                    reason = format!("{reason} {silent}");
                }
                self.built.push(Built::failed(name, reason));
            }
        }
        if named.is_none() && !silent.is_empty() {
            for (source, reason) in &found.silent {
                let is_told = self.live.iter().any(|live| live.version.source == *source);
                if !is_told {
                    self.built.push(Built::failed(source, format!("source {source}: {reason}")));
                }
            }
        }
        found.candidates.into_iter().filter(|candidate| is_asked(&candidate.name)).collect()
    }

    /// The environments that are deployed, as they are: for orders that are about modules.
    fn deployed(&mut self) -> Vec<Candidate> {
        let named = self.order.named();
        for name in named.iter().flatten() {
            if !self.live.iter().any(|live| live.environment.as_str() == name) {
                let reason = "it is not deployed yet; deploy it whole first".to_owned();
                self.built.push(Built::failed(name, reason));
            }
        }
        let is_asked = |name: &str| named.as_ref().is_none_or(|names| names.iter().any(|known| known == name));
        let mut candidates = Vec::new();
        for live in self.live.iter().filter(|live| is_asked(live.environment.as_str())) {
            match self.candidate(live) {
                Ok(candidate) => candidates.push(candidate),
                Err(reason) => self.built.push(Built::failed(live.environment.as_str(), reason)),
            }
        }
        candidates
    }

    /// An environment that is deployed, as its source has it.
    fn candidate(&self, live: &Live) -> Result<Candidate, String> {
        let (name, version) = (live.environment.to_string(), &live.version);
        let source = self.configuration.sources.iter().find(|source| source.name == version.source);
        let source = source.ok_or_else(|| format!("there is no source {} any more", version.source))?;
        if let Kind::Git { .. } = source.kind {
            return Ok(Candidate::of_branch(source, name, version.remote.clone(), version.branch.clone()));
        }
        let listed = configuration::listed(source)?.into_iter().find(|listed| listed.environment == name);
        let listed = listed.ok_or_else(|| format!("source {} does not list it any more", source.name))?;
        Ok(Candidate::listed(source, listed))
    }

    fn without_pins(&mut self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let (mut free, mut names) = (Vec::new(), BTreeSet::new());
        for candidate in candidates {
            let live = self.live.iter().find(|live| live.environment.as_str() == candidate.name);
            if let Some(live) = live.filter(|live| live.pin.is_some()) {
                self.built.push(Built::pinned(live));
            } else if let Err(error) = EnvironmentName::parse(&candidate.name) {
                self.built.push(Built::failed(&candidate.name, error.to_string()));
            } else if names.insert(candidate.name.clone()) {
                free.push(candidate);
            }
        }
        free
    }

    fn with_control(&mut self, candidates: Vec<Candidate>) -> Vec<(Candidate, Version)> {
        if self.order.modules.is_empty() {
            let (mut of_git, mut of_archives) = (Wanted::new(), BTreeSet::new());
            for candidate in &candidates {
                candidate.wanted(&mut of_git, &mut of_archives);
            }
            self.repositories.look(&of_git, self.said);
            let drafts = self.archives.look(of_archives, self.said);
            self.take(drafts);
        }
        let mut with = Vec::new();
        for candidate in candidates {
            let before = self.live_of(&candidate.name).map(|live| live.version.clone());
            let version = match before.filter(|_| !self.order.modules.is_empty()) {
                Some(version) => Ok(version),
                None => candidate.control(&self.repositories, &self.archives),
            };
            match version {
                Ok(version) => with.push((candidate, version)),
                Err(reason) => self.built.push(Built::failed(&candidate.name, reason)),
            }
        }
        self.write_trees(with.iter().filter_map(|(_, version)| control(version)).collect());
        with
    }

    fn with_puppetfile(&mut self, with: Vec<(Candidate, Version)>) -> Vec<Work> {
        let mut work = Vec::new();
        for (candidate, version) in with {
            let declared = match self.broken.get(&version.tree) {
                Some(reason) => Err(format!("control repository at {}: {reason}", version.commit)),
                None => plan::declared(&candidate, &trees::files(&self.place(&version.tree)), self.site.ruby.as_ref()),
            };
            let mut warnings = Vec::new();
            let modules = declared.and_then(|declared| {
                let forge = declared.forge.clone();
                Ok((candidate.modules(declared, &mut warnings)?, forge))
            });
            match modules {
                Ok((modules, forge)) => work.push(Work { candidate, version, modules, forge, warnings }),
                Err(reason) => self.built.push(Built::failed(&candidate.name, reason)),
            }
        }
        work
    }

    fn with_modules(&mut self, work: Vec<Work>) -> Vec<Work> {
        let (mut of_git, mut of_archives) = (Wanted::new(), BTreeSet::new());
        for one in &work {
            self.resolver(one).wanted(&mut of_git, &mut of_archives, &self.archives);
        }
        self.repositories.look(&of_git, self.said);
        let drafts = self.archives.look(of_archives, self.said);
        self.take(drafts);
        let mut with = Vec::new();
        for mut one in work {
            let (version, mut warnings) = (one.version.clone(), Vec::new());
            let resolved = self.resolver(&one).resolve(version, &self.repositories, &self.archives, &mut warnings);
            match resolved {
                Ok(version) => {
                    one.version = version;
                    one.warnings.append(&mut warnings);
                    with.push(one);
                }
                Err(reason) => self.built.push(Built::failed(&one.candidate.name, reason)),
            }
        }
        with
    }

    fn resolver<'w>(&'w self, work: &'w Work) -> Resolver<'w> {
        Resolver {
            order: self.order,
            candidate: &work.candidate,
            declared: &work.modules,
            forge: work.forge.as_deref(),
            live: self.live_of(&work.candidate.name),
            exclude_spec: self.configuration.deploy.exclude_spec,
        }
    }

    /// Takes trees over that were made of archives.
    fn take(&mut self, drafts: Vec<Draft>) {
        for (id, draft) in drafts {
            if let Some(twin) = self.drafts.insert(id, draft) {
                // What is left is removed when a server starts.
                let _ = std::fs::remove_dir_all(twin);
            }
        }
    }

    /// Leaves out what is as it was.
    fn changed(&mut self, work: Vec<Work>) -> Vec<Work> {
        let mut changed = Vec::new();
        for one in work {
            let id = one.version.code_id();
            let live = self.live_of(&one.candidate.name).filter(|live| live.code_id == id);
            if live.is_some_and(|live| self.site.home(&live.environment, &id).is_dir()) {
                let outcome = self.outcome(&one, Came::Unchanged);
                self.built.push(Built { outcome, version: None });
            } else {
                changed.push(one);
            }
        }
        changed
    }

    /// Writes the trees that are not there yet, each from the cache of a repository.
    fn write_trees(&mut self, wanted: BTreeMap<TreeId, String>) {
        let trees = &self.site.trees;
        let jobs: Vec<(TreeId, String)> = wanted
            .into_iter()
            .filter(|(id, _)| !self.drafts.contains_key(id) && !self.broken.contains_key(id) && !trees.has(id))
            .collect();
        let total = jobs.len();
        let (git, said, caches) = (self.git, self.said, trees.caches());
        let made = parallel::map(jobs, self.site.settings.parallel, |done, (id, address)| {
            said(&Step::counted("build", &address, done, total));
            let (draft, cache) = (trees.draft(), caches.join(cache_name(&address)));
            let written = write_tree(trees, git, &id, &cache, &draft);
            (id, draft, written)
        });
        for (id, draft, written) in made {
            match written {
                Ok(()) => drop(self.drafts.insert(id, draft)),
                Err(reason) => {
                    // What is left is removed when a server starts.
                    let _ = std::fs::remove_dir_all(&draft);
                    self.broken.insert(id, reason);
                }
            }
        }
    }

    /// Leaves out what must not be served.
    fn checked(&mut self, work: Vec<Work>) -> Vec<Work> {
        let mut facts: BTreeMap<TreeId, Result<Facts, String>> = BTreeMap::new();
        let mut sound = Vec::new();
        for mut one in work {
            let name = one.candidate.name.clone();
            (self.said)(&Step::counted("check", &name, 0, 0));
            let mut mistakes = Vec::new();
            let mut broken = None;
            for (place, id) in places(&one.version) {
                let known = facts.entry(id.clone()).or_insert_with(|| match self.broken.get(id) {
                    Some(reason) => Err(reason.clone()),
                    None => Trees::facts_in(&self.place(id)).map_err(|error| error.to_string()),
                });
                match known {
                    Ok(facts) => {
                        let errors = facts.mistakes.iter().filter(|mistake| mistake.is_error);
                        mistakes.extend(errors.map(|mistake| below(place, &mistake.text)));
                    }
                    Err(reason) => {
                        let place = if place.is_empty() { "control repository" } else { place };
                        broken = Some(format!("{place}: {reason}"));
                    }
                }
            }
            if let Some(reason) = broken {
                self.built.push(Built::failed(&name, reason));
                continue;
            }
            match self.site.settings.check {
                CheckCode::Error if !mistakes.is_empty() => {
                    let reason = format!("{} (setting deploy.check)", mistakes.join("\n"));
                    self.built.push(Built::failed(&name, reason));
                    continue;
                }
                CheckCode::Error | CheckCode::Off => {}
                CheckCode::Warning => one.warnings.extend(mistakes),
            }
            let unmet = self.unmet(&one.version, &facts);
            match self.site.settings.dependencies {
                CheckCode::Error if !unmet.is_empty() => {
                    let reason = format!("{} (setting deploy.dependencies)", unmet.join("\n"));
                    self.built.push(Built::failed(&name, reason));
                    continue;
                }
                CheckCode::Error | CheckCode::Off => {}
                CheckCode::Warning => one.warnings.extend(unmet),
            }
            sound.push(one);
        }
        sound
    }

    /// What modules of an environment need and do not have.
    fn unmet(&self, version: &Version, facts: &BTreeMap<TreeId, Result<Facts, String>>) -> Vec<String> {
        if self.site.settings.dependencies == CheckCode::Off {
            return Vec::new();
        }
        let facts = |id: &TreeId| facts.get(id)?.as_ref().ok();
        let parts = version.modules.iter().filter_map(|part| facts(part.tree.as_ref()?)?.module.as_ref());
        let mut modules: Vec<&Metadata> = parts.collect();
        for module in facts(&version.tree).into_iter().flat_map(|facts| &facts.modules) {
            if !modules.iter().any(|own| own.name == module.name) {
                modules.push(module);
            }
        }
        let unmet = dependencies::unmet(modules.iter().copied());
        if unmet.is_empty() {
            return unmet;
        }
        // What all environments have is read only when something is missing.
        let base: Vec<Metadata> =
            self.site.base_modules.iter().flat_map(|folder| trees::modules_in(Path::new(folder))).collect();
        let base = base.iter().filter(|module| !modules.iter().any(|own| own.name == module.name));
        dependencies::unmet(modules.iter().copied().chain(base))
    }

    /// Lays the environments out and gives everything its name.
    fn lay_out(&mut self, work: Vec<Work>) -> Result<(), CodeError> {
        let root = self.site.trees.root().to_owned();
        self.name_trees()?;
        let mut finished: Vec<(PathBuf, PathBuf)> = Vec::new();
        let mut versions = Vec::new();
        for one in work {
            // The name was looked at before.
            let Ok(name) = EnvironmentName::parse(&one.candidate.name) else { continue };
            let home = self.site.home(&name, &one.version.code_id());
            if !home.is_dir() {
                let draft = self.site.trees.draft();
                let laid = lay_out(&root, &layout::of(&one.version), &draft, Way::Link)
                    .and_then(|()| stamp::write(&draft, &one.version, &name, self.began));
                let made = laid.map_err(|source| TreeError::File { path: draft.clone(), source });
                if let Err(error) = made {
                    let _ = std::fs::remove_dir_all(&draft);
                    self.built.push(Built::failed(&one.candidate.name, error.to_string()));
                    continue;
                }
                finished.push((draft, home));
            }
            versions.push(one);
        }
        self.site.trees.keep(&finished)?;
        for one in versions {
            let outcome = self.outcome(&one, Came::Switched);
            self.built.push(Built { outcome, version: Some(one.version) });
        }
        Ok(())
    }

    /// Gives the trees that were made their names.
    fn name_trees(&mut self) -> Result<(), TreeError> {
        let drafts = std::mem::take(&mut self.drafts);
        let finished: Vec<(PathBuf, PathBuf)> =
            drafts.into_iter().map(|(id, draft)| (draft, self.site.trees.place(&id))).collect();
        self.site.trees.keep(&finished)
    }

    /// Removes what was made and is not needed.
    fn clear(&mut self) {
        for draft in std::mem::take(&mut self.drafts).into_values() {
            // What is left is removed when a server starts.
            let _ = std::fs::remove_dir_all(draft);
        }
    }

    fn outcome(&self, work: &Work, result: Came) -> Outcome {
        let before = self.live_of(&work.candidate.name).map(|live| &live.version);
        Outcome {
            code_id: Some(work.version.code_id()),
            commit: Some(work.version.commit.clone()),
            changes: change::between(before, &work.version),
            warnings: work.warnings.clone(),
            ..Outcome::of(&work.candidate.name, result)
        }
    }

    fn live_of(&self, name: &str) -> Option<&Live> {
        self.live.iter().find(|live| live.environment.as_str() == name)
    }

    /// The folder of a tree, whether it has its name already or not.
    fn place(&self, id: &TreeId) -> PathBuf {
        self.drafts.get(id).cloned().unwrap_or_else(|| self.site.trees.place(id))
    }
}

impl Built {
    fn failed(name: &str, reason: String) -> Self {
        Self { outcome: Outcome::failed(name, reason), version: None }
    }

    fn pinned(live: &Live) -> Self {
        let outcome = Outcome {
            code_id: Some(live.code_id.clone()),
            commit: Some(live.version.commit.clone()),
            pin: live.pin.clone(),
            ..Outcome::of(live.environment.as_str(), Came::Pinned)
        };
        Self { outcome, version: None }
    }
}

/// The trees of a version that are in repositories, with these.
fn origins(version: &Version) -> Vec<(TreeId, String)> {
    let modules = version.modules.iter().filter_map(|part| match (&part.origin, &part.tree) {
        (Origin::Git { remote, .. }, Some(tree)) => Some((tree.clone(), remote.clone())),
        _ => None,
    });
    control(version).into_iter().chain(modules).collect()
}

/// The tree of a control repository, with that; of an environment of modules alone the empty one.
fn control(version: &Version) -> Option<(TreeId, String)> {
    version.tree.git_object().map(|_| (version.tree.clone(), version.remote.clone()))
}

/// The trees of a version, with where they stand in it.
fn places(version: &Version) -> Vec<(&str, &TreeId)> {
    let modules = version.modules.iter().filter_map(|part| Some((part.path.as_str(), part.tree.as_ref()?)));
    std::iter::once(("", &version.tree)).chain(modules).collect()
}

/// A text that begins with a path below `place`, with `place` before it.
fn below(place: &str, text: &str) -> String {
    if place.is_empty() { text.to_owned() } else { format!("{place}/{text}") }
}

/// Writes a tree of a repository to `draft`.
pub(crate) fn write_tree(trees: &Trees, git: &Git, id: &TreeId, cache: &Path, draft: &Path) -> Result<(), String> {
    let files = trees::files(draft);
    std::fs::create_dir_all(&files).map_err(|error| format!("{}: {error}", files.display()))?;
    let object = id.git_object().ok_or_else(|| format!("{id} is gone from this machine; deploy it again"))?;
    if !id.is_empty() {
        git.check_out(cache, object, &files).map_err(|error| error.to_string())?;
    }
    trees.finish(draft, id).map_err(|error| error.to_string())
}
