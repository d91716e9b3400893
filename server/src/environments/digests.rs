//! Checksums of files, computed once for as long as a file stays as it is.

use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use modules::metadata::Digests;
use modules::{ChecksumType, Status};
use rustc_hash::FxHashMap;

use super::disk;

/// Checksums by what a file is and when it last changed.
#[derive(Default)]
pub(crate) struct FileDigests {
    known: Mutex<FxHashMap<Key, Arc<str>>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    device: u64,
    inode: u64,
    size: u64,
    mtime: i64,
    ctime: i64,
    kind: ChecksumType,
}

/// Beyond this many checksums all are forgotten: they are cheap to compute again.
const MOST: usize = 100_000;
/// A file that changed this shortly before it was read may change again without a new time.
const BLUR: i128 = 2_000_000_000;
/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

impl Digests for FileDigests {
    fn digest(&self, path: &str, status: &Status, kind: ChecksumType) -> Result<String, String> {
        if let Some(sum) = self.lock().get(&key(status, kind)) {
            return Ok(sum.to_string());
        }
        let now = crate::clock::now().as_nanosecond();
        let (sum, before, after) = read(path, kind).map_err(|error| format!("{error} - {path}"))?;
        if key(&before, kind) == key(&after, kind) && i128::from(after.ctime) + BLUR < now {
            let mut known = self.lock();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(key(&after, kind), sum.as_str().into());
        }
        Ok(sum)
    }
}

impl FileDigests {
    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<Key, Arc<str>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(status: &Status, kind: ChecksumType) -> Key {
    let &Status { device, inode, size, mtime, ctime, .. } = status;
    Key { device, inode, size, mtime, ctime, kind }
}

/// The checksum, and the facts of the file before and after it was read.
fn read(path: &str, kind: ChecksumType) -> std::io::Result<(String, Status, Status)> {
    let mut file = File::open(path)?;
    let before = disk::status(&file.metadata()?);
    let Some(mut digest) = kind.digest() else { return Ok((String::new(), before, before)) };
    let mut buffer = vec![0; CHUNK.min(before.size as usize + 1)];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => digest.update(&buffer[..count]),
        }
        if kind.is_lite() {
            break;
        }
    }
    let after = disk::status(&file.metadata()?);
    Ok((digest.finish(), before, after))
}

#[cfg(test)]
mod tests;
