//! Checks the house against its plan: which crate may use which, how long a file may be, where SQL may stand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const LONGEST_FILE: usize = 600;

/// Crate, and the crates of ours that it may use. A crate that is missing here fails the test.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("syntax", &[]),
    ("ruby", &[]),
    ("compiler", &["model", "syntax", "ruby"]),
    ("certs", &["model"]),
    ("modules", &["model"]),
    ("inventory", &["model"]),
    ("chef", &["model"]),
    ("cookbooks", &["model"]),
    ("store", &["model", "certs", "modules", "inventory", "chef", "cookbooks"]),
    ("server", &["model", "syntax", "ruby", "compiler", "certs", "modules", "inventory", "chef", "cookbooks", "store"]),
    ("acceptance", &[]),
];

/// Crates that take everything from outside as a parameter.
const DOMAIN: &[&str] = &["model", "syntax", "ruby", "compiler", "certs", "modules", "inventory", "chef", "cookbooks"];

/// The one room of a domain crate that starts processes. The others do not know of it.
const PROCESSES: &str = "ruby/src/workers";

/// What a domain crate may not name outside its tests.
const EFFECTS: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread::spawn",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "tokio::",
    "rusqlite",
    "ruby::workers",
];

const VAGUE_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "misc"];

#[test]
fn crates_use_only_what_the_plan_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    let packages = packages(&metadata);
    let names: BTreeSet<&str> = packages.iter().map(|package| text(package, "name")).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let name = text(package, "name");
        let Some(may) = allowed.get(name) else {
            wrong.push(format!("crate {name} has no row in the table of arrows"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("cargo lists dependencies") {
            let used = text(dependency, "name");
            if names.contains(used) && !may.contains(used) {
                wrong.push(format!("{name} may not use {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .map(|file| (file, read(file).lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(file, lines)| format!("{}: {lines} lines, at most {LONGEST_FILE}", shown(file)))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn sql_stands_only_in_store() {
    let mut found = Vec::new();
    for file in sources().iter().filter(|file| !in_crate(file, &["store", "tests"])) {
        for (number, line) in code_lines(&read(file)) {
            if line.contains("rusqlite") || is_sql(&line) {
                found.push(format!("{}:{number}: {}", shown(file), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn domain_crates_have_no_effects() {
    let mut found = Vec::new();
    let is_room = |file: &Path| shown(file).starts_with(PROCESSES);
    for file in sources().iter().filter(|file| in_crate(file, DOMAIN) && !is_test(file) && !is_room(file)) {
        for (number, line) in code_lines(&read(file)) {
            for effect in EFFECTS.iter().filter(|effect| line.contains(*effect)) {
                found.push(format!("{}:{number}: {effect}", shown(file)));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn modules_have_names_that_say_something() {
    let vague: Vec<String> = sources()
        .iter()
        .filter(|file| {
            file.strip_prefix(root())
                .expect("sources lie below the root")
                .components()
                .any(|part| VAGUE_NAMES.contains(&part.as_os_str().to_string_lossy().trim_end_matches(".rs")))
        })
        .map(|file| shown(file))
        .collect();
    assert!(vague.is_empty(), "{}", vague.join("\n"));
}

#[test]
fn store_backends_mirror_each_other() {
    let backends: Vec<PathBuf> = ["sqlite", "postgres"]
        .iter()
        .map(|name| root().join("store/src").join(name))
        .filter(|dir| dir.is_dir())
        .collect();
    let names = |dir: &Path| -> BTreeSet<PathBuf> {
        let mut found = Vec::new();
        walk(dir, &mut found);
        found.iter().map(|file| file.strip_prefix(dir).expect("walked from there").to_path_buf()).collect()
    };
    for pair in backends.windows(2) {
        assert_eq!(names(&pair[0]), names(&pair[1]), "{} and {}", shown(&pair[0]), shown(&pair[1]));
    }
}

#[test]
fn every_crate_says_what_it_is() {
    let metadata = metadata();
    for package in packages(&metadata) {
        let manifest = PathBuf::from(text(package, "manifest_path"));
        let source = manifest.parent().expect("a manifest lies in a folder").join("src");
        let entry = ["lib.rs", "main.rs"].iter().map(|name| source.join(name)).find(|file| file.is_file());
        let entry = entry.unwrap_or_else(|| panic!("{} has neither lib.rs nor main.rs", shown(&source)));
        assert!(read(&entry).starts_with("//!"), "{} does not open with what the crate is", shown(&entry));
    }
}

#[test]
fn licences_are_permitted() {
    let permitted = permitted_licences();
    let metadata = metadata_with_dependencies();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().expect("cargo lists packages") {
        let licence = package["license"].as_str().unwrap_or("none");
        if !licence_allowed(licence, &permitted) {
            wrong.push(format!("{} {}: {licence}", text(package, "name"), text(package, "version")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// True where a choice of the expression's alternatives is made of permitted licences only.
fn licence_allowed(expression: &str, permitted: &[String]) -> bool {
    let flat = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Brackets bind closer than this reading does; it only ever asks for more than the expression demands.
    let all_bracketed_alternatives = expression.contains('(') && expression.contains(" AND ");
    if all_bracketed_alternatives {
        return flat.split(" AND ").all(|part| any_allowed(part, permitted));
    }
    flat.split(" OR ").any(|part| part.split(" AND ").all(|name| permitted.iter().any(|p| p == name.trim())))
}

fn any_allowed(alternatives: &str, permitted: &[String]) -> bool {
    alternatives.split(" OR ").any(|name| permitted.iter().any(|p| p == name.trim()))
}

fn permitted_licences() -> Vec<String> {
    let text = read(&root().join("deny.toml"));
    let list = text.split_once("allow = [").expect("deny.toml has an allow list").1;
    let list = list.split_once(']').expect("the allow list ends").0;
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Upper-case keywords as they open a statement in a string; prose and messages do not look like this.
fn is_sql(line: &str) -> bool {
    [
        "\"SELECT ",
        "\"INSERT INTO ",
        "\"INSERT OR ",
        "\"UPDATE ",
        "\"DELETE FROM ",
        "\"CREATE TABLE ",
        "\"BEGIN IMMEDIATE",
        "\"PRAGMA ",
    ]
    .iter()
    .any(|keyword| line.contains(keyword))
}

/// The lines that are not comments, with their numbers from 1.
fn code_lines(source: &str) -> Vec<(usize, String)> {
    source
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.to_owned()))
        .collect()
}

fn is_test(file: &Path) -> bool {
    file.strip_prefix(root()).expect("sources lie below the root").components().any(|part| {
        matches!(part.as_os_str().to_string_lossy().as_ref(), "tests" | "tests.rs" | "benches" | "examples")
    })
}

fn in_crate(file: &Path, names: &[&str]) -> bool {
    names.iter().any(|name| file.starts_with(root().join(name)))
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (name, _) in ARROWS {
        walk(&root().join(name), &mut found);
    }
    found.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    assert!(found.len() > 10, "the walk found the sources");
    found
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.map(|entry| entry.expect("a readable folder")) {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                walk(&path, found);
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
}

fn metadata() -> Value {
    cargo_metadata(&["--no-deps"])
}

fn metadata_with_dependencies() -> Value {
    cargo_metadata(&["--offline", "--filter-platform", "x86_64-unknown-linux-gnu"])
}

fn cargo_metadata(more: &[&str]) -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .args(more)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn packages(metadata: &Value) -> Vec<&Value> {
    metadata["packages"].as_array().expect("cargo lists packages").iter().collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is a string"))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", shown(file)))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}
