//! Static catalogs: a node gets the files that its catalog was made for, whatever is deployed meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use acceptance::agent::{self, Agent};
use acceptance::client::Connection;
use acceptance::git::Repositories;
use acceptance::requests;
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const DEPLOY: &[&str] = &["code", "deploy", "production", "--wait"];
const CONTROL: &str = "control";
const NODE: &str = "node.example.com";

/// A control repository whose branch `production` holds its modules too.
fn control() -> Result<Repositories> {
    let repositories = Repositories::new()?;
    repositories.make(CONTROL, "production")?;
    Ok(repositories)
}

/// Has a server deploy from there.
fn known(control: &Repositories, server: &Server) -> Result<()> {
    server.quartermaster(&["code", "import-r10k", &control.r10k(&control.place(CONTROL), "")?]).map(drop)
}

/// The parts of a site that have a version in them.
fn version(control: &Repositories, version: &str) -> Result<()> {
    control.write(CONTROL, "modules/web/files/site.conf", &format!("site {version}\n"))?;
    control.write(CONTROL, "modules/web/files/tree/sub/leaf.txt", &format!("leaf {version}\n"))?;
    control.commit(CONTROL, version).map(drop)
}

fn catalog(node: &mut Connection, environment: &str) -> Result<Value> {
    let answer = requests::catalog(node, NODE, environment, &json!({}))?;
    ensure!(answer.status == 200, "{}", answer.text());
    answer.json()
}

fn static_file(node: &mut Connection, path: &str) -> Result<(u16, String)> {
    let answer = node.get(&format!("/puppet/v3/static_file_content/{path}"))?;
    Ok((answer.status, answer.text()))
}

/// `puppet:///modules/…` of a catalog, as the agent asks for it.
fn address(catalog: &Value, entry: &Value) -> Result<String> {
    let path = entry["content_uri"].as_str().and_then(|uri| uri.strip_prefix("puppet:///")).context("an address")?;
    let code_id = catalog["code_id"].as_str().context("a code id")?;
    Ok(format!("{path}?environment=production&code_id={code_id}"))
}

#[test]
fn files_of_the_version_that_a_catalog_was_made_from() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let control = control()?;
    let site = "file { '/x': source => ['puppet:///modules/web/none', 'puppet:///modules/web/site.conf'] }\n\
                file { '/tree': ensure => directory, recurse => true, source => 'puppet:///modules/web/tree/' }\n\
                file { '/plugin': source => 'puppet:///plugins/facter/web.rb' }\n";
    control.write(CONTROL, "manifests/site.pp", site)?;
    control.write(CONTROL, "modules/web/lib/facter/web.rb", "# a fact\n")?;
    version(&control, "one")?;
    let server = Server::options().code("environments/folder/manifests/site.pp", "").start()?;
    known(&control, &server)?;
    server.quartermaster(DEPLOY)?;
    let mut node = server.connect(&server.enroll(NODE)?)?;

    let first = catalog(&mut node, "production")?;
    let keys: Vec<_> = first.as_object().context("a catalog")?.keys().map(String::as_str).collect();
    assert_eq!(keys[keys.len() - 3..], ["classes", "metadata", "recursive_metadata"]);
    let entry = &first["metadata"]["/x"];
    assert_eq!(first["metadata"].as_object().map(serde_json::Map::len), Some(1), "plugins are asked for");
    let keys: Vec<_> = entry.as_object().context("an entry")?.keys().map(String::as_str).collect();
    let expected = "path relative_path links owner group mode checksum type destination content_uri source";
    assert_eq!(keys.join(" "), expected);
    assert_eq!(entry["content_uri"], "puppet:///modules/web/files/site.conf");
    assert_eq!(entry["source"], "puppet:///modules/web/site.conf");
    let below = first["recursive_metadata"]["/tree"]["puppet:///modules/web/tree"].as_array().context("a list")?;
    let addresses: Vec<_> = below.iter().filter_map(|entry| entry["content_uri"].as_str()).collect();
    let folder = "puppet:///modules/web/files/tree";
    assert_eq!(addresses, [folder, &format!("{folder}/sub"), &format!("{folder}/sub/leaf.txt")]);
    assert_eq!(static_file(&mut node, &address(&first, entry)?)?, (200, "site one\n".to_owned()));

    version(&control, "two")?;
    server.quartermaster(DEPLOY)?;
    let second = catalog(&mut node, "production")?;
    assert_ne!(second["code_id"], first["code_id"]);
    assert_ne!(second["metadata"]["/x"]["checksum"], entry["checksum"]);
    let now = address(&second, &second["metadata"]["/x"])?;
    for _ in 0..2 {
        assert_eq!(static_file(&mut node, &address(&first, entry)?)?, (200, "site one\n".to_owned()));
        assert_eq!(static_file(&mut node, &address(&first, &below[2])?)?, (200, "leaf one\n".to_owned()));
        assert_eq!(static_file(&mut node, &now)?, (200, "site two\n".to_owned()));
    }
    // It is there after the branch has gone, too.
    control.git(CONTROL, &["checkout", "-q", "-b", "other"])?;
    control.git(CONTROL, &["branch", "-D", "production"])?;
    server.quartermaster(&["code", "deploy", "--all", "--wait"])?;
    assert_eq!(static_file(&mut node, &now)?, (200, "site two\n".to_owned()));

    let plain = catalog(&mut node, "folder")?;
    assert_eq!((&plain["code_id"], plain.get("metadata")), (&Value::Null, None));
    Ok(())
}

#[test]
fn what_is_refused_and_what_is_turned_off() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let control = control()?;
    control.write(CONTROL, "manifests/site.pp", "file { '/x': source => 'puppet:///modules/web/site.conf' }\n")?;
    control.write(CONTROL, "environment.conf", "static_catalogs = false\n")?;
    version(&control, "one")?;
    let server = Server::options().start()?;
    known(&control, &server)?;
    server.quartermaster(DEPLOY)?;
    let mut node = server.connect(&server.enroll(NODE)?)?;
    let plain = catalog(&mut node, "production")?;
    let code_id = plain["code_id"].as_str().context("a code id")?;
    assert_eq!(plain.get("metadata"), None);

    let mut say = |path: &str, query: &str| static_file(&mut node, &format!("{path}?{query}"));
    let incomplete = "Error: A /static_file_content request requires an environment, a code-id, and a file-path";
    let file = "modules/web/files/site.conf";
    for (path, query) in [
        (file, "environment=production"),
        (file, "code_id=abc"),
        (file, "environment=&code_id=abc"),
        ("", "environment=production&code_id=abc"),
    ] {
        assert_eq!(say(path, query)?, (400, incomplete.to_owned()), "{path} {query}");
    }
    let purely = "The environment must be purely alphanumeric, not 'pro-d'";
    assert_eq!(say(file, "environment=pro-d&code_id=abc")?, (400, purely.to_owned()));
    let invalid = "Invalid code-id 'a b'. Must contain only alpha-numerics and '-', '_', ';', or ':'";
    assert_eq!(say(file, "environment=production&code_id=a%20b")?, (400, invalid.to_owned()));
    let query = format!("environment=production&code_id={code_id}");
    let denied = "Request Denied: A /static_file_content request must be a file within the files, lib, scripts, or \
                  tasks directory of a module.";
    for path in ["manifests/site.pp", "modules/web/manifests/init.pp", "modules/web/files/", "a/b/c/files/x"] {
        assert_eq!(say(path, &query)?, (403, denied.to_owned()), "{path}");
    }
    assert_eq!(say("modules/web/files/../x", &query)?.0, 400);
    assert_eq!(say("modules/web/files/%2e%2e/%2e%2e/%2e%2e/environment.conf", &query)?.0, 400);
    assert_eq!(say("modules/web/files/none", &query)?.0, 404);
    assert_eq!(say("modules/web/files/tree", &query)?.0, 404);
    assert_eq!(say(file, "environment=other&code_id=abc")?.0, 404);
    let unknown = say(file, &format!("environment=production&code_id={}", "0".repeat(40)))?;
    assert!(unknown.0 == 404 && unknown.1.contains("deploy.keep_for"), "{unknown:?}");
    assert_eq!(say(file, &query)?, (200, "site one\n".to_owned()));

    control.write(CONTROL, "environment.conf", "")?;
    control.commit(CONTROL, "as the server has it")?;
    server.quartermaster(DEPLOY)?;
    assert!(catalog(&mut node, "production")?.get("metadata").is_some());
    let body = requests::catalog_body(NODE, "production", &json!({}));
    let mut ask = |from: &str, to: &str| -> Result<(u16, Value)> {
        let answer = requests::post_catalog(&mut node, NODE, "production", &body.replace(from, to))?;
        Ok((answer.status, answer.json()?))
    };
    let (_, md5) = ask("checksum_type=sha256.sha384", "checksum_type=foo.md5.sha384")?;
    assert_eq!(md5["metadata"]["/x"]["checksum"]["type"], "md5");
    assert_eq!(ask("static_catalog=true", "static_catalog=false")?.1.get("metadata"), None);
    let (status, refusal) = ask("checksum_type=sha256.sha384.sha512.sha224.md5", "checksum_type=foo")?;
    let text = "Server Error: Unable to find a common checksum type between agent 'foo' and master '[:sha256, \
                :sha256lite, :md5, :md5lite, :sha1, :sha1lite, :sha512, :sha384, :sha224, :mtime, :ctime, :none]'.";
    assert_eq!((status, refusal["message"].as_str()), (500, Some(text)));

    control.write(CONTROL, "manifests/site.pp", "file { '/x': source => 'puppet:///modules/web/gone' }\n")?;
    control.commit(CONTROL, "gone")?;
    server.quartermaster(DEPLOY)?;
    let answer = requests::catalog(&mut node, NODE, "production", &json!({}))?;
    let text = "Server Error: Could not get metadata for puppet:///modules/web/gone";
    assert_eq!((answer.status, answer.json()?["message"].as_str()), (500, Some(text)));
    Ok(())
}

#[test]
fn a_deploy_in_the_middle_of_a_run() -> Result<()> {
    if !has_command("git") || !agent::installed() {
        return Ok(());
    }
    let control = control()?;
    let server = Server::options().arguments(&["--set", "autosign=true"]).start()?;
    known(&control, &server)?;
    let agent = Agent::new(&server, NODE)?;
    let (begun, go) = (server.folder().join("begun"), server.folder().join("go"));
    let wait = format!("touch {}; while [ ! -e {} ]; do sleep 0.1; done", begun.display(), go.display());
    control.write(
        CONTROL,
        "manifests/site.pp",
        &format!(
            "exec {{ 'wait': command => \"{wait}\", provider => shell, timeout => 120 }}\n\
             -> file {{ \"${{facts['playground']}}/site.conf\": source => 'puppet:///modules/web/site.conf' }}\n\
             file {{ \"${{facts['playground']}}/tree\":\n  ensure => directory, recurse => true, require => Exec['wait'],\n  \
             source => 'puppet:///modules/web/tree' }}\n"
        ),
    )?;
    version(&control, "one")?;
    server.quartermaster(DEPLOY)?;

    let run = agent.start(&[])?;
    let limit = Instant::now() + Duration::from_mins(3);
    while !begun.exists() {
        ensure!(Instant::now() < limit, "the run did not come to the exec:\n{}", run.said());
        std::thread::sleep(Duration::from_millis(20));
    }
    version(&control, "two")?;
    server.quartermaster(DEPLOY)?;
    fs::write(&go, "")?;
    run.wait()?.expect(2);
    let site = agent.place().join("site.conf");
    let leaf = agent.place().join("tree/sub/leaf.txt");
    let found = || -> Result<_> { Ok((fs::read_to_string(&site)?, fs::read_to_string(&leaf)?)) };
    assert_eq!(found()?, ("site one\n".to_owned(), "leaf one\n".to_owned()));
    let kept = agent.last_catalog()?;
    assert!(kept["code_id"].is_string() && kept["metadata"].is_object(), "a static catalog was kept");

    // A catalog that is kept goes on to mean what it meant.
    fs::remove_file(&site)?;
    agent.run(&["--use_cached_catalog"])?.expect(2);
    assert_eq!(fs::read_to_string(&site)?, "site one\n");
    agent.run(&[])?.expect(2);
    assert_eq!(found()?, ("site two\n".to_owned(), "leaf two\n".to_owned()));
    agent.run(&[])?.expect(2).says("Exec[wait]");
    let metrics = server.anonymous()?.get("/metrics")?.text();
    let asked = |endpoint: &str| metrics.contains(&format!("http_requests_total{{endpoint=\"{endpoint}\""));
    assert!(asked("static_file_content") && asked("file_metadatas"), "{metrics}");
    assert!(!asked("file_metadata") && !asked("file_content"), "what a catalog tells is not asked for: {metrics}");
    Ok(())
}
