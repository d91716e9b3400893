//! Modules and what became of them, as people read it.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::text;
use crate::cli::module::Built;

pub(in crate::cli) fn built(built: &Built, json: bool) -> anyhow::Result<ExitCode> {
    let path = built.path.display().to_string();
    if json {
        let value = json!({"path": path, "sha256": built.sha256, "size": built.size});
        put!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        put!("{path}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(in crate::cli) fn list(value: &Value, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        put!("{}", serde_json::to_string_pretty(value)?);
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = value.as_array().into_iter().flatten().collect();
    if rows.is_empty() {
        put!("no module was published");
    }
    let width = rows.iter().map(|row| text(&row["slug"]).len()).max().unwrap_or_default();
    for row in rows {
        let versions: Vec<String> = row["versions"].as_array().into_iter().flatten().map(text).collect();
        let deprecated = if row["deprecated_at"].is_null() { "" } else { "  (deprecated)" };
        put!("{:width$}  {}{deprecated}", text(&row["slug"]), versions.join(" "));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was published; failures on standard error and in the exit code.
pub(in crate::cli) fn outcome(value: &Value, json: bool) -> anyhow::Result<ExitCode> {
    let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    if json {
        put!("{}", serde_json::to_string_pretty(value)?);
    } else {
        for slug in list("published") {
            put!("published: {}", text(&slug));
        }
        for slug in list("there") {
            put!("there already: {}", text(&slug));
        }
    }
    let failed = list("failed");
    for entry in &failed {
        complain!("Error: {}: {}", text(&entry["name"]), text(&entry["error"]));
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How far it is, for people who watch.
pub(in crate::cli) fn progress(what: &str, number: usize, of: usize) {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        const WIDTH: usize = 20;
        let done = number * WIDTH / of.max(1);
        drop(write!(screen, "\r\x1b[K[{}{}] {number}/{of} {what}", "#".repeat(done), "-".repeat(WIDTH - done)));
        drop(screen.flush());
    }
}

pub(in crate::cli) fn progress_ends() {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        drop(write!(screen, "\r\x1b[K"));
    }
}
