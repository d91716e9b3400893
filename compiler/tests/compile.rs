//! Manifests and what comes of them: every Markdown file under `tests/compile` is a list of cases.
//!
//! A case is a block marked `puppet` followed by one marked `text`. The text is what is logged
//! (warnings with their level), then the resources with their parameters, joined by ` | `; or
//! `ERROR` and the message. Adding a case needs no Rust.

use std::path::Path;

use compiler::testing::{Node, Texts};
use compiler::{Level, Limits, Request};
use model::Trusted;
use model::trusted::Authenticated;
use model::value::Form;
use serde_json::{Map, Value as Json, json};

#[test]
fn manifests_and_what_comes_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files {
        for (manifest, expected) in cases(&std::fs::read_to_string(&file).unwrap()) {
            count += 1;
            let actual = large_stack(manifest.clone());
            if actual.trim() != expected.trim() {
                failures.push(format!("{}\n{manifest}\nexpected {expected}\ngot      {actual}\n", file.display()));
            }
        }
    }
    assert!(count > 0, "there are no cases");
    assert!(failures.is_empty(), "{} of {count} cases failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn endless_recursion_ends_with_an_error() {
    for manifest in [
        "function f($x) { f($x) } f(1)",
        "define d() { d { \"${title}x\": } } d { 'a': }",
        "class a inherits b { } class b inherits a { } include a",
        "$names = Integer[1, 5000].map |$x| { 'call' } call(*$names)",
    ] {
        let actual = large_stack(manifest.to_owned());
        assert!(actual.starts_with("ERROR"), "{manifest}: {actual}");
        let known = ["max_depth", "max_steps", "inherits from itself", "more than 1000 times", "max_resources"];
        assert!(known.iter().any(|part| actual.contains(part)), "{manifest}: {actual}");
    }
}

#[test]
fn endless_growth_ends_with_an_error() {
    for manifest in [
        "Integer[1, 60].reduce('aaaaaaaaaaaaaaaa') |$all, $x| { \"${all}${all}\" }",
        "Integer[1, 60].reduce([1]) |$all, $x| { $all + $all }",
        "Integer[1, 60].reduce([1]) |$all, $x| { [$all, $all].flatten }",
        "$long = regsubst(sprintf('%10000s', ''), ' ', 'a', 'G') range($long, \"z${long}\")",
        "$many = Array(Integer[0, 19999]) values_at($many, $many.map |$x| { '0-19999' })",
        "prefix(Array(Integer[1, 10000]), sprintf('%10000s', ''))",
        "join_keys_to_values({ 'a' => Array(Integer[1, 10000]) }, sprintf('%10000s', ''))",
    ] {
        let actual = large_stack(manifest.to_owned());
        assert!(actual.contains("compile.max_values"), "{manifest}: {actual}");
    }
}

#[test]
fn texts_that_grow_within_one_call_end_with_an_error() {
    for manifest in [
        "join(Array(Integer[1, 10000]), sprintf('%100000s', ''))",
        "to_json_pretty(Array(Integer[1, 10000]), false, { indent => sprintf('%100000s', '') })",
    ] {
        let actual = large_stack(manifest.to_owned());
        assert!(actual.contains("the result has more than"), "{manifest}: {actual}");
    }
}

#[test]
fn a_text_that_holds_every_tag_is_refused() {
    let actual = large_stack("postgresql::postgresql_escape('dde baec dcb fec e 0$')".to_owned());
    assert!(actual.contains("the text holds every tag"), "{actual}");
}

#[test]
fn values_that_nest_or_double_end_with_an_error() {
    for manifest in [
        "Integer[1, 100000].reduce([]) |$all, $x| { [$all] }",
        "Integer[1, 60].reduce([1]) |$all, $x| { [$all, $all] }",
        "Integer[1, 100000].reduce(String) |$all, $x| { Optional[Array[$all]] }",
        "Integer[1, 30].reduce([1]) |$all, $x| { { $x => $all, 'a' => $all } }",
        "Integer[1, 60000].reduce(String) |$all, $x| { Callable[$all] }",
        "Integer[1, 60000].reduce(String) |$all, $x| { Callable[[String], $all] }",
        "Integer[1, 60000].reduce(String) |$all, $x| { Init[$all] }",
        "Integer[1, 60000].reduce([1, 2]) |$all, $x| { $all.reverse_each }",
        "Integer[1, 60000].reduce([1, 2]) |$all, $x| { $all.step(1) }",
        "Integer[1, 60000].reduce(Object[{}]) |$all, $x| { Object[{ parent => $all }] }",
        "Integer[1, 20000].reduce(Object[{}]) |$all, $x| { Object[{ attributes => { a => $all } }] }",
        "merge(Integer[1, 60000]) |$all, $x| { { a => $all } }",
        "Integer[1, 60000].reduce(String) |$all, $x| { Tuple[Variant[$all, Integer]] }",
    ] {
        let actual = large_stack(manifest.to_owned());
        assert!(actual.contains("(): the value is nested more than"), "{manifest}: {actual}");
    }
}

#[test]
fn endless_sequences_are_not_made_into_lists() {
    for manifest in [
        "notice(*Integer[1, 9000000000000000000].step(1))",
        "unique(9000000000000000000)",
        "String(Integer[1, 9000000000000000000].step(1))",
        "slice(9000000000000000000, 2)",
        "chop(Integer[1, 9000000000000000000])",
    ] {
        let actual = large_stack(manifest.to_owned());
        assert!(actual.contains("are too many for a list"), "{manifest}: {actual}");
    }
}

#[test]
fn templates_count_against_the_limits() {
    let template = "inline_epp('<% Integer[1, 100000].each |$x| { -%><%= $big %><% } -%>', {'big' => $big})";
    let manifest = format!("$big = sprintf('%9000s', 'x') notice(length({template}))");
    let actual = large_stack(manifest);
    assert!(actual.contains("compile.max_values"), "{actual}");
}

#[test]
fn walking_an_endless_sequence_ends_with_an_error() {
    let actual = large_stack("Integer[0, 100000000000].each |$x| { $x }".to_owned());
    assert!(actual.contains("compile.max_steps"), "{actual}");
}

#[test]
fn a_compile_can_be_ended_from_outside() {
    let run = || {
        let limits = Limits { expired: Some(&|| true), ..Limits::default() };
        outcome("Integer[0, 100000].each |$x| { $x + 1 }", limits)
    };
    let actual = std::thread::Builder::new().stack_size(compiler::STACK_BYTES).spawn(run).unwrap().join().unwrap();
    assert!(actual.contains("compile.timeout"), "{actual}");
}

#[test]
fn the_main_manifest_of_a_module_is_read_first() {
    let world = Texts::new("/ENV")
        .with_file("/ENV/modules/m/manifests/init.pp", "class m {")
        .with_file("/ENV/modules/m/manifests/other.pp", "class m::other { }")
        .with_code("include m::other");
    assert_eq!(
        outcome_in(&world, Limits::default()),
        "ERROR Syntax error at end of input (file: /ENV/modules/m/manifests/init.pp) on node n.example.com"
    );
}

/// Functions of modules that manifests here call, by their files.
const FUNCTIONS: &[&str] = &[
    "postgresql/lib/puppet/functions/postgresql/postgresql_escape",
    "stdlib/lib/puppet/functions/merge",
    "stdlib/lib/puppet/functions/to_json_pretty",
    "stdlib/lib/puppet/parser/functions/join_keys_to_values",
    "stdlib/lib/puppet/parser/functions/prefix",
    "stdlib/lib/puppet/parser/functions/range",
    "stdlib/lib/puppet/parser/functions/values_at",
];

fn large_stack(manifest: String) -> String {
    let limits = Limits { max_steps: 300_000, max_values_bytes: 64 << 20, ..Limits::default() };
    let run = move || outcome(&manifest, limits);
    std::thread::Builder::new()
        .stack_size(compiler::STACK_BYTES)
        .spawn(run)
        .expect("a thread starts")
        .join()
        .expect("it ends")
}

fn cases(text: &str) -> Vec<(String, String)> {
    let mut cases = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("```puppet\n") {
        let (manifest, after) = after.split_once("\n```\n").expect("the manifest ends");
        let (_, after) = after.split_once("```text\n").expect("a text follows");
        let (expected, after) = after.split_once("```").expect("the text ends");
        cases.push((manifest.to_owned(), expected.to_owned()));
        rest = after;
    }
    cases
}

fn outcome(manifest: &str, limits: Limits<'_>) -> String {
    let mut world = Texts::new("/ENV").with_code(manifest);
    for function in FUNCTIONS {
        world.add_file(&format!("/ENV/modules/{function}.rb"), "");
    }
    outcome_in(&world, limits)
}

fn outcome_in(world: &Texts, limits: Limits<'_>) -> String {
    let object = |value: Json| value.as_object().cloned().unwrap_or_default();
    let node = Node {
        trusted: Trusted {
            authenticated: Authenticated::Local,
            certname: "testing".to_owned(),
            extensions: Map::new(),
            external: Map::new(),
        },
        server_facts: object(
            json!({"serverversion": "7.23.0", "servername": "puppet.example.com", "serverip": "192.0.2.1"}),
        ),
        ..Node::new("n.example.com", &json!({"os": {"family": "Debian"}, "fqdn": "n.example.com"}))
    };
    let compilation = match compiler::compile(&Request { limits, ..node.request() }, world) {
        Ok(compilation) => compilation,
        Err(error) => return format!("ERROR {}", error.message),
    };
    let mut parts: Vec<String> = world
        .diagnostics()
        .into_iter()
        .map(|found| format!("{}: {}", found.severity.as_str(), found.message))
        .collect();
    for entry in &compilation.logs {
        match entry.level {
            Level::Notice => parts.push(entry.message.clone()),
            Level::Warning => parts.push(format!("warning: {}", entry.message)),
            _ => {}
        }
    }
    let resources: Vec<String> = compilation
        .catalog
        .resources
        .iter()
        .filter(|resource| !matches!(&*resource.title, "main" | "Settings"))
        .map(|resource| {
            let json = serde_json::to_value(resource.wire(Form::Rich)).expect("it can be written");
            let mut parameters: Vec<_> = json["parameters"].as_object().into_iter().flatten().collect();
            parameters.sort_by_key(|(name, _)| (*name).clone());
            let parameters: Map<String, Json> =
                parameters.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            let shown = if parameters.is_empty() { String::new() } else { Json::Object(parameters).to_string() };
            format!("{}{shown}", resource.reference())
        })
        .collect();
    if !resources.is_empty() {
        parts.push(resources.join(" "));
    }
    parts.join(" | ")
}
