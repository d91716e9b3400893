//! Files that private keys are written to: new ones, which nobody else can read.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

/// A file that waits for its key. Dropping it without one removes it.
#[derive(Debug)]
pub(crate) struct Waiting {
    path: PathBuf,
    file: Option<File>,
}

impl Waiting {
    /// Makes the file, before anything is asked of the server: a key that nobody could keep would be lost.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = match made {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                bail!("{} is there already; a key is not written over it", path.display())
            }
            made => made.with_context(|| path.display().to_string())?,
        };
        Ok(Self { path: path.to_owned(), file: Some(file) })
    }

    /// Writes the private key that an answer holds, which then holds the name of the file instead.
    pub(crate) fn take(mut self, answer: &mut Value) -> anyhow::Result<()> {
        let key = answer.get("private_key").and_then(Value::as_str).context("the answer holds no key")?;
        if let Some(mut file) = self.file.take() {
            let written = file.write_all(key.as_bytes()).and_then(|()| file.sync_all());
            written.with_context(|| self.path.display().to_string())?;
        }
        if let Some(answer) = answer.as_object_mut() {
            answer.shift_remove("private_key");
            answer.insert("key_file".to_owned(), self.path.display().to_string().into());
        }
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.file.is_some() {
            // It is empty; there is nobody to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
