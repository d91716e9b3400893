//! `GET environments`: what environments there are, and their settings.

use modules::conf::Timeout;
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
