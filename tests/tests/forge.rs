//! The Forge: real clients that install from it, and what it refuses.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use acceptance::client::{Connection, Response};
use acceptance::lab::with_forge;
use acceptance::server::Server;
use acceptance::shared::has_command;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Writes a module and builds it, with the modules that it needs.
fn build(server: &Server, name: &str, version: &str, needs: &[(&str, &str)]) -> Result<PathBuf> {
    let module = name.split_once('-').context("AUTHOR-NAME")?.1;
    let dir = server.folder().join(format!("sources/{name}-{version}"));
    fs::create_dir_all(dir.join("manifests"))?;
    let dependencies: Vec<Value> =
        needs.iter().map(|(name, range)| json!({"name": name, "version_requirement": range})).collect();
    let metadata = json!({
        "name": name, "version": version, "author": "Acme", "summary": format!("The {module} of Acme"),
        "license": "Apache-2.0", "source": "https://example.com/acme", "tags": ["acme"], "dependencies": dependencies,
    });
    fs::write(dir.join("metadata.json"), metadata.to_string())?;
    fs::write(dir.join("README.md"), format!("# {module}\n"))?;
    fs::write(dir.join("manifests/init.pp"), format!("class {module} {{ notice('{version}') }}\n"))?;
    let path = dir.to_str().context("a path is text")?;
    Ok(PathBuf::from(server.quartermaster(&["module", "build", path])?.trim()))
}

/// Name, version, and the modules that it needs.
type Made<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Builds modules and publishes them on the command line.
fn publish(server: &Server, modules: &[Made<'_>]) -> Result<()> {
    let mut files = Vec::new();
    for (name, version, needs) in modules {
        files.push(build(server, name, version, needs)?.display().to_string());
    }
    let mut arguments = vec!["module", "publish"];
    arguments.extend(files.iter().map(String::as_str));
    let said = server.quartermaster(&arguments)?;
    ensure!(said.lines().count() == modules.len(), "{said}");
    Ok(())
}

const SITE: &[Made<'_>] = &[
    ("acme-base", "1.0.0", &[]),
    ("acme-base", "2.0.0", &[]),
    ("acme-web", "1.0.0", &[("acme-base", ">= 1.0.0 < 2.0.0")]),
];

fn token(server: &Server, scope: &str) -> Result<String> {
    Ok(format!("Bearer {}", server.quartermaster(&["token", "create", "--scope", scope])?.trim()))
}

/// Runs a client in a folder of its own, so that it knows nothing of the machine's.
fn client(server: &Server, program: &str, arguments: &[&str]) -> Result<Output> {
    let home = server.folder().join("home");
    fs::create_dir_all(&home)?;
    let authority = server.folder().join("authority.pem");
    fs::write(&authority, server.authority())?;
    Ok(Command::new(program)
        .args(arguments)
        .current_dir(&home)
        .env("HOME", &home)
        .env("SSL_CERT_FILE", &authority)
        .env("LANG", "C.UTF-8")
        .output()?)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn version(module: &Path) -> Result<String> {
    let text = fs::read_to_string(module.join("metadata.json")).with_context(|| module.display().to_string())?;
    Ok(serde_json::from_str::<Value>(&text)?["version"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn puppet_module_installs_lists_and_upgrades() -> Result<()> {
    if !has_command("puppet") {
        return Ok(());
    }
    let (server, _) = with_forge(Server::options())?;
    publish(&server, SITE)?;
    let repository = format!("https://localhost:{}", server.port());
    let folder = server.folder().display().to_string();
    let modules = server.folder().join("modules");
    fs::create_dir_all(&modules)?;
    let path = modules.display().to_string();
    let puppet = |arguments: &[&str]| {
        let own = ["--module_repository", &repository, "--modulepath", &path];
        let state = ["--confdir", &format!("{folder}/conf"), "--vardir", &format!("{folder}/var")].map(str::to_owned);
        let state: Vec<&str> = state.iter().map(String::as_str).collect();
        let output = client(&server, "puppet", &[&["module"], arguments, &own, &state].concat())?;
        ensure!(output.status.success(), "puppet module {arguments:?}: {}", said(&output));
        Ok(said(&output))
    };
    puppet(&["install", "acme-web"])?;
    assert_eq!((version(&modules.join("web"))?, version(&modules.join("base"))?), ("1.0.0".into(), "1.0.0".into()));
    let listed = puppet(&["list"])?;
    assert!(listed.contains("acme-web") && listed.contains("acme-base"), "{listed}");
    publish(&server, &[("acme-web", "1.1.0", &[("acme-base", ">= 1.0.0")])])?;
    puppet(&["upgrade", "acme-web"])?;
    assert_eq!(version(&modules.join("web"))?, "1.1.0");
    Ok(())
}

#[test]
fn r10k_installs_a_puppetfile() -> Result<()> {
    if !has_command("r10k") {
        return Ok(());
    }
    let (server, url) = with_forge(Server::options())?;
    publish(&server, SITE)?;
    let place = server.folder();
    fs::write(place.join("Puppetfile"), "mod 'acme/web', '1.0.0'\nmod 'acme-base', :latest\n")?;
    let tls = format!("https://localhost:{}", server.port());
    for (name, forge) in [("plain", url), ("tls", tls)] {
        let cache = place.join(format!("cache-{name}")).display().to_string();
        let settings = format!("cachedir: {cache}\nforge:\n  baseurl: '{forge}'\n");
        let file = place.join(format!("r10k-{name}.yaml"));
        fs::write(&file, settings)?;
        let modules = place.join(format!("modules-{name}"));
        let (file, puppetfile) = (file.display().to_string(), place.join("Puppetfile").display().to_string());
        let dir = modules.display().to_string();
        let arguments =
            ["puppetfile", "install", "-c", &file, "--puppetfile", &puppetfile, "--moduledir", &dir, "-v", "info"];
        let output = client(&server, "r10k", &arguments)?;
        ensure!(output.status.success(), "r10k: {}", said(&output));
        assert_eq!((version(&modules.join("web"))?, version(&modules.join("base"))?), ("1.0.0".into(), "2.0.0".into()));
    }
    Ok(())
}

#[test]
fn librarian_puppet_installs_with_dependencies() -> Result<()> {
    if !has_command("librarian-puppet") {
        return Ok(());
    }
    let (server, url) = with_forge(Server::options())?;
    publish(&server, SITE)?;
    let home = server.folder().join("home");
    fs::create_dir_all(&home)?;
    fs::write(home.join("Puppetfile"), format!("forge '{url}'\nmod 'acme-web'\n"))?;
    // It asks by the first API unless it is told otherwise.
    for more in [&["--clean"][..], &["--clean", "--no-use-v1-api"]] {
        let output = client(&server, "librarian-puppet", &[&["install", "--verbose"], more].concat())?;
        ensure!(output.status.success(), "librarian-puppet {more:?}: {}", said(&output));
        let modules = home.join("modules");
        assert_eq!((version(&modules.join("web"))?, version(&modules.join("base"))?), ("1.0.0".into(), "1.0.0".into()));
        fs::remove_dir_all(modules)?;
        fs::remove_file(home.join("Puppetfile.lock"))?;
    }
    Ok(())
}

#[test]
fn a_release_is_published_found_and_deleted_over_http() -> Result<()> {
    let (server, _) = with_forge(Server::options())?;
    let archive = fs::read(build(&server, "acme-web", "1.0.0", &[])?)?;
    let mut forge = server.anonymous()?;
    let json = json!({"file": base64(&archive)}).to_string();
    let mut post = |token: &str, body: &str| {
        let headers = [("Authorization", token), ("Content-Type", "application/json")];
        forge.send("POST", "/v3/releases", &headers, body.as_bytes())
    };
    assert_eq!(post("", &json)?.status, 403);
    assert_eq!(post(&token(&server, "forge-read")?, &json)?.status, 403);
    let other = post(&token(&server, "forge-write:other")?, &json)?;
    assert_eq!(
        (other.status, errors(&other)?),
        (403, vec!["The token does not allow to publish for 'acme'".to_owned()])
    );
    let own = token(&server, "forge-write:acme")?;
    let made = post(&own, &json)?;
    assert_eq!((made.status, made.json()?["slug"].as_str()), (201, Some("acme-web-1.0.0")));
    let again = post(&own, &json)?;
    assert_eq!((again.status, again.json()?["message"].as_str()), (409, Some("409 Conflict")));
    assert_eq!(post(&own, "{")?.status, 400);

    let second = fs::read(build(&server, "acme-web", "2.0.0", &[])?)?;
    let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.tar.gz\"\r\n\r\n";
    let form = [head.as_bytes(), &second, b"\r\n--x--\r\n"].concat();
    let headers = [("Authorization", own.as_str()), ("Content-Type", "multipart/form-data; boundary=x")];
    assert_eq!(forge.send("POST", "/v3/releases", &headers, &form)?.status, 201);

    let module = forge.get("/v3/modules/acme-web")?.json()?;
    assert_eq!(module["current_release"]["version"], "2.0.0");
    assert_eq!(module["current_release"]["readme"], "# web\n");
    assert_eq!(forge.get("/v3/modules?query=web&owner=acme&tag=acme")?.json()?["pagination"]["total"], 1);
    let page = forge.get("/v3/releases?module=acme-web&sort_by=version&limit=1")?.json()?;
    assert_eq!(page["results"][0]["version"], "2.0.0");
    let next = page["pagination"]["next"].as_str().context("there is another page")?.to_owned();
    assert_eq!(forge.get(&next)?.json()?["results"][0]["version"], "1.0.0");

    let file = forge.get("/v3/files/acme-web-1.0.0.tar.gz")?;
    assert_eq!((file.status, &file.body), (200, &archive));
    let tag = file.header("etag").context("an archive has a tag")?.to_owned();
    let known = forge.send("GET", "/v3/files/acme-web-1.0.0.tar.gz", &[("If-None-Match", &tag)], b"")?;
    assert_eq!(known.status, 304);

    let change =
        json!({"action": "deprecate", "params": {"reason": "old", "replacement_slug": "acme-www"}}).to_string();
    let headers = [("Authorization", own.as_str())];
    assert_eq!(forge.send("PATCH", "/v3/modules/acme-web", &headers, b"{}")?.status, 400);
    assert_eq!(forge.send("PATCH", "/v3/modules/acme-web", &[], change.as_bytes())?.status, 401);
    let mut forge = server.anonymous()?;
    assert_eq!(forge.send("PATCH", "/v3/modules/acme-web", &headers, change.as_bytes())?.status, 204);
    let module = forge.get("/v3/modules/acme-web")?.json()?;
    assert_eq!((&module["deprecated_for"], &module["superseded_by"]["slug"]), (&json!("old"), &json!("acme-www")));

    assert_eq!(forge.send("DELETE", "/v3/releases/acme-web-2.0.0?reason=bad", &headers, b"")?.status, 204);
    assert_eq!(forge.get("/v3/modules/acme-web")?.json()?["current_release"]["version"], "1.0.0");
    assert_eq!(forge.get("/v3/releases/acme-web-2.0.0")?.json()?["deleted_for"], "bad");
    assert_eq!(forge.get("/v3/files/acme-web-2.0.0.tar.gz")?.status, 404);
    assert_eq!(forge.get("/v3/releases/acme-web-9.0.0")?.status, 404);
    assert_eq!(forge.get("/v3/releases/nothing")?.status, 400);
    Ok(())
}

#[test]
fn reading_needs_a_token_where_the_setting_says_so() -> Result<()> {
    let (server, _) = with_forge(Server::options().arguments(&["--set", "forge.read_token=true"]))?;
    publish(&server, SITE)?;
    let mut forge = server.anonymous()?;
    assert_eq!(forge.get("/v3/modules")?.status, 401);
    assert_eq!(forge.get("/v3/files/acme-web-1.0.0.tar.gz")?.status, 401);
    for scope in ["forge-read", "forge-write:acme"] {
        let token = token(&server, scope)?;
        assert_eq!(forge.send("GET", "/v3/modules", &[("Authorization", &token)], b"")?.status, 200);
    }
    let deploy = token(&server, "deploy")?;
    assert_eq!(forge.send("GET", "/v3/modules", &[("Authorization", &deploy)], b"")?.status, 403);
    Ok(())
}

#[test]
fn hostile_archives_are_refused_and_nothing_is_kept() -> Result<()> {
    let settings = ["--set", "forge.max_unpacked=1MiB", "--set", "forge.max_archive=64KiB"];
    let (server, _) = with_forge(Server::options().arguments(&settings))?;
    let own = token(&server, "forge-write:*")?;
    let metadata = br#"{"name": "acme-web", "version": "1.0.0"}"#;
    let top = "acme-web-1.0.0";
    let good = (format!("{top}/metadata.json"), b'0', "", metadata.as_slice());
    let zeros = vec![0; 2 << 20];
    let hostile = [
        (format!("{top}/../../../etc/cron.d/x"), b'0', "", b"x".as_slice(), "leads out of the archive"),
        ("/etc/cron.d/x".to_owned(), b'0', "", b"x", "is an absolute name"),
        (format!("{top}/link"), b'2', "../../outside", b"", "leads out of the archive"),
        (format!("{top}/link"), b'2', "/etc/passwd", b"", "leads out of the archive"),
        (format!("{top}/hard"), b'1', "/etc/passwd", b"", "is a hard link"),
        (format!("{top}/device"), b'3', "", b"", "neither a file nor a folder"),
        ("other/x".to_owned(), b'0', "", b"", "more than one folder at its top"),
        (format!("{top}/zeros"), b'0', "", &zeros, "setting `forge.max_unpacked`"),
    ];
    for (path, kind, link, content, expected) in hostile {
        let entries = [(good.0.as_str(), good.1, good.2, good.3), (path.as_str(), kind, link, content)];
        let answer = post(&mut server.anonymous()?, &own, &packed(&entries))?;
        let errors = errors(&answer)?.join("; ");
        assert!(answer.status == 400 && errors.contains(expected), "{path}: {} {errors}", answer.status);
    }
    let wrong = packed(&[("acme-web-2.0.0/metadata.json", b'0', "", metadata)]);
    let answer = post(&mut server.anonymous()?, &own, &wrong)?;
    assert_eq!(errors(&answer)?, ["the top folder is 'acme-web-2.0.0', and metadata.json says 'acme-web-1.0.0'"]);
    // The server may hang up before it has read all; then there is no answer to read.
    let zeros = server.anonymous()?.send_zeros("POST", "/v3/releases", "application/json", 10 << 30);
    if let Ok((answer, written)) = zeros {
        assert!(answer.status == 401 && written < 64 << 20, "{} after {written} bytes", answer.status);
    }
    assert_eq!(server.anonymous()?.get("/v3/modules?show_deleted=true")?.json()?["pagination"]["total"], 0);
    let archives = server.data().join("module-archives/sha256");
    assert_eq!(fs::read_dir(archives)?.count(), 0, "no bytes are kept");
    Ok(())
}

#[test]
fn another_forge_is_served_on_when_it_is_down() -> Result<()> {
    let (mut behind, url) = with_forge(Server::options())?;
    publish(&behind, SITE)?;
    let settings = format!("forge.upstream={url}");
    let options = Server::options().arguments(&["--set", &settings, "--set", "forge.upstream_fresh=0s"]);
    let (server, _) = with_forge(options)?;
    publish(&server, &[("own-app", "1.0.0", &[]), ("acme-base", "9.0.0", &[])])?;
    let mut forge = server.anonymous()?;
    let paths = ["/v3/modules/acme-web", "/v3/releases?module=acme-web", "/v3/releases/acme-web-1.0.0"];
    let mut look =
        |paths: &[&str]| -> Result<Vec<Value>> { paths.iter().map(|path| forge.get(path)?.json()).collect() };
    let before = look(&paths)?;
    assert_eq!(before[1]["results"][0]["slug"], "acme-web-1.0.0");
    // What was published here stands for all of the module.
    assert_eq!(look(&["/v3/releases?module=acme-base"])?[0]["pagination"]["total"], 1);
    let found = look(&["/v3/modules?query=acme"])?.remove(0);
    let slugs: Vec<&str> =
        found["results"].as_array().context("a list")?.iter().filter_map(|module| module["slug"].as_str()).collect();
    assert_eq!(slugs, ["acme-base", "own-app", "acme-web"]);
    let mut forge = server.anonymous()?;
    let archive = forge.get("/v3/files/acme-web-1.0.0.tar.gz")?;
    assert_eq!(archive.status, 200);
    assert_eq!(forge.get("/v3/files/acme-base-1.0.0.tar.gz")?.status, 404);
    behind.stop()?;
    assert_eq!(look_again(&server, &paths)?, before);
    assert_eq!(server.anonymous()?.get("/v3/files/acme-web-1.0.0.tar.gz")?.body, archive.body);
    let unknown = server.anonymous()?.get("/v3/modules/acme-other")?;
    assert!(unknown.status == 502 && errors(&unknown)?[0].contains("does not answer"), "{}", unknown.text());
    assert_eq!(server.anonymous()?.get("/v3/modules?query=own")?.json()?["pagination"]["total"], 1);
    Ok(())
}

#[test]
fn modules_are_mirrored_listed_and_built_the_same_again() -> Result<()> {
    let (behind, url) = with_forge(Server::options())?;
    publish(&behind, SITE)?;
    let (server, here) = with_forge(Server::options())?;
    let mirror = ["module", "mirror", "acme-base", "--from", &url, "--versions", ">= 2.0.0", "--json"];
    let done: Value = serde_json::from_str(&server.quartermaster(&mirror)?)?;
    assert_eq!((&done["published"], &done["there"]), (&json!(["acme-base-2.0.0"]), &json!([])));
    let token = server.quartermaster(&["token", "create", "--scope", "forge-write:*"])?;
    let elsewhere =
        ["module", "mirror", "acme-base", "acme-web", "--from", &url, "--url", &here, "--token", token.trim()];
    let done = server.quartermaster(&elsewhere)?;
    assert_eq!(done, "published: acme-base-1.0.0\npublished: acme-web-1.0.0\nthere already: acme-base-2.0.0\n");
    assert_eq!(server.quartermaster(&["module", "list"])?, "acme-base  2.0.0 1.0.0\nacme-web   1.0.0\n");
    let missing = server.command(&["module", "mirror", "acme-none", "--from", &url])?;
    assert!(!missing.status.success() && said(&missing).contains("has no release of acme-none"), "{}", said(&missing));
    let first = fs::read(build(&server, "acme-web", "3.0.0", &[])?)?;
    assert_eq!(fs::read(build(&server, "acme-web", "3.0.0", &[])?)?, first);
    Ok(())
}

fn look_again(server: &Server, paths: &[&str]) -> Result<Vec<Value>> {
    let mut forge = server.anonymous()?;
    paths.iter().map(|path| forge.get(path)?.json()).collect()
}

fn post(forge: &mut Connection, token: &str, archive: &[u8]) -> Result<Response> {
    let body = json!({"file": base64(archive)}).to_string();
    let headers = [("Authorization", token), ("Content-Type", "application/json")];
    forge.send("POST", "/v3/releases", &headers, body.as_bytes())
}

fn errors(response: &Response) -> Result<Vec<String>> {
    Ok(serde_json::from_value(response.json()?["errors"].clone())?)
}

/// A packed tar of entries as they are: path, kind, target of a link, content.
fn packed(entries: &[(&str, u8, &str, &[u8])]) -> Vec<u8> {
    let mut tar = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for (path, kind, link, content) in entries {
        let mut header = [0; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = *kind;
        header[157..157 + link.len()].copy_from_slice(link.as_bytes());
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let padding = content.len().next_multiple_of(512) - content.len();
        tar.write_all(&header).and_then(|()| tar.write_all(content)).expect("memory takes all");
        tar.write_all(&vec![0; padding]).expect("memory takes all");
    }
    tar.write_all(&[0; 1024]).expect("memory takes all");
    tar.finish().expect("memory takes all")
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
