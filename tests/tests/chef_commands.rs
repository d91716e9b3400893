//! `quartermaster chef …`: what an operator does about Chef, on a server that runs and on one that does not.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use acceptance::chef::Signer;
use acceptance::server::{Server, binary};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What a command refuses; it must refuse.
fn refused(server: &Server, arguments: &[&str]) -> Result<String> {
    let output = server.command(arguments)?;
    ensure!(!output.status.success(), "{arguments:?} succeeded: {}", said(&output));
    Ok(String::from_utf8(output.stderr)?)
}

fn json_of(server: &Server, arguments: &[&str]) -> Result<Value> {
    Ok(serde_json::from_str(&server.quartermaster(&[arguments, &["--json"]].concat())?)?)
}

#[test]
fn help_has_examples() -> Result<()> {
    for command in ["", "org", "user", "client", "key", "acl", "group"] {
        let arguments: Vec<&str> = ["chef", command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let output = Command::new(binary()).args(&arguments).output()?;
        assert!(output.status.success() && said(&output).contains("Examples:\n  quartermaster chef"), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn organizations_users_and_their_keys() -> Result<()> {
    let server = Server::options().start()?;
    let file = |name: &str| server.folder().join(name).display().to_string();
    let (validator, alice) = (file("acme-validator.pem"), file("alice.pem"));

    // With the words of chef-server-ctl.
    let made = server.command(&[
        "chef",
        "user-create",
        "alice",
        "Alice",
        "Smith",
        "alice@example.com",
        "secret1",
        "-f",
        &alice,
    ])?;
    assert!(made.status.success() && made.stdout.is_empty(), "{}", said(&made));
    server.quartermaster(&[
        "chef",
        "org-create",
        "acme",
        "Acme Ltd",
        "--association_user",
        "alice",
        "--filename",
        &validator,
    ])?;
    for key in [&validator, &alice] {
        assert!(fs::read_to_string(key)?.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"), "{key}");
        assert_eq!(fs::metadata(key)?.permissions().mode() & 0o777, 0o600, "{key}");
    }
    let signed = Signer::new("alice", alice.as_ref());
    let answer = signed.get(&server, "/organizations/acme/groups/admins")?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.json()?["users"].as_array().is_some_and(|users| users.contains(&json!("alice"))));
    let by_validator = Signer::new("acme-validator", validator.as_ref());
    let made = by_validator.post(&server, "/organizations/acme/clients", r#"{"name": "web01", "create_key": true}"#)?;
    assert_eq!(made.status, 201, "{}", made.text());

    // A key is never written over a file, and then nothing is done at all.
    let before = fs::read_to_string(&alice)?;
    let text = refused(&server, &["chef", "org", "create", "other", "Other", "--file", &alice])?;
    assert!(text.contains("is there already"), "{text}");
    assert_eq!(fs::read_to_string(&alice)?, before);
    assert_eq!(json_of(&server, &["chef", "org", "list"])?, json!(["acme", "default"]));
    // Nor does a refusal leave an empty file.
    let text = refused(&server, &["chef", "org", "create", "acme", "Acme", "--file", &file("no.pem")])?;
    assert!(text.contains("Organization already exists"), "{text}");
    assert!(!server.folder().join("no.pem").exists());

    // The only administrator stays.
    assert!(refused(&server, &["chef", "org-user-remove", "acme", "alice"])?.contains("--force"));
    assert!(refused(&server, &["chef", "org-user-remove", "acme", "alice", "--force"])?.contains("leave it empty"));
    server.quartermaster(&[
        "chef",
        "user",
        "create",
        "bob",
        "--email",
        "bob@example.com",
        "--password",
        "secret2",
        "-o",
        "acme",
    ])?;
    server.quartermaster(&["chef", "org", "user-add", "acme", "bob", "--admin"])?;
    server.quartermaster(&["chef", "org-user-remove", "acme", "alice", "--force"])?;
    assert_eq!(signed.get(&server, "/organizations/acme/nodes")?.status, 403);
    assert_eq!(json_of(&server, &["chef", "org", "show", "acme"])?["users"], json!(["bob"]));

    // A key that is rotated is good at once, and the one before it no more.
    let (new, second) = (file("alice-new.pem"), file("alice-2.pem"));
    server.quartermaster(&["chef", "key", "rotate", "alice", "--file", &new])?;
    assert_eq!(signed.get(&server, "/users/alice")?.status, 401);
    assert_eq!(Signer::new("alice", new.as_ref()).get(&server, "/users/alice")?.status, 200);
    let end = ["-e", "2001-01-01T00:00:00Z"];
    server.quartermaster(&[&["chef", "add-user-key", "alice", "-k", "old", "--file", &second][..], &end].concat())?;
    assert_eq!(Signer::new("alice", second.as_ref()).get(&server, "/users/alice")?.status, 401);
    let keys = json_of(&server, &["chef", "list-user-keys", "alice"])?;
    assert_eq!((&keys[1]["name"], &keys[1]["expired"]), (&json!("old"), &json!(true)), "{keys}");
    assert!(refused(&server, &["chef", "key", "rotate", "alice", "old"])?.contains("has expired"));
    server.quartermaster(&["chef", "delete-user-key", "alice", "old"])?;
    assert!(refused(&server, &["chef", "key", "add", "alice", "-k", "x", "-e", "soon"])?.contains("YYYY-MM-DD"));

    // Deleting asks.
    assert!(refused(&server, &["chef", "user", "delete", "alice"])?.contains("--yes"));
    server.quartermaster(&["chef", "user", "delete", "alice", "--yes"])?;
    assert!(refused(&server, &["chef", "user", "show", "alice"])?.contains("Could not find user alice"));
    assert!(refused(&server, &["chef", "user", "delete", "pivotal", "--yes"])?.contains("superuser"));
    server.quartermaster(&["chef", "org", "delete", "acme", "--yes"])?;
    assert_eq!(json_of(&server, &["chef", "org", "list"])?, json!(["default"]));
    Ok(())
}

#[test]
fn passwords_and_server_admins() -> Result<()> {
    let server = Server::options().start()?;
    let alice = server.folder().join("alice.pem");
    let mut create = Command::new(binary())
        .args(["chef", "user", "create", "alice", "--email", "alice@example.com", "--data-dir"])
        .arg(server.data())
        .arg("--file")
        .arg(&alice)
        .stdin(Stdio::piped())
        .spawn()?;
    create.stdin.take().context("piped above")?.write_all(b"from a pipe\n")?;
    assert!(create.wait()?.success());
    let console = Signer::superuser(&server);
    let matches = |password: &str| -> Result<bool> {
        let body = json!({"username": "alice", "password": password}).to_string();
        Ok(console.post(&server, "/authenticate_user", &body)?.status == 200)
    };
    assert!(matches("from a pipe")?);
    server.quartermaster(&["chef", "password", "alice", "another one"])?;
    assert!(!matches("from a pipe")? && matches("another one")?);
    assert!(refused(&server, &["chef", "user", "password", "alice", "short"])?.contains("at least 6 characters"));

    let signed = Signer::new("alice", &alice);
    assert_eq!(signed.get(&server, "/users/pivotal")?.status, 403);
    server.quartermaster(&["chef", "grant-server-admin-permissions", "alice"])?;
    assert_eq!(signed.get(&server, "/users")?.status, 200);
    assert_eq!(json_of(&server, &["chef", "list-server-admins"])?, json!(["alice"]));
    server.quartermaster(&["chef", "user", "revoke-server-admin", "alice"])?;
    assert_eq!(signed.get(&server, "/users")?.status, 403);
    Ok(())
}

#[test]
fn clients_groups_and_lists() -> Result<()> {
    let mut server = Server::options().start()?;
    let web = server.folder().join("web01.pem").display().to_string();
    server.quartermaster(&["chef", "client", "create", "default", "web01", "--file", &web])?;
    let signed = Signer::new("web01", web.as_ref());
    let superuser = Signer::superuser(&server);
    let role = r#"{"name": "base"}"#;
    assert_eq!(superuser.post(&server, "/organizations/default/roles", role)?.status, 201);
    let put =
        |server: &Server| Ok::<_, anyhow::Error>(signed.put(server, "/organizations/default/roles/base", role)?.status);
    assert_eq!(put(&server)?, 403);
    server.quartermaster(&["chef", "acl", "grant", "default", "client", "web01", "role", "base", "read,update"])?;
    assert_eq!(put(&server)?, 200);
    let lists = json_of(&server, &["chef", "acl", "show", "default", "roles", "base"])?;
    assert_eq!(lists["update"]["clients"], json!(["web01"]), "{lists}");
    server.quartermaster(&["chef", "acl", "revoke", "default", "client", "web01", "role", "base", "update"])?;
    assert_eq!(put(&server)?, 403);
    server.quartermaster(&["chef", "group", "create", "default", "cooks"])?;
    server.quartermaster(&["chef", "acl", "grant", "default", "group", "cooks", "role", "base", "update"])?;
    server.quartermaster(&["chef", "group", "add", "default", "client", "web01", "cooks"])?;
    assert_eq!(put(&server)?, 200);
    server.quartermaster(&["chef", "group", "remove", "default", "client", "web01", "cooks"])?;
    assert_eq!(put(&server)?, 403);
    let text = refused(&server, &["chef", "acl", "grant", "default", "client", "nobody", "role", "base", "read"])?;
    assert!(text.contains("client 'nobody' not found in organization default"), "{text}");
    assert!(refused(&server, &["chef", "group", "delete", "default", "admins"])?.contains("cannot do without"));

    let again = server.folder().join("web01-again.pem").display().to_string();
    server.quartermaster(&["chef", "client", "reregister", "default", "web01", "--file", &again])?;
    assert_eq!(signed.get(&server, "/organizations/default/clients/web01")?.status, 401);
    assert_eq!(Signer::new("web01", again.as_ref()).get(&server, "/organizations/default/clients/web01")?.status, 200);

    // On the data of a server that does not run.
    server.stop()?;
    server.quartermaster(&["chef", "client", "delete", "default", "web01"])?;
    server.quartermaster(&["chef", "org", "create", "later", "Later"])?;
    server.start()?;
    assert_eq!(json_of(&server, &["chef", "client", "list", "default"])?, json!(["default-validator"]));
    assert_eq!(superuser.get(&server, "/organizations/later/nodes")?.status, 200);
    Ok(())
}

#[test]
fn a_folder_without_a_server_is_named() -> Result<()> {
    let place = tempfile::tempdir()?;
    let output = Command::new(binary()).args(["chef", "org", "list", "--data-dir"]).arg(place.path()).output()?;
    assert!(!output.status.success() && said(&output).contains("no server has run in"), "{}", said(&output));
    Ok(())
}

#[test]
fn readers_read_all_and_change_nothing() -> Result<()> {
    let server = Server::options().start()?;
    let file = |name: &str| server.folder().join(name);
    let key = file("ann.pem");
    let typed = ["chef", "user-create", "ann", "Ann", "Lee", "ann@example.com", "secret1", "-f"];
    server.quartermaster(&[&typed[..], &[&key.display().to_string()]].concat())?;
    let robot_key = file("robot.pem");
    let robot_path = robot_key.display().to_string();
    server.quartermaster(&["chef", "client", "create", "default", "robot", "--file", &robot_path])?;
    let admin = Signer::superuser(&server);
    let (ann, robot) = (Signer::new("ann", &key), Signer::new("robot", &robot_key));
    let org = |path: &str| format!("/organizations/default/{path}");
    let make = |kind: &str, body: Value| -> Result<()> {
        let made = admin.post(&server, &org(kind), &body.to_string())?;
        ensure!(made.status == 201, "{kind}: {} {}", made.status, made.text());
        Ok(())
    };
    let all = |name: &str| -> Result<()> {
        make("nodes", json!({"name": name}))?;
        make("roles", json!({"name": name, "run_list": []}))?;
        make("environments", json!({"name": name}))?;
        make("data", json!({"name": name}))?;
        make(&format!("data/{name}"), json!({"id": "item"}))?;
        make("clients", json!({"name": name, "create_key": true}))?;
        make("groups", json!({"groupname": name}))?;
        let policy = json!({"name": name, "revision_id": "1", "run_list": ["recipe[a::b]"], "cookbook_locks": {}});
        let put = admin.put(&server, &org(&format!("policy_groups/{name}/policies/{name}")), &policy.to_string())?;
        ensure!(put.status == 201, "{} {}", put.status, put.text());
        Ok(())
    };
    let refusal = ann.get(&server, &org("nodes"))?;
    assert_eq!(refusal.status, 403, "not in the organization yet: {}", refusal.text());
    all("before")?;
    let said = server.quartermaster(&["chef", "org", "read-only", "default", "ann", "robot"])?;
    assert!(said.contains("The group read-only may read all of default"), "{said}");
    all("after")?;

    for signer in [&ann, &robot] {
        for list in ["nodes", "roles", "environments", "data", "clients", "groups", "containers", "cookbooks", "users"]
        {
            let answer = signer.get(&server, &org(list))?;
            assert_eq!(answer.status, 200, "{} {list}: {}", signer.name, answer.text());
        }
        for name in ["before", "after"] {
            let paths = ["nodes/N", "roles/N", "environments/N", "data/N", "data/N/item", "clients/N", "groups/N"];
            let more = ["policies/N", "policy_groups/N", "policy_groups/N/policies/N", "clients/N/keys", "search/node"];
            for path in paths.into_iter().chain(more) {
                let answer = signer.get(&server, &org(&path.replace('N', name)))?;
                assert_eq!(answer.status, 200, "{} {path}: {}", signer.name, answer.text());
            }
            for path in paths.into_iter().take(5) {
                let answer = signer.send(&server, "DELETE", &org(&path.replace('N', name)), "")?;
                assert_eq!(answer.status, 403, "{} {path}: {}", signer.name, answer.text());
            }
            let answer = signer.put(&server, &org(&format!("nodes/{name}")), &json!({"name": name}).to_string())?;
            assert_eq!(answer.status, 403, "{}", answer.text());
        }
        for kind in ["nodes", "roles", "environments", "data", "clients", "groups"] {
            let body = json!({"name": "mine", "groupname": "mine", "run_list": []}).to_string();
            let answer = signer.post(&server, &org(kind), &body)?;
            assert!(matches!(answer.status, 400 | 403), "{} {kind}: {} {}", signer.name, answer.status, answer.text());
            let found = admin.get(&server, &org(&format!("{kind}/mine")))?;
            assert_eq!(found.status, 404, "{} {kind}", signer.name);
        }
        let answer = signer.post(&server, &org("sandboxes"), &json!({"checksums": {}}).to_string())?;
        assert!(matches!(answer.status, 400 | 403), "{}", answer.text());
    }
    let unknown = refused(&server, &["chef", "org", "read-only", "default", "nobody"])?;
    assert!(unknown.contains("nobody"), "{unknown}");
    server.quartermaster(&["chef", "org", "user-add", "default", "ann", "--admin"])?;
    let office = refused(&server, &["chef", "org", "read-only", "default", "ann"])?;
    assert!(office.contains("administrator"), "{office}");
    Ok(())
}

#[test]
fn what_clients_told_of_runs_is_shown() -> Result<()> {
    const RUN: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    let server = Server::options().start()?;
    let admin = Signer::superuser(&server);
    let tell = |message: Value| -> Result<()> {
        let answer = admin.post(&server, "/organizations/default/data-collector", &message.to_string())?;
        ensure!(answer.status == 201, "{} {}", answer.status, answer.text());
        Ok(())
    };
    assert_eq!(json_of(&server, &["chef", "runs"])?, json!([]));
    tell(json!({
        "message_type": "run_converge", "node_name": "web01", "run_id": RUN, "status": "failure",
        "start_time": "2026-11-24T00:00:00Z", "end_time": "2026-11-24T00:00:09Z",
        "total_resource_count": 2, "updated_resource_count": 1, "run_list": ["recipe[a]"],
        "resources": [{"type": "file", "name": "/a", "status": "failed"}, {"type": "file", "name": "/b", "status": "skipped"}],
        "error": {"class": "RuntimeError", "message": "no"},
    }))?;
    tell(json!({
        "type": "inspec_report", "node_name": "web01", "report_uuid": RUN, "end_time": "2026-11-24T00:00:09Z",
        "profiles": [{"controls": [{"results": [{"status": "passed"}]}]}],
    }))?;
    tell(json!({"message_type": "action", "task": "update", "entity_type": "node", "entity_name": "web01"}))?;
    let runs = json_of(&server, &["chef", "runs", "web01", "--org", "default", "--status", "failure"])?;
    assert_eq!((&runs[0]["run"], &runs[0]["error"]), (&json!(RUN), &json!("RuntimeError: no")));
    assert_eq!(json_of(&server, &["chef", "runs", "--status", "success"])?, json!([]));
    let shown = server.quartermaster(&["chef", "runs"])?;
    assert!(shown.contains(RUN) && shown.contains("failure") && shown.contains("1 of 2 changed"), "{shown}");
    let run = json_of(&server, &["chef", "run", RUN])?;
    assert_eq!((run["resources"].as_array().map(Vec::len), &run["resources"][0]["name"]), (Some(1), &json!("/a")));
    let shown = server.quartermaster(&["chef", "compliance", "web01"])?;
    assert!(shown.contains("1 passed, 0 failed, 0 skipped"), "{shown}");
    assert_eq!(json_of(&server, &["chef", "compliance-report", RUN])?["node_name"], "web01");
    assert!(server.quartermaster(&["chef", "actions"])?.contains("update  node web01"));
    for wrong in [["chef", "run", "1"], ["chef", "runs", "a/b"], ["chef", "compliance-report", "nothing"]] {
        refused(&server, &wrong)?;
    }
    assert!(refused(&server, &["chef", "runs", "--status", "odd"])?.contains("aborted"));
    Ok(())
}
