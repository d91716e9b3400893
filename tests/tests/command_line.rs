//! What the command line says and does.

use std::fs;
use std::process::{Command, Output};

use acceptance::requests;
use acceptance::server::{Server, binary};
use anyhow::Result;
use serde_json::{Value, json};

fn quartermaster(arguments: &[&str]) -> Result<Output> {
    Ok(Command::new(binary()).args(arguments).current_dir(std::env::temp_dir()).output()?)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn help_has_examples() -> Result<()> {
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["ca", "--help"],
        &["node", "--help"],
        &["compile", "--help"],
        &["lookup", "--help"],
        &["check", "--help"],
        &["token", "--help"],
        &["module", "--help"],
        &["code", "--help"],
        &["code", "deploy", "--help"],
    ] {
        let output = quartermaster(arguments)?;
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("quartermaster"), "{arguments:?}: {}", said(&output));
        assert!(said(&output).to_lowercase().contains("example"), "{arguments:?} has no example: {}", said(&output));
    }
    Ok(())
}

#[test]
fn config_show_is_a_config() -> Result<()> {
    let place = tempfile::tempdir()?;
    let data = place.path().join("data").display().to_string();
    let shown = quartermaster(&["config", "show", "--data-dir", &data])?;
    assert!(shown.status.success(), "{}", said(&shown));
    let file = place.path().join("shown.toml");
    fs::write(&file, &shown.stdout)?;
    let again = quartermaster(&["config", "show", "--config", &file.display().to_string()])?;
    assert!(again.status.success(), "what `config show` prints can be read again: {}", said(&again));
    let json = quartermaster(&["config", "show", "--json", "--data-dir", &data])?;
    let json: Value = serde_json::from_slice(&json.stdout)?;
    assert_eq!(json["settings"]["data_dir"], data.as_str());
    Ok(())
}

#[test]
fn a_wrong_setting_gets_a_hint() -> Result<()> {
    let place = tempfile::tempdir()?;
    let file = place.path().join("wrong.toml");
    fs::write(&file, "lisen = \"127.0.0.1:0\"\n")?;
    let output = quartermaster(&["config", "show", "--config", &file.display().to_string()])?;
    assert!(!output.status.success());
    assert!(said(&output).contains("lisen") && said(&output).contains("`listen`"), "{}", said(&output));
    let output = Command::new(binary()).args(["config", "show"]).env("QUARTERMASTER_LISEN", "x").output()?;
    assert!(!output.status.success());
    assert!(said(&output).contains("QUARTERMASTER_LISTEN"), "{}", said(&output));
    let output =
        Command::new(binary()).args(["config", "show", "--json"]).env("QUARTERMASTER_CERTNAME", "env.test").output()?;
    let json: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(json["settings"]["certname"], "env.test");
    Ok(())
}

#[test]
fn check_points_at_the_place() -> Result<()> {
    let place = tempfile::tempdir()?;
    let manifests = place.path().join("manifests");
    fs::create_dir_all(&manifests)?;
    fs::write(manifests.join("good.pp"), "class good { notify { 'x': } }\n")?;
    let folder = place.path().display().to_string();
    let output = quartermaster(&["check", &folder])?;
    assert!(output.status.success(), "{}", said(&output));
    fs::write(manifests.join("bad.pp"), "class bad {\n  notify { 'x'\n}\n")?;
    let output = quartermaster(&["check", &folder])?;
    assert!(!output.status.success());
    let text = said(&output);
    assert!(text.contains("bad.pp:3:1: error: Syntax error at '}'"), "{text}");
    Ok(())
}

#[test]
fn compile_prints_a_catalog_or_the_error() -> Result<()> {
    let place = tempfile::tempdir()?;
    let manifests = place.path().join("code/environments/production/manifests");
    fs::create_dir_all(&manifests)?;
    fs::write(manifests.join("site.pp"), "notify { \"on ${facts['os']['name']}\": }\n")?;
    let facts = place.path().join("facts.json");
    fs::write(&facts, "{\"os\": {\"name\": \"Debian\"}}")?;
    let (data, code) =
        (place.path().join("data").display().to_string(), place.path().join("code").display().to_string());
    let mut arguments = vec!["compile", "web.example.com", "--data-dir", &data, "--code-dir", &code];
    let facts = facts.display().to_string();
    arguments.extend(["--facts", &facts]);
    let output = quartermaster(&arguments)?;
    assert!(output.status.success(), "{}", said(&output));
    let catalog: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(catalog["name"], "web.example.com");
    assert!(catalog["resources"].to_string().contains("on Debian"), "{catalog}");

    fs::write(manifests.join("site.pp"), "\nfail('no such luck')\n")?;
    let output = quartermaster(&arguments)?;
    assert!(!output.status.success() && output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("Evaluation Error: Error while evaluating a Function Call, no such luck"), "{text}");
    assert!(text.contains("site.pp, line: 2, column: 1) on node web.example.com"), "{text}");
    Ok(())
}

#[test]
fn compile_explains_where_values_came_from() -> Result<()> {
    let place = tempfile::tempdir()?;
    let environment = place.path().join("code/environments/production");
    let write = |path: &str, text: &str| -> Result<()> {
        let path = environment.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        Ok(fs::write(path, text)?)
    };
    write("hiera.yaml", "version: 5\nhierarchy:\n- name: nodes\n  path: nodes.yaml\n")?;
    write("data/nodes.yaml", "motd::greeting: from data\n")?;
    write(
        "modules/motd/manifests/init.pp",
        "class motd(\n  $greeting,\n  $mode = '0644',\n) {\n  File { owner => 'root' }\n  file { '/etc/motd':\n    \
         content => $greeting,\n    mode    => $mode,\n  }\n}\n",
    )?;
    write(
        "manifests/site.pp",
        "include motd\nFile <| title == '/etc/motd' |> {\n  mode => '0600',\n}\nnotify { 'after': }\n\
         File['/etc/motd'] -> Notify['after']\ndefine outer { notify { \"in ${title}\": } }\nouter { 'o': noop => true }\n",
    )?;
    let (data, code) =
        (place.path().join("data").display().to_string(), place.path().join("code").display().to_string());
    let explain = |reference: &str, more: &[&str]| {
        let arguments =
            ["compile", "web.example.com", "--data-dir", &data, "--code-dir", &code, "--explain", reference];
        quartermaster(&[&arguments[..], more].concat())
    };
    let json: Value = serde_json::from_slice(&explain("File[/etc/motd]", &["--json"])?.stdout)?;
    let parameters = &json["parameters"];
    let origin =
        |name: &str| (parameters[name]["origin"]["kind"].as_str(), parameters[name]["origin"]["line"].as_u64());
    assert_eq!(json["container"], "Class[Motd]", "{json}");
    assert_eq!(origin("content"), (Some("attribute"), Some(7)), "{json}");
    assert_eq!(origin("owner"), (Some("resource_default"), Some(5)), "{json}");
    assert_eq!(origin("mode"), (Some("collector"), Some(3)), "{json}");
    assert_eq!(parameters["mode"]["before"][0]["value"], "0644", "{json}");
    assert_eq!(parameters["mode"]["before"][0]["origin"]["line"], 8, "{json}");
    assert_eq!(origin("before"), (Some("arrow"), Some(6)), "{json}");
    let inner: Value = serde_json::from_slice(&explain("Notify['in o']", &["--json"])?.stdout)?;
    assert_eq!(inner["parameters"]["noop"]["origin"], json!({"kind": "container", "resource": "Outer[o]"}), "{inner}");

    let class: Value = serde_json::from_slice(&explain("Class['motd']", &["--json"])?.stdout)?;
    assert_eq!(class["parameters"]["mode"]["origin"]["kind"], "definition", "{class}");
    assert_eq!(class["parameters"]["mode"]["origin"]["line"], 3, "{class}");
    let found = &class["parameters"]["greeting"]["origin"];
    assert_eq!((&found["key"], &found["from"][0]["level"]), (&json!("motd::greeting"), &json!("nodes")), "{class}");
    assert!(found["from"][0]["path"].as_str().is_some_and(|path| path.ends_with("data/nodes.yaml")), "{class}");

    let text = said(&explain("file[/etc/motd]", &[])?);
    assert!(text.starts_with("File[/etc/motd], declared at ") && text.contains("init.pp:6, in Class[Motd]"), "{text}");
    assert!(text.contains("\"0600\"  # collector, ") && text.contains("before: \"0644\"  # attribute, "), "{text}");

    let output = explain("File[/nowhere]", &[])?;
    assert!(!output.status.success());
    assert!(said(&output).contains("the catalog of web.example.com has no File[/nowhere]"), "{}", said(&output));
    Ok(())
}

#[test]
fn a_data_folder_has_one_server() -> Result<()> {
    let server = Server::with_manifest("")?;
    let second = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(server.data())
        .arg("--code-dir")
        .arg(server.code())
        .output()?;
    assert!(!second.status.success());
    assert!(said(&second).contains("in use"), "{}", said(&second));
    Ok(())
}

#[test]
fn a_taken_port_is_named() -> Result<()> {
    let server = Server::with_manifest("")?;
    let place = tempfile::tempdir()?;
    let address = format!("127.0.0.1:{}", server.port());
    let second = Command::new(binary())
        .args(["serve", "--listen", &address, "--data-dir"])
        .arg(place.path().join("data"))
        .output()?;
    assert!(!second.status.success());
    assert!(said(&second).contains(&address), "{}", said(&second));
    Ok(())
}

#[test]
fn the_server_answers_what_compile_prints() -> Result<()> {
    let server = Server::with_manifest("notify { \"hello ${trusted['certname']}\": }")?;
    let identity = server.enroll("same.example.com")?;
    let facts = json!({ "os": { "family": "Debian" } });
    let response = requests::catalog(&mut server.connect(&identity)?, "same.example.com", "production", &facts)?;
    let answered = response.json()?;
    let printed: Value = serde_json::from_str(&server.quartermaster(&["compile", "same.example.com"])?)?;
    assert_eq!(answered["resources"], printed["resources"]);
    assert_eq!(answered["edges"], printed["edges"]);
    Ok(())
}

#[test]
fn tokens_are_made_listed_and_revoked() -> Result<()> {
    let server = Server::with_manifest("")?;
    let scopes = ["--scope", "deploy", "--scope", "forge-write:Acme", "--label", "the hook"];
    let token = server.quartermaster(&[&["token", "create"][..], &scopes].concat())?;
    let token = token.trim();
    let id = token.strip_prefix("qm_").and_then(|rest| rest.split('_').next()).expect("a token says its identifier");
    let list = server.quartermaster(&["token", "list", "--json"])?;
    assert!(list.contains(id) && !list.contains(token), "{list}");
    let list: Value = serde_json::from_str(&list)?;
    assert_eq!((&list[0]["scopes"], &list[0]["label"]), (&json!(["deploy", "forge-write:acme"]), &json!("the hook")));
    let kept = fs::read(server.data().join("store.sqlite"))?;
    let wal = fs::read(server.data().join("store.sqlite-wal")).unwrap_or_default();
    let secret = token.rsplit('_').next().expect("a token has a secret").as_bytes();
    assert!(![kept, wal].concat().windows(secret.len()).any(|part| part == secret), "the store holds the secret");
    server.quartermaster(&["token", "revoke", id])?;
    assert!(!server.command(&["token", "revoke", id])?.status.success(), "it is gone already");
    let wrong = server.command(&["token", "create", "--scope", "everything"])?;
    assert!(said(&wrong).contains("'everything' is no scope"), "{}", said(&wrong));
    let wrong = server.command(&["token", "create", "--scope", "deploy", "--expires", "soon"])?;
    assert!(said(&wrong).contains("'soon' is no span of time"), "{}", said(&wrong));
    Ok(())
}
