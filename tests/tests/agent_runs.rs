//! An unmodified `puppet agent` from its first certificate to its last report.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use acceptance::agent::{Agent, installed};
use acceptance::server::Server;
use anyhow::Result;
use serde_json::Value;

const MANIFEST: &str = r#"
$place = $facts['playground']
file { "${place}/hello.txt":
  content => "Hello from ${trusted['certname']}\n",
}
"#;

#[test]
fn from_request_to_report() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server =
        Server::options().code("environments/production/manifests/site.pp", MANIFEST).default_authority().start()?;
    let agent = Agent::new(&server, "web01.example.com")?;

    agent.run(&[])?.expect(1).says("Couldn't fetch certificate from CA server; you might still need to sign");
    let waiting = server.quartermaster(&["ca", "list"])?;
    assert!(waiting.contains("web01.example.com"), "{waiting}");
    // It waits as long as nobody signs, and asks with the same key.
    agent.run(&[])?.expect(1);

    server.quartermaster(&["ca", "sign", "web01.example.com"])?;
    agent.run(&[])?.expect(2).says("hello.txt").says("Applied catalog in");
    assert_eq!(fs::read_to_string(agent.place().join("hello.txt"))?, "Hello from web01.example.com\n");
    agent.run(&[])?.expect(0);

    let facts: Value =
        serde_json::from_str(&server.quartermaster(&["node", "facts", "web01.example.com", "--json"])?)?;
    assert!(facts.to_string().contains(agent.place().to_str().expect("text")), "{facts}");
    let list = server.quartermaster(&["node", "list"])?;
    assert!(list.contains("web01.example.com"), "{list}");
    let reports = server.quartermaster(&["node", "reports", "web01.example.com", "--json"])?;
    assert!(reports.contains("\"changed\"") && reports.contains("\"unchanged\""), "{reports}");
    let catalog = server.quartermaster(&["node", "catalog", "web01.example.com", "--json"])?;
    assert!(catalog.contains("hello.txt"), "{catalog}");
    Ok(())
}

#[test]
fn autosign_by_list_signs_what_is_listed() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = Server::options()
        .code("environments/production/manifests/site.pp", "notice('compiled')")
        .file("autosign.conf", "# these come by themselves\n*.lab.example.com\nsingle.example.com\n")
        .arguments(&["--autosign", "FOLDER/autosign.conf"])
        .start()?;
    Agent::new(&server, "a.lab.example.com")?.run(&[])?.expect(0);
    Agent::new(&server, "stranger.example.com")?.run(&[])?.expect(1);
    let waiting = server.quartermaster(&["ca", "list"])?;
    assert!(waiting.contains("stranger.example.com"), "{waiting}");
    Ok(())
}

#[test]
fn autosign_all_signs_whoever_asks() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = Server::options()
        .code("environments/production/manifests/site.pp", "notify { \"role ${trusted['extensions']['pp_role']}\": }")
        .arguments(&["--autosign", "true"])
        .start()?;
    let agent = Agent::new(&server, "anyone.example.com")?;
    agent.write_csr_attributes("extension_requests:\n  pp_role: database\n")?;
    agent.run(&[])?.expect(2).says("role database");
    Ok(())
}

#[test]
fn a_policy_executable_decides() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let policy = "#!/bin/sh\ncat > \"$(dirname \"$0\")/seen-$1.pem\"\ntest \"$1\" = friend.example.com\n";
    let server = Server::options()
        .code("environments/production/manifests/site.pp", "notice('compiled')")
        .executable("policy", policy)
        .arguments(&["--autosign", "FOLDER/policy"])
        .start()?;
    Agent::new(&server, "friend.example.com")?.run(&[])?.expect(0);
    Agent::new(&server, "foe.example.com")?.run(&[])?.expect(1);
    for name in ["friend.example.com", "foe.example.com"] {
        let seen = fs::read_to_string(server.folder().join(format!("seen-{name}.pem")))?;
        assert!(seen.starts_with("-----BEGIN CERTIFICATE REQUEST-----"), "{name}: {seen}");
    }
    Ok(())
}

#[test]
fn noop_tells_and_leaves() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all(MANIFEST)?;
    let agent = Agent::new(&server, "noop.example.com")?;
    agent.run(&["--noop"])?.expect(0).says("(noop)");
    assert!(!agent.place().join("hello.txt").exists());
    let reports = server.quartermaster(&["node", "reports", "noop.example.com", "--json"])?;
    assert!(reports.contains("noop"), "{reports}");
    Ok(())
}

#[test]
fn an_environment_of_ones_own() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all("notify { 'from production': }")?;
    server.write_code(
        "environments/testing/manifests/site.pp",
        "notify { \"from ${environment} and ${server_facts['environment']}\": }",
    )?;
    let agent = Agent::new(&server, "env.example.com")?;
    agent.run(&["--environment", "testing"])?.expect(2).says("from testing and testing");
    agent.run(&[])?.expect(2).says("from production");
    Ok(())
}

#[test]
fn an_edit_is_seen_by_the_next_run() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all("include greeting")?;
    let class = "environments/production/modules/greeting/manifests/init.pp";
    server.write_code(class, "class greeting { notify { 'first': } }")?;
    let agent = Agent::new(&server, "edit.example.com")?;
    agent.run(&[])?.expect(2).says("first");
    server.write_code(class, "class greeting { notify { 'second': } }")?;
    agent.run(&[])?.expect(2).says("second");
    server.write_code(class, "class greeting { notify { 'broken' }")?;
    agent.run(&[])?.expect(1).says("Syntax error at '}'").says("greeting/manifests/init.pp");
    server.write_code(class, "class greeting { notify { 'third': } }")?;
    agent.run(&[])?.expect(2).says("third");
    Ok(())
}

#[test]
fn plugins_files_and_templates() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all(
        r#"
        $place = $facts['playground']
        notify { "marker is ${facts['marker']} and external is ${facts['outside']}": }
        file { "${place}/tree": ensure => directory, recurse => true, purge => true, source => 'puppet:///modules/stock/tree' }
        file { "${place}/one": source => ['puppet:///modules/stock/absent', 'puppet:///modules/stock/one.bin'] }
        file { "${place}/motd": content => epp('stock/motd.epp', { 'names' => ['ann', 'bob'] }) }
        "#,
    )?;
    let module = "environments/production/modules/stock";
    server.write_code(
        &format!("{module}/lib/facter/marker.rb"),
        "Facter.add(:marker) { setcode { 'synchronised' } }\n",
    )?;
    server.write_code(&format!("{module}/facts.d/outside.txt"), "outside=file\n")?;
    server.write_code(&format!("{module}/files/tree/a.txt"), "a\n")?;
    server.write_code(&format!("{module}/files/tree/deep/er/b.txt"), &"b\n".repeat(10_000))?;
    server.write_code(&format!("{module}/files/one.bin"), "\u{0}\u{1}one\n")?;
    server.write_code(
        &format!("{module}/templates/motd.epp"),
        "<%- | Array[String] $names | -%>\n<% $names.each |$name| { -%>\nhello <%= $name %>\n<% } -%>\n",
    )?;
    let agent = Agent::new(&server, "files.example.com")?;
    agent.run(&[])?.expect(2).says("marker is synchronised and external is file");
    let place = agent.place();
    assert_eq!(fs::read_to_string(place.join("tree/a.txt"))?, "a\n");
    assert_eq!(fs::read_to_string(place.join("tree/deep/er/b.txt"))?.len(), 20_000);
    assert_eq!(fs::read(place.join("one"))?, b"\x00\x01one\n");
    assert_eq!(fs::read_to_string(place.join("motd"))?, "hello ann\nhello bob\n");
    fs::write(place.join("tree/stray"), "not from the server")?;
    agent.run(&[])?.says("stray");
    assert!(!place.join("tree/stray").exists());
    Ok(())
}

#[test]
fn edges_hold() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all(
        r#"
        $place = $facts['playground']
        Exec { path => ['/bin', '/usr/bin'] }
        exec { 'third': command => "echo third >> ${place}/order", require => Exec['second'] }
        exec { 'second': command => "echo second >> ${place}/order" }
        exec { 'first': command => "echo first >> ${place}/order", before => Exec['second'] }
        file { "${place}/trigger": content => "x" } ~> exec { 'told': command => "echo told >> ${place}/order", refreshonly => true }
        Exec['third'] -> File["${place}/trigger"]
        "#,
    )?;
    let agent = Agent::new(&server, "edges.example.com")?;
    agent.run(&[])?.expect(2);
    assert_eq!(fs::read_to_string(agent.place().join("order"))?, "first\nsecond\nthird\ntold\n");
    Ok(())
}

#[test]
fn secrets_stay_secret() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all(
        r#"
        $place = $facts['playground']
        class vault(Sensitive[String] $word) {
          file { "${facts['playground']}/secret": content => $word, mode => '0600' }
          notify { "the word is ${word}": }
        }
        class { 'vault': word => Sensitive('xyzzy-plugh') }
        "#,
    )?;
    let agent = Agent::new(&server, "secret.example.com")?;
    let run = agent.run(&[])?.expect(2);
    assert!(!run.output.contains("xyzzy-plugh"), "{}", run.output);
    run.says("Sensitive [value redacted]");
    let file = agent.place().join("secret");
    assert_eq!(fs::read_to_string(&file)?, "xyzzy-plugh");
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    assert!(!server.log().contains("xyzzy-plugh"), "the server's log shows the secret");
    let reports = server.quartermaster(&["node", "reports", "secret.example.com", "--json"])?;
    assert!(!reports.contains("xyzzy-plugh"));
    Ok(())
}

#[test]
fn replaced_files_go_to_the_bucket() -> Result<()> {
    if !installed() {
        return Ok(());
    }
    let server = ready_for_all(
        r#"
        filebucket { 'main': path => false, server => 'localhost', port => $facts['bucket_port'] }
        file { "${facts['playground']}/kept": content => "new\n", backup => 'main' }
        "#,
    )?;
    let agent = Agent::new(&server, "bucket.example.com")?;
    fs::create_dir_all(agent.place())?;
    fs::create_dir_all(agent.var().join("facts.d"))?;
    fs::write(agent.place().join("kept"), "the old words\n")?;
    let module = "environments/production/modules/port/facts.d/port.txt";
    server.write_code(module, &format!("bucket_port={}\n", server.port()))?;
    agent.run(&[])?.expect(2).says("Filebucketed");
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"the old words\n"));
    let bucket = agent.command("filebucket", &["get", &sum, "--remote"]);
    let bucket = bucket?.expect(0);
    assert!(bucket.output.contains("the old words"), "{}", bucket.output);
    Ok(())
}

/// A server that signs whoever asks, with this main manifest.
fn ready_for_all(manifest: &str) -> Result<Server> {
    Server::options()
        .code("environments/production/manifests/site.pp", manifest)
        .arguments(&["--autosign", "true"])
        .start()
}
