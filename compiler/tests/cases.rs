//! Conformance: catalogs of whole environments, as the original compiled them.
//!
//! Reads `../shared/oracle/cases` beside the workspace. `CASES=show` prints what differs,
//! `CASES=NAME` does so for one case, `CASES=write` writes the list of those that pass.

use std::path::{Path, PathBuf};

use compiler::testing::{Node, Texts};
use compiler::{Classes, Classification, Level};
use model::Trusted;
use model::trusted::Authenticated;
use model::value::Form;
use serde_json::{Map, Value as Json, json};

#[path = "../../tests/src/difference.rs"]
#[expect(unreachable_pub, reason = "the acceptance tests share it, in a library")]
mod difference;

const MODULES: &str = "/usr/share/puppet/modules";

#[test]
fn catalogs_of_the_original() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/oracle/cases");
    if !folder.exists() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    let wanted = std::env::var("CASES").unwrap_or_default();
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("the cases can be read").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    let (mut passed, mut failed, mut skipped) = (Vec::new(), 0, 0);
    for case in cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let config = read_json(&case.join("case.json"));
        let needs = config["needs"].as_array().is_some_and(|needs| !needs.is_empty());
        if needs && !Path::new(MODULES).exists() {
            println!("skipped: {name} needs {MODULES}");
            skipped += 1;
            continue;
        }
        let differences = run_alone(case.clone(), config);
        if differences.is_empty() {
            passed.push(name);
            continue;
        }
        failed += 1;
        println!("failed: {name}");
        if wanted == "show" || wanted == name {
            differences.iter().take(40).for_each(|difference| println!("    {difference}"));
        }
    }
    println!("cases: {} passed, {failed} failed, {skipped} skipped", passed.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/baseline.txt");
    if wanted == "write" {
        std::fs::write(&path, passed.join("\n") + "\n").expect("the baseline can be written");
    }
    if skipped == 0 {
        let baseline = std::fs::read_to_string(&path).unwrap_or_default();
        let lost: Vec<&str> = baseline.lines().filter(|name| !passed.iter().any(|one| one == name)).collect();
        assert!(lost.is_empty(), "cases that passed before: {}", lost.join(" "));
    }
}

fn run_alone(case: PathBuf, config: Json) -> Vec<String> {
    let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES);
    let run = thread.spawn(move || run(&case, &config)).expect("a thread can be started");
    run.join().unwrap_or_else(|_| vec!["panicked".to_owned()])
}

fn run(case: &Path, config: &Json) -> Vec<String> {
    let expected = read_json(&case.join("expected.json"));
    let facts = read_json(&case.join("facts.json"));
    let name = config["node"].as_str().unwrap_or("node1.example.com");
    let object = |value: &Json| value.as_object().cloned().unwrap_or_default();
    let world = world(case, config);
    let classification = Classification {
        classes: match &config["classes"] {
            Json::Object(classes) => Classes::WithParameters(classes.clone()),
            Json::Array(names) => Classes::Names(names.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
            _ => Classes::default(),
        },
        parameters: object(&config["parameters"]),
    };
    let node = Node {
        environment: config["environment"].as_str().unwrap_or("production").to_owned(),
        trusted: Trusted {
            authenticated: Authenticated::Remote,
            certname: name.to_owned(),
            extensions: object(&config["extensions"]),
            external: Map::new(),
        },
        server_facts: object(
            &json!({"serverversion": "7.23.0", "servername": "puppet.example.com", "serverip": "192.0.2.1"}),
        ),
        classification: Some(classification),
        ..Node::new(name, &facts)
    };
    match compiler::compile(&node.request(), &world) {
        Ok(compilation) => {
            let actual = serde_json::to_value(compilation.catalog.wire(Form::Rich)).expect("it can be written");
            let mut differences = match expected.get("error") {
                Some(error) => vec![format!("expected the error {}, got a catalog", error["message"])],
                None => difference::differences(&expected["catalog"], &actual),
            };
            let logs: Vec<Json> = compilation
                .logs
                .iter()
                .filter(|entry| entry.level >= Level::Notice)
                .map(|entry| json!([entry.level.as_str(), entry.message]))
                .collect();
            if differences.is_empty() && json!(logs) != expected["logs"] {
                differences.push(format!("logs: expected {}, got {}", expected["logs"], json!(logs)));
            }
            differences
        }
        Err(error) => match expected.get("error") {
            Some(wanted) if wanted["message"] == error.message => Vec::new(),
            Some(wanted) => vec![format!("expected the error {}\n    got {}", wanted["message"], error.message)],
            None => vec![format!("expected a catalog, got the error {}", error.message)],
        },
    }
}

/// The environment of the case under `/ENV`, the modules that it needs under `/MODULES`.
fn world(case: &Path, config: &Json) -> Texts {
    let mut world = Texts::new("/ENV").with_modulepath(vec!["/ENV/modules".to_owned(), "/MODULES".to_owned()]);
    add(&mut world, case, "/ENV");
    let mut names: Vec<String> =
        config["needs"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
    // What modules need in turn is named by no case.
    if !names.is_empty() {
        let all = std::fs::read_dir(MODULES).into_iter().flatten().flatten();
        names = all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
    }
    for name in names {
        add(&mut world, &Path::new(MODULES).join(&name), &format!("/MODULES/{name}"));
    }
    world.with_manifest("/ENV/manifests")
}

fn add(world: &mut Texts, folder: &Path, below: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            if !matches!(name.as_str(), "spec" | "examples" | "docs" | "locales") {
                add(world, &path, &format!("{below}/{name}"));
            }
        } else if let Ok(bytes) = std::fs::read(&path) {
            world.add_file(&format!("{below}/{name}"), bytes);
        }
    }
}

fn read_json(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).expect("the file is JSON")
}
