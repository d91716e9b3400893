//! `plans` and `plans/MODULE/NAME`: the plans of modules, by name.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web;
use modules::{Module, Node};
use serde_json::{Value, json};

use super::{not_there, snapshot_of};
use crate::accept::Format;
use crate::http::Asked;
use crate::respond::{self, Problem};

/// What no plan may be called.
const RESERVED: [&str; 46] = [
    "and",
    "application",
    "attr",
    "case",
    "class",
    "consumes",
    "default",
    "else",
    "elsif",
    "environment",
    "false",
    "function",
    "if",
    "import",
    "in",
    "inherits",
    "node",
    "or",
    "private",
    "produces",
    "site",
    "true",
    "type",
    "undef",
    "unless",
    "any",
    "array",
    "boolean",
    "catalogentry",
    "collection",
    "callable",
    "data",
    "enum",
    "float",
    "hash",
    "integer",
    "numeric",
    "optional",
    "pattern",
    "resource",
    "runtime",
    "scalar",
    "string",
    "struct",
    "tuple",
    "variant",
];

/// Every plan of an environment.
pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let plans = web::block(move || {
        let snapshot = &environment.snapshot;
        let names =
            super::modules::all(snapshot).flat_map(|module| names(module).into_iter().map(|name| full(module, &name)));
        let entry = |name| json!({"name": name, "environment": [{"name": snapshot.name.as_str(), "code_id": null}]});
        names.map(entry).collect::<Value>()
    });
    let plans = plans.await.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(respond::ok(Format::Json, plans.to_string()))
}

/// One plan; nothing is known of it but its name.
pub(crate) async fn get(asked: &Asked<'_>, module: &str, name: &str) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let (module, name) = (module.to_owned(), name.to_owned());
    let full_name = web::block(move || {
        let found = super::modules::find(&environment, &module).ok_or_else(|| not_there("module", &module))?;
        if names(found).contains(&name) { Ok(full(found, &name)) } else { Err(not_there("plan", &name)) }
    });
    let full_name = full_name.await.map_err(|error| Problem::server_error(error.to_string()))??;
    Ok(respond::ok(Format::Json, json!({"metadata": {}, "name": full_name}).to_string()))
}

fn full(module: &Module, name: &str) -> String {
    if name == "init" { module.name.to_string() } else { format!("{}::{name}", module.name) }
}

fn names(module: &Module) -> BTreeSet<String> {
    let folder = module.node.look("plans");
    let files = folder.into_iter().flat_map(Node::entries).filter(|(_, node)| node.followed().is_some());
    files.filter_map(|(file, _)| name_of(file)).map(str::to_owned).collect()
}

fn name_of(file: &str) -> Option<&str> {
    let (name, extension) = file.rsplit_once('.')?;
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (is_name && matches!(extension, "pp" | "yaml") && !RESERVED.contains(&name)).then_some(name)
}
