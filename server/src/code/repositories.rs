//! Repositories elsewhere: what they have now, asked once a deploy, and their commits, fetched when they are new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use modules::deploy::TreeId;
use sha2::{Digest as _, Sha256};

use super::git::{Git, GitError, Refs, Remote, is_commit};
use super::parallel;
use super::progress::{Said, Step};

/// The repositories of one deploy.
pub(crate) struct Repositories<'a> {
    pub(crate) git: &'a Git,
    /// The folder of bare repositories.
    pub(crate) folder: &'a Path,
    /// Calls of `git` at once.
    pub(crate) width: usize,
    /// Held while a cache is brought up to date.
    locks: &'a CacheLocks,
    known: BTreeMap<String, Repository>,
}

/// A lock for each cache: deploys that run at once do not bring the same one up to date.
#[derive(Debug, Default)]
pub(crate) struct CacheLocks(Mutex<BTreeMap<PathBuf, Arc<Mutex<()>>>>);

/// One repository.
#[derive(Clone, Debug)]
struct Repository {
    remote: Remote,
    cache: PathBuf,
    /// `None` until it was asked.
    refs: Option<Result<Refs, String>>,
    /// The commits that names stand for.
    commits: BTreeMap<String, Result<Option<String>, String>>,
    notes: Notes,
}

/// What is known of a cache without asking it: a file beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Notes {
    /// Commit to tree.
    trees: BTreeMap<String, String>,
    /// Digest of the names and commits that the cache was last brought up to.
    fetched: String,
}

/// Names, by the address of the repository that is to have them.
pub(crate) type Wanted = BTreeMap<String, BTreeSet<String>>;

impl<'a> Repositories<'a> {
    pub(crate) fn new(git: &'a Git, folder: &'a Path, width: usize, locks: &'a CacheLocks) -> Self {
        Self { git, folder, width, locks, known: BTreeMap::new() }
    }

    /// Asks each repository what it has, once, and finds the commits of the names.
    pub(crate) fn look(&mut self, wanted: &Wanted, said: &Said) {
        let mut jobs: Vec<(Result<Repository, GitError>, &String, &BTreeSet<String>)> = Vec::new();
        for (address, names) in wanted {
            let repository = match self.known.remove(address) {
                Some(known) => Ok(known),
                None => self.git.remote(address).map(|remote| Repository::open(remote, self.folder)),
            };
            jobs.push((repository, address, names));
        }
        let total = jobs.len();
        let (git, locks) = (self.git, self.locks);
        let looked = parallel::map(jobs, self.width, |done, (repository, address, names)| {
            let mut repository = repository.map_err(|error| error.to_string())?;
            let lock = locks.of(&repository.cache);
            let _held = lock.lock().unwrap_or_else(PoisonError::into_inner);
            repository.look(git, names);
            said(&Step::counted("fetch", address, done, total));
            Ok::<_, String>((address.clone(), repository))
        });
        for (looked, address) in looked.into_iter().zip(wanted.keys()) {
            let repository = match looked {
                Ok((_, repository)) => repository,
                Err(reason) => Repository::refused(address, reason, &wanted[address]),
            };
            self.known.insert(address.clone(), repository);
        }
    }

    /// The branches of a repository that was looked at.
    pub(crate) fn refs(&self, address: &str) -> Result<&Refs, String> {
        let known = self.known.get(address).and_then(|known| known.refs.as_ref());
        known.ok_or_else(|| format!("{address} was not asked"))?.as_ref().map_err(Clone::clone)
    }

    /// The commit of a name that was looked for; `None` when there is none.
    pub(crate) fn commit(&self, address: &str, name: &str) -> Result<Option<&str>, String> {
        let known = self.known.get(address).and_then(|known| known.commits.get(name));
        match known {
            Some(Ok(commit)) => Ok(commit.as_deref()),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(format!("{address} was not asked for {name}")),
        }
    }

    /// The tree of a commit that was found.
    pub(crate) fn tree(&self, address: &str, commit: &str) -> Option<TreeId> {
        TreeId::of_git(self.known.get(address)?.notes.trees.get(commit)?).ok()
    }

    /// Forgets a cache that turned out to be broken, so that the next deploy fetches it anew.
    pub(crate) fn discard(cache: &Path) {
        // What cannot be removed is found broken again.
        let _ = std::fs::remove_file(cache.with_extension(NOTES));
        let _ = std::fs::remove_dir_all(cache);
    }
}

impl CacheLocks {
    fn of(&self, cache: &Path) -> Arc<Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.entry(cache.to_owned()).or_default().clone()
    }
}

const NOTES: &str = "notes";

/// The folder of a repository's cache: its name for people, then what tells it from others.
pub(crate) fn cache_name(address: &str) -> String {
    let last = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let last = last.strip_suffix(".git").unwrap_or(last);
    let plain: String = last.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).take(40).collect();
    format!("{plain}-{}.git", &hex::encode(Sha256::digest(address))[..16])
}

impl Repository {
    fn open(remote: Remote, folder: &Path) -> Self {
        let cache = folder.join(cache_name(remote.as_str()));
        Self { remote, cache, refs: None, commits: BTreeMap::new(), notes: Notes::default() }
    }

    /// One whose address cannot be used.
    fn refused(address: &str, reason: String, names: &BTreeSet<String>) -> Self {
        let commits = names.iter().map(|name| (name.clone(), Err(reason.clone()))).collect();
        let (remote, cache) = (Remote::unusable(address), PathBuf::new());
        Self { remote, cache, refs: Some(Err(reason)), commits, notes: Notes::default() }
    }

    fn look(&mut self, git: &Git, names: &BTreeSet<String>) {
        // Another deploy may have learnt more in the meantime.
        if self.cache.is_dir() {
            self.notes = Notes::read(&self.cache.with_extension(NOTES));
        }
        let names: Vec<&String> = names.iter().filter(|name| !self.commits.contains_key(*name)).collect();
        let settled = |name: &&String| is_commit(name) && self.notes.trees.contains_key(name.as_str());
        // Commits that are here already are what they are, whatever has become of the repository.
        if self.refs.is_none() && (names.is_empty() || !names.iter().all(settled)) {
            self.refs = Some(git.refs(&self.remote).map_err(|error| error.to_string()));
        }
        let before = self.notes.clone();
        for name in names {
            let found = self.find(git, name);
            self.commits.insert(name.clone(), found);
        }
        self.learn_trees(git);
        if self.notes != before
            && let Err(error) = self.notes.write(&self.cache.with_extension(NOTES))
        {
            tracing::warn!(%error, cache = %self.cache.display(), "what was fetched will be asked for again");
        }
    }

    fn find(&mut self, git: &Git, name: &str) -> Result<Option<String>, String> {
        if is_commit(name) {
            return Ok(Some(name.to_owned()));
        }
        let refs = match &self.refs {
            Some(refs) => refs.clone()?,
            None => return Err(format!("{} was not asked", self.remote.shown())),
        };
        if let Some(commit) = refs.commit(name) {
            return Ok(Some(commit.to_owned()));
        }
        if !is_expression(name) {
            return Ok(None);
        }
        self.bring_up(git)?;
        Ok(git.commit(&self.cache, name))
    }

    /// Makes the cache hold what the repository has now.
    fn bring_up(&mut self, git: &Git) -> Result<(), String> {
        let digest = match &self.refs {
            Some(Ok(refs)) => refs.digest(),
            _ => String::new(),
        };
        if digest.is_empty() || self.notes.fetched != digest || !self.cache.is_dir() {
            git.fetch(&self.remote, &self.cache).map_err(|error| error.to_string())?;
            self.notes.fetched = digest;
        }
        Ok(())
    }

    /// Finds the trees of all commits that are wanted, fetching those that are not here.
    fn learn_trees(&mut self, git: &Git) {
        let new: Vec<String> = self.unknown();
        if new.is_empty() {
            return;
        }
        // A cache that is broken is as good as one that is not there.
        if self.ask_cache(git, &new).is_err() {
            Repositories::discard(&self.cache);
            self.notes = Notes::default();
        }
        if self.unknown().is_empty() {
            return;
        }
        self.notes.fetched = String::new();
        let mut failed = self.bring_up(git).and_then(|()| {
            let still = self.unknown();
            self.ask_cache(git, &still).map_err(|error| error.to_string())
        });
        for commit in self.unknown() {
            if failed.is_ok() {
                failed = git.fetch_commit(&self.remote, &self.cache, &commit).map_err(|error| error.to_string());
                // What was asked for may be missing all the same; that is told below.
                let _ = self.ask_cache(git, std::slice::from_ref(&commit));
            }
        }
        let unknown = self.unknown();
        for found in self.commits.values_mut() {
            if let Ok(Some(commit)) = found
                && unknown.contains(commit)
            {
                let address = self.remote.shown();
                *found = Err(match &failed {
                    Ok(()) => format!("{address} has no commit {commit}"),
                    Err(reason) => reason.clone(),
                });
            }
        }
    }

    fn ask_cache(&mut self, git: &Git, commits: &[String]) -> Result<(), GitError> {
        if commits.is_empty() || !self.cache.is_dir() {
            return Ok(());
        }
        let asked: Vec<&str> = commits.iter().map(String::as_str).collect();
        let trees = git.trees(&self.cache, &asked)?;
        for (commit, tree) in commits.iter().zip(trees) {
            if let Some(tree) = tree {
                self.notes.trees.insert(commit.clone(), tree);
            }
        }
        Ok(())
    }

    fn unknown(&self) -> Vec<String> {
        let commits: BTreeSet<&String> =
            self.commits.values().filter_map(|found| found.as_ref().ok()?.as_ref()).collect();
        commits.into_iter().filter(|commit| !self.notes.trees.contains_key(*commit)).cloned().collect()
    }
}

impl Refs {
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (name, commit) in self.branches.iter().chain(&self.tags) {
            hash.update(format!("{name} {commit}\n"));
        }
        hex::encode(hash.finalize())
    }
}

impl Notes {
    fn read(path: &Path) -> Self {
        let mut notes = Self::default();
        for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
            match line.split_once(' ') {
                Some(("fetched", digest)) => digest.clone_into(&mut notes.fetched),
                Some((commit, tree)) if is_commit(commit) && is_commit(tree) => {
                    notes.trees.insert(commit.to_owned(), tree.to_owned());
                }
                _ => {}
            }
        }
        notes
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut text = format!("fetched {}\n", self.fetched);
        for (commit, tree) in &self.trees {
            text.extend([commit, " ", tree, "\n"]);
        }
        crate::data_dir::write_whole(path, text.as_bytes(), 0o600)
    }
}

/// Whether `git` would have to be asked what a name stands for: the first digits of a commit, `v1~2`, `v1-3-g0123abc`.
fn is_expression(name: &str) -> bool {
    let is_digits = |text: &str| (5..64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let described = name.rsplit_once("-g").is_some_and(|(_, digits)| is_digits(digits));
    is_digits(name) || described || name.contains(['^', '~']) || name.contains("@{")
}

#[cfg(test)]
mod tests;
