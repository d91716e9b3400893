//! What Chef's front door refuses, how it says so, and that nothing of it is kept.

use std::io::Write;

use acceptance::chef::{Actor, checksum, cookbook, send, send_file, target};
use acceptance::client::{Connection, Response};
use acceptance::server::Server;
use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use serde_json::{Value, json};

const NODES: &str = "/organizations/default/nodes";
/// The largest body of a request.
const MOST: usize = 2_000_000;

/// A server, its superuser, and what it had before a test began.
struct Scene {
    server: Server,
    superuser: Actor,
    connection: Connection,
}

impl Scene {
    fn new() -> Result<Self> {
        let server = Server::options().start()?;
        let superuser = Actor::superuser(&server)?;
        let connection = server.anonymous()?;
        Ok(Self { server, superuser, connection })
    }

    /// All that can be listed, and the number of files of cookbooks, whole or not.
    fn kept(&mut self) -> Result<String> {
        let mut kept = String::new();
        for organization in ["default", "other"] {
            for list in [
                "nodes",
                "roles",
                "environments",
                "data",
                "clients",
                "groups",
                "cookbooks?num_versions=all",
                "policies",
            ] {
                let path = format!("/organizations/{organization}/{list}");
                kept += &self.superuser.get(&mut self.connection, &path)?.text();
            }
        }
        Ok(format!("{kept} {}", files(&self.server)?))
    }

    fn organization(&mut self, name: &str) -> Result<()> {
        let made =
            self.superuser.post(&mut self.connection, "/organizations", &json!({"name": name, "full_name": name}))?;
        ensure!(made.status == 201, "{} {}", made.status, made.text());
        Ok(())
    }
}

/// How many files of cookbooks lie in the data folder, whole or not.
fn files(server: &Server) -> Result<usize> {
    let mut count = 0;
    let mut folders = vec![server.data().join("cookbook-files")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                count += 1;
            }
        }
    }
    Ok(count)
}

#[track_caller]
fn refused(response: &Response, status: u16, text: &str) {
    assert_eq!((response.status, response.text().as_str()), (status, text));
}

fn listed(text: &str) -> String {
    json!({"error": [text]}).to_string()
}

#[test]
fn who_cannot_be_known_is_refused() -> Result<()> {
    let mut scene = Scene::new()?;
    let before = scene.kept()?;
    let client = scene.superuser.client(&mut scene.connection, "default", "web1")?;
    scene.superuser.delete(&mut scene.connection, "/organizations/default/clients/web1")?;
    let node = json!({"name": "n1"});
    let to = &mut scene.connection;

    let gone = "Failed to authenticate as 'web1'. Ensure that your node_name and client key are correct.";
    refused(&client.post(to, NODES, &node)?, 401, &listed(gone));
    let forger = client.under("pivotal");
    refused(&forger.post(to, NODES, &node)?, 401, &listed("Invalid signature for user or client 'pivotal'"));
    let nobody = forger.under("nobody");
    let unknown = "Failed to authenticate as 'nobody'. Ensure that your node_name and client key are correct.";
    refused(&nobody.post(to, NODES, &node)?, 401, &listed(unknown));
    refused(
        &nobody.post(to, "/organizations/nowhere/nodes", &node)?,
        404,
        &listed("organization 'nowhere' does not exist."),
    );
    assert_eq!(scene.kept()?, before);
    Ok(())
}

#[test]
fn clocks_may_differ_by_a_quarter_of_an_hour() -> Result<()> {
    let mut scene = Scene::new()?;
    let before = scene.kept()?;
    let body = json!({"name": "n1"}).to_string();
    for minutes in [-16, 16, 60 * 24 * 365] {
        let skew = SignedDuration::from_mins(minutes);
        let headers = scene.superuser.signed("POST", NODES, body.as_bytes(), skew)?;
        let response = send(&mut scene.connection, "POST", NODES, &headers, body.as_bytes())?;
        let text = "Failed to authenticate as pivotal. Synchronize the clock on your host.";
        refused(&response, 401, &listed(text));
    }
    assert_eq!(scene.kept()?, before);
    for minutes in [-14, 14] {
        let headers = scene.superuser.signed("GET", NODES, b"", SignedDuration::from_mins(minutes))?;
        // As in the original, a request may be sent again while its time is near.
        for _ in 0..2 {
            refused(&send(&mut scene.connection, "GET", NODES, &headers, b"")?, 200, "{}");
        }
    }
    Ok(())
}

#[test]
fn what_was_changed_on_its_way_is_refused() -> Result<()> {
    let mut scene = Scene::new()?;
    let before = scene.kept()?;
    let body = br#"{"name":"n1"}"#;
    let signed = |scene: &Scene| scene.superuser.signed("POST", NODES, body, SignedDuration::ZERO);
    let forged = listed("Invalid signature for user or client 'pivotal'");
    let right = signed(&scene)?;

    let other = br#"{"name":"n2"}"#;
    let response = send(&mut scene.connection, "POST", NODES, &right, other)?;
    refused(&response, 401, &forged);
    // With the hash of the other body, that is no longer what was signed.
    let mut headers = right.clone();
    let hash = scene.superuser.signed("POST", NODES, other, SignedDuration::ZERO)?;
    let place = |headers: &[(String, String)], name: &str| headers.iter().position(|(known, _)| known == name);
    let at = place(&headers, "X-Ops-Content-Hash").context("a hash")?;
    headers[at] = hash[at].clone();
    refused(&send(&mut scene.connection, "POST", NODES, &headers, other)?, 401, &forged);
    // Another method, another path, another version of the API.
    let path = format!("{NODES}/n1");
    refused(&send(&mut scene.connection, "PUT", &path, &right, body)?, 401, &forged);
    refused(&send(&mut scene.connection, "POST", "/organizations/default/roles", &right, body)?, 401, &forged);
    let mut headers = right.clone();
    let at = place(&headers, "X-Ops-Server-API-Version").context("a version")?;
    headers[at].1 = "0".to_owned();
    refused(&send(&mut scene.connection, "POST", NODES, &headers, body)?, 401, &forged);
    // Lines of the signature changed, left out, or exchanged.
    let first = place(&right, "X-Ops-Authorization-1").context("a signature")?;
    let mut headers = right.clone();
    let flipped = if headers[first].1.starts_with('A') { "B" } else { "A" };
    headers[first].1.replace_range(..1, flipped);
    refused(&send(&mut scene.connection, "POST", NODES, &headers, body)?, 401, &forged);
    let mut headers = right.clone();
    headers.remove(first + 2);
    refused(&send(&mut scene.connection, "POST", NODES, &headers, body)?, 401, &forged);
    let mut headers = right.clone();
    let swapped = headers[first].1.clone();
    headers[first].1 = headers[first + 1].1.clone();
    headers[first + 1].1 = swapped;
    refused(&send(&mut scene.connection, "POST", NODES, &headers, body)?, 401, &forged);
    assert_eq!(scene.kept()?, before);
    Ok(())
}

#[test]
fn headers_that_are_missing_or_odd_are_named() -> Result<()> {
    let mut scene = Scene::new()?;
    let body = br#"{"name":"n1"}"#;
    let right = scene.superuser.signed("POST", NODES, body, SignedDuration::ZERO)?;
    let mut ask = |name: &str, value: Option<&str>| -> Result<Response> {
        let mut headers = right.clone();
        match value {
            None => headers.retain(|(known, _)| known != name),
            Some(value) => {
                headers.iter_mut().filter(|(known, _)| known == name).for_each(|(_, old)| value.clone_into(old));
            }
        }
        send(&mut scene.connection, "POST", NODES, &headers, body)
    };
    for name in ["X-Ops-UserId", "X-Ops-Timestamp", "X-Ops-Sign", "X-Ops-Content-Hash"] {
        let text = format!("missing required authentication header(s) '{name}'");
        refused(&ask(name, None)?, 400, &listed(&text));
    }
    let response = ask("X-Ops-Sign", Some("algorithm=sha256;version=9.9"))?;
    refused(&response, 400, &listed("Unsupported authentication protocol version"));
    refused(&ask("X-Ops-Timestamp", Some("yesterday"))?, 401, &listed("bad header(s) 'X-Ops-Timestamp'"));
    let response = ask("X-Ops-Server-API-Version", Some("99"))?;
    assert_eq!(response.status, 406);
    let text = "invalid-x-ops-server-api-version";
    assert_eq!(response.json()?["error"], text);
    Ok(())
}

#[test]
fn addresses_of_files_cannot_be_made_up() -> Result<()> {
    let mut scene = Scene::new()?;
    scene.organization("other")?;
    let file = b"log 'hello'\n";
    let sum = checksum(file);
    scene.superuser.upload(&mut scene.connection, "default", &[file])?;
    let book = cookbook("web", "1.0.0", &[("default.rb", &sum)]);
    let path = "/organizations/default/cookbooks/web/1.0.0";
    let made = scene.superuser.put(&mut scene.connection, path, &book)?;
    ensure!(made.status == 201, "{} {}", made.status, made.text());
    let given = scene.superuser.get(&mut scene.connection, path)?.json()?;
    let address = target(given["recipes"][0]["url"].as_str().context("an address")?);
    let response = scene.connection.get(&address)?;
    ensure!(response.status == 200 && response.body == file, "{} {}", response.status, response.text());
    let before = scene.kept()?;

    let (place, query) = address.split_once('?').context("a signed address")?;
    let folder = place.rsplit_once('/').context("a folder")?.0;
    let expires = query.split('&').find_map(|part| part.strip_prefix("Expires=")).context("an end")?;
    let later = (expires.parse::<i64>()? + 1).to_string();
    let others = scene.superuser.get(&mut scene.connection, "/organizations/other")?.json()?;
    let others = others["guid"].as_str().context("a guid")?;
    let own = folder.rsplit_once('-').context("a guid")?.1;
    let tampered = [
        place.to_owned(),
        format!("{place}?"),
        format!("{address}0"),
        address[..address.len() - 1].to_owned(),
        address.replace(expires, &later),
        address.replace(expires, "1"),
        address.replace(own, others),
        format!("{folder}/checksum-{}?{query}", checksum(b"else")),
        format!("{folder}/checksum-{}?{query}", sum.to_uppercase()),
        format!("{folder}/../{}/checksum-{sum}?{query}", folder.rsplit('/').next().unwrap_or_default()),
        format!("/bookshelf/{}/checksum-{sum}?{query}", "%2e%2e"),
    ];
    for address in &tampered {
        let response = scene.connection.get(address)?;
        assert!(matches!(response.status, 403 | 404), "{address}: {} {}", response.status, response.text());
        assert_ne!(response.body, file, "{address}");
    }
    let response = scene.connection.get(&tampered[0])?;
    assert_eq!(response.status, 403);
    let text = response.text();
    assert!(text.contains("<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"), "{text}");
    // An address to read from is none to write to.
    assert_eq!(send_file(&mut scene.connection, &address, file)?.status, 403);
    assert_eq!(scene.kept()?, before);
    Ok(())
}

#[test]
fn a_file_is_what_its_checksum_says() -> Result<()> {
    let mut scene = Scene::new()?;
    let (file, other) = (b"right".as_slice(), b"wrong".as_slice());
    let sum = checksum(file);
    let sandbox = scene.superuser.announce(&mut scene.connection, "default", &[&sum])?;
    let address = &sandbox.addresses[0].1;
    let before = scene.kept()?;
    // Announced as what it is, and as what it should be.
    assert_eq!(send_file(&mut scene.connection, address, other)?.status, 406);
    let headers = [("Content-Type", "application/x-binary")];
    assert_eq!(scene.connection.send("PUT", address, &headers, other)?.status, 406);
    let headers = [("Content-Type", "application/x-binary"), ("Content-MD5", "fl8pT8i6oEfOEyHXcOHJ4g==")];
    assert_eq!(scene.connection.send("PUT", address, &headers, file)?.status, 406);
    assert_eq!(scene.kept()?, before);

    let id = sandbox.path.rsplit('/').next().unwrap_or_default();
    let text = format!("Cannot update sandbox {id}: the following checksums have not been uploaded: {sum}");
    refused(&scene.superuser.commit(&mut scene.connection, &sandbox)?, 503, &listed(&text));
    let book = cookbook("web", "1.0.0", &[("default.rb", &sum)]);
    let path = "/organizations/default/cookbooks/web/1.0.0";
    let missing = listed("Manifest has a checksum that hasn't been uploaded.");
    refused(&scene.superuser.put(&mut scene.connection, path, &book)?, 400, &missing);
    // Sent but not committed is not there yet.
    assert_eq!(send_file(&mut scene.connection, address, file)?.status, 204);
    refused(&scene.superuser.put(&mut scene.connection, path, &book)?, 400, &missing);
    assert_eq!(scene.superuser.get(&mut scene.connection, path)?.status, 404);
    assert_eq!(scene.superuser.commit(&mut scene.connection, &sandbox)?.status, 200);
    assert_eq!(scene.superuser.put(&mut scene.connection, path, &book)?.status, 201);
    Ok(())
}

#[test]
fn files_of_cookbooks_stay_in_their_folder() -> Result<()> {
    let mut scene = Scene::new()?;
    let sum = checksum(b"x");
    scene.superuser.upload(&mut scene.connection, "default", &[b"x"])?;
    let before = scene.kept()?;
    let path = "/organizations/default/cookbooks/web/1.0.0";
    let artifact = format!("/organizations/default/cookbook_artifacts/web/{}", "1".repeat(40));
    let tricks = ["../../../etc/passwd", "recipes/../../x", "/etc/passwd", "a\0b", "..\\..\\x", "..", "a/.."];
    for trick in tricks {
        for field in ["path", "name"] {
            let mut book = cookbook("web", "1.0.0", &[("default.rb", &sum)]);
            book["recipes"][0][field] = json!(trick);
            let response = scene.superuser.put(&mut scene.connection, path, &book)?;
            refused(&response, 400, &listed("Invalid element in array value of 'recipes'."));
            let body = json!({
                "name": "web", "identifier": "1".repeat(40), "version": "1.0.0", "recipes": book["recipes"],
                "metadata": {"name": "web", "version": "1.0.0"},
            });
            let response = scene.superuser.put(&mut scene.connection, &artifact, &body)?;
            refused(&response, 400, &listed("Invalid element in array value of 'recipes'."));
        }
    }
    assert_eq!(scene.kept()?, before);
    Ok(())
}

#[test]
fn documents_that_are_bombs_do_no_harm() -> Result<()> {
    let mut scene = Scene::new()?;
    let before = scene.kept()?;
    let deep = |depth: usize| {
        let (open, close) = (r#"{"a":"#.repeat(depth), "}".repeat(depth));
        format!(r#"{{"name":"n1","normal":{open}1{close}}}"#)
    };
    let bombs = [
        deep(200_000),
        format!(r#"{{"name":"n1","normal":{{"a":{}1{}}}}}"#, "[".repeat(900_000), "]".repeat(900_000)),
        "[".repeat(MOST),
        r#"{"name":"n1","normal":{"a":1e999999999}}"#.to_owned(),
        format!(r#"{{"name":"n1","normal":{{"a":{}}}}}"#, "9".repeat(1_000_000)),
        r#"{"name":"n1","normal":{"a":"\ud800"}}"#.to_owned(),
        r#"{"name":"n1""#.to_owned(),
        String::new(),
    ];
    for bomb in &bombs {
        let response = scene.superuser.send(&mut scene.connection, "POST", NODES, bomb.as_bytes())?;
        refused(&response, 400, &listed("invalid JSON"));
    }
    let response = scene.superuser.send(&mut scene.connection, "POST", NODES, b"\xff\xfe{}")?;
    refused(&response, 400, &listed("invalid JSON"));
    assert_eq!(scene.kept()?, before);
    // The last of two keys counts, and is the only one that is kept.
    let twice = r#"{"name":"n0","name":"n1","normal":{"a":1,"a":2}}"#;
    let response = scene.superuser.send(&mut scene.connection, "POST", NODES, twice.as_bytes())?;
    assert_eq!(response.status, 201, "{}", response.text());
    let kept = scene.superuser.get(&mut scene.connection, &format!("{NODES}/n1"))?.json()?;
    assert_eq!(kept["normal"], json!({"a": 2}));
    Ok(())
}

#[test]
fn bodies_have_a_limit() -> Result<()> {
    let mut scene = Scene::new()?;
    let before = scene.kept()?;
    let sized = |size: usize| {
        let frame = r#"{"name":"n1","normal":{"a":""}}"#.len();
        format!(r#"{{"name":"n1","normal":{{"a":"{}"}}}}"#, "x".repeat(size - frame))
    };
    let text = json!({"error": "JSON must be no more than 2000000 bytes."}).to_string();
    for size in [MOST + 1, 3 * MOST] {
        let response = scene.superuser.send(&mut scene.connection, "POST", NODES, sized(size).as_bytes());
        // Who announces too much is not read to the end, and may find the connection closed while it writes.
        let mut fresh = scene.server.anonymous()?;
        if let Ok(response) = response {
            refused(&response, 413, &text);
        }
        std::mem::swap(&mut scene.connection, &mut fresh);
    }
    // Packed, it is small.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(sized(50 * MOST).as_bytes())?;
    let packed = packed.finish()?;
    let mut headers = scene.superuser.signed("POST", NODES, &packed, SignedDuration::ZERO)?;
    headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
    refused(&send(&mut scene.connection, "POST", NODES, &headers, &packed)?, 413, &text);
    scene.connection = scene.server.anonymous()?;
    assert_eq!(scene.kept()?, before);
    let response = scene.superuser.send(&mut scene.connection, "POST", NODES, sized(MOST).as_bytes())?;
    assert_eq!(response.status, 201, "{}", response.text());
    Ok(())
}

#[test]
fn organizations_keep_to_themselves() -> Result<()> {
    let mut scene = Scene::new()?;
    scene.organization("other")?;
    let Scene { superuser, connection: to, .. } = &mut scene;
    let client = superuser.client(to, "default", "web1")?;
    let user = json!({
        "username": "eve", "email": "eve@example.com", "first_name": "Eve", "last_name": "E", "display_name": "Eve",
        "password": "secret-enough", "create_key": true,
    });
    let made = superuser.post(to, "/users", &user)?.json()?;
    let eve = Actor::new("eve", made["chef_key"]["private_key"].as_str().context("a private key")?)?;
    let joined = superuser.post(to, "/organizations/default/users", &json!({"username": "eve"}))?;
    ensure!(joined.status == 201, "{} {}", joined.status, joined.text());
    let file = b"secret of default";
    let sum = checksum(file);
    superuser.upload(to, "default", &[file])?;
    superuser.put(to, "/organizations/default/cookbooks/web/1.0.0", &cookbook("web", "1.0.0", &[("a.rb", &sum)]))?;
    assert_eq!(eve.get(to, NODES)?.status, 200);
    assert_eq!(client.get(to, NODES)?.status, 200);
    let before = scene.kept()?;
    let Scene { superuser, connection: to, .. } = &mut scene;

    let theirs = "/organizations/other/nodes";
    let unknown = listed("Failed to authenticate as 'web1'. Ensure that your node_name and client key are correct.");
    let stranger = listed("'eve' not associated with organization 'other'");
    for path in ["nodes", "search/node?q=*:*", "cookbooks", "clients", "data", "groups/admins", "users", "principals/x"]
    {
        let path = format!("/organizations/other/{path}");
        let open = path.contains("principals");
        if !open {
            refused(&client.get(to, &path)?, 401, &unknown);
            refused(&eve.get(to, &path)?, 403, &stranger);
        }
    }
    refused(&client.post(to, theirs, &json!({"name": "n1"}))?, 401, &unknown);
    refused(&eve.post(to, theirs, &json!({"name": "n1"}))?, 403, &stranger);
    // What one organization has, another does not, though the bytes are the same.
    let book = cookbook("web", "1.0.0", &[("a.rb", &sum)]);
    let missing = listed("Manifest has a checksum that hasn't been uploaded.");
    refused(&superuser.put(to, "/organizations/other/cookbooks/web/1.0.0", &book)?, 400, &missing);
    let again = superuser.announce(to, "default", &[&sum])?;
    assert!(again.addresses.is_empty(), "it is there");
    let sandbox = superuser.announce(to, "other", &[&sum])?;
    assert_eq!(sandbox.addresses.len(), 1, "nothing is said of what others have");
    assert_eq!(superuser.commit(to, &sandbox)?.status, 503);
    // Nor can its sandbox be committed from elsewhere.
    let elsewhere = sandbox.path.replace("/other/", "/default/");
    assert_eq!(superuser.put(to, &elsewhere, &json!({"is_completed": true}))?.status, 404);
    assert_eq!(scene.kept()?, before);

    // Both have it: what one deletes, the other keeps.
    let Scene { superuser, connection: to, .. } = &mut scene;
    superuser.upload(to, "other", &[file])?;
    superuser.put(to, "/organizations/other/cookbooks/web/1.0.0", &book)?;
    assert_eq!(superuser.delete(to, "/organizations/default/cookbooks/web/1.0.0")?.status, 200);
    let given: Value = superuser.get(to, "/organizations/other/cookbooks/web/1.0.0")?.json()?;
    let address = target(given["recipes"][0]["url"].as_str().context("an address")?);
    assert_eq!(to.get(&address)?.body, file);
    Ok(())
}
