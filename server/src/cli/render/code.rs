//! What commands for deployed code print.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use modules::deploy::Change;
use modules::deploy::version::short;
use modules::sources::{Configuration, Kind, Source};
use serde_json::{Value, json};

use super::text;
use crate::admin::Command;
use crate::code::without_secrets;

/// The sources of a configuration that was taken over.
pub(in crate::cli) fn imported(to: &Path, configuration: &Configuration, json: bool) -> anyhow::Result<()> {
    if json {
        let sources: Vec<Value> = configuration.sources.iter().map(as_json).collect();
        let answer = json!({ "file": to, "sources": sources, "warnings": configuration.warnings });
        put!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for warning in &configuration.warnings {
        complain!("Warning: {warning}");
    }
    for source in &configuration.sources {
        put!("source {}: {} {}", source.name, kind(source), place(source));
    }
    put!("imported into {}", to.display());
    Ok(())
}

fn as_json(source: &Source) -> Value {
    json!({
        "name": source.name,
        "type": kind(source),
        "from": place(source),
        "prefix": source.prefix,
        "puppetfile": source.puppetfile,
    })
}

fn kind(source: &Source) -> &'static str {
    match source.kind {
        Kind::Git { .. } => "git",
        Kind::Yaml { .. } => "yaml",
        Kind::Yamldir { .. } => "yamldir",
    }
}

fn place(source: &Source) -> Cow<'_, str> {
    match &source.kind {
        Kind::Git { remote, .. } => without_secrets(remote),
        Kind::Yaml { config } | Kind::Yamldir { config } => Cow::Borrowed(config),
    }
}

/// Prints the answer to a command about code.
pub(super) fn put(command: &Command, value: &Value) {
    match command {
        Command::CodeDeploy { .. } | Command::CodeRollback { .. } => deployed(value),
        Command::CodeStatus => status(value),
        Command::CodeHistory { .. } => history(value),
        Command::CodeDiff { .. } => diff(value),
        Command::CodePin { .. } => put!("pinned: {}", text(&value["pinned"])),
        Command::CodeUnpin { .. } => put!("let go: {}", text(&value["unpinned"])),
        _ => put!("exported: {} to {}", text(&value["exported"]), text(&value["to"])),
    }
}

fn deployed(value: &Value) {
    if let Some(number) = value["queued"].as_u64() {
        put!("queued: deploy {number}; `code status` shows how far it is");
        return;
    }
    let rows = list(&value["environments"]);
    let width = rows.iter().map(|row| text(&row["environment"]).len()).max().unwrap_or_default();
    for row in rows {
        let result = text(&row["result"]).replace('_', " ");
        let (commit, id) = (text(&row["commit"]), text(&row["code_id"]));
        if result == "failed" {
            continue;
        }
        put!("{:width$}  {result:12}  {:10}  {}", text(&row["environment"]), short(&commit), short(&id));
        if let Some(who) = row["pin"]["who"].as_str() {
            put!("  pinned by {who}: {}", text(&row["pin"]["reason"]));
        }
        changes(&row["changes"]);
        for warning in list(&row["warnings"]) {
            put!("  warning: {}", text(warning));
        }
    }
    put!("{} ms", value["millis"]);
}

fn status(value: &Value) {
    let rows = list(&value["environments"]);
    if rows.is_empty() {
        put!("no environment is deployed");
    }
    let width = rows.iter().map(|row| text(&row["environment"]).len()).max().unwrap_or_default();
    for row in rows {
        let (commit, id) = (text(&row["commit"]), text(&row["code_id"]));
        let pin = row["pin"]["who"].as_str().map(|who| format!("  pinned by {who}")).unwrap_or_default();
        let (name, branch) = (text(&row["environment"]), text(&row["branch"]));
        let since = text(&row["since"]);
        put!(
            "{name:width$}  {}  {branch} {}  {} modules  since {since}{pin}",
            short(&id),
            short(&commit),
            row["modules"]
        );
    }
    for job in list(&value["deploys"]) {
        let state = if job["started_at"].is_null() { "waits" } else { "runs" };
        let step = &job["step"];
        let step =
            if step.is_null() { String::new() } else { format!(": {} {}", text(&step["phase"]), text(&step["what"])) };
        put!("deploy {} {state}{step}", job["id"]);
    }
}

fn history(value: &Value) {
    for row in list(value) {
        let (at, who, action) = (text(&row["at"]), text(&row["who"]), text(&row["action"]));
        let (from, to) = (text(&row["from"]), text(&row["to"]));
        let became = match row["failed"].as_str() {
            Some(reason) => format!("failed: {reason}"),
            None => format!("{} -> {}", short(&from), short(&to)),
        };
        put!("{at:30}  {}  {action} by {who}  {} ms  {became}", text(&row["environment"]), row["millis"]);
        changes(&row["changes"]);
    }
}

fn diff(value: &Value) {
    changes(&value["changes"]);
    if list(&value["changes"]).is_empty() {
        put!("nothing differs");
    }
}

fn changes(value: &Value) {
    for change in list(value) {
        if let Ok(change) = serde_json::from_value::<Change>(change.clone()) {
            put!("  {change}");
        }
    }
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}
