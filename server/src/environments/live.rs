//! One environment through time.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use model::EnvironmentName;
use modules::snapshot::Origin;
use modules::{Error, Kind, Snapshot, path};

use super::disk::{self, Listing};
use super::environment::Environment;
use super::parsed::Parsed;
use super::watch::{Flags, Owner, Watch};
use super::{EnvironmentSettings, LINKS_EVERY, UNWATCHED_EVERY};

/// A name, and the environment it stands for now.
pub(super) struct Live {
    name: EnvironmentName,
    settings: Arc<EnvironmentSettings>,
    flags: Owner,
    current: ArcSwapOption<Scanned>,
    /// Held while folders are listed.
    scanning: Mutex<()>,
    began: Instant,
    /// When links were last compared, in milliseconds since `began`.
    compared: AtomicU64,
}

struct Scanned {
    environment: Arc<Environment>,
    /// The folders whose identity is compared: the environment's own and those behind links.
    links: Vec<(String, (u64, u64))>,
    /// Before the listing began.
    at: Instant,
    /// The same on the machine's clock, in nanoseconds since the epoch.
    clock: i128,
}

/// Changes within this time before a listing may have been followed by others that the times of
/// files do not show.
const BLUR: i128 = 2_000_000_000;

impl Live {
    pub(super) fn new(name: EnvironmentName, settings: Arc<EnvironmentSettings>) -> Self {
        Self {
            name,
            settings,
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

    /// Lists the environment, whatever is known of changes.
    pub(super) fn rescan(&self, watch: &Watch, parsed: &Arc<Parsed>) -> Result<(), Error> {
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
        let links = links(&snapshot);
        let made = (clock / 1_000_000_000) as i64;
        let environment = Arc::new(Environment::new(snapshot, made, self.settings.clone(), parsed.clone()));
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
        let folder = settings.environmentpath.iter().find_map(|folder| {
            let path = path::join(folder, self.name.as_str());
            disk::followed(&path).is_some_and(|status| status.kind == Kind::Directory).then_some((folder, path))
        });
        let Some((environmentpath, home)) = folder else { return Ok(None) };
        let origin = Origin {
            name: &self.name,
            path: &home,
            environmentpath,
            codedir: &settings.codedir,
            confdir: &settings.confdir,
            basemodulepath: &settings.basemodulepath,
        };
        let conf = read_conf(&path::join(&home, "environment.conf"))?;
        let listing = Listing { watching: Some((watch, &self.flags)) };
        Snapshot::take(&listing, origin, conf.as_deref(), settings.bounds)
    }

    fn is_time_to_compare(&self) -> bool {
        let now = self.began.elapsed().as_millis() as u64;
        let last = self.compared.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= LINKS_EVERY.as_millis() as u64;
        due && self.compared.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// The paths by which a folder may be exchanged without a change in a folder that is watched.
fn links(snapshot: &Snapshot) -> Vec<(String, (u64, u64))> {
    let mut links = Vec::new();
    for tree in snapshot.trees() {
        tree.root.walk(&tree.path, &mut |path, node| {
            let root = path == &*tree.path;
            if let Some(status) = node.followed()
                && status.kind == Kind::Directory
                && (root || node.link.is_some())
            {
                links.push((path.to_owned(), (status.device, status.inode)));
            }
        });
    }
    links
}

fn leads_to(path: &str, identity: (u64, u64)) -> bool {
    disk::followed(path).is_some_and(|status| (status.device, status.inode) == identity)
}

fn read_conf(path: &str) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Unreadable { path: path.to_owned(), reason: error.to_string() }),
    }
}
