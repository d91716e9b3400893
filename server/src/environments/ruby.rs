//! Processes that run the Ruby code of one environment at one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use modules::Snapshot;
use ruby::Fault;
use ruby::workers::{Lease, Pool};
use sha2::{Digest as _, Sha256};

/// The code that Ruby has read: processes are bound to it, and end when nobody uses it any more.
pub(crate) struct RubyCode {
    pool: Pool,
    number: u64,
    /// Of all that a process may read by itself.
    identity: [u8; 32],
    /// The latest change of any of it, in nanoseconds since the epoch.
    changed: i64,
}

/// Folders of modules and environments whose files Ruby reads by itself.
const READ_BY_RUBY: [&str; 3] = ["/lib/", "/types/", "/functions/"];

/// Where the `lib` of a module has functions, of the new kind and the old.
const FUNCTIONS: [&str; 2] = ["puppet/functions", "puppet/parser/functions"];

impl RubyCode {
    /// The code of a snapshot. What `previous` has read counts as the same when it stayed as it is
    /// and was settled at `listed` (nanoseconds since the epoch).
    pub(super) fn of(snapshot: &Snapshot, pool: &Pool, previous: Option<(&Arc<Self>, i128)>, blur: i128) -> Arc<Self> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let (identity, changed) = identify(snapshot);
        if let Some((previous, listed)) = previous
            && previous.identity == identity
            && i128::from(previous.changed) + blur < listed
        {
            return previous.clone();
        }
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self { pool: pool.clone(), number, identity, changed })
    }

    pub(super) fn lease(&self, given_up: &dyn Fn() -> bool) -> Result<Lease, Fault> {
        self.pool.lease(self.number, given_up)
    }
}

impl Drop for RubyCode {
    fn drop(&mut self) {
        self.pool.retire(self.number);
    }
}

/// Whether a module brings a function that only Ruby can run.
pub(super) fn is_needed(snapshot: &Snapshot) -> bool {
    let trees = snapshot.modules.iter().flat_map(|module| {
        FUNCTIONS.iter().filter_map(|folder| {
            let node = module.node.look("lib")?.look(folder)?;
            Some((modules::path::join(&modules::path::join(&module.path, "lib"), folder), node))
        })
    });
    let mut needed = false;
    for (path, node) in trees {
        node.walk(&path, &mut |path, node| {
            needed = needed || node.is_file() && compiler::functions::beyond_native(path).is_some();
        });
    }
    needed
}

fn identify(snapshot: &Snapshot) -> ([u8; 32], i64) {
    let mut hash = Sha256::new();
    for folder in &snapshot.modulepath {
        hash.update((folder.len() as u64).to_le_bytes());
        hash.update(folder);
    }
    let mut latest = 0;
    for tree in snapshot.trees() {
        tree.root.walk(&tree.path, &mut |path, node| {
            let is_read = READ_BY_RUBY.iter().any(|folder| path.contains(folder)) || path.ends_with("/metadata.json");
            if let Some(status) = node.followed().filter(|_| is_read && node.is_file()) {
                hash.update((path.len() as u64).to_le_bytes());
                hash.update(path);
                for number in [status.device, status.inode, status.size] {
                    hash.update(number.to_le_bytes());
                }
                hash.update(status.mtime.to_le_bytes());
                hash.update(status.ctime.to_le_bytes());
                latest = latest.max(status.mtime).max(status.ctime);
            }
        });
    }
    (hash.finalize().into(), latest)
}
