//! One environment through time.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use model::EnvironmentName;
use modules::snapshot::{Origin, Outside};
use modules::{Error, Kind, Snapshot, Status, path};
use ruby::workers::Pool;

use super::disk::{self, Listing};
use super::environment::Environment;
use super::parsed::Parsed;
use super::ruby::RubyCode;
use super::watch::{Flags, Owner, Watch};
use super::{EnvironmentSettings, LINKS_EVERY, UNWATCHED_EVERY};

/// A name, and the environment it stands for now.
pub(super) struct Live {
    name: EnvironmentName,
    settings: Arc<EnvironmentSettings>,
    ruby: Pool,
    /// Where it is deployed; else its folder is looked for.
    placement: Option<Placement>,
    flags: Owner,
    current: ArcSwapOption<Scanned>,
    /// Held while folders are listed.
    scanning: Mutex<()>,
    began: Instant,
    /// When links were last compared, in milliseconds since `began`.
    compared: AtomicU64,
}

/// Where a deployed environment stands. Its folder never changes; folders of modules elsewhere may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    /// Absolute.
    pub(crate) home: String,
    /// The folder that `home` lies in.
    pub(crate) environmentpath: String,
    pub(crate) code_id: Arc<str>,
    /// Seconds since the epoch: the version of its catalogs, when no command says another.
    pub(crate) since: i64,
}

struct Scanned {
    environment: Arc<Environment>,
    /// What nothing watches, and what stood there.
    links: Vec<(String, Option<Identity>)>,
    /// Before the listing began.
    at: Instant,
    /// The same on the machine's clock, in nanoseconds since the epoch.
    clock: i128,
}

/// What must stay as it is for a listing to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// Device and inode: what is in a folder is watched.
    Folder(u64, u64),
    File(Status),
}

/// More links than this are only compared when everything is listed anew.
const MOST_LINKS: usize = 1000;
/// Changes within this time before a listing may have been followed by others that the times of
/// files do not show.
const BLUR: i128 = 2_000_000_000;

impl Live {
    pub(super) fn new(
        name: EnvironmentName,
        settings: Arc<EnvironmentSettings>,
        ruby: Pool,
        placement: Option<Placement>,
    ) -> Self {
        Self {
            name,
            settings,
            ruby,
            placement,
            flags: Arc::new(Flags::default()),
            current: ArcSwapOption::empty(),
            scanning: Mutex::new(()),
            began: Instant::now(),
            compared: AtomicU64::new(0),
        }
    }

    /// The environment, if what is known of it still holds.
    pub(super) fn fresh(&self) -> Option<Arc<Environment>> {
        let current = self.current.load();
        let scanned = current.as_ref()?;
        if self.flags.changed.load(Ordering::Acquire) {
            return None;
        }
        if self.flags.blind.load(Ordering::Relaxed) && scanned.at.elapsed() > UNWATCHED_EVERY {
            return None;
        }
        if self.is_time_to_compare() && !scanned.links.iter().all(|(path, identity)| leads_to(path, *identity)) {
            self.mark_changed();
            return None;
        }
        Some(scanned.environment.clone())
    }

    /// The environment as it is now; `None` when it is gone.
    pub(super) fn get(&self, watch: &Watch, parsed: &Arc<Parsed>) -> Result<Option<Arc<Environment>>, Error> {
        if let Some(environment) = self.fresh() {
            return Ok(Some(environment));
        }
        let _scanning = self.scanning.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have listed it in the meantime.
        match self.fresh() {
            Some(environment) => Ok(Some(environment)),
            None => self.scan(watch, parsed),
        }
    }

    /// Whether it is a deployed version.
    pub(super) fn is_placed(&self) -> bool {
        self.placement.is_some()
    }

    /// Lists the environment, whatever is known of changes.
    pub(super) fn rescan(&self, watch: &Watch, parsed: &Arc<Parsed>) -> Result<(), Error> {
        let current = self.current.load_full();
        // Its first tree is its own folder.
        let is_still = |scanned: Arc<Scanned>| scanned.environment.snapshot.trees().len() == 1;
        if self.is_placed() && current.is_none_or(is_still) {
            return Ok(());
        }
        let _scanning = self.scanning.lock().unwrap_or_else(PoisonError::into_inner);
        self.scan(watch, parsed).map(|_| ())
    }

    pub(super) fn mark_changed(&self) {
        self.flags.changed.store(true, Ordering::Release);
    }

    fn scan(&self, watch: &Watch, parsed: &Arc<Parsed>) -> Result<Option<Arc<Environment>>, Error> {
        let (at, clock) = (Instant::now(), crate::clock::now().as_nanosecond());
        // Whatever changes from here on asks for another listing.
        self.flags.changed.store(false, Ordering::Release);
        let outcome = self.take(watch);
        let Some(snapshot) = outcome.inspect_err(|_| self.mark_changed())? else {
            self.current.store(None);
            return Ok(None);
        };
        let previous = self.current.load_full();
        if let Some(previous) = &previous
            && previous.environment.snapshot.id == snapshot.id
            && i128::from(snapshot.latest_change()) + BLUR < previous.clock
        {
            let (environment, links) = (previous.environment.clone(), previous.links.clone());
            self.current.store(Some(Arc::new(Scanned { environment: environment.clone(), links, at, clock })));
            return Ok(Some(environment));
        }
        for problem in &snapshot.problems {
            tracing::warn!(environment = %self.name, "{problem}");
        }
        let links = links(&snapshot, self.placement.as_ref().map(|placement| placement.home.as_str()));
        let made = self.placement.as_ref().map_or((clock / 1_000_000_000) as i64, |placement| placement.since);
        let code_id = self.placement.as_ref().map(|placement| placement.code_id.clone());
        let read = previous.as_ref().map(|previous| (&previous.environment.ruby, previous.clock));
        let ruby = RubyCode::of(&snapshot, &self.ruby, read, BLUR);
        let environment =
            Arc::new(Environment::new(snapshot, made, code_id, self.settings.clone(), parsed.clone(), ruby));
        tracing::info!(
            environment = %self.name,
            snapshot = %environment.snapshot.id,
            modules = environment.snapshot.modules.len(),
            "listed in {:?}", at.elapsed()
        );
        self.current.store(Some(Arc::new(Scanned { environment: environment.clone(), links, at, clock })));
        Ok(Some(environment))
    }

    fn take(&self, watch: &Watch) -> Result<Option<Snapshot>, Error> {
        let settings = &*self.settings;
        let still = self.placement.as_ref().map(|placement| placement.home.as_str());
        let folder = match &self.placement {
            Some(placement) => Some((&placement.environmentpath, placement.home.clone())),
            None => settings.environmentpath.iter().find_map(|folder| {
                let path = path::join(folder, self.name.as_str());
                disk::followed(&path).is_some_and(|status| status.kind == Kind::Directory).then_some((folder, path))
            }),
        };
        let Some((environmentpath, home)) = folder else { return Ok(None) };
        let origin = Origin {
            name: &self.name,
            path: &home,
            environmentpath,
            codedir: &settings.codedir,
            confdir: &settings.confdir,
            basemodulepath: &settings.basemodulepath,
        };
        if still.is_none() {
            watch.add(&home, &self.flags);
        }
        let conf = read_conf(&path::join(&home, "environment.conf"))?;
        let listing = Listing { watching: Some((watch, &self.flags)), still };
        Snapshot::take(&listing, origin, conf.as_deref(), settings.bounds)
    }

    fn is_time_to_compare(&self) -> bool {
        let now = self.began.elapsed().as_millis() as u64;
        let last = self.compared.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= LINKS_EVERY.as_millis() as u64;
        due && self.compared.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// The places where something may change without a change in a folder that is watched: roots, what
/// links lead to, and folders of the module path that are not there yet. Nothing changes below `still`.
fn links(snapshot: &Snapshot, still: Option<&str>) -> Vec<(String, Option<Identity>)> {
    let mut links: Vec<(String, Option<Identity>)> = Vec::new();
    let is_still = |path: &str| still.is_some_and(|still| path::below(path, still).is_some());
    for path in snapshot.modulepath.iter().chain([&snapshot.manifest]) {
        if matches!(snapshot.look(path), Err(Outside)) {
            links.push((path.clone(), None));
        }
    }
    for tree in snapshot.trees().iter().filter(|tree| !is_still(&tree.path)) {
        tree.root.walk(&tree.path, &mut |path, node| {
            if links.len() < MOST_LINKS && (path == &*tree.path || node.link.is_some()) {
                links.push((path.to_owned(), node.followed().map(identity)));
            }
        });
    }
    links
}

fn leads_to(path: &str, known: Option<Identity>) -> bool {
    disk::followed(path).as_ref().map(identity) == known
}

fn identity(status: &Status) -> Identity {
    match status.kind {
        Kind::Directory => Identity::Folder(status.device, status.inode),
        _ => Identity::File(*status),
    }
}

fn read_conf(path: &str) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Unreadable { path: path.to_owned(), reason: error.to_string() }),
    }
}
