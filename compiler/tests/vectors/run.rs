//! One vector: its world, its request, and the comparison.

use compiler::testing::Texts;
use compiler::{Classes, Classification, CompileError, Level, Limits, LogEntry, Request, Settings, Strict};
use model::catalog::Version;
use model::trusted::Authenticated;
use model::value::Form;
use model::{Facts, Trusted};
use serde_json::{Map, Value as Json, json};

use crate::catalog::canonical;

pub(crate) enum Outcome {
    Passed,
    Failed(String),
    Skipped(#[allow(dead_code)] &'static str),
}

/// Runs a vector and compares.
pub(crate) fn vector(vector: &Json) -> Outcome {
    if vector["settings"].get("tasks").is_some() {
        return Outcome::Skipped("a script");
    }
    let actual = match vector["kind"].as_str() {
        Some("compile") => compiled(vector),
        _ => evaluated(vector),
    };
    let expected = expected(vector);
    if actual == expected {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("expected {}\ngot      {}", shown(&expected), shown(&actual)))
}

fn expected(vector: &Json) -> Json {
    let result = &vector["result"];
    if let Some(error) = result.get("error") {
        return json!({"error": error["message"]});
    }
    if vector["kind"] != "compile" {
        return json!({"ok": {"repr": result["ok"]["repr"], "rich": result["ok"]["rich"]}});
    }
    let logs = result.get("logs").cloned().unwrap_or_else(|| json!([]));
    json!({"ok": result["ok"], "logs": logs})
}

fn compiled(vector: &Json) -> Json {
    let (world, parts) = setup(vector, vector["source"].as_str().unwrap_or_default());
    match compiler::compile(&parts.request(), &world) {
        Ok(compilation) => {
            let mut logs: Vec<Json> = world.warnings().into_iter().map(|warning| json!(["warning", warning])).collect();
            logs.extend(logged(&compilation.logs));
            json!({"ok": canonical(&serde_json::to_value(compilation.catalog.wire(Form::Rich)).expect("it can be written")), "logs": logs})
        }
        Err(error) => json!({"error": error.message}),
    }
}

/// The value of an expression in the scope that a manifest left; functions are called as written.
fn evaluated(vector: &Json) -> Json {
    let code = vector["code"].as_str().filter(|code| *code != "undef").unwrap_or_default();
    let (world, parts) = setup(vector, code);
    let source = vector["source"].as_str().unwrap_or_default();
    let node = format!(" on node {}", parts.node);
    match compiler::testing::evaluate(&parts.request(), &world, source) {
        Ok(value) => {
            let rich = serde_json::to_value(value.to_model().wire(Form::Rich)).expect("it can be written");
            json!({"ok": {"repr": compiler::format::inspect(&value), "rich": rich}})
        }
        Err(CompileError { message, .. }) => {
            let message = message.strip_suffix(&node).unwrap_or(&message);
            let bare = message
                .strip_prefix("Evaluation Error: Error while evaluating a Function Call, ")
                .and_then(|message| message.strip_suffix(" (line: 1, column: 1)"));
            match bare {
                Some(bare) if vector["kind"] == "call" => json!({"error": bare}),
                _ => json!({"error": message}),
            }
        }
    }
}

fn logged(logs: &[LogEntry]) -> Vec<Json> {
    logs.iter()
        .filter(|entry| entry.level >= Level::Notice)
        .map(|entry| json!([entry.level.as_str(), entry.message]))
        .collect()
}

struct Parts {
    node: String,
    environment: String,
    facts: Facts,
    trusted: Trusted,
    server_facts: Map<String, Json>,
    classification: Classification,
    settings: Settings,
    version: Version,
}

impl Parts {
    fn request(&self) -> Request<'_> {
        Request {
            node: &self.node,
            environment: &self.environment,
            facts: &self.facts,
            trusted: &self.trusted,
            server_facts: &self.server_facts,
            classification: Some(&self.classification),
            settings: &self.settings,
            limits: Limits { max_steps: 2_000_000, ..Limits::default() },
            version: &self.version,
            catalog_uuid: "00000000-0000-0000-0000-000000000000",
            code_id: None,
        }
    }
}

fn setup(vector: &Json, code: &str) -> (Texts, Parts) {
    let node = &vector["node"];
    let name = node["name"].as_str().unwrap_or("test").to_owned();
    let environment = &vector["environment"];
    let settings = &vector["settings"];
    let object = |value: &Json| value.as_object().cloned().unwrap_or_default();
    let strict = match settings["strict"].as_str() {
        Some("error") => (Strict::Error, syntax::Strict::Error),
        Some("off") => (Strict::Off, syntax::Strict::Off),
        _ => (Strict::Warning, syntax::Strict::Warning),
    };
    let root = environment["root"].as_str().unwrap_or("/ENV");
    let mut world = Texts::new(root).with_options(syntax::Options { strict: strict.1, ..syntax::Options::default() });
    for (path, text) in object(&vector["files"]) {
        world.add_file(&path, text.as_str().unwrap_or_default());
    }
    if let Some(folders) = environment["modulepath"].as_array() {
        world = world.with_modulepath(folders.iter().filter_map(|path| path.as_str().map(str::to_owned)).collect());
    }
    match environment["manifest"].as_str() {
        Some(manifest) if code.is_empty() => world = world.with_manifest(manifest),
        _ => world = world.with_code(code),
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
    let parts = Parts {
        environment: environment["name"]
            .as_str()
            .or(settings["environment"].as_str())
            .unwrap_or("production")
            .to_owned(),
        facts: Facts { name: name.clone(), values: object(&node["facts"]), ..Facts::default() },
        trusted: Trusted {
            authenticated: match trusted["authenticated"].as_str() {
                Some("remote") => Authenticated::Remote,
                Some("local") => Authenticated::Local,
                _ => Authenticated::No,
            },
            certname: trusted["certname"].as_str().unwrap_or(&name).to_owned(),
            extensions: object(&trusted["extensions"]),
            external: object(&trusted["external"]),
        },
        server_facts: object(&node["server_facts"]),
        classification: Classification { classes, parameters },
        settings: Settings {
            strict: strict.0,
            strict_variables: settings["strict_variables"] == true,
            values: object(&json!({"strict": settings["strict"], "storeconfigs": false})),
            ..Settings::default()
        },
        version: Version::Seconds(0),
        node: name,
    };
    (world, parts)
}

fn shown(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(1500) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
