//! The modules of an environment that the original tells of: those whose metadata, if they have any, is complete.

use modules::{Module, Snapshot};
use serde_json::{Value, json};

use crate::environments::Environment;

/// Longest `metadata.json` that is read.
const LONGEST_METADATA: u64 = 1 << 20;
/// What metadata must say.
const REQUIRED: [&str; 5] = ["source", "author", "version", "license", "dependencies"];

/// The modules of an environment, in order. Reads files: for threads that may block.
pub(super) fn all(snapshot: &Snapshot) -> impl Iterator<Item = &Module> {
    snapshot.modules.iter().filter(|module| is_complete(module))
}

/// The module of this name. Reads a file.
pub(super) fn find<'a>(environment: &'a Environment, name: &str) -> Option<&'a Module> {
    environment.snapshot.module(name).filter(|module| is_complete(module))
}

/// `name` as in the metadata, with a slash, and `version`.
pub(super) fn described(module: &Module) -> Value {
    let metadata = metadata(module);
    let name = metadata["name"].as_str().map(|name| name.replace('-', "/"));
    json!({"name": name.as_deref().unwrap_or(&module.name), "version": metadata["version"]})
}

fn is_complete(module: &Module) -> bool {
    let metadata = metadata(module);
    let Some(fields) = metadata.as_object().filter(|fields| !fields.is_empty()) else { return true };
    let lacking = REQUIRED.into_iter().find(|name| fields.get(*name).is_none_or(Value::is_null));
    if let Some(lacking) = lacking {
        tracing::error!("No {lacking} module metadata provided for {}", module.name);
        return false;
    }
    fields["dependencies"].is_array()
}

/// Null where there is none that can be read.
fn metadata(module: &Module) -> Value {
    let path = format!("{}/metadata.json", module.path);
    let is_short = std::fs::metadata(&path).is_ok_and(|found| found.len() <= LONGEST_METADATA);
    let text = if is_short { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
    serde_json::from_slice(&text).unwrap_or_default()
}
