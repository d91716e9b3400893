//! Answers as people read them, or as JSON.

use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::admin::Command;
use crate::config::{Config, Origin};
use crate::environments::check::Report;

/// Prints a line. Who has closed the pipe wants no more of it.
macro_rules! put {
    ($($text:tt)*) => { drop(writeln!(std::io::stdout(), $($text)*)) };
}

/// Prints text as it is.
macro_rules! put_raw {
    ($($text:tt)*) => { drop(write!(std::io::stdout(), $($text)*)) };
}

/// Prints a line on standard error.
macro_rules! complain {
    ($($text:tt)*) => { drop(writeln!(std::io::stderr(), $($text)*)) };
}

pub(super) mod code;
mod explanation;
mod lookup;
pub(super) mod module;
pub(super) mod puppetfile;
mod token;

/// Prints what went wrong.
pub(super) fn failure(reason: &str) {
    complain!("Error: {reason}");
}

/// Prints the answer to a command. Parts that failed go to standard error and into the exit code.
pub(super) fn answer(command: &Command, value: &Value, json: bool) -> anyhow::Result<ExitCode> {
    if matches!(command, Command::Lookup { .. }) {
        return Ok(lookup::put(value));
    }
    if json {
        put!("{}", serde_json::to_string_pretty(value)?);
    } else {
        match command {
            Command::CaList { .. } => certificates(value),
            Command::CaShow { .. } => {
                certificates(&json!([value]));
                put_raw!("{}", text(&value["pem"]));
            }
            Command::CaSign { .. } => done("signed", value["signed"].as_array(), |entry| text(&entry["name"])),
            Command::CaReject { .. } => done("rejected", value["rejected"].as_array(), text),
            Command::CaRevoke { .. } => done("revoked", value["revoked"].as_array(), text),
            Command::CaClean { .. } => done("cleaned", value["cleaned"].as_array(), text),
            Command::CaGenerate { .. } => {
                put_raw!("{}{}", text(&value["private_key"]), text(&value["certificate"]));
            }
            Command::NodeList { .. } => nodes(value),
            Command::NodeReports { .. } => reports(value),
            Command::TokenCreate { .. } => token::made(value),
            Command::TokenList => token::list(value),
            Command::TokenRevoke { .. } => done("revoked", value["revoked"].as_array(), text),
            Command::NodeForget { .. } => put!("forgotten: {}", text(&value["forgotten"])),
            Command::CodeDeploy { .. }
            | Command::CodeStatus
            | Command::CodeHistory { .. }
            | Command::CodeDiff { .. }
            | Command::CodeRollback { .. }
            | Command::CodePin { .. }
            | Command::CodeUnpin { .. }
            | Command::CodeVersion { .. } => code::put(command, value),
            Command::Compile { explain: Some(_), .. } => put_raw!("{}", explanation::text(value)),
            Command::NodeShow { .. }
            | Command::NodeFacts { .. }
            | Command::NodeReport { .. }
            | Command::NodeCatalog { .. }
            | Command::ForgePublish { .. }
            | Command::ForgeList
            | Command::Compile { .. }
            | Command::Chef(_)
            | Command::Lookup { .. } => put!("{}", serde_json::to_string_pretty(value)?),
        }
    }
    let failed = value.get("failed").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for entry in failed {
        complain!("Error: {}: {}", text(&entry["name"]), text(&entry["error"]));
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints mistakes found in code.
pub(super) fn findings(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        put!("{}", serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    for finding in &report.findings {
        put!("{finding}");
    }
    let (files, mistakes) = (report.files, report.findings.len());
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    for needed in &report.ruby {
        put!("{needed}");
    }
    let ruby = match report.ruby.len() {
        0 => String::new(),
        1 => ", 1 part that needs Ruby".to_owned(),
        many => format!(", {many} parts that need Ruby"),
    };
    put!("{files} file{}, {mistakes} mistake{}{ruby}", plural(files), plural(mistakes));
    Ok(())
}

/// Prints every setting with its origin.
pub(super) fn configuration(config: &Config, json: bool) -> anyhow::Result<()> {
    let all = serde_json::to_value(config)?;
    if json {
        let origins = serde_json::to_value(&config.origins)?;
        put!("{}", serde_json::to_string_pretty(&json!({"settings": all, "set": origins}))?);
        return Ok(());
    }
    let mut lines = Vec::new();
    flatten(&all, &mut Vec::new(), &mut lines);
    let width = lines.iter().map(|(path, _)| path.len()).max().unwrap_or_default();
    for (path, value) in lines {
        let origin = config.origins.iter().find(|(known, _)| path == **known || path.starts_with(&format!("{known}.")));
        let origin = match origin.map_or(Origin::Default, |(_, origin)| *origin) {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Environment => "environment",
            Origin::Flag => "flag",
        };
        match value {
            Some(value) => put!("{path:width$} = {value}  # {origin}"),
            None => put!("# {path} is not set"),
        }
    }
    Ok(())
}

/// Every leaf by dotted path, written as TOML; unset ones without a value.
fn flatten(value: &Value, path: &mut Vec<String>, into: &mut Vec<(String, Option<String>)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(key.clone());
                flatten(value, path, into);
                path.pop();
            }
        }
        value => {
            let written = toml::Value::try_from(value).ok().filter(|_| !value.is_null());
            into.push((path.join("."), written.map(|value| value.to_string())));
        }
    }
}

fn done(what: &str, list: Option<&Vec<Value>>, name: impl Fn(&Value) -> String) {
    for entry in list.into_iter().flatten() {
        put!("{what}: {}", name(entry));
    }
    if list.is_none_or(Vec::is_empty) {
        put!("nothing was {what}");
    }
}

fn certificates(value: &Value) {
    let rows: Vec<_> = value.as_array().into_iter().flatten().collect();
    if rows.is_empty() {
        put!("no certificate requests wait");
    }
    let width = rows.iter().map(|row| text(&row["name"]).len()).max().unwrap_or_default();
    for row in rows {
        let names: Vec<String> = row["dns_alt_names"].as_array().into_iter().flatten().map(text).collect();
        let until = row.get("not_after").map(|end| format!("  until {}", text(end))).unwrap_or_default();
        let names = if names.is_empty() { String::new() } else { format!("  alt names: {}", names.join(", ")) };
        let fingerprint = text(&row["fingerprints"]["SHA256"]);
        put!("{:width$}  {:9}  (SHA256) {fingerprint}{until}{names}", text(&row["name"]), text(&row["state"]));
    }
}

fn nodes(value: &Value) {
    let rows: Vec<_> = value.as_array().into_iter().flatten().collect();
    if rows.is_empty() {
        put!("no node has told anything yet");
    }
    let width = rows.iter().map(|row| text(&row["name"]).len()).max().unwrap_or_default();
    for row in rows {
        let (seen, status) = (text(&row["last_seen"]), text(&row["report_status"]));
        put!("{:width$}  {:12}  {seen:30}  {status}", text(&row["name"]), text(&row["environment"]));
    }
}

fn reports(value: &Value) {
    for row in value.as_array().into_iter().flatten() {
        let noop = if row["noop"] == Value::Bool(true) { "  noop" } else { "" };
        let (time, node, status) = (text(&row["received_at"]), text(&row["node"]), text(&row["status"]));
        put!("{:>8}  {time:30}  {node}  {status}  {}{noop}", row["id"], text(&row["environment"]));
    }
}

/// The text of a JSON value; of `null`, a dash.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
