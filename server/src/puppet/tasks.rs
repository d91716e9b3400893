//! `tasks` and `tasks/MODULE/NAME`: what orchestrators may run on nodes, and the files that it takes.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use modules::{ChecksumType, Module, Node, Snapshot};
use serde_json::{Map, Value, json};

use super::{not_there, snapshot_of};
use crate::accept::Format;
use crate::environments::Environment;
use crate::http::Asked;
use crate::respond::{self, Problem};

/// Files beside tasks that belong to none.
const FORBIDDEN_EXTENSIONS: [&str; 2] = ["conf", "md"];
/// Folders of a module whose files a task may need.
const MOUNTS: [&str; 4] = ["files", "lib", "scripts", "tasks"];
/// Longest metadata of a task, in bytes.
const LONGEST_METADATA: u64 = 1 << 20;

/// A task as its files say.
struct Task {
    /// `module::name`, or for `init` the module.
    name: String,
    /// Sorted by key.
    metadata: Value,
    /// What carries it out first, then what else it needs: `NAME` or `MODULE/MOUNT/PATH`, and the path on disk.
    files: Vec<(String, String)>,
}

/// What is wrong with a task, in the original's words.
#[derive(Debug)]
struct Fault {
    kind: &'static str,
    message: String,
    details: Value,
}

/// Every task of an environment that is well formed.
pub(crate) async fn list(asked: &Asked<'_>) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let listed = web::block(move || {
        let snapshot = &environment.snapshot;
        let mut tasks = Vec::new();
        for module in super::modules::all(snapshot) {
            for name in names(module) {
                match read(snapshot, module, &name) {
                    Ok(task) => tasks.push(json!({
                        "name": task.name,
                        "private": task.metadata.get("private").unwrap_or(&Value::Bool(false)),
                        "description": task.metadata.get("description").unwrap_or(&json!("")),
                        "environment": [{"name": snapshot.name.as_str(), "code_id": null}],
                    })),
                    Err(fault) => tracing::error!(
                        module = &*module.name,
                        task = name,
                        reason = fault.message,
                        "a task is left out"
                    ),
                }
            }
        }
        Value::Array(tasks)
    });
    let listed = listed.await.map_err(|error| Problem::server_error(error.to_string()))?;
    Ok(respond::ok(Format::Json, listed.to_string()))
}

/// One task with the addresses of its files.
pub(crate) async fn get(asked: &Asked<'_>, module: &str, name: &str) -> Result<HttpResponse, Problem> {
    let environment = snapshot_of(asked).await?;
    let (module, name) = (module.to_owned(), name.to_owned());
    let described = web::block(move || {
        let snapshot = &environment.snapshot;
        let found = super::modules::find(&environment, &module).ok_or_else(|| not_there("module", &module))?;
        if !names(found).contains(&name) {
            return Err(not_there("task", &name));
        }
        let described = read(snapshot, found, &name).and_then(|task| describe(&environment, &task));
        Ok(described.map_err(|fault| json!({"kind": fault.kind, "msg": fault.message, "details": fault.details})))
    });
    Ok(match described.await.map_err(|error| Problem::server_error(error.to_string()))?? {
        Ok(task) => respond::ok(Format::Json, task.to_string()),
        Err(fault) => respond::text(StatusCode::INTERNAL_SERVER_ERROR, Format::Json.content_type(), fault.to_string()),
    })
}

/// The names of a module's tasks, in order.
fn names(module: &Module) -> BTreeSet<String> {
    files(module).map(|(file, _)| stem(file).to_owned()).collect()
}

fn files(module: &Module) -> impl Iterator<Item = (&str, &Node)> {
    let folder = module.node.look("tasks");
    folder.into_iter().flat_map(Node::entries).filter(|(file, node)| node.is_file() && is_of_a_task(file))
}

fn is_of_a_task(file: &str) -> bool {
    let name = stem(file);
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_name && !FORBIDDEN_EXTENSIONS.contains(&extension(file))
}

fn extension(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Without the last extension.
fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

fn read(snapshot: &Snapshot, module: &Module, short: &str) -> Result<Task, Fault> {
    let name = if short == "init" { module.name.to_string() } else { format!("{}::{short}", module.name) };
    let folder = format!("{}/tasks", module.path);
    let (described, executables): (Vec<_>, Vec<_>) =
        files(module).map(|(file, _)| file).partition(|file| extension(file) == "json");
    let metadata = described.iter().find(|file| stem(file) == short);
    let metadata = metadata.map_or(Ok(Value::Null), |file| read_metadata(&format!("{folder}/{file}")))?;
    let mut files = implementations(&name, short, &folder, &metadata, &executables)?;
    files.extend(extra_files(snapshot, &metadata)?);
    let metadata = if metadata.is_null() { json!({}) } else { metadata };
    Ok(Task { name, metadata: sorted(metadata), files })
}

fn read_metadata(path: &str) -> Result<Value, Fault> {
    let unreadable = |error: std::io::Error| {
        Fault::new("puppet.tasks/unreadable-metadata", format!("Error reading metadata: {error}"))
    };
    if std::fs::metadata(path).map_err(unreadable)?.len() > LONGEST_METADATA {
        return Err(Fault::new(
            "puppet.tasks/unreadable-metadata",
            format!("{path} has more than {LONGEST_METADATA} bytes"),
        ));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    if text.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_str(&text).map_err(|error| Fault::new("puppet.tasks/unparseable-metadata", error.to_string()))
}

/// The files that may carry a task out.
fn implementations(
    name: &str,
    short: &str,
    folder: &str,
    metadata: &Value,
    executables: &[&str],
) -> Result<Vec<(String, String)>, Fault> {
    let path = |file: &str| (file.to_owned(), format!("{folder}/{file}"));
    if let Some(listed) = metadata.get("implementations") {
        let Some(listed) = listed.as_array() else {
            return Err(Fault::metadata(format!(
                "Task metadata for task {name} does not specify implementations as an array"
            )));
        };
        return listed
            .iter()
            .map(|entry| {
                if entry.get("requirements").is_some_and(|wanted| !wanted.is_array() && !wanted.is_null()) {
                    let text = format!("Task metadata for task {name} does not specify requirements as an array");
                    return Err(Fault::metadata(text));
                }
                let wanted = entry["name"].as_str().unwrap_or_default();
                executables.iter().find(|file| **file == wanted).map(|file| path(file)).ok_or_else(|| Fault {
                    kind: "puppet.tasks/missing-implementation",
                    message: format!("Task metadata for task {name} specifies missing implementation {wanted}"),
                    details: json!({"missing": [wanted]}),
                })
            })
            .collect();
    }
    let mut own = executables.iter().filter(|file| stem(file) == short);
    match (own.next(), own.next()) {
        (Some(file), None) => Ok(vec![path(file)]),
        (None, _) => Err(Fault::new(
            "puppet.tasks/no-implementation",
            format!("No source besides task metadata was found in directory {folder} for task {name}"),
        )),
        (Some(first), Some(_)) => Err(Fault::new(
            "puppet.tasks/multiple-implementations",
            format!(
                "Multiple executables were found in directory {folder}/{first} for task {name}; define \
                 'implementations' in metadata to differentiate between them"
            ),
        )),
    }
}

/// What else a task needs: files, and folders with all below them.
fn extra_files(snapshot: &Snapshot, metadata: &Value) -> Result<Vec<(String, String)>, Fault> {
    let implementations = metadata.get("implementations").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let lists = std::iter::once(metadata).chain(implementations).filter_map(|place| place.get("files"));
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    for list in lists {
        let Some(list) = list.as_array() else {
            return Err(Fault::metadata(format!("The 'files' task metadata expects an array, got {list}.")));
        };
        for file in list.iter().filter_map(Value::as_str) {
            if !wanted.contains(&file) {
                wanted.push(file);
            }
        }
    }
    for file in wanted {
        let mut parts = file.splitn(3, '/');
        let (name, mount, rest) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let module = snapshot
            .module(name)
            .ok_or_else(|| Fault::metadata(format!("Could not find module {name} containing task file {rest}")))?;
        if !MOUNTS.contains(&mount) {
            let mounts = MOUNTS.join(", ");
            let text = "Files must be saved in module directories that Puppet makes available via mount points";
            return Err(Fault::metadata(format!("{text}: {mounts}")));
        }
        if rest.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(Fault::metadata("File pathnames cannot include relative paths".to_owned()));
        }
        let path = format!("{}/{mount}/{rest}", module.path);
        let node = module.node.look(&format!("{mount}/{rest}")).filter(|node| node.followed().is_some());
        let node =
            node.ok_or_else(|| Fault::new("puppet.tasks/invalid-file", format!("Could not find {path} on disk")))?;
        let is_folder = file.ends_with('/');
        if node.is_directory() && !is_folder {
            let text = format!("Directories specified in task metadata must include a trailing slash: {file}");
            return Err(Fault::metadata(text));
        }
        if !node.is_directory() && is_folder {
            let text = format!("Files specified in task metadata cannot include a trailing slash: {file}");
            return Err(Fault { kind: "puppet.task/invalid-metadata", ..Fault::metadata(text) });
        }
        let below = path.trim_end_matches('/').to_owned();
        node.walk(&below, &mut |path, node| {
            if node.is_file() {
                let relative = path.strip_prefix(&*module.path).unwrap_or(path);
                found.push((format!("{}{relative}", module.name), path.to_owned()));
            }
        });
    }
    Ok(found)
}

/// A task with the address, digest and size of each file.
fn describe(environment: &Environment, task: &Task) -> Result<Value, Fault> {
    let snapshot = &environment.snapshot;
    let mut files = Vec::new();
    for (name, path) in &task.files {
        let unreadable = |reason: String| Fault::new("puppet.tasks/invalid-file", reason);
        let node = snapshot.look(path).ok().flatten();
        let status =
            node.and_then(Node::followed).ok_or_else(|| unreadable(format!("Could not find {path} on disk")))?;
        let sha256 = environment.digests().digest(path, status, ChecksumType::Sha256).map_err(unreadable)?;
        let parts: Vec<&str> = if name.contains('/') {
            name.splitn(3, '/').collect()
        } else {
            path.rsplitn(4, '/').take(3).collect::<Vec<_>>().into_iter().rev().collect()
        };
        let [module, mount, rest] = parts[..] else { continue };
        let kept = environment.code_id.as_deref().zip(static_path(snapshot, path, &[module, mount, rest]));
        let uri = if let Some((code_id, kept)) = kept {
            json!({
                "path": format!("/puppet/v3/static_file_content/{kept}"),
                "params": {"environment": snapshot.name.as_str(), "code_id": code_id},
            })
        } else {
            let address = match mount {
                "files" => format!("/puppet/v3/file_content/modules/{module}/{rest}"),
                "lib" => format!("/puppet/v3/file_content/plugins/{rest}"),
                mount => format!("/puppet/v3/file_content/{mount}/{module}/{rest}"),
            };
            json!({"path": address, "params": {"environment": snapshot.name.as_str()}})
        };
        files.push(json!({"filename": name, "sha256": sha256, "size_bytes": status.size, "uri": uri}));
    }
    Ok(json!({"metadata": task.metadata, "name": task.name, "files": files}))
}

/// Where `static_file_content` finds a file of a module: for modules in a folder of the environment itself.
fn static_path<'a>(snapshot: &Snapshot, path: &'a str, of_module: &[&str; 3]) -> Option<&'a str> {
    let below = modules::path::below(path, &snapshot.path)?;
    let folder = below.strip_suffix(&of_module.join("/"))?.strip_suffix('/')?;
    (!folder.is_empty() && !folder.contains('/')).then_some(below)
}

/// With the keys of all objects in order.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(entries) => entries.into_iter().map(sorted).collect(),
        other => other,
    }
}

impl Fault {
    fn new(kind: &'static str, message: String) -> Self {
        Self { kind, message, details: json!({}) }
    }

    fn metadata(message: String) -> Self {
        Self::new("puppet.tasks/invalid-metadata", message)
    }
}
