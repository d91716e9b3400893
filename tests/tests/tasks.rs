//! What orchestrators ask of the code: tasks with their files, plans, modules.

use acceptance::server::Server;
use anyhow::Result;
use serde_json::json;

const ENVIRONMENT: &str = "environment=production";

fn server() -> Result<Server> {
    let module = "environments/production/modules/web";
    let file = |path: &str| format!("{module}/{path}");
    Server::options()
        .code(&file("metadata.json"), r#"{"name": "acme-web", "version": "1.2.0"}"#)
        .code(&file("tasks/restart.sh"), "#!/bin/sh\n")
        .code(&file("tasks/restart.json"), r#"{"description": "Restarts", "files": ["web/files/a/", "web/lib/x.rb"]}"#)
        .code(&file("tasks/init.rb"), "puts 1\n")
        .code(&file("tasks/broken.json"), "{}")
        .code(&file("tasks/README.md"), "")
        .code(&file("files/a/one"), "1")
        .code(&file("lib/x.rb"), "")
        .code(&file("plans/init.pp"), "plan web() {}")
        .code(&file("plans/go.yaml"), "steps: []")
        .code("environments/production/modules/bare/manifests/init.pp", "class bare {}")
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
