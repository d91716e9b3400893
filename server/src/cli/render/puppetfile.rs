//! What commands for a Puppetfile print.

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;

use modules::puppetfile::{Declaration, Error, Origin, Puppetfile, Reference, Wanted};
use serde_json::{Value, json};

use crate::code::without_secrets;

/// A Puppetfile that cannot be taken, as r10k says it, with the place.
pub(in crate::cli) fn mistake(file: &str, error: &Error, json: bool) -> anyhow::Result<()> {
    if json {
        let answer = json!({
            "valid": false,
            "error": { "message": error.message, "file": file, "line": error.line, "column": error.column },
        });
        put!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        complain!("{}", error.in_file(file));
    }
    Ok(())
}

pub(in crate::cli) fn checked(file: &Puppetfile, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        put!("{}", serde_json::to_string_pretty(&json!({ "valid": true, "warnings": file.warnings }))?);
    } else {
        warn(file);
        complain!("Syntax OK");
    }
    Ok(ExitCode::SUCCESS)
}

pub(in crate::cli) fn shown(file: &Puppetfile, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        let modules: Vec<Value> = file.modules.iter().map(as_json).collect();
        let answer = json!({ "forge": file.forge, "modules": modules, "warnings": file.warnings });
        put!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    warn(file);
    let rows: Vec<(&str, String, String)> =
        file.modules.iter().map(|module| (module.title.as_str(), version(&module.origin), path(module))).collect();
    let widest = |width: fn(&(&str, String, String)) -> usize| rows.iter().map(width).max().unwrap_or_default();
    let (titles, versions) = (widest(|row| row.0.len()), widest(|row| row.1.len()));
    for (row, module) in rows.iter().zip(&file.modules) {
        let (title, version, path) = row;
        put!("{title:titles$}  {version:versions$}  {path}  {}", place(&module.origin));
    }
    Ok(ExitCode::SUCCESS)
}

fn warn(file: &Puppetfile) {
    for warning in &file.warnings {
        complain!("Warning: {warning}");
    }
}

fn as_json(module: &Declaration) -> Value {
    let mut value = json!({
        "title": module.title,
        "owner": module.owner,
        "name": module.name,
        "path": path(module),
        "type": kind(&module.origin),
        "line": module.line,
    });
    if let Some(exclude_spec) = module.exclude_spec {
        value["exclude_spec"] = json!(exclude_spec);
    }
    match &module.origin {
        Origin::Forge { .. } => value["version"] = json!(version(&module.origin)),
        Origin::Git { remote, default_branch, default_branch_override, .. } => {
            value["source"] = json!(without_secrets(remote));
            value["version"] = json!(version(&module.origin));
            value["default_branch"] = json!(default_branch);
            value["default_branch_override"] = json!(default_branch_override);
        }
        Origin::Tarball { source, sha256 } => {
            value["source"] = json!(without_secrets(source));
            value["sha256"] = json!(sha256);
        }
        Origin::Local => {}
    }
    value
}

fn path(module: &Declaration) -> String {
    if module.folder.is_empty() { module.name.clone() } else { format!("{}/{}", module.folder, module.name) }
}

fn kind(origin: &Origin) -> &'static str {
    match origin {
        Origin::Forge { .. } => "forge",
        Origin::Git { .. } => "git",
        Origin::Tarball { .. } => "tarball",
        Origin::Local => "local",
    }
}

fn version(origin: &Origin) -> String {
    match origin {
        Origin::Forge { version: Wanted::Exactly(version) } => version.clone(),
        Origin::Forge { version: Wanted::Latest } => "latest".to_owned(),
        Origin::Forge { version: Wanted::Any } => "any".to_owned(),
        Origin::Git { reference: Reference::ControlBranch, .. } => "control_branch".to_owned(),
        Origin::Git { reference: Reference::Named(name), .. } => name.clone(),
        Origin::Tarball { sha256, .. } => sha256.as_deref().unwrap_or("any").chars().take(12).collect(),
        Origin::Local => "local".to_owned(),
    }
}

fn place(origin: &Origin) -> Cow<'_, str> {
    match origin {
        Origin::Forge { .. } => "forge".into(),
        Origin::Git { remote: address, .. } | Origin::Tarball { source: address, .. } => without_secrets(address),
        Origin::Local => "".into(),
    }
}
