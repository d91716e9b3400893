//! Repositories elsewhere: over HTTP and SSH, with passwords, tokens, keys and proxies, none of which is ever shown.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::git::Repositories;
use acceptance::host::{Asked, Host, response};
use acceptance::server::{Options, Server};
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

const DEPLOY: &[&str] = &["code", "deploy", "--all", "--wait"];
/// With letters that an address cannot have as they are.
const PASSWORD: &str = "pa:ss/w@rd";
const ENCODED: &str = "pa%3Ass%2Fw%40rd";

/// A server in whose folder `git` writes every process that it starts to `trace`.
fn server(options: Options) -> Result<Server> {
    options.environment("GIT_TRACE", "FOLDER/trace").start()
}

fn import(server: &Server, file: &str) -> Result<String> {
    server.quartermaster(&["code", "import-r10k", file])
}

/// What a failing deploy says, on standard error.
fn refusal(server: &Server) -> Result<String> {
    let output = server.command(DEPLOY)?;
    ensure!(!output.status.success(), "it succeeded: {}", String::from_utf8_lossy(&output.stdout));
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The titles of the notices in a catalog.
fn notices(server: &Server) -> Result<Vec<String>> {
    let catalog: Value = serde_json::from_str(&server.quartermaster(&["compile", "web01.example.com"])?)?;
    let resources = catalog["resources"].as_array().context("resources")?;
    let notices = resources.iter().filter(|resource| resource["type"] == "Notify");
    let mut titles: Vec<String> = notices.filter_map(|notice| notice["title"].as_str()).map(str::to_owned).collect();
    titles.sort();
    Ok(titles)
}

/// Nothing that anybody can read holds one of the secrets.
fn keeps_quiet(server: &Server, said: &[String], secrets: &[&str]) -> Result<()> {
    let trace = fs::read_to_string(server.folder().join("trace"))?;
    ensure!(trace.contains("ls-remote"), "nothing was traced");
    let status = server.quartermaster(&["code", "status", "--json"])?;
    let history = server.quartermaster(&["code", "history", "--json"])?;
    for secret in secrets {
        for (text, what) in [(&trace, "arguments"), (&status, "status"), (&history, "history"), (&server.log(), "log")]
        {
            ensure!(!text.contains(secret), "{what} has a secret: {text}");
        }
        ensure!(said.iter().all(|said| !said.contains(secret)), "an answer has a secret: {said:?}");
    }
    let left = fs::read_dir(server.data().join("code/tmp"))?.count();
    ensure!(left == 0, "{left} files are left");
    Ok(())
}

#[test]
fn a_password_in_an_address_is_used_and_never_shown() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let repositories = Repositories::with_control("by password")?;
    let pair = ("deployer".to_owned(), PASSWORD.to_owned());
    let host = Host::of_git(repositories.root(), move |shown| shown == Some(pair.clone()))?;
    let address = |name: &str, password: &str| format!("http://deployer:{password}@{}/{name}/.git", host.address());
    repositories.puppetfile(&address("web", ENCODED))?;
    let server = server(Server::options())?;
    let imported = import(&server, &repositories.r10k(&address("control", ENCODED), "")?)?;
    let done = server.quartermaster(&[DEPLOY, &["--json"]].concat())?;
    assert_eq!(notices(&server)?, ["by password", "web 1"]);

    repositories.puppetfile(&address("web", "wr0ng"))?;
    let said = refusal(&server)?;
    assert!(said.contains("module web") && said.contains("Authentication failed"), "{said}");
    assert_eq!(notices(&server)?, ["by password", "web 1"], "what was live stays live");
    import(&server, &repositories.r10k(&address("control", "wr0ng"), "")?)?;
    let also = refusal(&server)?;
    assert!(also.contains(&format!("Authentication failed for 'http://{}/control/.git", host.address())), "{also}");
    let moved = format!("ftp://deployer:{ENCODED}@{}/x", host.address());
    import(&server, &repositories.r10k(&moved, "")?)?;
    let third = refusal(&server)?;
    assert!(third.contains("the protocol ftp is not allowed"), "{third}");
    keeps_quiet(&server, &[imported, done, said, also, third], &[PASSWORD, ENCODED, "wr0ng"])
}

#[test]
fn a_token_is_read_from_its_file_and_goes_nowhere_else() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let repositories = Repositories::with_control("by token")?;
    let token = repositories.root().join("token");
    fs::write(&token, "s3cret-token\n")?;
    let pair = ("x-oauth-token".to_owned(), "s3cret-token".to_owned());
    let host = Host::of_git(repositories.root(), move |shown| shown == Some(pair.clone()))?;
    // Another host that the first leads to: it is nobody's business there.
    let other = Host::of_git(repositories.root(), |shown| shown.is_some())?;
    let to = other.url();
    let leading = Host::start(move |asked: &Asked| {
        let location = format!("Location: {to}{}\r\n", asked.target);
        let known = asked.header("authorization").is_empty();
        let ask = "WWW-Authenticate: Basic realm=\"git\"\r\n";
        Ok(if known { response("401 Unauthorized", ask, b"") } else { response("302 Found", &location, b"") })
    })?;
    let server = server(Server::options())?;
    let control = format!("{}/control/.git", host.url());
    let astray = format!("{}/web/.git", leading.url());
    let settings = format!(
        "git:\n  repositories:\n    - {{remote: '{control}', oauth_token: '{0}'}}\n    - {{remote: '{astray}', oauth_token: \
         '{0}'}}\n",
        token.display()
    );
    import(&server, &repositories.r10k(&control, &settings)?)?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(notices(&server)?, ["by token", "web 1"]);

    repositories.puppetfile(&astray)?;
    let said = refusal(&server)?;
    assert!(said.contains("module web") && said.contains("Authentication failed"), "{said}");
    assert!(leading.asked().iter().any(|asked| asked.pair("authorization").is_some()), "it has to lead somewhere");
    let strays: Vec<_> = other.asked().iter().filter_map(|asked| asked.pair("authorization")).collect();
    assert!(!other.asked().is_empty() && strays.iter().all(|(_, password)| password.is_empty()), "{strays:?}");

    fs::write(&token, "two words\n")?;
    let wrong = refusal(&server)?;
    assert!(wrong.contains("Supplied OAuth token contains invalid characters."), "{wrong}");
    fs::remove_file(&token)?;
    let missing = refusal(&server)?;
    assert!(missing.contains("token is missing or unreadable, cannot load OAuth token"), "{missing}");
    keeps_quiet(&server, &[said, wrong, missing], &["s3cret-token", "two words"])
}

#[test]
fn a_proxy_is_gone_through_where_one_is_set() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let repositories = Repositories::with_control("by proxy")?;
    let host = Host::of_git(repositories.root(), |_| true)?;
    let proxy = Host::proxy(Some(("me", "pr0xy-secret")))?;
    let remote = |name: &str| format!("{}/{name}/.git", host.url());
    repositories.puppetfile(&remote("web"))?;
    let server = server(Server::options())?;
    let settings = |secret: &str| {
        format!(
            "proxy: 'http://me:{secret}@{}'\ngit: {{repositories: [{{remote: '{}', proxy: ''}}]}}\n",
            proxy.address(),
            remote("web")
        )
    };
    import(&server, &repositories.r10k(&remote("control"), &settings("pr0xy-secret"))?)?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(notices(&server)?, ["by proxy", "web 1"]);
    let through: Vec<String> = proxy.asked().into_iter().map(|asked| asked.target).collect();
    assert!(through.iter().any(|target| target.starts_with(&remote("control"))), "{through:?}");
    assert!(!through.iter().any(|target| target.starts_with(&remote("web"))), "{through:?}");

    import(&server, &repositories.r10k(&remote("control"), &settings("wr0ng"))?)?;
    let said = refusal(&server)?;
    assert!(said.contains("407"), "{said}");
    keeps_quiet(&server, &[said], &["pr0xy-secret", "wr0ng"])
}

/// Writes its arguments down, then does what was to be done elsewhere.
const SSH: &str = "#!/bin/sh\nprintf '%s\\n' \"$*\" >> FOLDER/ssh-calls\nfor last; do :; done\nexec sh -c \"$last\"\n";

#[test]
fn ssh_is_called_with_the_key_and_the_name_that_are_set() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let repositories = Repositories::with_control("by key")?;
    let programs = tempfile::tempdir()?;
    let calls = programs.path().join("ssh-calls");
    let ssh = programs.path().join("ssh");
    fs::write(&ssh, SSH.replace("FOLDER", &programs.path().display().to_string()))?;
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755))?;
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH")?);
    let server = server(Server::options().environment("PATH", &path))?;
    let key = repositories.root().join("deploy key");
    fs::write(&key, "-----BEGIN OPENSSH PRIVATE KEY-----\n")?;
    // HOST:PATH for one, an URL for the other.
    repositories.puppetfile(&format!("git@git.example.com:{}", repositories.place("web")))?;
    let control = format!("ssh://git.example.com:2222{}", repositories.place("control"));
    let settings = format!("git: {{username: deployer, private_key: '{}'}}\n", key.display());
    import(&server, &repositories.r10k(&control, &settings)?)?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(notices(&server)?, ["by key", "web 1"]);
    let calls = fs::read_to_string(calls)?;
    let start = format!("-o BatchMode=yes -o IdentitiesOnly=yes -i {} ", key.display());
    let of = |host: &str| calls.lines().find(|line| line.contains(host)).context(calls.clone());
    let (control, web) = (of(" git.example.com ")?, of("git@git.example.com")?);
    assert!(calls.lines().all(|line| line.starts_with(&start)), "{calls}");
    assert!(control.contains(" -o User=deployer ") && control.contains("-p 2222"), "{control}");
    assert!(!web.contains("deployer") && web.contains("git-upload-pack"), "{web}");

    fs::remove_file(&key)?;
    let said = refusal(&server)?;
    assert!(said.contains("is missing or unreadable") && said.contains("deploy key"), "{said}");
    assert_eq!(notices(&server)?, ["by key", "web 1"]);
    Ok(())
}

#[test]
fn a_github_app_gets_a_token_for_what_its_key_signs() -> Result<()> {
    if !has_command("git") || !has_command("openssl") {
        return Ok(());
    }
    let repositories = Repositories::with_control("by app")?;
    let folder = repositories.root().to_owned();
    let openssl = move |arguments: &[&str]| -> Result<()> {
        let output = Command::new("openssl").args(arguments).current_dir(&folder).output()?;
        ensure!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    };
    openssl(&["genrsa", "-traditional", "-out", "app.pem", "2048"])?;
    openssl(&["rsa", "-in", "app.pem", "-pubout", "-out", "app.pub"])?;
    let pair = ("x-access-token".to_owned(), "ghs_0nceGiven".to_owned());
    let host = Host::of_git(repositories.root(), move |shown| shown == Some(pair.clone()))?;
    let place = repositories.root().to_owned();
    let github = Host::start(move |asked: &Asked| {
        let statement = asked.header("authorization").strip_prefix("Bearer ").context("a statement")?.to_owned();
        let (signed, signature) = statement.rsplit_once('.').context("a signature")?;
        fs::write(place.join("signed"), signed)?;
        fs::write(place.join("signature"), BASE64_URL_SAFE_NO_PAD.decode(signature)?)?;
        openssl(&["dgst", "-sha256", "-verify", "app.pub", "-signature", "signature", "signed"])?;
        let (head, claims) = signed.split_once('.').context("two parts")?;
        ensure!(BASE64_URL_SAFE_NO_PAD.decode(head)? == br#"{"alg":"RS256"}"#);
        let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims)?)?;
        let (issued, expires) = (claims["iat"].as_i64().context("iat")?, claims["exp"].as_i64().context("exp")?);
        ensure!(claims["iss"] == "4711" && expires - issued == 60 + 300, "{claims}");
        let api = format!("http://{}", asked.header("host"));
        let body = match (asked.method.as_str(), asked.target.as_str()) {
            ("GET", "/app/installations") => format!(
                r#"[{{"access_tokens_url": "{api}/app/installations/1/access_tokens", "account": {{"login": "other"}}}},
                    {{"access_tokens_url": "{api}/app/installations/2/access_tokens", "account": {{"login": "Control"}}}}]"#
            ),
            ("POST", "/app/installations/2/access_tokens") => r#"{"token": "ghs_0nceGiven"}"#.to_owned(),
            (method, path) => anyhow::bail!("{method} {path}"),
        };
        Ok(response("200 OK", "Content-Type: application/json\r\n", body.as_bytes()))
    })?;
    let api = format!("deploy.github_api={}/", github.url());
    let server = server(Server::options().arguments(&["--set", &api]))?;
    let key = repositories.root().join("app.pem");
    let settings =
        format!("git: {{github_app_id: '4711', github_app_key: '{}', github_app_ttl: 300}}\n", key.display());
    import(&server, &repositories.r10k(&format!("{}/control/.git", host.url()), &settings)?)?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(notices(&server)?, ["by app", "web 1"]);
    repositories.commit("control", "another")?;
    server.quartermaster(DEPLOY)?;
    assert_eq!(github.asked().len(), 2, "a token is asked for once in a while");

    fs::write(&key, "no key\n")?;
    repositories.puppetfile(&format!("{}/web/.git", host.url()))?;
    let said = refusal(&server)?;
    assert!(said.contains("GitHub App 4711") && said.contains("app.pem is not a valid SSL key"), "{said}");
    keeps_quiet(&server, &[said], &["ghs_0nceGiven"])
}

#[test]
fn a_remote_that_does_not_answer_leaves_what_is_live() -> Result<()> {
    if !has_command("git") {
        return Ok(());
    }
    let repositories = Repositories::with_control("reached")?;
    let host = Host::of_git(repositories.root(), |_| true)?;
    let remote = format!("{}/control/.git", host.url());
    let server = Server::options().arguments(&["--set", "deploy.timeout=3s"]).start()?;
    import(&server, &repositories.r10k(&remote, "")?)?;
    server.quartermaster(DEPLOY)?;
    drop(host);
    let said = refusal(&server)?;
    assert!(said.contains("production: git ls-remote") && said.contains(&remote), "{said}");
    assert!(said.contains("Connection refused") || said.contains("Failed to connect"), "{said}");

    // One that takes the connection and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    import(&server, &repositories.r10k(&format!("http://{}/control/.git", silent.local_addr()?), "")?)?;
    let began = Instant::now();
    let said = refusal(&server)?;
    assert!(said.contains("it took longer than 3 seconds (setting deploy.timeout)"), "{said}");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(notices(&server)?, ["reached", "web 1"], "what was live stays live");
    let history = server.quartermaster(&["code", "history", "production"])?;
    assert_eq!(history.matches("failed: ").count(), 2, "{history}");
    Ok(())
}
