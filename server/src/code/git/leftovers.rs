//! What calls of `git` leave behind when a server is killed: processes that go on, locks, halves of objects.
//!
//! While a call runs a file stands for it, with the number of its group of processes. The call has the file as its
//! standard input, and with it the lock on it: as long as the lock is held, the number is that call's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// The file of a call that runs; it goes with this.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    file: File,
}

const EXTENSION: &str = "call";
static CALLS: AtomicU64 = AtomicU64::new(0);
/// How long calls may take to end that were told to.
const PATIENCE: Duration = Duration::from_secs(5);
/// How deep the folders of a bare repository are looked through.
const DEEPEST: usize = 64;

impl Mark {
    pub(super) fn set(folder: &Path) -> io::Result<Self> {
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{number}.{EXTENSION}", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        file.try_lock()?;
        Ok(Self { path, file })
    }

    /// What the call gets as standard input. It finds nothing in there.
    pub(super) fn stdin(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// Says which group of processes the call is.
    pub(super) fn name(&self, group: u32) -> io::Result<()> {
        (&self.file).write_all(group.to_string().as_bytes())
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // What is left is removed when a server starts.
        let _ = fs::remove_file(&self.path);
    }
}

/// Ends calls that go on though their server was killed. `folder` has the files that stand for them.
pub(crate) fn end_strays(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            end_stray(&path)?;
        }
    }
    Ok(())
}

fn end_stray(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        let group = fs::read_to_string(path)?.parse().ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            tracing::info!(group = group.as_raw_nonzero(), "a call of git that outlived its server is ended");
            // It may have ended in the meantime.
            let _ = kill_process_group(group, Signal::KILL);
        }
        if began.elapsed() > PATIENCE {
            tracing::warn!(path = %path.display(), "a call of git that outlived its server does not end");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Removes locks and halves of objects from the bare repositories in `caches`. Nobody may work on them.
pub(crate) fn clear(caches: &Path) {
    let caches = fs::read_dir(caches).into_iter().flatten().flatten();
    for cache in caches.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        clear_below(&cache, false, 0);
    }
}

/// Below `objects` nobody gives names but `git`.
fn clear_below(folder: &Path, objects: bool, depth: usize) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth < DEEPEST {
                clear_below(&path, objects || depth == 0 && entry.file_name() == "objects", depth + 1);
            }
            continue;
        }
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_half = objects && ["tmp_", ".tmp-"].iter().any(|start| name.starts_with(start));
        if is_half || name.ends_with(".lock") {
            tracing::info!(path = %path.display(), "what a call of git left behind is removed");
            // `git` says so when it is in its way.
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests;
