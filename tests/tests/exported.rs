//! Resources that nodes export for each other, from one catalog to the next.

use acceptance::pki::Identity;
use acceptance::requests::catalog;
use acceptance::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const MANIFEST: &str = r"
class keys {
  User <<| tag == 'KEYS' and title != 'skipped' |>> { shell => '/bin/sh' }
}
node /^web/ {
  @@user { $trusted['certname']:
    ensure  => present,
    groups  => ['b', 'a'],
    comment => 'of web',
    require => [Notify['z'], Notify['a']],
    tag     => 'keys',
  }
  @@user { 'skipped': tag => 'keys' }
  @@file { 'by another name': path => '/etc/named' }
  notify { ['z', 'a']: }
}
node /^hub/ {
  notify { ['z', 'a']: }
  include keys
  @@user { 'own': tag => 'keys' }
  File <<| title == 'by another name' |>>
}
node /^clash/ {
  user { 'web1.example.com': }
  User <<| |>>
}
";

/// The catalog of a node, which it asks for itself.
fn compile(server: &Server, identity: &Identity, name: &str) -> Result<Value> {
    let response = catalog(&mut server.connect(identity)?, name, "production", &json!({}))?;
    ensure!(response.status == 200, "{}: {}", response.status, response.text());
    response.json()
}

fn resource<'a>(catalog: &'a Value, of: &str, title: &str) -> Option<&'a Value> {
    let resources = catalog["resources"].as_array()?;
    resources.iter().find(|resource| resource["type"] == of && resource["title"] == title)
}

#[test]
fn what_one_node_exports_another_collects() -> Result<()> {
    let server = Server::with_manifest(MANIFEST)?;
    let (web, hub) = (server.enroll("web1.example.com")?, server.enroll("hub.example.com")?);
    let before = compile(&server, &hub, "hub.example.com")?;
    assert!(resource(&before, "User", "web1.example.com").is_none(), "{before}");
    let own = resource(&before, "User", "own").context("a node collects what it exports itself")?;
    assert_eq!((&own["exported"], &own["parameters"]["shell"]), (&json!(true), &json!("/bin/sh")));

    let exporting = compile(&server, &web, "web1.example.com")?;
    assert!(resource(&exporting, "User", "web1.example.com").is_none(), "exported is not declared: {exporting}");

    let after = compile(&server, &hub, "hub.example.com")?;
    let user = resource(&after, "User", "web1.example.com").context("the user of web1 is collected")?;
    assert_eq!(
        user["parameters"],
        json!({
            "ensure": "present",
            "groups": ["b", "a"],
            "comment": "of web",
            "require": ["Notify[a]", "Notify[z]"],
            "tag": "keys",
            "shell": "/bin/sh",
        }),
        "with the collector's own values, as PuppetDB hands them out"
    );
    assert_eq!(user["exported"], false);
    assert!(user.get("file").is_none() && user.get("line").is_none(), "{user}");
    let tags = user["tags"].as_array().context("tags")?;
    assert!(tags.contains(&json!("class")) && tags.contains(&json!("keys")), "tags of where it is collected: {user}");
    assert!(!tags.contains(&json!("web")), "no tags of where it was exported: {user}");
    let contained = json!({"source": "Class[Keys]", "target": "User[web1.example.com]"});
    assert!(after["edges"].as_array().context("edges")?.contains(&contained), "{}", after["edges"]);
    assert!(resource(&after, "User", "skipped").is_none(), "the query left it out: {after}");
    let file = resource(&after, "File", "by another name").context("the file is collected")?;
    assert_eq!(file["parameters"], json!({"path": "/etc/named", "alias": ["/etc/named"]}));

    // A second catalog replaces what the first exported.
    server.write_code(
        "environments/production/manifests/site.pp",
        &MANIFEST.replace("@@user { $trusted", "@user { $trusted"),
    )?;
    compile(&server, &web, "web1.example.com")?;
    let less = compile(&server, &hub, "hub.example.com")?;
    assert!(resource(&less, "User", "web1.example.com").is_none(), "{less}");
    assert!(resource(&less, "File", "by another name").is_some(), "{less}");
    Ok(())
}

#[test]
fn what_is_there_already_is_not_collected_over() -> Result<()> {
    let server = Server::with_manifest(MANIFEST)?;
    let (web, clash) = (server.enroll("web1.example.com")?, server.enroll("clash.example.com")?);
    compile(&server, &web, "web1.example.com")?;
    let response = catalog(&mut server.connect(&clash)?, "clash.example.com", "production", &json!({}))?;
    let wanted = "A duplicate resource was found while collecting exported resources, with the type and title \
                  User[web1.example.com] on node clash.example.com";
    assert!(response.status == 500 && response.text().contains(wanted), "{}", response.text());
    // The exports of a node go with its certificate.
    server.quartermaster(&["ca", "revoke", "web1.example.com"])?;
    assert!(resource(&compile(&server, &clash, "clash.example.com")?, "User", "skipped").is_none());
    Ok(())
}

#[test]
fn without_storeconfigs_nothing_is_collected() -> Result<()> {
    let server = Server::options()
        .arguments(&["--set", "compile.storeconfigs=false"])
        .code("environments/production/manifests/site.pp", MANIFEST)
        .start()?;
    let (web, hub) = (server.enroll("web1.example.com")?, server.enroll("hub.example.com")?);
    compile(&server, &web, "web1.example.com")?;
    let catalog = compile(&server, &hub, "hub.example.com")?;
    assert!(resource(&catalog, "User", "web1.example.com").is_none(), "{catalog}");
    assert!(resource(&catalog, "User", "own").is_none(), "{catalog}");
    let log = server.log();
    for warning in ["; the export is ignored", "; the collection will be ignored"] {
        let warning = format!("You cannot collect exported resources without storeconfigs being set{warning}");
        assert!(log.contains(&warning), "{log}");
    }
    Ok(())
}
