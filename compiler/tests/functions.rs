//! Functions of modules: what the original's answered to many expressions, asked again here.
//!
//! A file of `tests/functions` names the modules that it needs, with the files in which they define functions, and
//! has under each expression the value as rich data or the error. `record.rb` beside them writes the answers.
//! `FUNCTIONS=show` prints what differs.

use std::path::{Path, PathBuf};

use compiler::Classification;
use compiler::testing::{Node, Texts};
use model::Facts;
use model::value::Form;
use serde_json::{Map, Value as Json, json};

/// Answers that are known to differ, with the reason: `(file, expression, reason)`.
const DIFFERING: &[(&str, &str, &str)] = &[
    ("postgresql", "postgresql_password('x')", "the arguments are those of the module's newer versions"),
    ("stdlib8_legacy", "validate_legacy(String)", "the original counts a parameter that only it fills"),
    ("stdlib8", "deprecation()", "the arguments are those of the module's newer versions"),
];

#[test]
fn functions_answer_as_the_originals() {
    let threads: Vec<_> = files()
        .into_iter()
        .map(|file| {
            let thread = std::thread::Builder::new().stack_size(compiler::STACK_BYTES);
            thread.spawn(move || Cases::read(&file).run()).expect("a thread can be started")
        })
        .collect();
    let results: Vec<Outcome> = threads.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect();
    let wrong: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    println!("functions: {} passed, {} failed", results.len() - wrong.len(), wrong.len());
    let shown: Vec<&str> = wrong.iter().map(|text| text.as_str()).collect();
    if std::env::var("FUNCTIONS").is_ok_and(|wish| wish == "show") {
        println!("{}", shown.join("\n"));
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), shown.join("\n"));
}

type Outcome = Result<(), String>;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "cases"));
    files.sort();
    assert!(!files.is_empty(), "there are cases");
    files
}

/// One file.
struct Cases {
    name: String,
    files: Vec<(String, String)>,
    facts: Map<String, Json>,
    /// Expression and answer.
    asked: Vec<(String, Json)>,
}

impl Cases {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut cases = Self { name, files: Vec::new(), facts: Map::new(), asked: Vec::new() };
        let mut module = String::new();
        let mut expression = String::new();
        for line in text.lines() {
            if let Some(file) = line.strip_prefix("  ") {
                cases.files.push((format!("/ENV/modules/{module}/{file}"), String::new()));
            } else if let Some(metadata) = line.strip_prefix("metadata ") {
                cases.files.push((format!("/ENV/modules/{module}/metadata.json"), metadata.to_owned()));
            } else if let Some((path, content)) = line.strip_prefix("file ").and_then(|rest| rest.split_once(' ')) {
                let content: String = serde_json::from_str(content).expect("the content is a JSON string");
                cases.files.push((format!("/ENV/{path}"), content));
            } else if let Some(name) = line.strip_prefix("module ") {
                name.clone_into(&mut module);
            } else if let Some(facts) = line.strip_prefix("facts ") {
                cases.facts = serde_json::from_str(facts).expect("the facts are an object");
            } else if let Some(source) = line.strip_prefix("> ") {
                source.clone_into(&mut expression);
            } else if let Some(value) = line.strip_prefix("= ") {
                let value: Json = serde_json::from_str(value).expect("the value is JSON");
                cases.asked.push((expression.clone(), json!({"value": value})));
            } else if let Some(error) = line.strip_prefix("! ") {
                let error: Json = serde_json::from_str(error).expect("the error is a JSON string");
                cases.asked.push((expression.clone(), json!({"error": error})));
            }
        }
        assert!(!cases.asked.is_empty(), "{} has cases", cases.name);
        cases
    }

    fn run(&self) -> Vec<Outcome> {
        let mut world = Texts::new("/ENV");
        for (path, content) in &self.files {
            world.add_file(path, content);
        }
        self.asked.iter().map(|(expression, expected)| self.compare(&world, expression, expected)).collect()
    }

    fn compare(&self, world: &Texts, expression: &str, expected: &Json) -> Outcome {
        let got = self.answer(world, expression);
        let known = DIFFERING.iter().any(|(file, source, _)| *file == self.name && *source == expression);
        match (got == *expected, known) {
            (true, false) | (false, true) => Ok(()),
            (true, true) => Err(format!("{}: {expression}\n  is equal now, though listed", self.name)),
            (false, false) => Err(format!("{}: {expression}\n  expected {expected}\n  got      {got}", self.name)),
        }
    }

    fn answer(&self, world: &Texts, expression: &str) -> Json {
        let name = "test.example.com";
        let node = Node {
            facts: Facts { name: name.to_owned(), values: self.facts.clone(), ..Facts::default() },
            classification: Some(Classification::default()),
            ..Node::new(name, &Json::Null)
        };
        match compiler::testing::evaluate(&node.request(), world, expression) {
            Ok(value) => json!({"value": value.to_model().wire(Form::Rich)}),
            Err(error) => {
                let message =
                    error.message.strip_suffix(&format!(" on node {name}")).unwrap_or(&error.message).to_owned();
                json!({"error": message})
            }
        }
    }
}
