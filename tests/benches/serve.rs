//! What one agent waits for, request by request, on one kept-alive connection: `cargo bench -p acceptance`.
//!
//! `tests/bench.sh` measures throughput, processor time and memory under load, also of other servers.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use acceptance::client::{Connection, Tls};
use acceptance::pki::{self, Identity, Wish};
use acceptance::requests;
use acceptance::server::Server;
use acceptance::shared::root;
use anyhow::Result;
use divan::Bencher;
use serde_json::Value;

/// What every benchmark needs: a connection is made of it.
struct Ready {
    port: u16,
    authority: String,
    administrator: Identity,
    small: Identity,
    large: Identity,
    facts: Value,
}

static READY: OnceLock<Ready> = OnceLock::new();

fn main() -> Result<()> {
    let server = Server::options().start()?;
    copy(&root().join("tests/benches/site"), &server.code().join("environments/production"))?;
    let modules = server.code().join("environments/production/debmods");
    fs::create_dir_all(&modules)?;
    for module in ["concat", "ntp", "stdlib"] {
        std::os::unix::fs::symlink(Path::new("/usr/share/puppet/modules").join(module), modules.join(module))?;
    }
    let small = server.enroll("small01.example.com")?;
    let large = server.enroll("large01.example.com")?;
    let facts = serde_json::from_str(&fs::read_to_string(root().join("tests/benches/facts.json"))?)?;
    let ready = Ready {
        port: server.port(),
        authority: server.authority().to_owned(),
        administrator: server.administrator()?,
        small,
        large,
        facts,
    };
    assert!(READY.set(ready).is_ok(), "set once");
    divan::main();
    // Kept out of the static, which is never dropped: the process ends and its folder goes with this handle.
    drop(server);
    Ok(())
}

fn ready() -> &'static Ready {
    READY.get().expect("main sets it first")
}

fn connection(identity: &Identity) -> Connection {
    let tls = Tls::new(&ready().authority, Some(identity)).expect("certificates that the server made");
    tls.connect(ready().port).expect("the server accepts its own certificates")
}

fn catalog(bencher: Bencher, identity: &Identity) {
    let name = &identity.name;
    let body = requests::catalog_body(name, "production", &ready().facts);
    let mut connection = connection(identity);
    bencher.bench_local(|| {
        let response = requests::post_catalog(&mut connection, name, "production", &body).expect("an answer");
        assert_eq!(response.status, 200, "{}", response.text());
    });
}

fn get(bencher: Bencher, path: &str) {
    let mut connection = connection(&ready().small);
    bencher.bench_local(|| {
        let response = connection.send("GET", path, &[("Accept", "*/*")], b"").expect("an answer");
        assert_eq!(response.status, 200, "{}", response.text());
    });
}

#[divan::bench]
fn catalog_of_43_resources(bencher: Bencher) {
    catalog(bencher, &ready().small);
}

#[divan::bench]
fn catalog_of_870_resources(bencher: Bencher) {
    catalog(bencher, &ready().large);
}

#[divan::bench]
fn plugin_metadata(bencher: Bencher) {
    get(bencher, &requests::plugins_path("production"));
}

#[divan::bench]
fn small_file(bencher: Bencher) {
    get(bencher, "/puppet/v3/file_content/modules/bench/small.txt?environment=production");
}

#[divan::bench]
fn node(bencher: Bencher) {
    get(bencher, &requests::node_path(&ready().small.name));
}

#[divan::bench]
fn report(bencher: Bencher) {
    let name = &ready().small.name;
    let mut connection = connection(&ready().small);
    let report = requests::busy_report(name, 50);
    bencher.bench_local(|| {
        let response = requests::put_report(&mut connection, name, &report).expect("an answer");
        assert_eq!(response.status, 200, "{}", response.text());
    });
}

#[divan::bench]
fn request_signed_and_fetched(bencher: Bencher) {
    let (mut node, mut admin) = (connection(&ready().small), connection(&ready().administrator));
    let key = pki::rsa_key().expect("a key");
    let mut number = 0;
    let mut next = || {
        number += 1;
        let name = format!("bench-{number}.example.com");
        let request = Wish::named(&name).request(&key).expect("a request");
        (name, request)
    };
    bencher.with_inputs(&mut next).bench_local_values(|(name, request)| {
        assert_eq!(requests::submit(&mut node, &name, &request).expect("an answer").status, 200);
        assert_eq!(requests::set_state(&mut admin, &name, "signed").expect("an answer").status, 204);
        requests::certificate(&mut node, &name).expect("a certificate")
    });
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
