//! The folder with everything the server makes.
//!
//! ```text
//! DATA_DIR/            0700
//!   lock               held by the running server
//!   admin.sock         0600, the way in for the command line
//!   store.sqlite       certificates, requests, facts, catalogs, reports
//!   blobs/             file bucket
//!   ca/                ca_key.pem (0600), ca_crt.pem
//!   tls/               NAME.key.pem (0600), NAME.crt.pem of the server itself
//!   chef/              pivotal.pem, webui.pem, ORG-validator.pem (0600): keys for Chef
//!   code/              environments, unless `code_dir` says otherwise; r10k.yaml (0600): where code comes from;
//!                      what deploys make of it: git, trees, versions, tmp
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The authority's key, below the folder.
pub(crate) const CA_KEY: &str = "ca/ca_key.pem";
/// The authority's certificates, below the folder. Written last: where it is, the key is too.
pub(crate) const CA_CERTIFICATE: &str = "ca/ca_crt.pem";

/// The folder, held: no other server uses it while this lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    root: PathBuf,
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DataDirError {
    #[error("the data folder {path} cannot be used: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("the data folder {0} is in use by another server")]
    InUse(PathBuf),
}

impl DataDir {
    /// Makes what is missing and takes the lock.
    pub(crate) fn open(root: &Path) -> Result<Self, DataDirError> {
        let fault = |source| DataDirError::Io { path: root.to_owned(), source };
        for folder in [root.to_owned(), root.join("ca"), root.join("tls"), root.join("blobs")] {
            private_folder(&folder).map_err(fault)?;
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(root.join("lock"));
        let lock = lock.map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse(root.to_owned())),
            Err(TryLockError::Error(source)) => Err(fault(source)),
        }
    }

    /// Whether nothing was ever served from `root`.
    pub(crate) fn is_fresh(root: &Path) -> bool {
        !root.join(CA_CERTIFICATE).exists()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The server's own key and certificate.
    pub(crate) fn identity_in(root: &Path, certname: &str) -> (PathBuf, PathBuf) {
        let tls = root.join("tls");
        (tls.join(format!("{certname}.key.pem")), tls.join(format!("{certname}.crt.pem")))
    }
}

/// Makes a folder that only this user enters, and closes one that others could.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file so that after a crash it is there whole, or as it was before.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = draft_with(&draft, bytes, mode).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&draft);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn draft_with(draft: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(mode).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
