//! A real `puppet agent --noop` with modules that much of the world uses: it reports the same changes as with the
//! original's compiler, in the same order and with the same places.
//!
//! The original is `puppet apply` with the same code on the same machine. `ORIGINAL=puppetserver` takes Debian's
//! puppetserver instead, which is slow to start: an agent then runs against either server.

#![allow(clippy::print_stderr, reason = "what was left out is for whoever runs the tests")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::agent::{Agent, installed};
use acceptance::corpus::MODULES;
use acceptance::server::Server;
use acceptance::shared::{has_command, root};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const SITE: &str = include_str!("agent_modules/site.pp");
const NODE: &str = "modules.example.com";
/// Modules by name, and the folders in which Debian puts them.
const USED: &[(&str, &str)] = &[
    ("apache", "apache"),
    ("mysql", "mysql"),
    ("postgresql", "postgresql"),
    ("ntp", "ntp"),
    ("ssh", "ssh"),
    ("rsyslog", "saz-rsyslog"),
    ("haproxy", "haproxy"),
    ("rabbitmq", "rabbitmq"),
    ("archive", "archive"),
    ("concat", "concat"),
    ("cron_core", "cron_core"),
    ("stdlib", "stdlib"),
    ("systemd", "systemd"),
    ("translate", "translate"),
];

#[test]
fn the_same_changes_as_with_the_original() -> Result<()> {
    let missing: Vec<_> = USED.iter().filter(|(_, folder)| !Path::new(MODULES).join(folder).is_dir()).collect();
    if !missing.is_empty() {
        eprintln!("skipped: these modules are not in {MODULES}: {missing:?}");
        return Ok(());
    }
    if !installed() || !has_command("ruby") {
        return Ok(());
    }
    let server = Server::options()
        .code("environments/production/manifests/site.pp", SITE)
        .code("environments/production/environment.conf", "modulepath = modules\n")
        .arguments(&["--autosign", "true"])
        .start()?;
    let environment = server.code().join("environments/production");
    fs::create_dir(environment.join("modules"))?;
    for (name, folder) in USED {
        symlink(Path::new(MODULES).join(folder), environment.join("modules").join(name))?;
    }

    let original = || match std::env::var_os("ORIGINAL") {
        Some(_) => with_puppetserver(&server, &environment),
        None => with_apply(&server, &environment),
    };
    let (ours, original) = std::thread::scope(|scope| {
        let original = scope.spawn(original);
        let ours = report(&Agent::new(&server, NODE)?, "agent", &["--test", "--noop"]);
        anyhow::Ok((ours?, original.join().expect("the thread ends")?))
    })?;
    let changes: usize =
        original.resources.iter().filter_map(|(_, status)| status["events"].as_array()).map(Vec::len).sum();
    ensure!(changes > 150, "the original would change {changes} things only");

    let names = |report: &Report| report.resources.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&original), "the resources, in the order of their evaluation");
    for ((name, ours), (_, original)) in ours.resources.iter().zip(&original.resources) {
        assert_eq!(ours, original, "{name}");
    }
    for (ours, original) in ours.logs.iter().zip(&original.logs) {
        assert_eq!(ours, original, "a line of the log");
    }
    assert_eq!(ours.logs.len(), original.logs.len(), "lines of the log");
    eprintln!("{} resources, {changes} changes, {} lines of the log: the same", ours.resources.len(), ours.logs.len());
    Ok(())
}

/// What is the same whoever made the catalog.
struct Report {
    resources: Vec<(String, Value)>,
    /// What was said of resources.
    logs: Vec<Value>,
}

fn with_apply(server: &Server, environment: &Path) -> Result<Report> {
    let agent = Agent::new(server, NODE)?;
    let manifest = environment.join("manifests/site.pp").display().to_string();
    let modules = environment.join("modules").display().to_string();
    report(&agent, "apply", &["--verbose", "--show_diff", "--noop", "--modulepath", &modules, &manifest])
}

fn with_puppetserver(server: &Server, environment: &Path) -> Result<Report> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let peer = Peer(server.folder().join("peer"));
    Peer::run(&["start", &peer.folder(), &environment.display().to_string(), &port.to_string()])?;
    let mut agent = Agent::new(server, NODE)?;
    agent.point_at_port(port);
    report(&agent, "agent", &["--test", "--noop"])
}

/// Debian's puppetserver in a folder of its own, ended with its handle.
struct Peer(PathBuf);

impl Peer {
    fn folder(&self) -> String {
        self.0.display().to_string()
    }

    fn run(arguments: &[&str]) -> Result<()> {
        let script = root().join("tests/benches/peer.sh");
        let status = Command::new(script).env("AUTOSIGN", "true").args(arguments).status()?;
        ensure!(status.success(), "peer.sh {arguments:?}: {status}");
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Err(error) = Self::run(&["stop", &self.folder()]) {
            eprintln!("{error}");
        }
    }
}

/// Runs the agent and reads its report.
fn report(agent: &Agent, face: &str, arguments: &[&str]) -> Result<Report> {
    let run = agent.command(face, &[arguments, &["--color", "false"]].concat())?;
    let report = agent.last_report().with_context(|| run.output.clone())?;
    let place = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        text.rsplit_once("/environments/production/").map_or(text, |(_, below)| below).to_owned()
    };
    let statuses = report["resource_statuses"].as_object().with_context(|| run.output.clone())?;
    ensure!(!statuses.is_empty(), "{}", run.output);
    let resources = statuses.iter().map(|(name, status)| {
        let events: Vec<Value> = status["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|event| {
                let mut event = event.clone();
                event["time"].take();
                event
            })
            .collect();
        let mut status = status.clone();
        let file = place(&status["file"]);
        let tags = status["tags"].as_array_mut();
        if let Some(tags) = tags {
            tags.sort_by_key(ToString::to_string);
        }
        for (name, value) in
            [("events", json!(events)), ("file", json!(file)), ("time", Value::Null), ("evaluation_time", Value::Null)]
        {
            status[name] = value;
        }
        (name.clone(), status)
    });
    let resources = resources.collect();
    let logs = report["logs"].as_array().into_iter().flatten();
    // Files of the agent itself are those that it takes over from modules.
    let of_resources = logs.filter(|line| {
        let source = line["source"].as_str().unwrap_or_default();
        !matches!(source, "Puppet" | "Facter") && !source.starts_with("/File[")
    });
    let logs = of_resources.map(|line| {
        json!([line["level"], line["source"], without_times(&line["message"]), place(&line["file"]), line["line"]])
    });
    Ok(Report { resources, logs: logs.collect() })
}

/// A message without the line in which a difference names the temporary file and its time.
fn without_times(message: &Value) -> String {
    let lines = message.as_str().unwrap_or_default().lines();
    lines.filter(|line| !line.starts_with("+++ ")).collect::<Vec<_>>().join("\n")
}
