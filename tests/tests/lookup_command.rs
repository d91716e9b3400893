//! `quartermaster lookup` against `puppet lookup` on the same code: what is printed and the exit code.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use acceptance::requests;
use acceptance::server::{Server, binary};
use acceptance::shared::has_command;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

const NODE: &str = "web01.example.com";

/// Files of the site, below its folder: a global layer, an environment, and two modules with data.
const FILES: &[(&str, &str)] = &[
    ("hiera.yaml", include_str!("lookup_command/global.yaml")),
    ("global/common.yaml", include_str!("lookup_command/global_data.yaml")),
    ("environments/production/hiera.yaml", include_str!("lookup_command/environment.yaml")),
    ("environments/production/data/nodes/web01.example.com.yaml", include_str!("lookup_command/node.yaml")),
    ("environments/production/data/common.yaml", include_str!("lookup_command/common.yaml")),
    ("environments/production/data/os/Debian.json", include_str!("lookup_command/debian.json")),
    ("environments/production/data/parts/a.yaml", "parts: {a: 1, shared: a}\nfirst_part: a\n"),
    ("environments/production/data/parts/b.yaml", "parts: {b: 2, shared: b}\nfirst_part: b\n"),
    ("environments/production/data/roles/web.yaml", "roles: [web]\n"),
    ("environments/production/data/roles/db.yaml", "roles: [db, web]\n"),
    ("environments/production/manifests/site.pp", "$colour = 'green'\nnotice(\"in ${environment}\")\n$a = $nowhere\n"),
    ("environments/broken/manifests/site.pp", "notice('first')\n$x = 1 + 'a'\n"),
    ("environments/broken/data/common.yaml", "port: 7\n"),
    ("environments/production/modules/ntp/hiera.yaml", include_str!("lookup_command/module.yaml")),
    ("environments/production/modules/ntp/data/common.yaml", include_str!("lookup_command/module_data.yaml")),
    ("environments/production/modules/ntp/data/defaults.yaml", "ntp::panic: 0\nntp::keys: {default: 1}\n"),
    ("environments/production/modules/bare/manifests/init.pp", "class bare { }\n"),
    ("environments/test/data/common.yaml", "port: 9\n"),
    ("facts.yaml", "os: {family: Debian, name: Debian}\nroles: [web, db]\nrole: web\nnothing: ~\n"),
    ("facts.json", "{\"os\": {\"family\": \"RedHat\"}, \"roles\": []}"),
    ("some.facts", "{\"os\": {\"family\": \"Debian\"}}"),
    ("list.json", "[1, 2]"),
    ("half.yaml", "fqdn: web01.example.com\n"),
];

/// Command lines, with the exit code that both give.
const LINES: &[(i32, &str)] = &[
    (0, "port"),
    (0, "text --explain"),
    (0, "users"),
    (0, "users --explain"),
    (0, "port --explain --render-as yaml"),
    (0, "users.admin.shell --explain"),
    (0, "users --merge hash"),
    (0, "users --merge deep --knock-out-prefix -- --sort-merged-arrays --merge-hash-arrays --explain"),
    (0, "users --explain-options"),
    (0, "--explain-options"),
    (0, "users --explain --explain-options"),
    (0, "ntp::servers --explain"),
    (0, "ntp::keys --explain"),
    (0, "ntp::servers --explain-options --render-as json"),
    (1, "ntp::timeout"),
    (0, "bare::thing --explain"),
    (1, "nothing_here"),
    (0, "nothing_here --explain"),
    (0, "nothing_here port"),
    (1, "nothing_here nor_here"),
    (0, "nothing_here nor_here --explain --render-as json"),
    (0, "nothing_here --default fallback"),
    (0, "lookup_options --explain"),
    (0, "parts --merge hash --explain"),
    (0, "roles --merge unique --explain"),
    (0, "linked --explain"),
    (0, "aliased --explain"),
    (0, "literal"),
    (1, "circle"),
    (0, "circle --explain"),
    (0, "bad_reference"),
    (0, "sensitive_thing --render-as s"),
    (0, "levels --explain"),
    (0, "nothing"),
    (1, "port --type Integer["),
    (0, "port --type Integer"),
    (1, "port --type String"),
    (0, "kinds"),
    (0, "kinds --render-as s"),
    (0, "kinds --render-as json"),
    (0, "empty --render-as s"),
    (0, "undefined"),
    (0, "dotted.one --explain"),
    (0, "'dotted.key' --explain"),
    (0, "colour_of_site --compile"),
    (1, "port --compile --environment broken"),
    (1, "port --environment broken"),
    (0, "colour_of_site"),
    (1, "port --environment test"),
    (0, "family --facts some.facts --explain"),
    (1, "port --facts list.json"),
    (1, "port --render-as xml"),
    (1, "port --merge wild"),
    (1, "port --sort-merged-arrays"),
    (1, ""),
];

#[test]
fn lookups_print_what_the_original_prints() -> Result<()> {
    if !has_command("puppet") {
        return Ok(());
    }
    let site = Site::new()?;
    let theirs = site.theirs()?;
    let mut unlike = Vec::new();
    for ((code, line), theirs) in LINES.iter().zip(theirs) {
        let ours = site.ours(line)?;
        let ours = (ours.status.code(), text(&ours.stdout), text(&ours.stderr));
        let theirs = (theirs.0, theirs.1, theirs.2.replace("'puppet lookup", "'quartermaster lookup"));
        if theirs != ours || theirs.0 != Some(*code) {
            unlike.push(format!("== lookup {line}\n-- original: {theirs:#?}\n-- here: {ours:#?}"));
        }
    }
    assert!(unlike.is_empty(), "{} of {} differ\n{}", unlike.len(), LINES.len(), unlike.join("\n"));
    Ok(())
}

#[test]
fn a_value_is_found_or_the_exit_code_says_no() -> Result<()> {
    let site = Site::new()?;
    let found = site.ours("ntp::servers --json")?;
    assert_eq!((found.status.code(), text(&found.stdout)), (Some(0), "[\"own\",\"pool.example.com\"]\n".to_owned()));
    let missing = site.ours("nothing_here --json")?;
    assert_eq!(
        (missing.status.code(), text(&missing.stdout), text(&missing.stderr)),
        (Some(1), String::new(), String::new())
    );
    let explained = site.ours("nothing_here --explain")?;
    assert_eq!(explained.status.code(), Some(0));
    assert!(text(&explained.stdout).ends_with("did not find a value for the name 'nothing_here'\n"));
    Ok(())
}

#[test]
fn a_server_that_runs_answers_with_the_facts_it_keeps() -> Result<()> {
    let server = Server::options()
        .code(
            "environments/production/hiera.yaml",
            "version: 5\nhierarchy: [{name: os, path: \"%{os.family}.yaml\"}]\n",
        )
        .code("environments/production/data/Debian.yaml", "greeting: \"hello %{trusted.certname}\"\n")
        .start()?;
    let ask = |more: &[&str]| -> Result<Output> {
        let mut command = Command::new(binary());
        command.args(["lookup", "greeting", "--node", NODE, "--data-dir"]).arg(server.data()).args(more);
        Ok(command.output()?)
    };
    let without = ask(&[])?;
    assert_eq!(without.status.code(), Some(1));
    assert!(text(&without.stderr).contains("No facts available for target node: web01.example.com"));
    let identity = server.enroll(NODE)?;
    let facts = json!({"os": {"family": "Debian"}});
    requests::catalog(&mut server.connect(&identity)?, NODE, "production", &facts)?;
    let known = ask(&[])?;
    assert_eq!(text(&known.stdout), "--- hello web01.example.com\n", "{}", text(&known.stderr));
    let explained = ask(&["--explain", "--json"])?;
    let explained: Value = serde_json::from_slice(&explained.stdout)?;
    assert!(explained.to_string().contains("Debian.yaml"), "{explained}");
    Ok(())
}

/// A folder with code and data, and room for what both programs keep.
struct Site(TempDir);

impl Site {
    fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("quartermaster-lookup-").tempdir()?;
        for (path, text) in FILES {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().context("a file has a folder")?)?;
            fs::write(path, text.replace("FOLDER", &folder.path().display().to_string()))?;
        }
        Ok(Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ours(&self, line: &str) -> Result<Output> {
        let mut command = Command::new(binary());
        command.arg("lookup").arg("--data-dir").arg(self.path("data")).arg("--code-dir").arg(self.0.path());
        Ok(command.current_dir(self.0.path()).args(arguments(line)).output()?)
    }

    /// What the original does with each line: its exit code and what it prints.
    fn theirs(&self) -> Result<Vec<(Option<i32>, String, String)>> {
        let mut settings = Vec::new();
        for (setting, path) in [
            ("confdir", "puppet/conf"),
            ("vardir", "puppet/var"),
            ("rundir", "puppet/run"),
            ("logdir", "puppet/log"),
            ("codedir", "puppet/code"),
            ("environmentpath", "environments"),
            ("hiera_config", "hiera.yaml"),
        ] {
            settings.extend([format!("--{setting}"), self.path(path).display().to_string()]);
        }
        settings.extend(["--basemodulepath", "", "--color", "false"].map(str::to_owned));
        let lines = LINES.iter().map(|(_, line)| [settings.clone(), arguments(line)].concat()).collect::<Vec<_>>();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lookup_command/original.rb");
        let mut ruby = Command::new("ruby");
        ruby.arg(script).current_dir(self.0.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut ruby = ruby.spawn()?;
        ruby.stdin.take().context("a pipe")?.write_all(serde_json::to_string(&lines)?.as_bytes())?;
        Ok(serde_json::from_slice(&ruby.wait_with_output()?.stdout)?)
    }
}

fn arguments(line: &str) -> Vec<String> {
    let facts: &[&str] = if line.contains("--facts") { &[] } else { &["--facts", "facts.yaml"] };
    let words = line.split_whitespace().map(|word| word.trim_matches('"'));
    ["--node", NODE].iter().chain(facts).copied().chain(words).map(str::to_owned).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
