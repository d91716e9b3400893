//! Listings of folders.

use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use modules::{Disk, Found, Kind, Link, Status};

use super::watch::{Owner, Watch};

/// The disk as it is now. Folders are watched for `owner` before they are listed, so that no
/// change falls between.
pub(super) struct Listing<'a> {
    pub(super) watching: Option<(&'a Watch, &'a Owner)>,
    /// A folder below which nothing ever changes.
    pub(super) still: Option<&'a str>,
}

impl Listing<'_> {
    pub(super) const fn unwatched() -> Self {
        Self { watching: None, still: None }
    }
}

impl Disk for Listing<'_> {
    fn look(&self, path: &str) -> Result<Option<Found>, String> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(found(Path::new(path), &metadata))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Found)>, String> {
        let is_still = self.still.is_some_and(|still| modules::path::below(path, still).is_some());
        if let Some((watch, owner)) = self.watching.filter(|_| !is_still) {
            watch.add(path, owner);
        }
        let mut listing = Vec::new();
        for entry in fs::read_dir(path).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            let Ok(name) = entry.file_name().into_string() else {
                tracing::debug!("{} is left out: its name is not UTF-8", entry.path().display());
                continue;
            };
            match entry.metadata() {
                Ok(metadata) => listing.push((name, found(&entry.path(), &metadata))),
                // Removed since it was listed.
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(listing)
    }
}

/// What stands at `path` when links are followed.
pub(super) fn followed(path: &str) -> Option<Status> {
    fs::metadata(path).ok().map(|metadata| status(&metadata))
}

pub(super) fn status(metadata: &Metadata) -> Status {
    Status {
        kind: kind(metadata),
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        gid: metadata.gid(),
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    }
}

fn found(path: &Path, metadata: &Metadata) -> Found {
    let link = metadata.is_symlink().then(|| Link {
        destination: fs::read_link(path).map(|to| to.to_string_lossy().into()).unwrap_or_default(),
        target: fs::metadata(path).ok().map(|metadata| status(&metadata)),
    });
    Found { status: status(metadata), link }
}

fn kind(metadata: &Metadata) -> Kind {
    let kind = metadata.file_type();
    match () {
        () if kind.is_file() => Kind::File,
        () if kind.is_dir() => Kind::Directory,
        () if kind.is_symlink() => Kind::Link,
        () if kind.is_fifo() => Kind::Fifo,
        () if kind.is_socket() => Kind::Socket,
        () if kind.is_char_device() => Kind::CharacterDevice,
        () if kind.is_block_device() => Kind::BlockDevice,
        () => Kind::Unknown,
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}
