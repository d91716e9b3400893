//! The files of a backup.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chef::Result;
use chef::json::Object;
use serde_json::Value;

use super::fault;

/// A folder that is written to; nobody else can read what it holds.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder; one that holds anything is refused.
    pub(super) fn make(root: &Path) -> Result<Self> {
        private(root)?;
        let mut entries = fs::read_dir(root).map_err(|error| fault(root, error))?;
        if entries.next().is_some() {
            return Err(fault(root, "there is something in it; a backup is written to a new or empty folder"));
        }
        Ok(Self { root: root.to_owned() })
    }

    pub(super) fn dir(&self, parts: &[&str]) -> Result<()> {
        private(&self.path(parts)?)
    }

    /// Writes a document; the last part is its name without `.json`.
    pub(super) fn json(&self, parts: &[&str], document: &Value) -> Result<()> {
        let mut path = self.path(parts)?.into_os_string();
        path.push(".json");
        let pretty = serde_json::to_string_pretty(document).map_err(|error| fault(path.as_ref(), error))?;
        text(path.as_ref(), &(pretty + "\n"))
    }

    /// Writes a table of rows, as the original does: without line breaks.
    pub(super) fn table(&self, name: &str, rows: &[Value]) -> Result<()> {
        let path = self.root.join(name);
        let line = serde_json::to_string(rows).map_err(|error| fault(&path, error))?;
        text(&path, &line)
    }

    /// A path below the folder. Names that lead elsewhere are refused.
    pub(super) fn path(&self, parts: &[&str]) -> Result<PathBuf> {
        let mut path = self.root.clone();
        for part in parts {
            if part.is_empty() || matches!(*part, "." | "..") || part.contains(['/', '\0']) {
                return Err(fault(&path, format!("'{part}' cannot be the name of a file")));
            }
            path.push(part);
        }
        Ok(path)
    }
}

/// Writes a new file, which nobody else can read.
pub(super) fn text(path: &Path, text: &str) -> Result<()> {
    let mut file = create(path)?;
    file.write_all(text.as_bytes()).map_err(|error| fault(path, error))
}

/// Makes a new file, which nobody else can read.
pub(super) fn create(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        private(parent)?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| fault(path, error))
}

fn private(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| fault(path, error))
}

/// Names in a folder, in order; none where it is missing. Hidden ones are left out.
pub(super) fn names(path: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| fault(path, error))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| fault(path, error))?;
        let name =
            entry.file_name().into_string().map_err(|name| fault(path, format!("{} is not UTF-8", name.display())))?;
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Names of the documents in a folder, without `.json`, in order.
pub(super) fn documents(path: &Path) -> Result<Vec<String>> {
    Ok(names(path)?.into_iter().filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect())
}

/// Folders in a folder, in order.
pub(super) fn folders(path: &Path) -> Result<Vec<String>> {
    Ok(names(path)?.into_iter().filter(|name| path.join(name).is_dir()).collect())
}

/// The document `NAME.json` of a folder.
pub(super) fn document(folder: &Path, name: &str) -> Result<Object> {
    match value(&folder.join(format!("{name}.json")))? {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(fault(&folder.join(format!("{name}.json")), "it is not a JSON object")),
        None => Err(fault(&folder.join(format!("{name}.json")), "it is missing")),
    }
}

/// What a file holds, where it is there.
pub(super) fn value(path: &Path) -> Result<Option<Value>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| fault(path, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault(path, error)),
    }
}

/// The objects of a list that a file holds; none where it is missing.
pub(super) fn rows(path: &Path) -> Result<Vec<Object>> {
    let Some(value) = value(path)? else { return Ok(Vec::new()) };
    let rows: serde_json::Result<Vec<Object>> = serde_json::from_value(value);
    rows.map_err(|error| fault(path, error))
}
