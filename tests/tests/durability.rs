//! `kill -9` under load, again and again: what was acknowledged is there, and serial numbers never repeat.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acceptance::client::Tls;
use acceptance::pki::{self, Identity, Wish};
use acceptance::requests;
use acceptance::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const ROUNDS: usize = 20;
const WRITERS: usize = 4;

/// What the server has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Node, and the highest round and number of the facts that were stored.
    facts: Mutex<BTreeMap<String, u64>>,
    /// Transaction identifiers of reports, with their node.
    reports: Mutex<Vec<(String, String)>>,
    /// Certname and serial number of certificates that were given out.
    issued: Mutex<Vec<(String, String)>>,
    /// Certnames of requests that were accepted.
    requested: Mutex<Vec<String>>,
}

#[test]
fn twenty_kills_lose_nothing() -> Result<()> {
    let mut server = Server::options()
        .code("environments/production/manifests/site.pp", "notify { 'x': }")
        .arguments(&["--autosign", "FOLDER/autosign.conf", "--set", "store.reports_per_node=1000000"])
        .file("autosign.conf", "*.auto.example.com\n")
        .start()?;
    let identities: Vec<Identity> =
        (0..WRITERS).map(|index| server.enroll(&format!("writer{index}.example.com"))).collect::<Result<_>>()?;
    let acknowledged = Acknowledged::default();
    let mut writes = 0;
    for round in 0..ROUNDS {
        let stop = AtomicBool::new(false);
        let count = AtomicUsize::new(0);
        let key = pki::key()?;
        let (port, authority) = (server.port(), server.authority().to_owned());
        std::thread::scope(|scope| -> Result<()> {
            for identity in &identities {
                let (stop, count, key, authority, acknowledged) = (&stop, &count, &key, &authority, &acknowledged);
                scope.spawn(move || {
                    // Every error from here on is the kill; only what was answered counts.
                    let _ = write_until_killed(port, authority, identity, round, key, stop, count, acknowledged);
                });
            }
            // The moment of the kill differs from round to round.
            std::thread::sleep(Duration::from_millis(150 + (round as u64 * 37) % 200));
            let limit = Instant::now() + Duration::from_secs(20);
            while count.load(Ordering::SeqCst) < WRITERS * 3 && Instant::now() < limit {
                std::thread::sleep(Duration::from_millis(5));
            }
            server.kill()?;
            stop.store(true, Ordering::SeqCst);
            Ok(())
        })?;
        writes += count.load(Ordering::SeqCst);
        server.start().with_context(|| format!("after kill {round}"))?;
    }
    ensure!(writes > ROUNDS * WRITERS, "the load was too light to mean anything: {writes} writes");
    check(&server, &acknowledged)
}

#[allow(clippy::too_many_arguments, reason = "a thread's whole world")]
fn write_until_killed(
    port: u16,
    authority: &str,
    identity: &Identity,
    round: usize,
    key: &rcgen::KeyPair,
    stop: &AtomicBool,
    count: &AtomicUsize,
    acknowledged: &Acknowledged,
) -> Result<()> {
    let mut connection = Tls::new(authority, Some(identity))?.connect(port)?;
    let name = &identity.name;
    for number in 0_u64.. {
        if stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mark = (round as u64) * 1_000_000 + number;
        let response = requests::put_facts(&mut connection, name, &json!({ "mark": mark }))?;
        ensure!(response.status == 200, "{} {}", response.status, response.text());
        acknowledged.facts.lock().expect("no thread panics").insert(name.clone(), mark);

        let transaction = format!("transaction-{name}-{mark}");
        let response = requests::put_report(&mut connection, name, &requests::report(name, &transaction))?;
        ensure!(response.status == 200, "{} {}", response.status, response.text());
        acknowledged.reports.lock().expect("no thread panics").push((name.clone(), transaction));

        let stem = name.split('.').next().unwrap_or_default();
        let asked = format!("{stem}-{mark}.auto.example.com");
        let response = requests::submit(&mut connection, &asked, &Wish::named(&asked).request(key)?)?;
        ensure!(response.status == 200, "{} {}", response.status, response.text());
        let serial = pki::serial(&requests::certificate(&mut connection, &asked)?)?;
        acknowledged.issued.lock().expect("no thread panics").push((asked, serial));

        let asked = format!("{stem}-{mark}.manual.example.com");
        let response = requests::submit(&mut connection, &asked, &Wish::named(&asked).request(key)?)?;
        ensure!(response.status == 200, "{} {}", response.status, response.text());
        acknowledged.requested.lock().expect("no thread panics").push(asked);
        count.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

fn check(server: &Server, acknowledged: &Acknowledged) -> Result<()> {
    for (name, mark) in acknowledged.facts.lock().expect("no thread panics").iter() {
        let facts: Value = serde_json::from_str(&server.quartermaster(&["node", "facts", name, "--json"])?)?;
        let stored = find(&facts, "mark").and_then(Value::as_u64);
        // One more may have been stored whose answer the kill swallowed.
        assert!(stored.is_some_and(|stored| stored >= *mark), "{name}: {stored:?} is older than {mark}");
    }
    let mut stored = BTreeMap::new();
    for (name, transaction) in acknowledged.reports.lock().expect("no thread panics").iter() {
        let reports = match stored.get(name) {
            Some(reports) => reports,
            None => stored
                .entry(name.clone())
                .or_insert(server.quartermaster(&["node", "reports", name, "--limit", "100000", "--json"])?),
        };
        assert!(reports.contains(transaction.as_str()), "{name}: the report {transaction} is lost");
    }
    let mut serials: BTreeMap<String, String> = BTreeMap::new();
    let mut connection = server.anonymous()?;
    for (name, serial) in acknowledged.issued.lock().expect("no thread panics").iter() {
        let now = pki::serial(&requests::certificate(&mut connection, name)?)?;
        assert_eq!(&now, serial, "{name} has another certificate now");
        if let Some(other) = serials.insert(serial.clone(), name.clone()) {
            panic!("the serial {serial} was given to {other} and {name}");
        }
    }
    let waiting = server.quartermaster(&["ca", "list", "--json"])?;
    for name in acknowledged.requested.lock().expect("no thread panics").iter() {
        assert!(waiting.contains(name.as_str()), "the request of {name} is lost");
    }
    Ok(())
}

/// The first value under this key, at any depth.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|inner| find(inner, key))),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, key)),
        _ => None,
    }
}
