//! Directory environments: folders of Puppet code, always as fresh as the disk.
//!
//! Each environment is an immutable [`Environment`]; a change on disk makes a new one, swapped in
//! before the next request is answered, while compiles in progress keep theirs.
//!
//! Freshness: every folder that was listed is watched with inotify, and the kernel's queue is read
//! at the start of each request, so an edit that was finished before a request began is seen by it.
//! Folders behind links are watched where they really are. What no watch tells of (where links
//! lead, whether the environment's folder was exchanged, whether a missing folder of the module path
//! has come) is compared when the last look is older than [`LINKS_EVERY`]. What
//! inotify cannot see (network file systems, files mapped for writing) is found by a full listing
//! every [`EnvironmentSettings::rescan_every`]; environments that cannot be watched at all are listed
//! again when the last listing is older than [`UNWATCHED_EVERY`].
//!
//! - [`disk`]: listings of folders
//! - [`watch`]: what changed since we last looked
//! - [`live`]: one environment through time
//! - [`environment`]: one environment at one moment, with what was parsed of it
//! - [`parsed`]: syntax trees and data shared by content
//! - [`digests`]: checksums of files, computed once
//! - [`ruby`]: processes that run its Ruby code
//! - [`transports`]: what only they can read of devices
//! - [`world`]: an environment as the compiler sees it
//! - [`command`]: commands with a limit on time and output
//! - [`starter`]: the first environment of a new server
//! - [`check`]: looks for mistakes in a folder of code

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ::ruby::workers::{self, Pool};
use arc_swap::ArcSwap;
use model::EnvironmentName;
use modules::{Bounds, Mounts, Tree};

use self::disk::Listing;
use self::live::Live;
use self::parsed::Parsed;
use self::watch::Watch;

pub(crate) mod check;
pub(crate) mod command;
pub(crate) mod digests;
mod disk;
pub(crate) mod environment;
mod live;
pub(crate) mod parsed;
pub(crate) mod ruby;
pub(crate) mod starter;
mod transports;
mod watch;
pub(crate) mod world;

pub(crate) use self::environment::Environment;
pub(crate) use self::live::Placement;

/// How old the last look at links and at the environment's own folder may be.
const LINKS_EVERY: Duration = Duration::from_millis(200);
/// How old a listing may be when nothing tells of changes.
const UNWATCHED_EVERY: Duration = Duration::from_secs(1);

/// What the room needs to know.
#[derive(Clone, Debug)]
pub(crate) struct EnvironmentSettings {
    /// Absolute folders with an environment in each folder of theirs; the first that has one wins.
    pub(crate) environmentpath: Vec<String>,
    /// Absolute folders of modules for every environment: `$basemodulepath`.
    pub(crate) basemodulepath: Vec<String>,
    pub(crate) codedir: String,
    /// The server's own folder: code cannot read it, but for the code that lies in it.
    pub(crate) data_dir: Option<PathBuf>,
    /// Folders of the server's own in which deployed code lies.
    pub(crate) deployed: Vec<String>,
    pub(crate) confdir: String,
    /// Absolute path of the global `hiera.yaml`, which need not be there.
    pub(crate) hiera_config: String,
    pub(crate) mounts: Mounts,
    pub(crate) bounds: Bounds,
    /// How often everything is listed anew, whatever the watches say.
    pub(crate) rescan_every: Duration,
    /// How long a `config_version` command or `generate` may run.
    pub(crate) command_timeout: Duration,
    /// How code is run that is itself Ruby.
    pub(crate) ruby: workers::Settings,
    /// Whether a Ruby process is started with the server, where code needs one.
    pub(crate) ruby_ahead: bool,
}

impl EnvironmentSettings {
    /// The classic layout below one folder: `environments/` and `modules/`.
    pub(crate) fn classic(codedir: &Path) -> Self {
        let codedir = codedir.to_string_lossy().into_owned();
        Self {
            environmentpath: vec![modules::path::join(&codedir, "environments")],
            basemodulepath: vec![modules::path::join(&codedir, "modules")],
            confdir: codedir.clone(),
            hiera_config: modules::path::join(&codedir, "hiera.yaml"),
            codedir,
            data_dir: None,
            deployed: Vec::new(),
            mounts: Mounts::default(),
            bounds: Bounds::default(),
            rescan_every: Duration::from_mins(1),
            command_timeout: Duration::from_secs(30),
            ruby: workers::Settings::default(),
            ruby_ahead: true,
        }
    }
}

/// Why there is no such environment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvironmentError {
    #[error("Could not find environment '{0}'")]
    NotFound(EnvironmentName),
    /// The folder is there but cannot be listed, or is larger than the limits.
    #[error("Could not load environment '{name}': {reason}")]
    Unusable { name: EnvironmentName, reason: String },
}

/// A deployed environment that is ready to be served under its name.
pub(crate) struct Placed {
    name: EnvironmentName,
    live: Arc<Live>,
}

/// All environments. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Environments(Arc<Inner>);

struct Inner {
    settings: Arc<EnvironmentSettings>,
    watch: Watch,
    parsed: Arc<Parsed>,
    ruby: Pool,
    live: ArcSwap<HashMap<EnvironmentName, Arc<Live>>>,
    /// Held while `live` gets a new entry.
    adding: Mutex<()>,
}

impl Environments {
    /// Starts to serve the environments that `settings` speak of. Nothing is listed yet: each
    /// environment is when it is first asked for, or by [`Environments::warm`]. `strict` says what becomes of doubtful code.
    pub(crate) fn open(settings: EnvironmentSettings, strict: syntax::Strict) -> Self {
        let every = settings.rescan_every;
        let ruby = Pool::open(settings.ruby.clone(), |line| tracing::warn!(target: "ruby", "{line}"));
        let inner = Arc::new(Inner {
            settings: Arc::new(settings),
            watch: Watch::open(),
            parsed: Arc::new(Parsed::reading(strict)),
            ruby,
            live: ArcSwap::default(),
            adding: Mutex::new(()),
        });
        rescan_in_background(Arc::downgrade(&inner), every);
        Self(inner)
    }

    pub(crate) fn settings(&self) -> &EnvironmentSettings {
        &self.0.settings
    }

    /// What the processes that run Ruby code have done.
    pub(crate) fn ruby_counts(&self) -> workers::Counts {
        self.0.ruby.counts()
    }

    /// The environment as it is on disk now. May list folders: for threads that may block.
    pub(crate) fn get(&self, name: &EnvironmentName) -> Result<Arc<Environment>, EnvironmentError> {
        self.0.settle();
        let not_found = || EnvironmentError::NotFound(name.clone());
        let live = self.0.live(name).ok_or_else(not_found)?;
        match live.get(&self.0.watch, &self.0.parsed) {
            Ok(Some(environment)) => Ok(environment),
            Ok(None) if live.is_placed() => Err(EnvironmentError::Unusable {
                name: name.clone(),
                reason: "the version that it points to is not on disk; deploy it again".to_owned(),
            }),
            Ok(None) => {
                self.0.forget(name);
                Err(not_found())
            }
            Err(error) => Err(EnvironmentError::Unusable { name: name.clone(), reason: error.to_string() }),
        }
    }

    /// [`Environments::get`] for threads that must not block: lists folders elsewhere when it has to.
    pub(crate) async fn fetch(&self, name: &EnvironmentName) -> Result<Arc<Environment>, EnvironmentError> {
        self.0.settle();
        if let Some(environment) = self.0.live.load().get(name).and_then(|live| live.fresh()) {
            return Ok(environment);
        }
        let (this, name) = (self.clone(), name.clone());
        let unusable = EnvironmentError::Unusable { name: name.clone(), reason: "the listing was given up".into() };
        tokio::task::spawn_blocking(move || this.get(&name)).await.unwrap_or(Err(unusable))
    }

    /// The names of all environments, sorted.
    pub(crate) fn list(&self) -> Vec<EnvironmentName> {
        let mut names: Vec<EnvironmentName> = self
            .0
            .settings
            .environmentpath
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flat_map(Iterator::flatten)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| EnvironmentName::parse(entry.file_name().to_str()?).ok())
            .collect();
        let live = self.0.live.load();
        names.extend(live.iter().filter(|(_, live)| live.is_placed()).map(|(name, _)| name.clone()));
        names.sort();
        names.dedup();
        names
    }

    /// A deployed environment, not served yet and not listed.
    pub(crate) fn place(&self, name: &EnvironmentName, placement: Placement) -> Placed {
        let live = Live::new(name.clone(), self.0.settings.clone(), self.0.ruby.clone(), Some(placement));
        Placed { name: name.clone(), live: Arc::new(live) }
    }

    /// Lists a deployed environment, so that nobody waits for that once it is served. For threads that may block.
    pub(crate) fn list_placed(&self, placed: &Placed) -> Result<Arc<Environment>, EnvironmentError> {
        let unusable = |reason: String| EnvironmentError::Unusable { name: placed.name.clone(), reason };
        match placed.live.get(&self.0.watch, &self.0.parsed) {
            Ok(Some(environment)) => Ok(environment),
            Ok(None) => Err(unusable("its folder is gone".to_owned())),
            Err(error) => Err(unusable(error.to_string())),
        }
    }

    /// Serves deployed environments in place of those of the same names, and others no more, in one step. Who has an
    /// environment already keeps it. Answers how long the others had to wait.
    pub(crate) fn switch(&self, placed: Vec<Placed>, removed: &[EnvironmentName]) -> Duration {
        let began = Instant::now();
        let adding = self.0.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut live = HashMap::clone(&self.0.live.load());
        for name in removed {
            live.remove(name);
        }
        live.extend(placed.into_iter().map(|placed| (placed.name, placed.live)));
        let before = self.0.live.swap(Arc::new(live));
        drop(adding);
        let took = began.elapsed();
        // What is large is let go when nobody waits.
        drop(before);
        took
    }

    /// Lists every environment, so that first requests find them ready; where one has functions that
    /// only Ruby can run, a process for them is started meanwhile, if the settings want that.
    pub(crate) fn warm(&self) {
        std::thread::scope(|scope| {
            let mut is_prepared = !self.0.settings.ruby_ahead;
            for name in self.list() {
                match self.get(&name) {
                    Ok(environment) if !is_prepared && ruby::is_needed(&environment.snapshot) => {
                        is_prepared = true;
                        scope.spawn(|| self.prepare_ruby());
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!(environment = %name, "{error}"),
                }
            }
        });
    }

    fn prepare_ruby(&self) {
        if let Err(fault) = self.0.ruby.prepare() {
            tracing::warn!("No Ruby process was started ahead: {fault}");
        }
    }

    /// Lists an environment, or all of them, anew at the next request, whatever is known of changes.
    pub(crate) fn flush(&self, name: Option<&EnvironmentName>) {
        let live = self.0.live.load();
        for name in name.map_or_else(|| self.list(), |name| vec![name.clone()]) {
            if let Some(live) = live.get(&name) {
                live.mark_changed();
            }
        }
    }
}

/// What is at an absolute path that belongs to no environment, with all below it.
pub(crate) fn outside(path: &str, bounds: Bounds) -> Result<Option<Tree>, modules::Error> {
    Tree::scan(&Listing::unwatched(), path, bounds, &|_, _| false, &mut Vec::new())
}

impl Inner {
    /// Tells environments what the kernel has seen change.
    fn settle(&self) {
        self.watch.drain();
    }

    fn live(&self, name: &EnvironmentName) -> Option<Arc<Live>> {
        if let Some(live) = self.live.load().get(name) {
            return Some(live.clone());
        }
        let path = self.settings.environmentpath.iter().map(|folder| modules::path::join(folder, name.as_str()));
        let exists = path.into_iter().any(|path| Path::new(&path).is_dir());
        if !exists {
            return None;
        }
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.live.load_full();
        if let Some(live) = known.get(name) {
            return Some(live.clone());
        }
        let live = Arc::new(Live::new(name.clone(), self.settings.clone(), self.ruby.clone(), None));
        let mut more = HashMap::clone(&known);
        more.insert(name.clone(), live.clone());
        self.live.store(Arc::new(more));
        Some(live)
    }

    fn forget(&self, name: &EnvironmentName) {
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fewer = HashMap::clone(&self.live.load());
        fewer.remove(name);
        self.live.store(Arc::new(fewer));
    }
}

/// Finds what inotify does not tell of. Ends when the environments are no longer used.
fn rescan_in_background(inner: Weak<Inner>, every: Duration) {
    let rescan = move || {
        loop {
            std::thread::sleep(every);
            let Some(inner) = inner.upgrade() else { return };
            let names: Vec<EnvironmentName> = {
                let mut names: Vec<_> = inner.live.load().keys().cloned().collect();
                names.sort();
                names
            };
            for name in names {
                let live = inner.live.load().get(&name).cloned();
                if let Some(live) = live
                    && let Err(error) = live.rescan(&inner.watch, &inner.parsed)
                {
                    tracing::warn!(environment = %name, "{error}");
                }
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("environments".into()).spawn(rescan) {
        tracing::warn!("Environments are not listed anew from time to time: {error}");
    }
}

#[cfg(test)]
mod tests;
