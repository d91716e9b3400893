//! The work of a deploy that blocks: ask, fetch, write trees, check, lay versions out. Nothing of it is seen by
//! anybody before the pointers move.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::EnvironmentName;
use modules::deploy::{Live, Origin, TreeId, Version, change, layout};
use modules::puppetfile::Puppetfile;
use modules::sources::Configuration;

use super::git::Git;
use super::layout::{Way, lay_out};
use super::order::{Order, Outcome, Result as Came};
use super::parallel;
use super::plan::{self, Candidate};
use super::progress::{self, Said, Step};
use super::repositories::{Repositories, Wanted, cache_name};
use super::trees::{self, Facts, TreeError, Trees};
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

/// Puts a version that an environment had before back on disk, if it is not there any more.
pub(crate) fn restore(
    site: &Site,
    configuration: Option<&Configuration>,
    name: &EnvironmentName,
    version: &Version,
) -> Result<(), CodeError> {
    let home = site.home(name, &version.code_id());
    if home.is_dir() {
        return Ok(());
    }
    let git = site.git(configuration.map(|configuration| configuration.git.clone()).unwrap_or_default());
    let caches = site.trees.caches();
    let missing: Vec<(TreeId, String, String)> =
        origins(version).into_iter().filter(|(id, ..)| !site.trees.has(id)).collect();
    let mut repositories = Repositories::new(&git, &caches, site.settings.parallel, &site.caches);
    let mut wanted = Wanted::new();
    for (_, remote, commit) in &missing {
        wanted.entry(remote.clone()).or_default().insert(commit.clone());
    }
    repositories.look(&wanted, &progress::silent());
    let mut finished = Vec::new();
    for (id, remote, commit) in missing {
        repositories.commit(&remote, &commit).map_err(CodeError::Refused)?;
        let (draft, cache) = (site.trees.draft(), caches.join(cache_name(&remote)));
        write_tree(&site.trees, &git, &id, &cache, &draft).map_err(CodeError::Refused)?;
        finished.push((draft, site.trees.place(&id)));
    }
    site.trees.keep(&finished)?;
    if let Some(lost) = version.trees().find(|id| !site.trees.has(id)) {
        return Err(CodeError::Refused(format!("{lost} is not on this machine any more; deploy what had it")));
    }
    let draft = site.trees.draft();
    let at = |source| TreeError::File { path: draft.clone(), source };
    lay_out(site.trees.root(), &layout::of(version), &draft, Way::Link).map_err(at)?;
    stamp::write(&draft, version, name, crate::clock::now()).map_err(at)?;
    Ok(site.trees.keep(&[(draft.clone(), home)])?)
}

struct Build<'a> {
    site: &'a Site,
    configuration: &'a Configuration,
    order: &'a Order,
    live: &'a [Live],
    said: &'a Said,
    git: &'a Git,
    repositories: Repositories<'a>,
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
    declared: Puppetfile,
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
        let origins = work.iter().flat_map(|work| origins(&work.version));
        let trees = origins.map(|(id, remote, _)| (id, remote)).collect();
        self.write_trees(trees);
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
        let candidate = |live: &Live| {
            let source = self.configuration.sources.iter().find(|source| source.name == live.version.source);
            Candidate {
                name: live.environment.to_string(),
                source: live.version.source.clone(),
                remote: live.version.remote.clone(),
                branch: live.version.branch.clone(),
                puppetfile: source.map_or_else(|| "Puppetfile".to_owned(), |source| source.puppetfile.clone()),
                warnings: Vec::new(),
            }
        };
        self.live.iter().filter(|live| is_asked(live.environment.as_str())).map(candidate).collect()
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
            let mut wanted = Wanted::new();
            for candidate in &candidates {
                wanted.entry(candidate.remote.clone()).or_default().insert(candidate.reference());
            }
            self.repositories.look(&wanted, self.said);
        }
        let mut with = Vec::new();
        for candidate in candidates {
            let before = self.live_of(&candidate.name).map(|live| live.version.clone());
            let version = match before.filter(|_| !self.order.modules.is_empty()) {
                Some(version) => Ok(version),
                None => candidate.control(&self.repositories),
            };
            match version {
                Ok(version) => with.push((candidate, version)),
                Err(reason) => self.built.push(Built::failed(&candidate.name, reason)),
            }
        }
        let trees = with.iter().map(|(_, version)| (version.tree.clone(), version.remote.clone())).collect();
        self.write_trees(trees);
        with
    }

    fn with_puppetfile(&mut self, with: Vec<(Candidate, Version)>) -> Vec<Work> {
        let mut work = Vec::new();
        for (candidate, version) in with {
            let declared = match self.broken.get(&version.tree) {
                Some(reason) => Err(format!("control repository at {}: {reason}", version.commit)),
                None => plan::declared(&candidate, &trees::files(&self.place(&version.tree))),
            };
            match declared {
                Ok(declared) => {
                    let warnings = candidate.warnings.iter().chain(&declared.warnings).cloned().collect();
                    work.push(Work { candidate, version, declared, warnings });
                }
                Err(reason) => self.built.push(Built::failed(&candidate.name, reason)),
            }
        }
        work
    }

    fn with_modules(&mut self, work: Vec<Work>) -> Vec<Work> {
        let mut wanted = Wanted::new();
        for work in &work {
            let modules: Vec<_> =
                work.declared.modules.iter().filter(|module| plan::is_asked_for(module, self.order)).collect();
            plan::wanted(&work.candidate, &modules, &mut wanted);
        }
        self.repositories.look(&wanted, self.said);
        let exclude_spec = self.configuration.deploy.exclude_spec;
        let mut with = Vec::new();
        for mut one in work {
            let live = self.live_of(&one.candidate.name);
            let (candidate, version) = (&one.candidate, one.version.clone());
            let resolved =
                plan::resolve(candidate, version, &one.declared, self.order, live, &self.repositories, exclude_spec);
            match resolved {
                Ok(version) => {
                    one.version = version;
                    with.push(one);
                }
                Err(reason) => self.built.push(Built::failed(&one.candidate.name, reason)),
            }
        }
        with
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
            let known = places(&one.version).into_iter().filter_map(|(_, id)| facts.get(id)?.as_ref().ok());
            let modules: Vec<_> = known.filter_map(|facts| facts.module.as_ref()).collect();
            one.warnings.extend(dependencies::missing(&modules));
            sound.push(one);
        }
        sound
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

/// The trees of a version that are in repositories, with their repositories and commits.
fn origins(version: &Version) -> Vec<(TreeId, String, String)> {
    let modules = version.modules.iter().filter_map(|part| match (&part.origin, &part.tree) {
        (Origin::Git { remote, commit, .. }, Some(tree)) => Some((tree.clone(), remote.clone(), commit.clone())),
        _ => None,
    });
    let control = (version.tree.clone(), version.remote.clone(), version.commit.clone());
    std::iter::once(control).chain(modules).collect()
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

fn write_tree(trees: &Trees, git: &Git, id: &TreeId, cache: &Path, draft: &Path) -> Result<(), String> {
    let files = trees::files(draft);
    std::fs::create_dir_all(&files).map_err(|error| format!("{}: {error}", files.display()))?;
    let object = id.git_object().ok_or_else(|| format!("{id} is gone from this machine; deploy it again"))?;
    git.check_out(cache, object, &files).map_err(|error| error.to_string())?;
    trees.finish(draft, id).map_err(|error| error.to_string())
}
