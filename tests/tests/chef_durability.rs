//! `kill -9` while cookbooks are uploaded and nodes saved, again and again: what was acknowledged is there, and no
//! version of a cookbook lacks one of its files.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acceptance::chef::{Actor, checksum, cookbook, target};
use acceptance::client::{Connection, Tls};
use acceptance::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const ROUNDS: usize = 20;
const WRITERS: usize = 3;
const ORGANIZATION: &str = "/organizations/default";

/// What the server has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Node, and the highest mark that was saved.
    nodes: BTreeMap<String, u64>,
    /// Cookbook and version, and the files that it was sent with.
    versions: BTreeMap<(String, String), Vec<String>>,
    /// Cookbooks and versions that were deleted.
    deleted: Vec<(String, String)>,
    /// Data bag items.
    items: Vec<String>,
}

/// One of those who write until the server dies.
struct Writer<'a> {
    name: String,
    round: usize,
    superuser: Actor,
    acknowledged: &'a Mutex<Acknowledged>,
    stop: &'a AtomicBool,
    count: &'a AtomicUsize,
}

#[test]
fn twenty_kills_lose_no_cookbook_and_no_node() -> Result<()> {
    let mut server = Server::options().start()?;
    let superuser = Actor::superuser(&server)?;
    let made = superuser.post(&mut server.anonymous()?, &format!("{ORGANIZATION}/data"), &json!({"name": "bag"}))?;
    ensure!(made.status == 201, "{} {}", made.status, made.text());
    let acknowledged = Mutex::default();
    let mut total = 0;
    for round in 0..ROUNDS {
        let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (port, authority) = (server.port(), server.authority().to_owned());
        let writers = (0..WRITERS).map(|index| {
            let (name, superuser) = (format!("writer{index}"), Actor::superuser(&server)?);
            Ok(Writer { name, round, superuser, acknowledged: &acknowledged, stop: &stop, count: &count })
        });
        let writers: Vec<Writer<'_>> = writers.collect::<Result<_>>()?;
        std::thread::scope(|scope| -> Result<()> {
            for writer in &writers {
                let authority = &authority;
                scope.spawn(move || {
                    // Every error from here on is the kill; only what was answered counts.
                    let _ = Tls::new(authority, None)
                        .and_then(|tls| tls.connect(port))
                        .and_then(|mut connection| writer.write_until_killed(&mut connection));
                });
            }
            // The moment of the kill differs from round to round.
            std::thread::sleep(Duration::from_millis(100 + (round as u64 * 37) % 200));
            let limit = Instant::now() + Duration::from_secs(20);
            while count.load(Ordering::SeqCst) < WRITERS * 2 && Instant::now() < limit {
                std::thread::sleep(Duration::from_millis(3));
            }
            server.kill()?;
            stop.store(true, Ordering::SeqCst);
            Ok(())
        })?;
        total += count.load(Ordering::SeqCst);
        server.start().with_context(|| format!("after kill {round}"))?;
    }
    ensure!(total > ROUNDS * WRITERS, "the load was too light to mean anything: {total} writes");
    let acknowledged = acknowledged.into_inner().expect("no thread panics");
    check(&mut server.anonymous()?, &superuser, &acknowledged)
}

impl Writer<'_> {
    fn write_until_killed(&self, to: &mut Connection) -> Result<()> {
        let book = format!("{}-book", self.name);
        for number in 0_u64.. {
            if self.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            let mark = self.round as u64 * 1_000_000 + number;
            self.save_node(to, mark)?;
            let own = format!("log '{} {mark}'\n{}", self.name, "# more\n".repeat(2_000));
            // One file is everybody's: what is deleted here, another may be about to use.
            let shared = format!("log 'round {}'\n", self.round);
            let files = [own.as_bytes(), shared.as_bytes()];
            self.superuser.upload(to, "default", &files)?;
            let version = format!("{}.{number}.0", self.round);
            let sums: Vec<String> = files.iter().map(|file| checksum(file)).collect();
            let document = cookbook(&book, &version, &[("own.rb", &sums[0]), ("shared.rb", &sums[1])]);
            let path = format!("{ORGANIZATION}/cookbooks/{book}/{version}");
            let put = self.superuser.put(to, &path, &document)?;
            if put.status == 400 && put.text().contains("hasn't been uploaded") {
                // Another deleted the last version that had the shared file, and the file with it.
                continue;
            }
            ensure!(put.status == 201, "{} {}", put.status, put.text());
            self.acknowledged(|all| drop(all.versions.insert((book.clone(), version.clone()), files_of(&files))));
            if number % 2 == 1 {
                // From here on nobody can say whether it is there, but as a whole.
                self.acknowledged(|all| drop(all.versions.remove(&(book.clone(), version.clone()))));
                let gone = self.superuser.delete(to, &path)?;
                ensure!(gone.status == 200, "{} {}", gone.status, gone.text());
                self.acknowledged(|all| all.deleted.push((book.clone(), version.clone())));
            }
            self.count.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    fn save_node(&self, to: &mut Connection, mark: u64) -> Result<()> {
        let name = &self.name;
        let node = json!({"name": name, "chef_type": "node", "json_class": "Chef::Node", "normal": {"mark": mark}});
        let mut saved = self.superuser.put(to, &format!("{ORGANIZATION}/nodes/{name}"), &node)?;
        if saved.status == 404 {
            saved = self.superuser.post(to, &format!("{ORGANIZATION}/nodes"), &node)?;
        }
        ensure!(matches!(saved.status, 200 | 201), "{} {}", saved.status, saved.text());
        self.acknowledged(|all| {
            all.nodes.insert(name.clone(), mark);
        });
        let item = format!("{name}-{mark}");
        let saved = self.superuser.post(to, &format!("{ORGANIZATION}/data/bag"), &json!({"id": item}))?;
        ensure!(saved.status == 201, "{} {}", saved.status, saved.text());
        self.acknowledged(|all| all.items.push(item));
        Ok(())
    }

    fn acknowledged(&self, note: impl FnOnce(&mut Acknowledged)) {
        note(&mut self.acknowledged.lock().expect("no thread panics"));
    }
}

fn files_of(files: &[&[u8]]) -> Vec<String> {
    files.iter().map(|file| String::from_utf8_lossy(file).into_owned()).collect()
}

fn check(to: &mut Connection, superuser: &Actor, acknowledged: &Acknowledged) -> Result<()> {
    for (name, mark) in &acknowledged.nodes {
        let node = superuser.get(to, &format!("{ORGANIZATION}/nodes/{name}"))?.json()?;
        // One more may have been saved whose answer the kill swallowed.
        let kept = node["normal"]["mark"].as_u64();
        assert!(kept.is_some_and(|kept| kept >= *mark), "{name}: {kept:?} is older than {mark}");
        let query = format!("{ORGANIZATION}/search/node?q=name:{name}%20AND%20mark:{}", kept.unwrap_or_default());
        assert_eq!(superuser.get(to, &query)?.json()?["total"], 1, "{name} is not found by what it has");
    }
    let items = superuser.get(to, &format!("{ORGANIZATION}/data/bag"))?.json()?;
    for item in &acknowledged.items {
        assert!(items.get(item).is_some(), "the item {item} is lost");
    }
    let listed = superuser.get(to, &format!("{ORGANIZATION}/cookbooks?num_versions=all"))?.json()?;
    let mut kept = BTreeMap::new();
    for (name, book) in listed.as_object().context("a map of cookbooks")? {
        for version in book["versions"].as_array().context("versions")? {
            let version = version["version"].as_str().context("a version")?.to_owned();
            kept.insert((name.clone(), version.clone()), contents(to, superuser, name, &version)?);
        }
    }
    for (version, files) in &acknowledged.versions {
        assert_eq!(kept.get(version), Some(files), "{version:?} is lost or another");
    }
    for version in &acknowledged.deleted {
        assert!(!kept.contains_key(version), "{version:?} is back");
    }
    Ok(())
}

/// The files of a version, each of which must be there and be what its checksum says.
fn contents(to: &mut Connection, superuser: &Actor, name: &str, version: &str) -> Result<Vec<String>> {
    let book: Value = superuser.get(to, &format!("{ORGANIZATION}/cookbooks/{name}/{version}"))?.json()?;
    let mut files = Vec::new();
    for recipe in book["recipes"].as_array().context("recipes")? {
        let response = to.get(&target(recipe["url"].as_str().context("an address")?))?;
        ensure!(response.status == 200, "{name} {version} lacks {}: {}", recipe["name"], response.text());
        assert_eq!(recipe["checksum"], checksum(&response.body).as_str(), "{name} {version} {}", recipe["name"]);
        files.push(response.text());
    }
    Ok(files)
}
