//! What agents ask for, answered in the original's shapes.

use acceptance::client::Connection;
use acceptance::requests::{self, catalog, put_facts, put_report};
use acceptance::server::Server;
use anyhow::Result;
use serde_json::{Value, json};

const MODULE: &str = "environments/production/modules/m";
const PRODUCTION: &str = "environment=production";

fn started(manifest: &str) -> Result<(Server, Connection)> {
    let server = Server::with_manifest(manifest)?;
    let identity = server.enroll("node.example.com")?;
    let connection = server.connect(&identity)?;
    Ok((server, connection))
}

#[test]
fn a_node_before_and_after_its_facts() -> Result<()> {
    let (_server, mut connection) = started("")?;
    let path = requests::node_path("node.example.com");
    let first = connection.get(&path)?;
    assert_eq!(first.json()?, json!({ "name": "node.example.com", "environment": "production" }));
    assert_eq!(first.header("content-type"), Some("application/json;charset=utf-8"));
    assert_eq!(first.header("x-puppet-version"), Some("7.23.0"));
    assert_eq!(first.header("server"), None);
    let stored = put_facts(&mut connection, "node.example.com", &json!({ "colour": "green" }))?;
    assert_eq!(stored.status, 200, "{}", stored.text());
    let second = connection.get(&path)?.json()?;
    assert_eq!(second["parameters"]["colour"], "green", "{second}");
    Ok(())
}

#[test]
fn a_catalog_has_puppets_shape() -> Result<()> {
    let (server, mut connection) = started("node 'node.example.com' { notify { 'x': tag => 'mine' } }")?;
    let response = catalog(&mut connection, "node.example.com", "production", &json!({}))?;
    assert_eq!(response.header("content-type"), Some("application/vnd.puppet.rich+json; charset=utf-8"));
    let catalog_json = response.json()?;
    let keys: Vec<&str> = catalog_json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "tags",
            "name",
            "version",
            "code_id",
            "catalog_uuid",
            "catalog_format",
            "environment",
            "resources",
            "edges",
            "classes"
        ]
    );
    assert_eq!(catalog_json["catalog_format"], 2);
    assert!(catalog_json["version"].is_u64(), "{}", catalog_json["version"]);
    let notify = catalog_json["resources"]
        .as_array()
        .and_then(|resources| resources.iter().find(|resource| resource["type"] == "Notify"))
        .expect("the notify is there");
    assert_eq!(notify["line"], 1);
    assert_eq!(notify["exported"], false);
    assert!(notify["file"].as_str().is_some_and(|file| file.ends_with("production/manifests/site.pp")), "{notify}");

    // Another run: a fresh identifier, the same version of the code.
    let again = catalog(&mut connection, "node.example.com", "production", &json!({}))?.json()?;
    assert_ne!(again["catalog_uuid"], catalog_json["catalog_uuid"]);
    assert_eq!(again["version"], catalog_json["version"]);

    // Without facts in the request the stored ones serve, and GET does as well as POST.
    server.write_code("environments/production/manifests/site.pp", "notify { \"colour ${facts['colour']}\": }")?;
    put_facts(&mut connection, "node.example.com", &json!({ "colour": "green" }))?;
    let path = format!("/puppet/v3/catalog/node.example.com?{PRODUCTION}");
    let stored = wait_until(|| {
        let response = connection.send("GET", &path, &[("Accept", requests::CATALOG_FORMATS)], b"")?;
        Ok(Some(response.text()).filter(|text| text.contains("colour green")))
    })?;
    assert!(stored.contains("colour green"));
    Ok(())
}

#[test]
fn the_client_chooses_the_format() -> Result<()> {
    let (_server, mut connection) =
        started("notify { 'x': message => Sensitive('s') } notify { 'rx': message => /ab+c/ }")?;
    let path = format!("/puppet/v3/catalog/node.example.com?{PRODUCTION}");
    let mut ask = |accept: &str| connection.send("GET", &path, &[("Accept", accept)], b"");
    let rich = ask("application/vnd.puppet.rich+json")?;
    assert!(rich.text().contains("{\"__ptype\":\"Regexp\",\"__pvalue\":\"ab+c\"}"), "{}", rich.text());
    let plain = ask("application/json")?;
    assert_eq!(plain.header("content-type"), Some("application/json;charset=utf-8"));
    assert!(plain.text().contains("\"message\":\"/ab+c/\""), "{}", plain.text());
    let pson = ask("text/pson")?;
    assert_eq!(pson.header("content-type"), Some("text/pson"));
    let any = ask("*/*")?;
    assert_eq!(any.header("content-type"), Some("application/vnd.puppet.rich+json; charset=utf-8"));
    let nothing = ask("text/html")?;
    assert_eq!(nothing.status, 406, "{}", nothing.text());
    assert_eq!(nothing.json()?["issue_kind"], "UNSUPPORTED_FORMAT");
    let missing = connection.send("GET", &path, &[], b"")?;
    assert_eq!(missing.status, 400);
    assert!(missing.text().contains("Missing required Accept header"), "{}", missing.text());
    Ok(())
}

#[test]
fn long_answers_are_packed_when_asked() -> Result<()> {
    let (_server, mut connection) = started("Integer[1, 200].each |$i| { notify { \"number ${i}\": } }")?;
    let path = format!("/puppet/v3/catalog/node.example.com?{PRODUCTION}");
    let headers =
        [("Accept", requests::CATALOG_FORMATS), ("Accept-Encoding", "gzip;q=1.0,deflate;q=0.6,identity;q=0.3")];
    let packed = connection.send("GET", &path, &headers, b"")?;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let plain: Value = serde_json::from_slice(&packed.unpacked()?)?;
    assert!(packed.body.len() * 3 < plain.to_string().len());
    assert!(plain["resources"].as_array().is_some_and(|resources| resources.len() >= 200));
    Ok(())
}

#[test]
fn reports_and_facts_are_stored() -> Result<()> {
    let (server, mut connection) = started("")?;
    let name = "node.example.com";
    let stored = put_report(&mut connection, name, &requests::busy_report(name, 30))?;
    assert_eq!((stored.status, stored.text().as_str()), (200, "[\"store\"]"));
    let pson = connection.send(
        "PUT",
        &format!("/puppet/v3/report/{name}?{PRODUCTION}"),
        &[("Content-Type", "text/pson"), ("Accept", "application/json, text/pson")],
        requests::report(name, "as-pson").to_string().as_bytes(),
    )?;
    assert_eq!(pson.status, 200, "{}", pson.text());
    let yaml = connection.send(
        "PUT",
        &format!("/puppet/v3/report/{name}?{PRODUCTION}"),
        &[("Content-Type", "text/yaml"), ("Accept", "application/json")],
        b"--- x",
    )?;
    assert_eq!(yaml.status, 415, "{}", yaml.text());
    let reports: Value = serde_json::from_str(&server.quartermaster(&["node", "reports", name, "--json"])?)?;
    assert!(reports.as_array().is_some_and(|reports| reports.len() == 2), "{reports}");
    let facts = put_facts(&mut connection, name, &json!({ "deep": { "er": [1, 2.5, true, null] } }))?;
    assert_eq!(facts.status, 200);
    let shown = server.quartermaster(&["node", "facts", name, "--json"])?;
    let shown: Value = serde_json::from_str(&shown)?;
    assert!(shown.to_string().contains("\"er\":[1,2.5,true,null]"), "{shown}");
    Ok(())
}

#[test]
fn files_and_their_metadata() -> Result<()> {
    let (server, mut connection) = started("")?;
    server.write_code(&format!("{MODULE}/files/dir/a.txt"), "alpha\n")?;
    server.write_code(&format!("{MODULE}/files/dir/skip.bak"), "no\n")?;
    server.write_code(&format!("{MODULE}/files/dir/sub/b.txt"), "beta\n")?;
    server.write_code(&format!("{MODULE}/lib/facter/f.rb"), "Facter.add(:f) { setcode { 1 } }\n")?;
    let single =
        "/puppet/v3/file_metadata/modules/m/dir/a.txt?links=manage&checksum_type=sha256&source_permissions=ignore";
    let one = wait_until(|| {
        let response = connection.get(&format!("{single}&{PRODUCTION}"))?;
        Ok(if response.status == 200 { Some(response.json()?) } else { None })
    })?;
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"alpha\n"));
    assert_eq!(one["checksum"], json!({ "type": "sha256", "value": format!("{{sha256}}{sum}") }));
    assert_eq!((&one["type"], &one["mode"], &one["links"]), (&json!("file"), &json!(420), &json!("manage")));
    assert_eq!(one["relative_path"], Value::Null);
    assert!(one["path"].as_str().is_some_and(|path| path.ends_with("modules/m/files/dir/a.txt")), "{one}");

    let tree = connection.get(&format!(
        "/puppet/v3/file_metadatas/modules/m/dir?recurse=true&links=manage&checksum_type=md5&ignore=*.bak&{PRODUCTION}"
    ))?;
    let tree = tree.json()?;
    let mut paths: Vec<&str> =
        tree.as_array().expect("a list").iter().filter_map(|entry| entry["relative_path"].as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, [".", "a.txt", "sub", "sub/b.txt"]);
    let content = connection.send(
        "GET",
        &format!("/puppet/v3/file_content/modules/m/dir/sub/b.txt?{PRODUCTION}"),
        &[("Accept", "application/octet-stream")],
        b"",
    )?;
    assert_eq!((content.status, content.text().as_str()), (200, "beta\n"));
    assert_eq!(content.header("content-type"), Some("application/octet-stream"));

    let plugins = connection.get(&requests::plugins_path("production"))?.json()?;
    assert!(plugins.to_string().contains("\"relative_path\":\"facter/f.rb\""), "{plugins}");
    let absent = connection.get(&format!("/puppet/v3/file_metadata/modules/m/absent?{PRODUCTION}"))?;
    assert_eq!(absent.status, 404);
    assert_eq!(
        absent.json()?,
        json!({ "message": "Not Found: Could not find file_metadata modules/m/absent", "issue_kind": "RESOURCE_NOT_FOUND" })
    );
    let mount = connection.get(&format!("/puppet/v3/file_metadata/nomount/x?{PRODUCTION}"))?;
    assert_eq!(mount.status, 500, "{}", mount.text());
    Ok(())
}

#[test]
fn a_big_file_is_streamed() -> Result<()> {
    let (server, mut connection) = started("")?;
    let size = 64 << 20;
    server.write_code(&format!("{MODULE}/files/big"), &"0123456789abcdef".repeat(size / 16))?;
    let before = acceptance::process::peak_kb(server.pid());
    let body = wait_until(|| {
        let path = format!("/puppet/v3/file_content/modules/m/big?{PRODUCTION}");
        let response = connection.send("GET", &path, &[("Accept", "application/octet-stream")], b"")?;
        Ok(Some(response.body).filter(|_| response.status == 200))
    })?;
    assert_eq!(body.len(), size);
    let grown = acceptance::process::peak_kb(server.pid()).saturating_sub(before);
    assert!(grown < 48 * 1024, "serving 64 MB took {grown} kB of memory");
    Ok(())
}

#[test]
fn the_file_bucket_keeps_bytes() -> Result<()> {
    let (_server, mut connection) = started("")?;
    let content: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&content));
    let path = format!("/puppet/v3/file_bucket_file/sha256/{sum}?{PRODUCTION}");
    let octets = [("Content-Type", "application/octet-stream"), ("Accept", "application/octet-stream")];
    assert_eq!(connection.send("HEAD", &path, &octets, b"")?.status, 404);
    let stored = connection.send("PUT", &path, &octets, &content)?;
    assert_eq!(stored.status, 200, "{}", stored.text());
    assert_eq!(connection.send("HEAD", &path, &octets, b"")?.status, 200);
    assert_eq!(connection.send("GET", &path, &octets, b"")?.body, content);
    let wrong = connection.send("PUT", &path.replace(&sum, &"0".repeat(64)), &octets, &content)?;
    assert!(wrong.status >= 400, "a wrong sum is refused: {}", wrong.status);
    let md5 = connection.send("HEAD", &path.replace("sha256", "md5"), &octets, b"")?;
    assert_eq!(md5.status, 500);
    Ok(())
}

#[test]
fn environments_and_status() -> Result<()> {
    let (server, mut connection) = started("")?;
    server
        .write_code("environments/testing/environment.conf", "modulepath = site:modules\nenvironment_timeout = 0\n")?;
    let listed = wait_until(|| {
        let listed = connection.get("/puppet/v3/environments")?.json()?;
        Ok(Some(listed).filter(|listed| listed["environments"]["testing"].is_object()))
    })?;
    let testing = &listed["environments"]["testing"]["settings"];
    assert!(testing["modulepath"][0].as_str().is_some_and(|path| path.ends_with("testing/site")), "{listed}");
    assert!(listed["search_paths"].is_array());
    let environment = connection.get("/puppet/v3/environment/production?environment=production")?;
    assert!(matches!(environment.status, 200 | 403 | 404), "{} {}", environment.status, environment.text());

    let mut anyone = server.anonymous()?;
    let simple = anyone.get("/status/v1/simple")?;
    assert_eq!((simple.text().as_str(), simple.status), ("running", 200));
    let services = anyone.get("/status/v1/services")?.json()?;
    assert!(services.as_object().is_some_and(|services| !services.is_empty()), "{services}");
    let unknown = anyone.get("/status/v1/services/nope")?;
    assert_eq!(
        (unknown.status, unknown.json()?),
        (404, json!({ "kind": "service-not-found", "msg": "No status information found for service nope" }))
    );
    let metrics = server.connect(&server.administrator()?)?.send("GET", "/metrics", &[("Accept", "*/*")], b"")?;
    assert_eq!(metrics.status, 200, "{}", metrics.text());
    assert!(metrics.text().contains("# TYPE "), "{}", metrics.text());
    Ok(())
}

#[test]
fn an_executable_classifies() -> Result<()> {
    let enc = "#!/bin/sh\necho '---'\necho 'classes: { told: { word: heard } }'\necho 'environment: other'\n\
               echo 'parameters: { datacenter: fra1 }'\n";
    let server = Server::options()
        .executable("enc", enc)
        .config("external_nodes = \"FOLDER/enc\"\n")
        .code(
            "environments/other/modules/told/manifests/init.pp",
            "class told($word) { notify { \"${word} in ${datacenter}\": } }",
        )
        .code("environments/other/manifests/site.pp", "")
        .start()?;
    let identity = server.enroll("told.example.com")?;
    let mut connection = server.connect(&identity)?;
    let node = connection.get(&requests::node_path("told.example.com"))?.json()?;
    assert_eq!(node["environment"], "other", "{node}");
    let response = catalog(&mut connection, "told.example.com", "other", &json!({}))?;
    assert!(response.text().contains("heard in fra1"), "{}", response.text());
    Ok(())
}

/// Asks until there is an answer; code on disk takes a moment to be noticed.
fn wait_until<T>(mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    for _ in 0..100 {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    anyhow::bail!("what was expected did not come in five seconds")
}
