//! `GET environments`: what environments there are, and their settings; `GET environment_modules`.

use modules::conf::Timeout;
use modules::{Module, Snapshot};
use serde_json::{Map, Value, json};

use crate::environments::Environments;

/// The JSON of the answer. Lists environments that are not known yet: for threads that may block.
/// Environments that cannot be used are left out.
pub(crate) fn environments(environments: &Environments) -> Value {
    let search_paths: Vec<String> = environments
        .settings()
        .environmentpath
        .iter()
        .map(|folder| format!("file://{folder}"))
        .chain(std::iter::once("data:text/plain,internal".to_owned()))
        .collect();
    let mut found = Map::new();
    for name in environments.list() {
        let Ok(environment) = environments.get(&name) else { continue };
        let snapshot = &environment.snapshot;
        let timeout = match snapshot.conf.environment_timeout {
            None => json!(0),
            Some(Timeout::Seconds(seconds)) => json!(seconds),
            Some(Timeout::Unlimited) => json!("unlimited"),
        };
        let settings = json!({
            "modulepath": snapshot.modulepath,
            "manifest": snapshot.manifest,
            "environment_timeout": timeout,
            "config_version": snapshot.config_version.as_deref().unwrap_or_default(),
        });
        found.insert(name.to_string(), json!({ "settings": settings }));
    }
    json!({ "search_paths": search_paths, "environments": found })
}

/// The modules of an environment: names as in their metadata, with a slash, and versions. Reads files.
pub(crate) fn modules(snapshot: &Snapshot) -> Value {
    let modules: Vec<Value> = snapshot.modules.iter().map(module).collect();
    json!({"modules": modules, "name": snapshot.name.as_str()})
}

/// Longest `metadata.json` that is read.
const LONGEST_METADATA: u64 = 1 << 20;

fn module(module: &Module) -> Value {
    let path = format!("{}/metadata.json", module.path);
    let is_short = std::fs::metadata(&path).is_ok_and(|found| found.len() <= LONGEST_METADATA);
    let text = if is_short { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
    let metadata: Value = serde_json::from_slice(&text).unwrap_or_default();
    let name = metadata["name"].as_str().map(|name| name.replace('-', "/"));
    json!({"name": name.as_deref().unwrap_or(&module.name), "version": metadata["version"]})
}
