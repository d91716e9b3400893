//! Every ERB template of the installed modules, rendered by Ruby's own ERB and here.
//!
//! `templates/render.rb` gives each template several settings of its variables and writes down which functions it
//! called; here those calls are answered alike. `TEMPLATES=module/path.erb` shows what differs of one, `TEMPLATES=show`
//! of all.

#![allow(clippy::print_stdout, reason = "the table is what the test is run for")]

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use ruby::{Error, Host, HostError, Level, Limits, Template, Value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

const MODULES: &str = "/usr/share/puppet/modules";
/// Of 100 templates that Ruby renders, so many have to be equal at least. It only rises.
const EQUAL: usize = 98;

/// A template in one setting of its variables, as Ruby rendered it.
#[derive(Deserialize)]
struct Rendering {
    template: String,
    source: String,
    variables: Map<String, Json>,
    /// Function, arguments and result of each call.
    calls: VecDeque<(String, Vec<Json>, Json)>,
    output: Option<String>,
    error: Option<String>,
}

#[test]
fn templates_render_as_in_ruby() {
    let Some(renderings) = renderings() else { return };
    let wanted = std::env::var("TEMPLATES").unwrap_or_default();
    let mut templates: BTreeMap<String, Option<String>> = BTreeMap::new();
    let (mut both_fail, mut only_here) = (0, 0);
    for rendering in renderings {
        let name = rendering.template.clone();
        let actual = large_stack(&rendering);
        let Some(expected) = &rendering.output else {
            // What Ruby says of it is for a person; that it fails counts.
            if actual.is_err() {
                both_fail += 1;
            } else {
                only_here += 1;
                println!("{name}: renders here, though Ruby says {}", rendering.error.unwrap_or_default());
            }
            continue;
        };
        let difference = difference(expected, actual);
        if (wanted == "show" || wanted == name) && difference.is_some() {
            println!("{name}: {}\n{:#}", difference.as_deref().unwrap_or_default(), Json::from(rendering.variables));
        }
        let kept = templates.entry(name).or_default();
        if kept.is_none() {
            *kept = difference;
        }
    }
    let unlike: Vec<String> =
        templates.iter().filter_map(|(name, difference)| Some(format!("{name}: {}", difference.as_ref()?))).collect();
    for line in &unlike {
        println!("{line}");
    }
    println!("settings that Ruby refuses: {both_fail} refused here too, {only_here} rendered");
    let equal = templates.len() - unlike.len();
    println!("{equal} of {} templates equal", templates.len());
    assert!(!templates.is_empty(), "no template was rendered");
    assert!(equal * 100 >= templates.len() * EQUAL, "{equal} of {} templates are equal", templates.len());
}

/// What Ruby made of the templates; `None` where there is no Ruby or no module.
fn renderings() -> Option<Vec<Rendering>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates/render.rb");
    if !Path::new(MODULES).is_dir() {
        println!("skipped: {MODULES} is not there");
        return None;
    }
    let Ok(output) = Command::new("ruby").arg(script).arg(MODULES).output() else {
        println!("skipped: the command ruby is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("cannot load such file -- puppet") {
        println!("skipped: puppet is not installed");
        return None;
    }
    assert!(output.status.success(), "render.rb: {said}");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line is a rendering")).collect())
}

/// Renders on a stack as compiling threads have it.
fn large_stack(rendering: &Rendering) -> Result<String, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        let run = thread.spawn_scoped(scope, || render(rendering)).expect("a thread can be started");
        run.join().unwrap_or_else(|_| Err("panicked".to_owned()))
    })
}

fn render(rendering: &Rendering) -> Result<String, String> {
    let mut host = Recorded {
        variables: rendering.variables.iter().map(|(name, value)| (name.clone(), to_value(value))).collect(),
        calls: rendering.calls.clone(),
        fault: None,
    };
    let rendered = Template::parse(&rendering.source, Some(rendering.template.as_str().into()))
        .and_then(|template| template.render(&mut host, Limits::default()));
    rendered.map_err(|error| match (host.fault, error) {
        (Some(fault), _) => fault,
        (None, Error::Raised { line, class, message }) => format!("line {line}: {class}: {message}"),
        (None, error) => error.to_string(),
    })
}

/// A line of what is not alike.
fn difference(expected: &str, actual: Result<String, String>) -> Option<String> {
    let actual = match actual {
        Ok(actual) => actual,
        Err(error) => return Some(error),
    };
    if actual == expected {
        return None;
    }
    let mut lines = (expected.split('\n'), actual.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (wanted, got) = (lines.0.next(), lines.1.next());
        if wanted != got {
            return Some(format!("line {number} of the output: expected {wanted:?}, got {got:?}"));
        }
    }
}

/// Answers as Ruby's side did.
struct Recorded {
    variables: Vec<(String, Value)>,
    calls: VecDeque<(String, Vec<Json>, Json)>,
    /// A call that was not the one that Ruby made.
    fault: Option<String>,
}

impl Recorded {
    fn find(&self, name: &str) -> Option<Value> {
        let name = name.strip_prefix("::").unwrap_or(name);
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

impl Host for Recorded {
    fn variable(&mut self, name: &str) -> Option<Value> {
        self.find(name).filter(|value| !value.is_nil())
    }

    fn lookup(&mut self, name: &str) -> Result<Value, HostError> {
        Ok(self.find(name).unwrap_or(Value::Nil))
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.find(name).is_some_and(|value| !value.is_nil())
    }

    fn exists(&mut self, name: &str) -> bool {
        self.has_variable(name)
    }

    fn variables(&mut self) -> Vec<(String, Value)> {
        self.variables.iter().filter(|(name, value)| !name.contains("::") && !value.is_nil()).cloned().collect()
    }

    fn set_variable(&mut self, name: &str, value: Value) -> Result<(), HostError> {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value));
        Ok(())
    }

    fn call_function(&mut self, name: &str, arguments: Vec<Value>) -> Result<Value, HostError> {
        let arguments: Vec<Json> = arguments.iter().map(to_json).collect();
        match self.calls.pop_front() {
            Some((wanted, given, result)) if wanted == name && given == arguments => Ok(to_value(&result)),
            // Ruby's side fails there too, so nothing was recorded.
            None if name == "fail" => {
                Err(HostError::Raise { class: "Puppet::ParseError", message: format!("{arguments:?}") })
            }
            other => {
                let mut fault = format!("called {name}({})", Json::from(arguments));
                if let Some((wanted, given, _)) = other {
                    write!(fault, " instead of {wanted}({})", Json::from(given)).expect("a string takes all");
                }
                self.fault = Some(fault);
                Err(HostError::End)
            }
        }
    }

    fn classes(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn catalog_tags(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn scope_tags(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn environment(&mut self) -> String {
        "production".to_owned()
    }

    fn resource(&mut self) -> String {
        "Class[Main]".to_owned()
    }

    fn log(&mut self, _: Level, _: String) {}

    fn spend(&mut self, _: usize) -> Result<(), HostError> {
        Ok(())
    }
}

fn to_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::array(items.iter().map(to_value).collect()),
        Json::Object(entries) => {
            Value::hash(entries.iter().map(|(name, value)| (Value::string(name.as_str()), to_value(value))))
        }
    }
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Boolean(flag) => (*flag).into(),
        Value::Integer(integer) => (*integer).into(),
        Value::Float(float) => (*float).into(),
        Value::Array(items) => items.items().iter().map(to_json).collect(),
        Value::Hash(entries) => {
            Json::Object(entries.pairs().iter().map(|(name, value)| (name.to_s(), to_json(value))).collect())
        }
        other => other.to_s().into(),
    }
}
