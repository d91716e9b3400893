//! What changed on disk since we last looked.
//!
//! The kernel queues a change before the call that made it returns, and [`Watch::drain`] reads the
//! queue without waiting: whoever drains it knows of every change that was finished before.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use inotify::{EventMask, Inotify, WatchDescriptor, WatchMask};

/// Who wants to know of changes.
pub(super) type Owner = Arc<Flags>;

/// What an owner is told.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// Something changed since this was last cleared.
    pub(super) changed: AtomicBool,
    /// Not everything could be watched.
    pub(super) blind: AtomicBool,
}

/// Watches on folders.
pub(super) struct Watch(Mutex<Option<Inner>>);

struct Inner {
    inotify: Inotify,
    owners: HashMap<WatchDescriptor, Vec<Weak<Flags>>>,
    buffer: Vec<u8>,
}

/// Room for the events of one read.
const BUFFER_BYTES: usize = 16 * 1024;

impl Watch {
    /// Where the kernel gives no watches, every owner is told that it is blind.
    pub(super) fn open() -> Self {
        let inner = match Inotify::init() {
            Ok(inotify) => Some(Inner { inotify, owners: HashMap::new(), buffer: vec![0; BUFFER_BYTES] }),
            Err(error) => {
                tracing::warn!("Environments cannot be watched and are listed again and again: {error}");
                None
            }
        };
        Self(Mutex::new(inner))
    }

    /// Watches what is in the folder `path`, where it really is.
    pub(super) fn add(&self, path: &str, owner: &Owner) {
        let mut guard = self.lock();
        let Some(inner) = guard.as_mut() else {
            owner.blind.store(true, Ordering::Relaxed);
            return;
        };
        let mask = WatchMask::CREATE
            | WatchMask::MODIFY
            | WatchMask::ATTRIB
            | WatchMask::DELETE
            | WatchMask::MOVE
            | WatchMask::DELETE_SELF
            | WatchMask::MOVE_SELF
            | WatchMask::ONLYDIR;
        match inner.inotify.watches().add(path, mask) {
            Ok(descriptor) => {
                let owners = inner.owners.entry(descriptor).or_default();
                owners.retain(|known| known.strong_count() > 0);
                if !owners.iter().any(|known| known.as_ptr() == Arc::as_ptr(owner)) {
                    owners.push(Arc::downgrade(owner));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                if !owner.blind.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        "Could not watch {path} ({error}); raise the sysctl fs.inotify.max_user_watches to have \
                         changes seen without listing again"
                    );
                }
            }
        }
    }

    /// Marks the owners of every folder that changed.
    pub(super) fn drain(&self) {
        let mut guard = self.lock();
        let Some(inner) = guard.as_mut() else { return };
        let Inner { inotify, owners, buffer } = inner;
        loop {
            let events = match inotify.read_events(buffer) {
                Ok(events) => events,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Nothing (more) is queued.
                Err(_) => return,
            };
            let mut any = false;
            for event in events {
                any = true;
                if event.mask.contains(EventMask::Q_OVERFLOW) {
                    mark_all(owners);
                } else if event.mask.contains(EventMask::IGNORED) {
                    owners.remove(&event.wd);
                } else if let Some(owners) = owners.get(&event.wd) {
                    mark(owners);
                }
            }
            if !any {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Inner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::iter_over_hash_type, reason = "every one of them is marked, in whatever order")]
fn mark_all(owners: &HashMap<WatchDescriptor, Vec<Weak<Flags>>>) {
    for owners in owners.values() {
        mark(owners);
    }
}

fn mark(owners: &[Weak<Flags>]) {
    for owner in owners.iter().filter_map(Weak::upgrade) {
        owner.changed.store(true, Ordering::Release);
    }
}
