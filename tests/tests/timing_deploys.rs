//! Deploys one after the other while agents ask for catalogs and files: each gets all from one tree, nobody is refused,
//! nobody waits for longer than moving pointers takes.
//!
//! `DEPLOYS` says how many there are to be (60), `AGENTS` how many ask (50).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acceptance::client::Connection;
use acceptance::git::Repositories;
use acceptance::pki::{self, Identity, Wish};
use acceptance::requests;
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const DEPLOY: &[&str] = &["code", "deploy", "production", "--wait"];
/// Repositories of modules, besides `control`.
const MODULES: [&str; 2] = ["web", "db"];
/// Between two runs of an agent.
const PAUSE: Duration = Duration::from_millis(20);

/// A site whose every part has a number in it.
struct Site(Repositories);

impl Site {
    fn new() -> Result<Self> {
        let repositories = Repositories::new()?;
        repositories.make("control", "production")?;
        let mut puppetfile = Vec::new();
        for name in MODULES {
            repositories.make(name, "main")?;
            puppetfile.push(format!("mod '{name}', git: '{}', branch: 'main'\n", repositories.place(name)));
        }
        repositories.write("control", "Puppetfile", &puppetfile.concat())?;
        repositories.write("control", "hiera.yaml", "version: 5\nhierarchy:\n  - {name: all, path: all.yaml}\n")?;
        Ok(Self(repositories))
    }

    fn advance(&self, number: usize) -> Result<()> {
        let site =
            format!("notify {{ 'site {number}': }}\nnotify {{ \"data ${{lookup('number')}}\": }}\ninclude web, db\n");
        self.0.write("control", "manifests/site.pp", &site)?;
        self.0.write("control", "data/all.yaml", &format!("number: {number}\n"))?;
        self.0.commit("control", "next")?;
        for name in MODULES {
            let class = format!(
                "class {name} {{\n  notify {{ '{name} {number}': }}\n  \
                 file {{ '/{name}': source => 'puppet:///modules/{name}/number' }}\n  \
                 file {{ '/{name}.d': ensure => directory, recurse => true, source => 'puppet:///modules/{name}/tree' }}\n  \
                 file {{ '/{name}.epp': content => epp('{name}/number.epp') }}\n}}\n"
            );
            self.0.write(name, "manifests/init.pp", &class)?;
            self.0.write(name, "files/number", &format!("{name} {number}\n"))?;
            self.0.write(name, "files/tree/leaf", &format!("leaf {number}\n"))?;
            self.0.write(name, "templates/number.epp", &format!("template {number}"))?;
            self.0.write(name, &format!("lib/facter/{name}.rb"), &format!("# {number}\n"))?;
            self.0.commit(name, "next")?;
        }
        Ok(())
    }
}

/// What all agents have seen.
#[derive(Default)]
struct Seen {
    catalogs: AtomicUsize,
    files: AtomicUsize,
    longest_micros: AtomicUsize,
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn enroll(server: &Server, name: &str) -> Result<Identity> {
    let key = pki::key()?;
    let mut connection = server.anonymous()?;
    let put = requests::submit(&mut connection, name, &Wish::named(name).request(&key)?)?;
    ensure!(put.status == 200, "{}", put.text());
    let certificate_pem = requests::certificate(&mut connection, name)?;
    Ok(Identity { name: name.to_owned(), certificate_pem, key_pem: key.serialize_pem() })
}

/// One run: a catalog, and all the files that it speaks of. Answers the number and the version of the code.
fn run(node: &mut Connection, name: &str, seen: &Seen) -> Result<(usize, String)> {
    let began = Instant::now();
    let answer = requests::catalog(node, name, "production", &json!({"kernel": "Linux"}))?;
    ensure!(answer.status == 200, "catalog: {} {}", answer.status, answer.text());
    seen.longest_micros.fetch_max(began.elapsed().as_micros() as usize, Ordering::Relaxed);
    let catalog = answer.json()?;
    let mut numbers = BTreeSet::new();
    for resource in catalog["resources"].as_array().context("resources")? {
        let title = resource["title"].as_str().unwrap_or_default();
        if resource["type"] == "Notify" {
            numbers.extend(title.split_whitespace().last().map(str::to_owned));
        }
        if let Some(content) = resource["parameters"]["content"].as_str() {
            numbers.extend(content.split_whitespace().last().map(str::to_owned));
        }
    }
    let code_id = catalog["code_id"].as_str().context("a version")?.to_owned();
    let single = catalog["metadata"].as_object().context("metadata")?.values();
    let recursive = catalog["recursive_metadata"].as_object().context("recursive metadata")?.values();
    let recursive = recursive.filter_map(Value::as_object).flat_map(serde_json::Map::values);
    let files: Vec<&Value> =
        single.chain(recursive.filter_map(Value::as_array).flatten()).filter(|entry| entry["type"] == "file").collect();
    ensure!(files.len() == 2 * MODULES.len(), "{} files", files.len());
    for entry in files {
        let path =
            entry["content_uri"].as_str().and_then(|uri| uri.strip_prefix("puppet:///")).context("an address")?;
        let address = format!("/puppet/v3/static_file_content/{path}?environment=production&code_id={code_id}");
        let answer = node.send("GET", &address, &[("Accept", "application/octet-stream")], b"")?;
        ensure!(answer.status == 200, "{address}: {} {}", answer.status, answer.text());
        let sum = format!("{{sha256}}{}", hex::encode(Sha256::digest(&answer.body)));
        ensure!(entry["checksum"]["value"] == sum, "{address} is not what the catalog says");
        numbers.extend(answer.text().split_whitespace().last().map(str::to_owned));
        seen.files.fetch_add(1, Ordering::Relaxed);
    }
    ensure!(numbers.len() == 1, "one catalog of several trees: {numbers:?}");
    // The plugins of now: there all the time, of whatever version.
    let plugins = node.get(&requests::plugins_path("production"))?;
    ensure!(plugins.status == 200, "plugins: {} {}", plugins.status, plugins.text());
    for name in MODULES {
        let address = format!("/puppet/v3/file_content/plugins/facter/{name}.rb?environment=production");
        let answer = node.send("GET", &address, &[("Accept", "application/octet-stream")], b"")?;
        ensure!(answer.status == 200, "{address}: {} {}", answer.status, answer.text());
        seen.files.fetch_add(1, Ordering::Relaxed);
    }
    seen.catalogs.fetch_add(1, Ordering::Relaxed);
    let number = numbers.pop_first().and_then(|number| number.parse().ok()).context("a number")?;
    Ok((number, code_id))
}

/// How long each switch of pointers took, in microseconds, sorted.
fn switches(log: &str) -> Vec<u64> {
    let lines = log.lines().filter(|line| line.contains("switched"));
    let micros = lines.filter_map(|line| line.split("micros=").nth(1)?.split_whitespace().next());
    let mut micros: Vec<u64> = micros.filter_map(|digits| digits.parse().ok()).collect();
    micros.sort_unstable();
    micros
}

#[test]
#[allow(clippy::print_stderr, reason = "the numbers are the point")]
fn deploys_while_agents_ask() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let (deploys, agents) = (setting("DEPLOYS", 60), setting("AGENTS", 50));
    let site = Site::new()?;
    site.advance(0)?;
    let server = Server::options().arguments(&["--autosign", "true"]).start()?;
    server.quartermaster(&["code", "import-r10k", &site.0.r10k(&site.0.place("control"), "")?])?;
    server.quartermaster(DEPLOY)?;
    let names: Vec<String> = (0..agents).map(|index| format!("node{index:02}.example.com")).collect();
    let identities: Vec<Identity> = names.iter().map(|name| enroll(&server, name)).collect::<Result<_>>()?;

    let (seen, done, ready) = (Seen::default(), AtomicBool::new(false), AtomicUsize::new(0));
    let began = Instant::now();
    let outcome = std::thread::scope(|scope| -> Result<Vec<(usize, String)>> {
        let running: Vec<_> = identities
            .iter()
            .map(|identity| {
                let (server, seen, done, ready) = (&server, &seen, &done, &ready);
                scope.spawn(move || -> Result<(usize, String)> {
                    let mut node = server.connect(identity)?;
                    let first = run(&mut node, &identity.name, seen);
                    ready.fetch_add(1, Ordering::Relaxed);
                    let (first, mut last) = (first?, 0);
                    while !done.load(Ordering::Relaxed) {
                        let (number, _) = run(&mut node, &identity.name, seen)?;
                        ensure!(number >= last, "{number} after {last}");
                        last = number;
                        std::thread::sleep(PAUSE);
                    }
                    Ok(first)
                })
            })
            .collect();
        while ready.load(Ordering::Relaxed) < agents {
            std::thread::sleep(PAUSE);
        }
        let deployed = (1..=deploys).try_for_each(|number| {
            site.advance(number)?;
            server.quartermaster(DEPLOY).map(drop)
        });
        done.store(true, Ordering::Relaxed);
        let ended = running.into_iter().map(|thread| thread.join().expect("no panic")).collect();
        deployed.and(ended)
    });
    let firsts = outcome?;
    let took = began.elapsed();

    let mut node = server.connect(&identities[0])?;
    assert_eq!(run(&mut node, &names[0], &seen)?.0, deploys, "the last deploy is live");
    // Who has the first catalog still gets its files.
    let (number, code_id) = &firsts[0];
    let address = format!("static_file_content/modules/web/files/number?environment=production&code_id={code_id}");
    let answer = node.get(&format!("/puppet/v3/{address}"))?;
    assert_eq!((answer.status, answer.text()), (200, format!("web {number}\n")));

    let switches = switches(&server.log());
    assert_eq!(switches.len(), deploys + 1);
    let (median, longest) = (switches[switches.len() / 2], switches[switches.len() - 1]);
    let (catalogs, files) = (seen.catalogs.load(Ordering::Relaxed), seen.files.load(Ordering::Relaxed));
    eprintln!(
        "{deploys} deploys in {:.1} s while {agents} agents made {catalogs} runs and took {files} files; \
         a switch took {median} µs (median), {longest} µs (longest); the slowest catalog {:.2} s",
        took.as_secs_f64(),
        seen.longest_micros.load(Ordering::Relaxed) as f64 / 1e6,
    );
    assert!(catalogs > agents, "agents ran while code was deployed");
    assert!(median < 1000, "a switch is a matter of microseconds, not {median}");
    Ok(())
}
