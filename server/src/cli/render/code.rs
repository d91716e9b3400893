//! What commands for deployed code print.

use std::io::Write;
use std::path::Path;

use modules::sources::{Configuration, Kind, Source};
use serde_json::{Value, json};

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

fn place(source: &Source) -> &str {
    match &source.kind {
        Kind::Git { remote, .. } => remote,
        Kind::Yaml { config } | Kind::Yamldir { config } => config,
    }
}
