//! Bytes by SHA-256 in a folder.
//!
//! `sha256/ab/cdef…` holds the bytes whose digest is `abcdef…`. A file appears under its name
//! only whole and on disk: it is written beside, flushed, renamed, and its folder flushed.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use inventory::Error as Fault;
use inventory::bucket::{Contents, Sha256};
use sha2::Digest;

use crate::error::{Error, at};
use crate::make_private;

pub(crate) struct Blobs {
    dir: PathBuf,
    limit: u64,
    next: Arc<AtomicU64>,
}

/// Unfinished files of a process that died are dropped after this long.
const STALE: Duration = Duration::from_hours(24);

impl Blobs {
    pub(crate) fn open(dir: &Path, limit: u64) -> Result<Self, Error> {
        let unfinished = dir.join("tmp");
        at(dir, make_private(&dir.join("sha256")))?;
        at(dir, make_private(&unfinished))?;
        for entry in at(&unfinished, fs::read_dir(&unfinished))?.flatten() {
            let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > STALE) {
                at(&entry.path(), fs::remove_file(entry.path()))?;
            }
        }
        Ok(Self { dir: dir.to_owned(), limit, next: Arc::new(AtomicU64::new(0)) })
    }

    pub(crate) async fn begin(&self) -> Result<Incoming, Fault> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join("tmp").join(format!("{}-{number}", std::process::id()));
        let (dir, limit) = (self.dir.clone(), self.limit);
        blocking(move || {
            let file = File::create(&path).map_err(unavailable)?;
            let state = State { file, path: Some(path), dir, hash: sha2::Sha256::new() };
            Ok(Incoming { state: Some(state), buffer: Vec::new(), size: 0, limit })
        })
        .await
    }

    /// Bytes that a file may have.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether the bytes are there. Blocks.
    pub(crate) fn has(&self, digest: &Sha256) -> std::io::Result<bool> {
        place(&self.dir, digest).try_exists()
    }

    /// Drops the bytes. Blocks.
    pub(crate) fn remove(&self, digest: &Sha256) -> std::io::Result<()> {
        match fs::remove_file(place(&self.dir, digest)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) async fn exists(&self, digest: &Sha256) -> Result<bool, Fault> {
        let path = place(&self.dir, digest);
        blocking(move || path.try_exists().map_err(unavailable)).await
    }

    pub(crate) async fn contents(&self, digest: &Sha256) -> Result<Option<Contents>, Fault> {
        let path = place(&self.dir, digest);
        blocking(move || match File::open(path) {
            Ok(file) => {
                let len = file.metadata().map_err(unavailable)?.len();
                Ok(Some(Contents { len, reader: Box::new(file) }))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable(error)),
        })
        .await
    }
}

/// Bytes on their way in. Dropping it removes what was written.
pub(crate) struct Incoming {
    state: Option<State>,
    /// Small chunks are gathered, so that not each costs a change of thread.
    buffer: Vec<u8>,
    size: u64,
    limit: u64,
}

struct State {
    file: File,
    /// `None` once the file has its final name.
    path: Option<PathBuf>,
    dir: PathBuf,
    hash: sha2::Sha256,
}

const GATHER: usize = 256 * 1024;

impl Incoming {
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            let (size, limit) = (self.size, self.limit);
            return Err(Fault::TooLarge { what: "the file", size, limit, setting: "store.max_blob_bytes" });
        }
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() >= GATHER { self.flush().await } else { Ok(()) }
    }

    pub(crate) async fn finish(mut self, expected: &Sha256) -> Result<(), Fault> {
        self.flush().await?;
        let mut state = self.state.take().ok_or_else(gone)?;
        let expected = *expected;
        blocking(move || {
            let actual = Sha256(state.hash.finalize_reset().into());
            if actual != expected {
                return Err(Fault::WrongDigest { expected: expected.to_string(), actual: actual.to_string() });
            }
            state.keep(&expected).map_err(unavailable)
        })
        .await
    }

    /// Keeps the bytes by whatever digest they have.
    pub(crate) async fn keep(mut self) -> Result<Sha256, Fault> {
        self.flush().await?;
        let mut state = self.state.take().ok_or_else(gone)?;
        blocking(move || {
            let digest = Sha256(state.hash.finalize_reset().into());
            state.keep(&digest).map_err(unavailable)?;
            Ok(digest)
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), Fault> {
        let buffer = std::mem::take(&mut self.buffer);
        let mut state = self.state.take().ok_or_else(gone)?;
        let state = blocking(move || {
            state.hash.update(&buffer);
            state.file.write_all(&buffer).map_err(unavailable)?;
            Ok(state)
        });
        self.state = Some(state.await?);
        Ok(())
    }
}

impl State {
    fn keep(&mut self, digest: &Sha256) -> std::io::Result<()> {
        let place = place(&self.dir, digest);
        let Some(shard) = place.parent() else { return Ok(()) };
        // Flushed in any case, here and below: whoever made it may not have got to it yet.
        make_private(shard)?;
        if !place.try_exists()? {
            self.file.sync_all()?;
            if let Some(path) = &self.path {
                fs::rename(path, &place)?;
                self.path = None;
            }
        }
        sync(shard)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Left over at worst, and then dropped when the store is opened a day later.
            drop(fs::remove_file(path));
        }
    }
}

fn place(dir: &Path, digest: &Sha256) -> PathBuf {
    let text = digest.to_string();
    dir.join("sha256").join(&text[..2]).join(&text[2..])
}

fn sync(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(unavailable(std::io::Error::other(error))))
}

fn unavailable(error: std::io::Error) -> Fault {
    Fault::Unavailable(Box::new(error))
}

fn gone() -> Fault {
    unavailable(std::io::Error::other("an earlier write of this file failed"))
}
