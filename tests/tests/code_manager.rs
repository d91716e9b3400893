//! Code Manager's API over HTTP: deploys, their status, webhooks, and who may ask for them.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::client::{Connection, Response};
use acceptance::server::{Options, Server};
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SECRET: &str = "a secret that the host knows";
const DEPLOYS: &str = "/code-manager/v1/deploys";
const STATUS: &str = "/code-manager/v1/deploys/status";

/// A control repository without modules, a server that deploys it, and a token.
struct Lab {
    folder: TempDir,
    server: Server,
    token: String,
}

impl Lab {
    fn new(options: Options) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let control = folder.path().join("control");
        fs::create_dir(&control)?;
        git(&control, &["init", "-q", "-b", "production"])?;
        let r10k = folder.path().join("r10k.yaml");
        fs::write(&r10k, format!("sources: {{lab: {{remote: {}, basedir: /srv}}}}\n", control.join(".git").display()))?;
        let server = options.start()?;
        server.quartermaster(&["code", "import-r10k", r10k.to_str().context("a path")?])?;
        let token = server.quartermaster(&["token", "create", "--scope", "deploy"])?.trim().to_owned();
        let lab = Self { folder, server, token };
        lab.commit("first")?;
        git(&lab.control(), &["branch", "feature/a"])?;
        Ok(lab)
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("control")
    }

    /// Commits to the branch that is checked out; gives the commit.
    fn commit(&self, text: &str) -> Result<String> {
        let manifests = self.control().join("manifests");
        fs::create_dir_all(&manifests)?;
        fs::write(manifests.join("site.pp"), format!("notify {{ '{text}': }}\n"))?;
        git(&self.control(), &["add", "-A"])?;
        git(&self.control(), &["commit", "-q", "-m", text])?;
        git(&self.control(), &["rev-parse", "HEAD"])
    }

    fn deploy(&self, body: &Value) -> Result<Response> {
        let headers = [("Content-Type", "application/json"), ("X-Authentication", self.token.as_str())];
        self.server.anonymous()?.send("POST", DEPLOYS, &headers, body.to_string().as_bytes())
    }

    fn status(&self) -> Result<Value> {
        let headers = [("X-Authentication", self.token.as_str())];
        self.server.anonymous()?.send("GET", STATUS, &headers, b"")?.json()
    }

    /// The commits of what is deployed, by environment.
    fn deployed(&self) -> Result<Value> {
        let status = self.status()?;
        let deployed = status["file-sync-storage-status"]["deployed"].as_array().context("a list")?;
        let pairs = deployed
            .iter()
            .map(|one| (one["environment"].as_str().unwrap_or_default().to_owned(), one["deploy-signature"].clone()));
        Ok(Value::Object(pairs.collect()))
    }

    /// Waits until an environment is at a commit.
    fn arrives(&self, environment: &str, commit: &str) -> Result<()> {
        let began = Instant::now();
        while self.deployed()?[environment] != commit {
            ensure!(began.elapsed() < Duration::from_mins(1), "{environment} is not at {commit}: {}", self.status()?);
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn hook(&self, query: &str, headers: &[(&str, &str)], body: &str) -> Result<Response> {
        let path = format!("/code-manager/v1/webhook?{query}");
        self.server.anonymous()?.send("POST", &path, headers, body.as_bytes())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(["-c", "user.name=lab", "-c", "user.email=lab@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()?;
    ensure!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// HMAC-SHA256 in hexadecimal digits, as RFC 2104 says; the key is shorter than a block.
fn hmac(key: &str, text: &str) -> String {
    let pad = |fill: u8| -> Vec<u8> {
        let mut block = [fill; 64];
        block.iter_mut().zip(key.bytes()).for_each(|(byte, key)| *byte ^= key);
        block.to_vec()
    };
    let inner = Sha256::digest([pad(0x36), text.as_bytes().to_vec()].concat());
    hex::encode(Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
}

/// A push to a branch, as GitHub tells it.
fn push(branch: &str) -> String {
    json!({
        "ref": format!("refs/heads/{branch}"),
        "before": "0000000000000000000000000000000000000000",
        "deleted": false,
        "repository": { "name": "control", "full_name": "lab/control" },
        "pusher": { "name": "somebody" },
    })
    .to_string()
}

#[test]
fn deploys_are_asked_for_and_answered_as_code_manager_does() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new(Server::options())?;
    let first = git(&lab.control(), &["rev-parse", "HEAD"])?;

    let found = lab.deploy(&json!({"deploy-all": true, "dry-run": true}))?;
    assert_eq!(found.json()?, json!([{"environment": "feature_a"}, {"environment": "production"}]));
    assert_eq!(lab.deployed()?, json!({}), "a dry run deploys nothing");

    let done = lab.deploy(&json!({"environments": ["production"], "wait": true}))?;
    assert_eq!(done.status, 200, "{}", done.text());
    let done = done.json()?;
    assert_eq!(
        (&done[0]["environment"], &done[0]["id"], &done[0]["status"]),
        (&json!("production"), &json!(1), &json!("complete"))
    );
    assert_eq!(done[0]["deploy-signature"], json!(first));
    assert!(done[0]["file-sync"]["code-commit"].is_string() && done[0]["file-sync"]["environment-commit"].is_string());
    assert_eq!(lab.deployed()?, json!({"production": first}));

    let queued = lab.deploy(&json!({"deploy-all": true}))?.json()?;
    let queued: Vec<_> = queued
        .as_array()
        .context("a list")?
        .iter()
        .map(|one| (one["environment"].clone(), one["status"].clone()))
        .collect();
    assert_eq!(queued, [(json!("feature_a"), json!("queued")), (json!("production"), json!("queued"))]);
    lab.arrives("feature_a", &first)?;

    let failed = lab.deploy(&json!({"environments": ["nowhere"], "wait": true}))?.json()?;
    assert_eq!(failed[0]["status"], "failed");
    assert_eq!(failed[0]["error"]["kind"], "puppetlabs.code-manager/deploy-failure");
    assert_eq!(failed[0]["error"]["details"], json!({"corrected-env-name": "nowhere"}));
    let message = failed[0]["error"]["msg"].as_str().context("a text")?;
    assert!(
        message.starts_with("Errors while deploying environment 'nowhere' (exit code: 1):\nERROR\t -> "),
        "{message}"
    );

    let status = lab.status()?;
    assert_eq!(status["deploys-status"]["failed"][0]["environment"], "nowhere");
    assert_eq!(status["deploys-status"]["new"], json!([]));
    assert_eq!(status["file-sync-client-status"]["all-synced"], true);
    let id = failed[0]["id"].as_u64().context("a number")?;
    let headers = [("X-Authentication", lab.token.as_str())];
    let mut connection = lab.server.anonymous()?;
    assert_eq!(connection.send("GET", &format!("{STATUS}?id={id}"), &headers, b"")?.json()?, failed[0]);
    assert_eq!(connection.send("GET", &format!("{STATUS}?id=999"), &headers, b"")?.status, 404);
    assert_eq!(connection.send("GET", DEPLOYS, &headers, b"")?.status, 404);

    let second = lab.commit("second")?;
    assert_eq!(
        lab.deploy(&json!({"environments": ["production"], "wait": true}))?.json()?[0]["deploy-signature"],
        json!(second)
    );
    assert_eq!(lab.deploy(&json!({}))?.json()?["kind"], "schema-violation");
    fs::remove_dir_all(lab.control())?;
    let silent = lab.deploy(&json!({"deploy-all": true}))?;
    assert_eq!((silent.status, silent.json()?["kind"].clone()), (500, json!("puppetlabs.code-manager/collect-failed")));
    assert_eq!(lab.deployed()?["production"], json!(second), "what was live stays live");
    Ok(())
}

#[test]
fn only_a_token_that_may_deploy_gets_in() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new(Server::options())?;
    let reader = lab.server.quartermaster(&["token", "create", "--scope", "forge-read"])?.trim().to_owned();
    let body = json!({"environments": ["production"], "wait": true}).to_string();
    let post = |connection: &mut Connection, path: &str, token: Option<&str>| -> Result<(u16, Value)> {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(token.map(|token| ("X-Authentication", token)));
        let answer = connection.send("POST", path, &headers, body.as_bytes())?;
        Ok((answer.status, answer.json()?["kind"].clone()))
    };
    let mut anybody = lab.server.anonymous()?;
    assert_eq!(post(&mut anybody, DEPLOYS, None)?, (401, json!("puppetlabs.rbac/user-unauthenticated")));
    assert_eq!(post(&mut anybody, DEPLOYS, Some("x"))?, (401, json!("puppetlabs.rbac/token-revoked")));
    assert_eq!(post(&mut anybody, DEPLOYS, Some(&reader))?, (403, json!("puppetlabs.rbac/permission-denied")));
    let administrator = lab.server.administrator()?;
    let mut administrator = lab.server.connect(&administrator)?;
    assert_eq!(post(&mut administrator, DEPLOYS, None)?.0, 401, "a certificate is no token");
    assert_eq!(anybody.send("GET", STATUS, &[], b"")?.status, 401);
    assert_eq!(lab.hook("type=github", &[], &push("production"))?.status, 401);
    assert_eq!(lab.deployed()?, json!({}), "nothing was deployed");
    let path = format!("{DEPLOYS}?token={}", lab.token);
    assert_eq!(anybody.send("POST", &path, &[], body.as_bytes())?.status, 200);
    let id = lab.token.split('_').nth(1).context("an identifier")?;
    let history = lab.server.quartermaster(&["code", "history"])?;
    assert!(history.contains(&format!("token {id}")), "{history}");
    let secret = lab.token.rsplit('_').next().context("a secret")?;
    assert!(!lab.server.log().contains(secret), "the log holds a token");
    lab.server.quartermaster(&["token", "revoke", id])?;
    assert_eq!(post(&mut anybody, DEPLOYS, Some(&lab.token))?.0, 401);
    Ok(())
}

#[test]
fn a_push_is_deployed_when_its_webhook_is_signed() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let config = "[code_manager]\nwebhook_secret_file = \"FOLDER/secret\"\n";
    let lab = Lab::new(Server::options().config(config).file("secret", &format!("{SECRET}\n")))?;
    let query = format!("type=github&token={}", lab.token);
    let body = push("production");
    let signature = format!("sha256={}", hmac(SECRET, &body));
    let signed =
        [("Content-Type", "application/json"), ("X-GitHub-Event", "push"), ("X-Hub-Signature-256", &*signature)];

    for (headers, why) in [
        (&signed[..2], "no signature"),
        (&[("X-Hub-Signature-256", &*format!("sha256={}", hmac("another", &body)))][..], "another secret"),
        (&[("X-Hub-Signature-256", &*format!("sha256={}", hmac(SECRET, "{}")))][..], "another body"),
    ] {
        let refused = lab.hook(&query, headers, &body)?;
        assert_eq!(
            (refused.status, refused.json()?["kind"].clone()),
            (403, json!("puppetlabs.code-manager/webhook-signature")),
            "{why}"
        );
    }
    assert_eq!(lab.hook("type=github", &signed, &body)?.status, 401, "a signature is no token");
    assert!(lab.server.log().contains("a webhook is not believed"), "{}", lab.server.log());
    assert_eq!(lab.deployed()?, json!({}), "nothing was deployed");

    let heard = lab.hook(&query, &signed, &body)?;
    assert_eq!((heard.status, heard.json()?), (200, json!({"status": "OK"})));
    let first = git(&lab.control(), &["rev-parse", "HEAD"])?;
    lab.arrives("production", &first)?;

    let form = format!("payload={}", percent_encoding::utf8_percent_encode(&body, percent_encoding::NON_ALPHANUMERIC));
    let second = lab.commit("second")?;
    let signature = format!("sha256={}", hmac(SECRET, &form));
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Hub-Signature-256", &*signature)];
    assert_eq!(lab.hook(&query, &headers, &form)?.status, 200);
    lab.arrives("production", &second)?;

    let gitlab = format!("type=gitlab&token={}", lab.token);
    let body = json!({"object_kind": "push", "ref": "refs/heads/feature/a"}).to_string();
    assert_eq!(lab.hook(&gitlab, &[("X-Gitlab-Token", "wrong")], &body)?.status, 403);
    assert_eq!(lab.hook(&gitlab, &[("X-Gitlab-Token", SECRET)], &body)?.status, 200);
    lab.arrives("feature_a", &first)
}

#[test]
fn webhooks_of_every_host_are_heard_and_two_at_once_do_not_harm() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let lab = Lab::new(Server::options())?;
    let query = |host: &str| format!("type={host}&token={}", lab.token);
    let unknown = lab.hook(&query("githubby"), &[], "{}")?;
    assert_eq!(
        (unknown.status, unknown.json()?),
        (
            400,
            json!({
                "kind": "puppetlabs.code-manager/unrecognized-webhook-type",
                "msg": "Unrecognized webhook type: 'githubby'",
                "details": "Currently supported valid webhook types include: github gitlab stash tfs-git bitbucket \
                            bitbucket-server gitea",
            })
        )
    );
    assert_eq!(lab.hook(&query("github"), &[], "no JSON")?.status, 400);
    assert_eq!(
        lab.hook(&query("github"), &[("X-GitHub-Event", "ping")], "{\"zen\": \"x\"}")?.json()?,
        json!({"status": "OK"})
    );
    let bodies = [
        ("github", push("production")),
        ("gitea", push("production")),
        ("gitlab", json!({"object_kind": "push", "ref": "refs/heads/production"}).to_string()),
        ("bitbucket", json!({"push": {"changes": [{"new": {"type": "branch", "name": "production"}}]}}).to_string()),
        (
            "bitbucket-server",
            json!({"eventKey": "repo:refs_changed", "changes": [{"ref": {"id": "refs/heads/production"}}]}).to_string(),
        ),
        ("stash", json!({"refChanges": [{"refId": "refs/heads/production"}]}).to_string()),
        (
            "tfs-git",
            json!({"eventType": "git.push", "resource": {"refUpdates": [{"name": "refs/heads/production"}]}})
                .to_string(),
        ),
    ];
    for (host, body) in bodies {
        let commit = lab.commit(host)?;
        let heard = lab.hook(&query(host), &[("Content-Type", "application/json")], &body)?;
        assert_eq!(heard.status, 200, "{host}: {}", heard.text());
        lab.arrives("production", &commit).with_context(|| host.to_owned())?;
    }
    let commit = lab.commit("at once")?;
    std::thread::scope(|scope| {
        let hooks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| lab.hook(&query("github"), &[], &push("production")))).collect();
        hooks.into_iter().try_for_each(|hook| {
            let status = hook.join().expect("a hook ends")?.status;
            ensure!(status == 200, "{status}");
            Ok(())
        })
    })?;
    lab.arrives("production", &commit)?;
    git(&lab.control(), &["branch", "-D", "feature/a"])?;
    lab.deploy(&json!({"deploy-all": true, "wait": true}))?;
    assert_eq!(lab.deployed()?, json!({"production": commit}));
    Ok(())
}

#[test]
fn curl_deploys_on_the_port_of_code_manager() -> Result<()> {
    if !has_command("git") || !has_command("curl") {
        return Ok(());
    }
    // Free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let listen = format!("code_manager_listen=127.0.0.1:{port}");
    let lab = Lab::new(Server::options().arguments(&["--set", &listen]))?;
    let authority = lab.folder.path().join("ca.pem");
    fs::write(&authority, lab.server.authority())?;
    let output = Command::new("curl")
        .args(["-sS", "--cacert", authority.to_str().context("a path")?, "-X", "POST"])
        .args(["-H", "Content-Type: application/json", "-H", &format!("X-Authentication: {}", lab.token)])
        .args(["-d", "{\"environments\": [\"production\"], \"wait\": true}"])
        .arg(format!("https://localhost:{port}{DEPLOYS}"))
        .output()?;
    let answer: Value =
        serde_json::from_slice(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    assert_eq!(answer[0]["status"], "complete", "{answer}");
    let flushed = lab.server.connect(&lab.server.administrator()?)?.send(
        "DELETE",
        "/puppet-admin-api/v1/environment-cache",
        &[],
        b"",
    )?;
    assert_eq!(flushed.status, 204);
    Ok(())
}
