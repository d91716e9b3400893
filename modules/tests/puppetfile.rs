//! Puppetfiles read by us and by r10k: the same modules, the same refusals, the same words.
//!
//! `valid.txt` and `wrong.txt` hold what both must agree on, word for word; `syntax.txt` what is
//! no Ruby; `logic.txt` what only Ruby can read, with the place where we say so.
#![allow(clippy::print_stdout, reason = "what was left out is for whoever runs the tests")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use modules::puppetfile::{Context, Declaration, Error, Kind, Origin, Puppetfile, Reference, Wanted};
use serde_json::{Value, json};

const ROOT: &str = "/srv/environments/production";
const VALID: &str = include_str!("puppetfile/valid.txt");
const WRONG: &str = include_str!("puppetfile/wrong.txt");
const SYNTAX: &str = include_str!("puppetfile/syntax.txt");
const LOGIC: &str = include_str!("puppetfile/logic.txt");

#[test]
fn what_is_valid_declares_what_r10k_reads() {
    let Some(theirs) = read_with_r10k(VALID) else { return };
    compare(VALID, &theirs, |text| {
        parse(text).map_or_else(|error| json!({ "error": error.to_string() }), |file| shown(&file))
    });
}

#[test]
fn what_is_wrong_is_refused_in_the_words_of_r10k() {
    let Some(theirs) = read_with_r10k(WRONG) else { return };
    let theirs: Vec<Value> = theirs.iter().map(|answer| json!(answer["error"].as_str().map(first_sentence))).collect();
    compare(WRONG, &theirs, |text| json!(parse(text).err().map(|error| error.message)));
}

#[test]
fn what_is_no_ruby_is_refused() {
    let mut wrong = Vec::new();
    for (name, text) in cases(SYNTAX) {
        match parse(&text) {
            Err(error) if matches!(error.kind, Kind::Syntax | Kind::Logic) => {}
            other => wrong.push(format!("{name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let Some(theirs) = read_with_r10k(SYNTAX) else { return };
    for ((name, _), answer) in cases(SYNTAX).iter().zip(theirs) {
        assert_eq!(answer["class"], "SyntaxError", "{name}: {answer}");
    }
}

#[test]
fn what_has_to_be_run_is_refused_with_its_place() {
    let mut wrong = Vec::new();
    for (name, text) in cases(LOGIC) {
        let (_, place) = name.rsplit_once(' ').expect("each case names a place");
        match parse(&text) {
            Err(error) if error.kind == Kind::Logic && format!("{}:{}", error.line, error.column) == place => {}
            other => wrong.push(format!("{name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn parse(text: &str) -> Result<Puppetfile, Error> {
    Puppetfile::parse(text, &Context { root: ROOT, default_branch_override: None })
}

fn compare(corpus: &str, theirs: &[Value], ours: impl Fn(&str) -> Value) {
    let mut wrong = Vec::new();
    for ((name, text), theirs) in cases(corpus).iter().zip(theirs) {
        let ours = ours(text);
        if ours != *theirs {
            wrong.push(format!("{name}\n  ours:   {ours}\n  r10k's: {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each case begins with a line `=== name`.
fn cases(corpus: &str) -> Vec<(String, String)> {
    let sections = corpus.split("=== ").skip(1);
    sections
        .map(|section| section.split_once('\n').expect("a name"))
        .map(|(n, t)| (n.to_owned(), t.to_owned()))
        .collect()
}

/// What r10k makes of each case; `None`, with the reason printed, where there is no r10k.
fn read_with_r10k(corpus: &str) -> Option<Vec<Value>> {
    let present = Command::new("ruby").args(["-e", "require 'r10k/module_loader/puppetfile'"]).output();
    if !present.is_ok_and(|output| output.status.success()) {
        println!("skipped: r10k is not installed");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/puppetfile/r10k.rb");
    let mut ruby = Command::new("ruby")
        .args(["-W0", "--disable=did_you_mean,error_highlight", script])
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ruby starts");
    let texts: Vec<String> = cases(corpus).into_iter().map(|(_, text)| text).collect();
    let mut stdin = ruby.stdin.take().expect("a pipe");
    stdin.write_all(json!(texts).to_string().as_bytes()).expect("ruby reads");
    drop(stdin);
    let output = ruby.wait_with_output().expect("ruby ends");
    Some(serde_json::from_slice(&output.stdout).expect("a JSON list"))
}

/// Ruby names the receiver of a constant, with its address.
fn first_sentence(message: &str) -> String {
    let message = message.trim_end();
    match message.strip_prefix("uninitialized constant ").and_then(|path| path.rsplit_once("::")) {
        Some((_, name)) => format!("uninitialized constant {name}"),
        None => message.to_owned(),
    }
}

fn shown(file: &Puppetfile) -> Value {
    json!({ "forge": file.forge, "modules": file.modules.iter().map(module).collect::<Vec<_>>() })
}

fn module(module: &Declaration) -> Value {
    let Declaration { title, name, folder, exclude_spec, spec_deletable, origin, .. } = module;
    let folder = match folder.as_str() {
        "" => ROOT.to_owned(),
        absolute if absolute.starts_with('/') => absolute.to_owned(),
        relative => format!("{ROOT}/{relative}"),
    };
    let mut fields = match origin {
        Origin::Forge { version: Wanted::Exactly(version) } => json!({ "kind": "Forge", "version": version }),
        Origin::Forge { .. } => json!({ "kind": "Forge", "version": ":latest" }),
        Origin::Git { remote, reference, default_branch, default_branch_override } => {
            let reference = match reference {
                Reference::ControlBranch => ":control_branch",
                Reference::Named(name) => name,
            };
            json!({ "kind": "Git", "remote": remote, "reference": reference, "default": default_branch,
                "override": default_branch_override })
        }
        Origin::Tarball { source, sha256 } => json!({ "kind": "Tarball", "source": source, "checksum": sha256 }),
        Origin::Local => json!({ "kind": "Local" }),
    };
    let map = fields.as_object_mut().expect("an object");
    map.retain(|_, value| !value.is_null());
    map.extend([
        ("title".to_owned(), json!(title)),
        ("name".to_owned(), json!(name)),
        ("folder".to_owned(), json!(folder)),
        ("spec_deletable".to_owned(), json!(spec_deletable)),
        ("exclude_spec".to_owned(), json!(exclude_spec.unwrap_or(false))),
    ]);
    fields
}
