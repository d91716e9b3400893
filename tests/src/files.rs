//! What folders hold, to compare what is deployed here with what others deploy.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::server::Server;

/// Path to kind, permission to execute, and content.
pub type Files = BTreeMap<String, String>;

/// What a folder holds, but for what Git and r10k keep for themselves.
pub fn files(root: &Path) -> Result<Files> {
    let mut found = Files::new();
    walk(root, "", &mut found)?;
    Ok(found)
}

fn walk(root: &Path, below: &str, found: &mut Files) -> Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if matches!(name.as_str(), ".git" | ".r10k-deploy.json") {
            continue;
        }
        let path = format!("{below}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.insert(path.clone(), "folder".to_owned());
            walk(root, &format!("{path}/"), found)?;
        } else if kind.is_symlink() {
            found.insert(path, format!("link to {}", fs::read_link(entry.path())?.display()));
        } else {
            let executable = entry.metadata()?.permissions().mode() & 0o111 != 0;
            let content = String::from_utf8_lossy(&fs::read(entry.path())?).into_owned();
            found.insert(path, format!("file, executable: {executable}\n{content}"));
        }
    }
    Ok(())
}

/// Deploys with a server, and gives what every environment then has.
pub fn deployed(server: &Server) -> Result<BTreeMap<String, Files>> {
    server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    let status: Value = serde_json::from_str(&server.quartermaster(&["code", "status", "--json"])?)?;
    let mut all = BTreeMap::new();
    for environment in status["environments"].as_array().context("a list")? {
        let name = environment["environment"].as_str().context("a name")?;
        all.insert(name.to_owned(), exported(server, name)?);
    }
    Ok(all)
}

/// Writes an environment out, and gives what it has.
pub fn exported(server: &Server, environment: &str) -> Result<Files> {
    let out = tempfile::tempdir()?;
    let to = out.path().join("out");
    server.quartermaster(&["code", "export", environment, to.to_str().context("a path")?])?;
    files(&to)
}
