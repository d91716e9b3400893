//! What must not work, and how the server says so.

use std::time::{Duration, Instant};

use acceptance::client::{Response, Tls};
use acceptance::pki::{self, Wish};
use acceptance::process;
use acceptance::requests::{self, catalog, put_facts, put_report, report, submit};
use acceptance::server::Server;
use anyhow::Result;
use serde_json::{Value, json};

const MANIFEST: &str = r"
case $facts['wanted'] {
  'missing': { include no::such::class }
  'forever': { include turns }
  'long':    { Integer[1, 1000000].each |$i| { Integer[1, 1000000].each |$j| { $x = $i + $j } } }
  default:   { notify { 'fine': } }
}
";

fn server() -> Result<Server> {
    Server::options()
        .code("environments/production/manifests/site.pp", MANIFEST)
        .code("environments/production/modules/turns/manifests/init.pp", "class turns { turns::again(1) }")
        .code(
            "environments/production/modules/turns/functions/again.pp",
            "function turns::again($n) { turns::again($n + 1) }",
        )
        .code("environments/broken/manifests/site.pp", "node default { notify { 'x' }\n")
        .start()
}

#[track_caller]
fn refused(response: &Response, status: u16, text: &str) {
    assert_eq!(response.status, status, "{}", response.text());
    assert!(response.text().contains(text), "{} does not say {text:?}", response.text());
}

/// How many of each kind the server has of a node: nothing may be half-written.
fn has_nothing_of(server: &Server, name: &str) -> Result<()> {
    let list: Value = serde_json::from_str(&server.quartermaster(&["node", "list", "--json"])?)?;
    assert!(!list.to_string().contains(name), "{list}");
    Ok(())
}

#[test]
fn another_nodes_things() -> Result<()> {
    let server = server()?;
    let identity = server.enroll("one.example.com")?;
    let mut connection = server.connect(&identity)?;
    let other = "two.example.com";
    let forbidden = [
        catalog(&mut connection, other, "production", &json!({}))?,
        put_facts(&mut connection, other, &json!({}))?,
        put_report(&mut connection, other, &report(other, "x"))?,
        connection.get(&requests::node_path(other))?,
        connection.get("/puppet-ca/v1/certificate_statuses/any_key")?,
        requests::set_state(&mut connection, "one.example.com", "revoked")?,
        connection.get("/puppet-ca/v1/nothing")?,
    ];
    for response in &forbidden {
        refused(response, 403, "Forbidden request: /");
    }
    // The same connection still does what it may.
    let own = catalog(&mut connection, "one.example.com", "production", &json!({}))?;
    assert_eq!(own.status, 200, "{}", own.text());
    has_nothing_of(&server, other)
}

#[test]
fn no_certificate() -> Result<()> {
    let server = server()?;
    let mut connection = server.anonymous()?;
    let name = "ghost.example.com";
    let forbidden = [
        catalog(&mut connection, name, "production", &json!({}))?,
        put_facts(&mut connection, name, &json!({}))?,
        put_report(&mut connection, name, &report(name, "x"))?,
        connection.get(&requests::plugins_path("production"))?,
        connection.get("/puppet/v3/environments")?,
        connection.get("/puppet-ca/v1/certificate_statuses/any_key")?,
    ];
    for response in &forbidden {
        refused(response, 403, "Forbidden request: /");
    }
    assert_eq!(connection.get("/status/v1/simple")?.text(), "running");
    has_nothing_of(&server, name)
}

#[test]
fn a_certificate_of_another_authority() -> Result<()> {
    let server = server()?;
    let stranger = Server::with_manifest("")?;
    let identity = stranger.enroll("one.example.com")?;
    let asked =
        server.connect(&identity).and_then(|mut connection| connection.get(&requests::node_path("one.example.com")));
    assert!(asked.is_err(), "the handshake fails: {asked:?}");
    Ok(())
}

/// New, resumed and open connections, with both versions of TLS.
#[test]
fn a_revoked_certificate() -> Result<()> {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = server()?;
        let identity = server.enroll("lost.example.com")?;
        let bystander = server.enroll("kept.example.com")?;
        let tls = Tls::with_versions(server.authority(), Some(&identity), &[version])?;
        let path = requests::node_path("lost.example.com");
        let mut open = tls.connect(server.port())?;
        assert_eq!(open.get(&path)?.status, 200);
        let mut second = tls.connect(server.port())?;
        assert_eq!(second.get(&path)?.status, 200);
        let mut kept = server.connect(&bystander)?;
        assert_eq!(kept.get(&requests::node_path("kept.example.com"))?.status, 200);

        server.quartermaster(&["ca", "revoke", "lost.example.com"])?;

        // The open connection is refused or closed; what was open before is not served any more.
        if let Ok(response) = open.get(&path) {
            assert_eq!(response.status, 403, "{version:?} open: {}", response.text());
        }
        for attempt in 0..2 {
            let asked = tls.connect(server.port()).and_then(|mut connection| connection.get(&path));
            if let Ok(response) = asked {
                assert_eq!(response.status, 403, "{version:?} attempt {attempt}: {}", response.text());
            }
        }
        let fresh = Tls::with_versions(server.authority(), Some(&identity), &[version])?;
        let asked = fresh.connect(server.port()).and_then(|mut connection| connection.get(&path));
        assert!(asked.is_err(), "{version:?}: a new handshake fails: {asked:?}");
        assert_eq!(kept.get(&requests::node_path("kept.example.com"))?.status, 200, "others go on");
        let list = requests::revocation_list(&mut server.anonymous()?)?;
        let shown = pki::openssl(&["crl", "-noout", "-text"], &list)?;
        assert!(shown.contains("Serial Number:"), "{shown}");
    }
    Ok(())
}

#[test]
fn certificate_requests_that_are_not_signed() -> Result<()> {
    let server = server()?;
    let key = pki::key()?;
    let mut connection = server.anonymous()?;

    // Names: refused at once.
    for (name, text) in [
        ("UPPER.example.com", "Certificate names must be lower case."),
        ("bad_-.example.com", "Subject hostname format is invalid"),
        ("star.*.example.com", ""),
        ("ends-", "Subject hostname format is invalid"),
    ] {
        let response = submit(&mut connection, name, &Wish::named(name).request(&key)?)?;
        assert!((400..500).contains(&response.status), "{name}: {} {}", response.status, response.text());
        assert!(response.text().contains(text), "{name}: {}", response.text());
    }
    let mismatch = submit(&mut connection, "mine.example.com", &Wish::named("yours.example.com").request(&key)?)?;
    refused(&mismatch, 400, "Instance name \"yours.example.com\" does not match requested key \"mine.example.com\"");

    // Contents: kept for an administrator to see, refused at signing.
    let wishes = [
        Wish::named("san.example.com").dns("san.example.com").dns("puppet"),
        Wish::named("auth.example.com").extension(pki::PP_AUTHORIZATION, 39, "true"),
        Wish::named("strange.example.com").extension(&[1, 2, 3], 4, "x"),
    ];
    let texts = [
        "contains extra subject alternative names",
        "contains an authorization extension, which is disallowed",
        "Found extensions that are not permitted: 1.2.3.4",
    ];
    for (wish, text) in wishes.iter().zip(texts) {
        let name = &wish.common_name;
        let response = submit(&mut connection, name, &wish.request(&key)?)?;
        assert_eq!(response.status, 200, "{name}: {}", response.text());
        let signed = server.command(&["ca", "sign", name])?;
        let said = String::from_utf8_lossy(&signed.stderr).into_owned() + &String::from_utf8_lossy(&signed.stdout);
        assert!(!signed.status.success(), "{name} was signed");
        assert!(said.contains(text), "{name}: {said}");
        let path = format!("/puppet-ca/v1/certificate/{name}");
        assert_eq!(connection.send("GET", &path, &[("Accept", "text/plain")], b"")?.status, 404);
    }
    let forged = Wish::named("forged.example.com").forged_request(&key, &pki::key()?)?;
    submit(&mut connection, "forged.example.com", &forged)?;
    assert!(!server.command(&["ca", "sign", "forged.example.com"])?.status.success(), "a forged request was signed");
    Ok(())
}

#[test]
fn a_name_that_has_a_certificate() -> Result<()> {
    let server = server()?;
    server.enroll("taken.example.com")?;
    let mut connection = server.anonymous()?;
    let again = Wish::named("taken.example.com").request(&pki::key()?)?;
    let response = submit(&mut connection, "taken.example.com", &again)?;
    refused(&response, 400, "taken.example.com already has a signed certificate; ignoring certificate request");
    server.quartermaster(&["ca", "revoke", "taken.example.com"])?;
    let response = submit(&mut connection, "taken.example.com", &again)?;
    refused(&response, 400, "taken.example.com already has a revoked certificate; ignoring certificate request");
    server.quartermaster(&["ca", "clean", "taken.example.com"])?;
    assert_eq!(submit(&mut connection, "taken.example.com", &again)?.status, 200);
    let response = submit(&mut connection, "taken.example.com", &again)?;
    refused(&response, 400, "taken.example.com already has a requested certificate; ignoring certificate request");
    Ok(())
}

/// A key that somebody else may hold does not come back by another request.
#[test]
fn the_key_of_a_revoked_certificate() -> Result<()> {
    let server = server()?;
    let stolen = server.enroll("stolen.example.com")?;
    server.quartermaster(&["ca", "revoke", "stolen.example.com"])?;
    server.quartermaster(&["ca", "clean", "stolen.example.com"])?;
    let key = rcgen::KeyPair::from_pem(&stolen.key_pem)?;
    let mut connection = server.anonymous()?;
    for name in ["stolen.example.com", "other.example.com"] {
        let response = submit(&mut connection, name, &Wish::named(name).request(&key)?)?;
        assert_eq!(response.status, 200, "{}", response.text());
        let signed = server.command(&["ca", "sign", name])?;
        let said = String::from_utf8_lossy(&signed.stderr).into_owned();
        assert!(!signed.status.success() && said.contains("which is revoked"), "{name}: {said}");
    }
    Ok(())
}

#[test]
fn paths_that_climb() -> Result<()> {
    let server = server()?;
    server.write_code("environments/production/modules/open/files/a.txt", "a")?;
    let identity = server.enroll("climber.example.com")?;
    let mut connection = server.connect(&identity)?;
    let octets = [("Accept", "application/octet-stream, application/json")];
    let open = "/puppet/v3/file_content/modules/open/a.txt?environment=production";
    assert_eq!(connection.send("GET", open, &octets, b"")?.text(), "a");
    for path in [
        "/puppet/v3/file_content/modules/open/../../../../../../../../etc/passwd?environment=production",
        "/puppet/v3/file_content/modules/open/%2e%2e/%2e%2e/manifests/init.pp?environment=production",
        "/puppet/v3/file_content/modules/open/..%2f..%2f..%2f..%2fdata%2fca?environment=production",
        "/puppet/v3/file_metadata/modules/../modules/open/a.txt?environment=production",
        "/puppet/v3/file_content/modules/open/a.txt?environment=..%2fproduction",
        "/puppet/v3/file_content/modules//etc/passwd?environment=production",
    ] {
        let response = connection.send("GET", path, &octets, b"")?;
        assert!((400..600).contains(&response.status), "{path}: {} {}", response.status, response.text());
        assert!(!response.text().contains("root:"), "{path} gave a file away");
    }
    let response = submit(&mut connection, "..%2f..%2fescaped", &Wish::named("../../escaped").request(&pki::key()?)?)?;
    assert!((400..500).contains(&response.status), "{} {}", response.status, response.text());
    Ok(())
}

#[test]
fn a_link_does_not_lead_out_of_a_module() -> Result<()> {
    let server = server()?;
    server.write_code("environments/production/modules/open/files/a.txt", "a")?;
    std::fs::write(server.folder().join("secret"), "classified")?;
    let link = server.code().join("environments/production/modules/open/files/link");
    std::os::unix::fs::symlink(server.folder().join("secret"), link)?;
    let identity = server.enroll("linker.example.com")?;
    let mut connection = server.connect(&identity)?;
    // Whatever the answer is, the server stays up and says it in one piece.
    let path = "/puppet/v3/file_content/modules/open/link?environment=production";
    let response = connection.send("GET", path, &[("Accept", "application/octet-stream")], b"")?;
    assert!(response.status == 200 || (400..500).contains(&response.status), "{}", response.status);
    assert_eq!(connection.get("/status/v1/simple")?.text(), "running");
    Ok(())
}

#[test]
fn bodies_that_are_broken() -> Result<()> {
    let server = server()?;
    let identity = server.enroll("broken.example.com")?;
    let mut connection = server.connect(&identity)?;
    let json_kind = [("Content-Type", "application/json"), ("Accept", "application/json")];
    for (path, body) in [
        ("/puppet/v3/facts/broken.example.com?environment=production", "{\"name\": "),
        ("/puppet/v3/facts/broken.example.com?environment=production", "[]"),
        ("/puppet/v3/report/broken.example.com?environment=production", "not json"),
        ("/puppet/v3/report/broken.example.com?environment=production", "{\"host\": 7}"),
    ] {
        let response = connection.send("PUT", path, &json_kind, body.as_bytes())?;
        assert_eq!(response.status, 400, "{path} {body}: {}", response.text());
        assert!(response.json()?["message"].is_string(), "{}", response.text());
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", requests::CATALOG_FORMATS)];
    let path = "/puppet/v3/catalog/broken.example.com?environment=production";
    let body = "environment=production&facts_format=application%2Fjson&facts=%257Bbroken";
    let response = connection.send("POST", path, &form, body.as_bytes())?;
    assert!((400..500).contains(&response.status), "{} {}", response.status, response.text());
    let nested = "[".repeat(200_000);
    let response = connection.send(
        "PUT",
        "/puppet/v3/facts/broken.example.com?environment=production",
        &json_kind,
        nested.as_bytes(),
    )?;
    assert_eq!(response.status, 400, "{}", response.text());
    // Facts of another name under one's own.
    let response = connection.send(
        "PUT",
        "/puppet/v3/facts/broken.example.com?environment=production",
        &json_kind,
        requests::factset("other.example.com", &json!({})).to_string().as_bytes(),
    )?;
    assert!((400..500).contains(&response.status), "{} {}", response.status, response.text());
    let csr = submit(&mut server.anonymous()?, "garbage.example.com", "garbage")?;
    assert!(csr.status >= 400, "{} {}", csr.status, csr.text());
    has_nothing_of(&server, "other.example.com")
}

#[test]
fn a_body_of_a_gigabyte() -> Result<()> {
    const GIGABYTE: u64 = 1 << 30;
    let server = server()?;
    let identity = server.enroll("heavy.example.com")?;
    let before = process::peak_kb(server.pid());
    for (method, path, kind) in [
        ("PUT", "/puppet/v3/report/heavy.example.com?environment=production", "application/json"),
        ("PUT", "/puppet/v3/facts/heavy.example.com?environment=production", "application/json"),
        ("POST", "/puppet/v3/catalog/heavy.example.com?environment=production", "application/x-www-form-urlencoded"),
        ("PUT", "/puppet-ca/v1/certificate_request/giant.example.com", "text/plain"),
    ] {
        // The server may hang up before it has read all; then there is no answer to read.
        if let Ok((response, _)) = server.connect(&identity)?.send_zeros(method, path, kind, GIGABYTE) {
            assert_eq!(response.status, 413, "{path}: {}", response.text());
        }
    }
    let grown = process::peak_kb(server.pid()).saturating_sub(before);
    assert!(grown < 200 * 1024, "the server grew by {grown} kB");
    assert_eq!(server.anonymous()?.get("/status/v1/simple")?.text(), "running");
    Ok(())
}

#[test]
fn environments_and_code_that_are_wrong() -> Result<()> {
    let server = server()?;
    let name = "wrong.example.com";
    let identity = server.enroll(name)?;
    let mut connection = server.connect(&identity)?;
    for path in [
        requests::plugins_path("nosuch"),
        "/puppet/v3/file_metadatas/plugins?recurse=false&environment=nosuch".to_owned(),
        format!("/puppet/v3/node/{name}?environment=nosuch"),
    ] {
        refused(&connection.get(&path)?, 404, "Not Found: Could not find environment 'nosuch'");
    }
    let missing = connection.get("/puppet/v3/file_metadatas/plugins?recurse=false")?;
    refused(&missing, 400, "An environment parameter must be specified");

    let syntax = catalog(&mut connection, name, "broken", &json!({}))?;
    refused(&syntax, 500, "Syntax error at '}'");
    assert_eq!(syntax.json()?["issue_kind"], "RUNTIME_ERROR");

    let class = catalog(&mut connection, name, "production", &json!({ "wanted": "missing" }))?;
    refused(
        &class,
        500,
        "Server Error: Evaluation Error: Error while evaluating a Function Call, Could not find class ::no::such::class \
         for wrong.example.com",
    );
    assert!(class.text().contains("site.pp, line: 3, column: 16) on node wrong.example.com"), "{}", class.text());

    let begin = Instant::now();
    let forever = catalog(&mut connection, name, "production", &json!({ "wanted": "forever" }))?;
    assert_eq!(forever.status, 500, "{}", forever.text());
    assert!(begin.elapsed() < Duration::from_secs(30));

    let fine = catalog(&mut connection, name, "production", &json!({}))?;
    assert_eq!(fine.status, 200, "{}", fine.text());
    Ok(())
}

#[test]
fn a_compile_past_its_limit() -> Result<()> {
    let server = Server::options()
        .code("environments/production/manifests/site.pp", MANIFEST)
        .config("[compile]\ntimeout = \"2s\"\n")
        .start()?;
    let identity = server.enroll("slow.example.com")?;
    let mut connection = server.connect(&identity)?;
    let begin = Instant::now();
    let response = catalog(&mut connection, "slow.example.com", "production", &json!({ "wanted": "long" }))?;
    assert_eq!(response.status, 500, "{}", response.text());
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    let fine = catalog(&mut connection, "slow.example.com", "production", &json!({}))?;
    assert_eq!(fine.status, 200, "{}", fine.text());
    Ok(())
}

/// Connections that send a byte now and then are closed, and others are served meanwhile.
#[test]
fn slow_connections() -> Result<()> {
    let server = server()?;
    let identity = server.enroll("patient.example.com")?;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut connection = server.anonymous()?;
        connection.write(b"GET /status/v1/simple HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")?;
        slow.push(connection);
    }
    let mut fast = server.connect(&identity)?;
    let begin = Instant::now();
    let limit = Duration::from_mins(1);
    while !slow.is_empty() && begin.elapsed() < limit {
        std::thread::sleep(Duration::from_millis(500));
        let asked = Instant::now();
        let response = catalog(&mut fast, "patient.example.com", "production", &json!({}))?;
        assert_eq!(response.status, 200, "{}", response.text());
        assert!(asked.elapsed() < Duration::from_secs(5), "a catalog took {:?}", asked.elapsed());
        slow.retain_mut(|connection| connection.write(b"x").is_ok());
    }
    assert!(slow.is_empty(), "{} slow connections are still open after {limit:?}", slow.len());
    Ok(())
}
