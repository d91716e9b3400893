//! What orchestrators and consoles ask of the code: tasks with their files, plans, modules, classes, transports.

use acceptance::git::Repositories;
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const ENVIRONMENT: &str = "environment=production";
const METADATA: &str = r#"{"name": "acme-web", "version": "1.2.0", "author": "acme", "license": "Apache-2.0",
    "source": "https://example.com/web", "summary": "The web", "dependencies": []}"#;
const SCHEMA: &str = "require 'puppet/resource_api'
Puppet::ResourceApi.register_transport(
  name: 'panos', desc: 'A firewall', features: [],
  connection_info: { port: { type: 'Integer', default: 443, desc: 'port' }, host: { type: 'String' } }
)
";

fn server() -> Result<Server> {
    let module = "environments/production/modules/web";
    let file = |path: &str| format!("{module}/{path}");
    Server::options()
        .code(&file("metadata.json"), METADATA)
        .code(&file("tasks/restart.sh"), "#!/bin/sh\n")
        .code(&file("tasks/restart.json"), r#"{"description": "Restarts", "files": ["web/files/a/", "web/lib/x.rb"]}"#)
        .code(&file("tasks/init.rb"), "puts 1\n")
        .code(&file("tasks/broken.json"), "{}")
        .code(&file("tasks/README.md"), "")
        .code(&file("files/a/one"), "1")
        .code(&file("lib/x.rb"), "")
        .code(&file("plans/init.pp"), "plan web() {}")
        .code(&file("plans/go.yaml"), "steps: []")
        .code(&file("manifests/init.pp"), "class web(Integer[1] $port = 80, $names = ['a', undef], $of = $port + 1) {}")
        .code(&file("manifests/broken.pp"), "class web::broken {")
        .code(&file("manifests/elsewhere.pp"), "class other::name {}")
        .code("environments/production/manifests/site.pp", "class site($x) { class inner {} }")
        .code("environments/production/modules/bare/manifests/init.pp", "class bare {}")
        .code("environments/production/modules/half/metadata.json", r#"{"name": "acme-half", "version": "1.0.0"}"#)
        .code("environments/production/modules/half/tasks/go.sh", "")
        .code("environments/production/modules/half/plans/init.pp", "plan half() {}")
        .code("environments/production/modules/half/manifests/init.pp", "class half {}")
        .start()
}

#[test]
fn tasks_are_listed_and_described_with_their_files() -> Result<()> {
    let server = server()?;
    let mut node = server.connect(&server.enroll("node.test")?)?;
    let environment = json!([{"name": "production", "code_id": null}]);
    let listed = node.get(&format!("/puppet/v3/tasks?{ENVIRONMENT}"))?.json()?;
    let entry = |name: &str, text: &str| json!({"name": name, "private": false, "description": text, "environment": environment});
    assert_eq!(listed, json!([entry("web", ""), entry("web::restart", "Restarts")]));
    let task = node.get(&format!("/puppet/v3/tasks/web/restart?{ENVIRONMENT}"))?.json()?;
    assert_eq!((&task["name"], &task["metadata"]["description"]), (&json!("web::restart"), &json!("Restarts")));
    let files: Vec<_> = task["files"].as_array().into_iter().flatten().collect();
    let addresses: Vec<_> =
        files.iter().map(|file| (file["filename"].as_str(), file["uri"]["path"].as_str())).collect();
    let expected = [
        ("restart.sh", "/puppet/v3/file_content/tasks/web/restart.sh"),
        ("web/files/a/one", "/puppet/v3/file_content/modules/web/a/one"),
        ("web/lib/x.rb", "/puppet/v3/file_content/plugins/x.rb"),
    ];
    assert_eq!(addresses, expected.map(|(name, path)| (Some(name), Some(path))));
    for file in files {
        let address = format!("{}?{ENVIRONMENT}", file["uri"]["path"].as_str().unwrap_or_default());
        let content = node.send("GET", &address, &[("Accept", "application/octet-stream")], b"")?;
        assert_eq!((content.status, json!(content.body.len())), (200, file["size_bytes"].clone()), "{address}");
    }
    let broken = node.get(&format!("/puppet/v3/tasks/web/broken?{ENVIRONMENT}"))?;
    assert_eq!((broken.status, &broken.json()?["kind"]), (500, &json!("puppet.tasks/no-implementation")));
    let missing = |path: &str| format!("/puppet/v3/tasks/{path}");
    let mut say = |path: &str| -> Result<_> {
        let answer = node.get(path)?;
        Ok((answer.status, answer.text()))
    };
    assert_eq!(say(&missing("web/none?environment=production"))?, (404, "Could not find task 'none'".to_owned()));
    assert_eq!(say(&missing("none/x?environment=production"))?, (404, "Could not find module 'none'".to_owned()));
    assert_eq!(say("/puppet/v3/tasks?environment=none")?, (404, "Could not find environment 'none'".to_owned()));
    // Metadata that lacks something hides a module.
    assert_eq!(say("/puppet/v3/tasks/half/go?environment=production")?.0, 404);
    let answer = node.get("/puppet/v3/tasks")?;
    let said = (answer.status, answer.header("content-type"), answer.text());
    let expected = "An environment parameter must be specified".to_owned();
    assert_eq!(said, (400, Some("text/plain;charset=utf-8"), expected));
    let answer = node.get("/puppet/v3/tasks/web/restart?environment=a-b")?;
    let expected = "The environment must be purely alphanumeric, not 'a-b'".to_owned();
    assert_eq!((answer.status, answer.text()), (400, expected));
    Ok(())
}

#[test]
fn files_of_tasks_have_the_version_of_what_is_deployed() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let control = Repositories::new()?;
    control.make("control", "production")?;
    control.write("control", "environment.conf", "modulepath = site:far/away:$basemodulepath\n")?;
    control.write("control", "site/web/tasks/restart.sh", "one\n")?;
    control.write("control", "far/away/db/tasks/dump.sh", "dump\n")?;
    control.commit("control", "one")?;
    let server = Server::options().start()?;
    server.quartermaster(&["code", "import-r10k", &control.r10k(&control.place("control"), "")?])?;
    server.quartermaster(&["code", "deploy", "production", "--wait"])?;
    let mut node = server.connect(&server.enroll("node.test")?)?;
    let task = |node: &mut acceptance::client::Connection, name: &str| -> Result<Value> {
        Ok(node.get(&format!("/puppet/v3/tasks/{name}?{ENVIRONMENT}"))?.json()?["files"][0]["uri"].take())
    };
    let first = task(&mut node, "web/restart")?;
    assert_eq!(first["path"], "/puppet/v3/static_file_content/site/web/tasks/restart.sh");
    control.write("control", "site/web/tasks/restart.sh", "two\n")?;
    control.commit("control", "two")?;
    server.quartermaster(&["code", "deploy", "production", "--wait"])?;
    let second = task(&mut node, "web/restart")?;
    for (uri, text) in [(&first, "one\n"), (&second, "two\n")] {
        let (path, code_id) = (uri["path"].as_str().context("a path")?, uri["params"]["code_id"].as_str());
        let address = format!("{path}?{ENVIRONMENT}&code_id={}", code_id.context("a code id")?);
        assert_eq!(node.get(&address)?.text(), text);
    }
    let plain = json!({"path": "/puppet/v3/file_content/tasks/db/dump.sh", "params": {"environment": "production"}});
    assert_eq!(task(&mut node, "db/dump")?, plain, "only modules in a folder of the environment");
    Ok(())
}

#[test]
fn classes_are_told_with_their_parameters() -> Result<()> {
    let server = server()?;
    let mut admin = server.connect(&server.administrator()?)?;
    let path = format!("/puppet/v3/environment_classes?{ENVIRONMENT}");
    let answer = admin.get(&path)?;
    let place = |path: &str| server.code().join("environments/production").join(path).display().to_string();
    let params = json!([
        {"default_literal": 80, "default_source": "80", "name": "port", "type": "Integer[1]"},
        {"default_literal": ["a", null], "default_source": "['a', undef]", "name": "names"},
        {"default_source": "$port + 1", "name": "of"},
    ]);
    let broken = place("modules/web/manifests/broken.pp");
    let elsewhere = place("modules/web/manifests/elsewhere.pp");
    let unacceptable = format!(
        "Unacceptable location. The name 'other::name' is unacceptable in file '{elsewhere}' (file: {elsewhere}, line: 1, \
         column: 1)"
    );
    let site = json!([{"name": "site::inner", "params": []}, {"name": "site", "params": [{"name": "x"}]}]);
    let files = json!([
        {"classes": site, "path": place("manifests/site.pp")},
        {"classes": [{"name": "bare", "params": []}], "path": place("modules/bare/manifests/init.pp")},
        {"error": format!("Syntax error at end of input (file: {broken})"), "path": broken},
        {"error": unacceptable, "path": elsewhere},
        {"classes": [{"name": "web", "params": params}], "path": place("modules/web/manifests/init.pp")},
    ]);
    assert_eq!(answer.json()?, json!({"files": files, "name": "production"}));
    let tag = hex::encode(Sha256::digest(&answer.body));
    assert_eq!(answer.header("etag"), Some(&*tag));
    for known in [tag.clone(), format!("{tag}--gzip")] {
        let same = admin.send("GET", &path, &[("If-None-Match", &known)], b"")?;
        assert_eq!((same.status, same.header("etag"), same.body.len()), (304, Some(&*tag), 0));
    }
    server.write_code("environments/production/modules/web/manifests/broken.pp", "class web::broken {}")?;
    let newer = admin.send("GET", &path, &[("If-None-Match", &tag)], b"")?;
    assert_eq!(newer.json()?["files"][2]["classes"][0]["name"], "web::broken");
    let node = server.enroll("node.test")?;
    assert_eq!(server.connect(&node)?.get(&path)?.status, 403);
    Ok(())
}

#[test]
fn transports_are_told_as_modules_register_them() -> Result<()> {
    let bare = Server::options().start()?;
    let path = format!("/puppet/v3/environment_transports?{ENVIRONMENT}");
    let mut admin = bare.connect(&bare.administrator()?)?;
    assert_eq!(admin.get(&path)?.text(), r#"{"name":"production","transports":[]}"#);
    if !has_command("ruby") {
        return Ok(());
    }
    let schema = "environments/production/modules/panos/lib/puppet/transport/schema/panos.rb";
    for library in ["true", "false"] {
        let server =
            Server::options().code(schema, SCHEMA).arguments(&["--set", &format!("ruby.library={library}")]).start()?;
        let mut admin = server.connect(&server.administrator()?)?;
        let answer = admin.get(&path)?;
        let expected = r#"{"name":"production","transports":[{"connection_info":{"host":{"type":"String"},"port":{"default":443,"desc":"port","type":"Integer"}},"connection_info_order":["port","host"],"desc":"A firewall","features":[],"name":"panos"}]}"#;
        assert_eq!((answer.status, &*answer.text()), (200, expected), "ruby.library = {library}");
        server.write_code(schema, "Puppet::ResourceApi.register_transport(name: 'panos')\n")?;
        let refused = admin.get(&path)?;
        assert!(refused.status == 500 && refused.text().contains("requires `:desc`"), "{}", refused.text());
    }
    Ok(())
}

#[test]
fn plans_and_modules_are_told_to_administrators() -> Result<()> {
    let server = server()?;
    let mut admin = server.connect(&server.administrator()?)?;
    let environment = json!([{"name": "production", "code_id": null}]);
    let plans = admin.get(&format!("/puppet/v3/plans?{ENVIRONMENT}"))?.json()?;
    let expected =
        [json!({"name": "web::go", "environment": environment}), json!({"name": "web", "environment": environment})];
    assert_eq!(plans, json!(expected));
    let plan = admin.get(&format!("/puppet/v3/plans/web/init?{ENVIRONMENT}"))?.json()?;
    assert_eq!(plan, json!({"metadata": {}, "name": "web"}));
    let modules = admin.get(&format!("/puppet/v3/environment_modules?{ENVIRONMENT}"))?.json()?;
    let listed = json!([{"name": "bare", "version": null}, {"name": "acme/web", "version": "1.2.0"}]);
    assert_eq!(modules, json!({"name": "production", "modules": listed}));
    assert_eq!(admin.get("/puppet/v3/environment_modules")?.json()?, json!([modules]));
    let node = server.enroll("node.test")?;
    assert_eq!(server.connect(&node)?.get(&format!("/puppet/v3/plans?{ENVIRONMENT}"))?.status, 403);
    Ok(())
}
