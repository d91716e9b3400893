//! Backups: a folder as `knife ec backup` writes it is taken over, written again, and taken over once more.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::chef::Signer;
use acceptance::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// A key pair: the private half in a file, the public one as text.
fn pair(folder: &Path, name: &str) -> Result<(PathBuf, String)> {
    let path = folder.join(format!("{name}.pem"));
    let openssl = |arguments: &[&str]| -> Result<Vec<u8>> {
        let output = Command::new("openssl").args(arguments).output().context("openssl runs")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(output.stdout)
    };
    let place = path.to_str().context("a path is text")?;
    openssl(&["genrsa", "-traditional", "-out", place, "2048"])?;
    Ok((path.clone(), String::from_utf8(openssl(&["rsa", "-in", place, "-pubout"])?)?))
}

/// What `knife ec backup --with-user-sql --with-key-sql` leaves of a small organization.
struct Backup {
    root: PathBuf,
    alice: Signer,
    web01: Signer,
}

/// The name that alice's own group had on the original.
const OWN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// Of the password `U*U`.
const HASH: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

impl Backup {
    fn write(place: &Path) -> Result<Self> {
        let root = place.join("backup");
        let (alice, alice_public) = pair(place, "alice")?;
        let (web01, web01_public) = pair(place, "web01")?;
        let (_, second_public) = pair(place, "second")?;
        let put = |path: &str, value: Value| write(&root.join(path), &value.to_string());
        let lists = |actors: &[&str], groups: &[&str]| {
            let list = json!({"actors": actors, "groups": groups});
            json!({"create": list, "read": list, "update": list, "delete": list, "grant": list})
        };
        let user = json!({
            "username": "alice", "email": "alice@example.com", "display_name": "Alice Smith", "first_name": "Alice",
            "public_key": alice_public,
        });
        put("users/alice.json", user)?;
        put(
            "users/pivotal.json",
            json!({"username": "pivotal", "email": "root@localhost", "public_key": second_public}),
        )?;
        put("user_acls/alice.json", lists(&["alice", "pivotal"], &["::acme_read_access_group", "::server-admins"]))?;
        let row = json!({
            "id": OWN, "authz_id": "b", "username": "alice", "email": "alice@example.com", "pubkey_version": 0,
            "public_key": null, "serialized_object": "{}", "last_updated_by": "b", "created_at": "2020-01-01 00:00:00 UTC",
            "updated_at": "2020-01-01 00:00:00 UTC", "external_authentication_uid": null,
            "recovery_authentication_enabled": false, "admin": false, "hashed_password": HASH,
            "salt": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.", "hash_type": "bcrypt",
        });
        put("key_dump.json", json!([row]))?;
        let key = |id: &str, name: &str, kind: &str, key: &str, public: &str, org: Option<&str>, end: &str| {
            json!({
                "id": id, "org_id": org.unwrap_or("global"), "name": name, "authz_id": "b", "type": kind,
                "key_name": key, "public_key": public, "key_version": 0, "expires_at": end, "org_name": org,
            })
        };
        let web = "cccccccccccccccccccccccccccccccc";
        put(
            "key_table_dump.json",
            json!([
                key(OWN, "alice", "user", "default", &alice_public, None, "infinity"),
                key(OWN, "alice", "user", "old", &second_public, None, "2030-12-24 21:00:00 -0500"),
                key(web, "web01", "client", "default", &web01_public, Some("acme"), "infinity"),
            ]),
        )?;

        let put = |path: &str, value: Value| put(&format!("organizations/acme/{path}"), value);
        put("org.json", json!({"name": "acme", "full_name": "Acme Ltd", "guid": "dddddddddddddddddddddddddddddddd"}))?;
        put("members.json", json!([{"user": {"username": "alice"}}]))?;
        put("invitations.json", json!([]))?;
        for name in ["clients", "containers", "cookbooks", "data", "environments", "groups", "nodes", "roles"] {
            put(&format!("containers/{name}.json"), json!({"containername": name, "containerpath": name}))?;
        }
        let group = |name: &str, users: &[&str], clients: &[&str], groups: &[&str]| {
            let document = json!({
                "name": name, "groupname": name, "users": users, "clients": clients, "groups": groups, "orgname": "acme",
            });
            put(&format!("groups/{name}.json"), document)
        };
        group("admins", &["alice", "pivotal"], &[], &[])?;
        group("users", &["pivotal"], &[], &[OWN])?;
        group(OWN, &["alice"], &[], &[])?;
        group("clients", &[], &["web01"], &[])?;
        group("cooks", &[], &["web01", "gone"], &["admins"])?;
        put(
            "clients/web01.json",
            json!({"name": "web01", "clientname": "web01", "validator": false, "public_key": web01_public}),
        )?;
        put(
            "nodes/web01.json",
            json!({
                "name": "web01", "chef_environment": "live", "run_list": ["role[base]", "web"], "normal": {"tags": ["a"]},
                "automatic": {"fqdn": "web01.example.com", "load": 0.25},
            }),
        )?;
        put("roles/base.json", json!({"name": "base", "run_list": ["recipe[web]"], "env_run_lists": {"live": []}}))?;
        put("environments/_default.json", json!({"name": "_default", "description": "The default Chef environment"}))?;
        put("environments/live.json", json!({"name": "live", "cookbook_versions": {"web": "= 1.2.3"}}))?;
        put("data_bags/secrets/db.json", json!({"id": "db", "password": {"encrypted_data": "x=\n", "version": 3}}))?;
        let policy =
            json!({"name": "site", "revision_id": "r1", "run_list": ["recipe[web::default]"], "cookbook_locks": {}});
        put("policies/site-r1.json", policy)?;
        put("policy_groups/live.json", json!({"name": "live", "policies": {"site": {"revision_id": "r1"}}}))?;
        put("acls/organization.json", lists(&["pivotal"], &["admins", "users"]))?;
        put("acls/nodes/web01.json", lists(&["web01", "pivotal", "nobody"], &["admins"]))?;
        put("acls/data_bags/secrets.json", lists(&["alice", "pivotal"], &[]))?;
        put("acls/cookbooks/web.json", lists(&["pivotal"], &["cooks"]))?;

        let cookbook = root.join("organizations/acme/cookbooks/web-1.2.3");
        let metadata =
            json!({"name": "web", "version": "1.2.3", "dependencies": {}, "platforms": {"ubuntu": ">= 20.04"}});
        write(&cookbook.join("metadata.json"), &metadata.to_string())?;
        write(&cookbook.join("status.json"), "{\"frozen\":true}")?;
        write(&cookbook.join("recipes/default.rb"), "log 'hello'\n")?;
        write(&cookbook.join("templates/ubuntu/motd.erb"), "<%= node.name %>\n")?;
        write(&cookbook.join("files/large.txt"), &"large\n".repeat(200_000))?;
        let artifact = root.join("organizations/acme/cookbook_artifacts/web-0123456789abcdef0123456789abcdef01234567");
        write(&artifact.join("metadata.json"), &metadata.to_string())?;
        write(&artifact.join("recipes/default.rb"), "log 'hello'\n")?;
        Ok(Self { root, alice: Signer::new("alice", &alice), web01: Signer::new("web01", &web01) })
    }

    fn is_in(&self, server: &Server) -> Result<()> {
        let get = |signer: &Signer, path: &str| -> Result<Value> {
            let answer = signer.get(server, path)?;
            ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text());
            answer.json()
        };
        let node = get(&self.web01, "/organizations/acme/nodes/web01")?;
        assert_eq!(node["run_list"], json!(["role[base]", "recipe[web]"]));
        assert_eq!(node["automatic"]["load"], json!(0.25));
        let found = get(&self.alice, "/organizations/acme/search/node?q=fqdn:web01*")?;
        assert_eq!(found["total"], 1, "{found}");
        assert_eq!(get(&self.alice, "/organizations/acme/groups/users")?["groups"], json!([OWN]));
        assert_eq!(get(&self.alice, "/organizations/acme/groups/cooks")?["clients"], json!(["web01"]));
        assert_eq!(get(&self.alice, "/organizations/acme/data/secrets/db")?["password"]["encrypted_data"], "x=\n");
        assert_eq!(self.web01.get(server, "/organizations/acme/data/secrets/db")?.status, 403);
        let policy = get(&self.alice, "/organizations/acme/policy_groups/live/policies/site")?;
        assert_eq!(policy["revision_id"], "r1");

        let cookbook = get(&self.web01, "/organizations/acme/cookbooks/web/1.2.3")?;
        assert_eq!((&cookbook["frozen?"], &cookbook["templates"][0]["specificity"]), (&json!(true), &json!("ubuntu")));
        let url = cookbook["recipes"][0]["url"].as_str().context("a recipe has an address")?;
        let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]));
        let file = server.anonymous()?.get(path.context("an address has a path")?)?;
        assert_eq!((file.status, file.text().as_str()), (200, "log 'hello'\n"));
        get(&self.alice, "/organizations/acme/cookbook_artifacts/web/0123456789abcdef0123456789abcdef01234567")?;

        let keys = json_of(server, &["chef", "key", "list", "alice"])?;
        assert_eq!((&keys[1]["name"], &keys[1]["expiration_date"]), (&json!("old"), &json!("2030-12-24T21:00:00Z")));
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    Ok(fs::write(path, text)?)
}

fn json_of(server: &Server, arguments: &[&str]) -> Result<Value> {
    Ok(serde_json::from_str(&server.quartermaster(&[arguments, &["--json"]].concat())?)?)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Every file below a folder by its path.
fn files(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root)?.to_owned(), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(found)
}

fn same(one: &Path, other: &Path) -> Result<()> {
    let (one, other) = (files(one)?, files(other)?);
    let names = |files: &BTreeMap<PathBuf, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for (path, text) in &one {
        assert_eq!(text, &other[path], "{}", path.display());
    }
    Ok(())
}

#[test]
fn a_backup_comes_in_and_goes_out_and_in_again() -> Result<()> {
    let place = tempfile::tempdir()?;
    let backup = Backup::write(place.path())?;
    let first = Server::options().start()?;
    let done = json_of(&first, &["chef", "import", &text(&backup.root)])?;
    assert_eq!(done["imported"]["acme"]["nodes"], json!({"created": 1, "replaced": 0, "unchanged": 0}), "{done}");
    let warnings = done["warnings"].to_string();
    assert!(warnings.contains("group cooks is without client gone"), "{warnings}");
    assert!(warnings.contains("lists of node web01 are without user or client nobody"), "{warnings}");
    backup.is_in(&first)?;
    // The superuser is left alone unless one says otherwise.
    let superuser = Signer::superuser(&first);
    let login = |server: &Server, signer: &Signer| -> Result<u16> {
        let body = json!({"username": "alice", "password": "U*U"}).to_string();
        Ok(signer.post(server, "/authenticate_user", &body)?.status)
    };
    assert_eq!(login(&first, &superuser)?, 200);

    assert_eq!(json_of(&first, &["chef", "verify"])?["failed"], json!([]));

    let (one, two, three) = (place.path().join("one"), place.path().join("two"), place.path().join("three"));
    let written = json_of(&first, &["chef", "export", &text(&one)])?;
    assert_eq!((&written["written"]["organizations"], &written["failed"]), (&json!(2), &json!([])), "{written}");
    assert_eq!(fs::metadata(one.join("key_dump.json"))?.permissions().mode() & 0o777, 0o600);
    let again = first.command(&["chef", "export", &text(&one)])?;
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("there is something in it"));

    // Into a fresh data folder, and out of it again: while it runs, and while it does not.
    let mut second = Server::options().start()?;
    // How far it has come is told line by line, where nobody looks at a terminal.
    let output = second.command(&["chef", "import", &text(&one), "--overwrite-pivotal"])?;
    let told = String::from_utf8(output.stderr)?;
    assert!(output.status.success() && told.contains("check acme/nodes (1)\n"), "{told}");
    assert!(told.contains("put acme/cookbooks (") && told.matches("put acme/nodes").count() == 1, "{told}");
    let output = second.command(&["chef", "export", &text(&two)])?;
    let told = String::from_utf8(output.stderr)?;
    assert!(output.status.success() && told.contains("write acme/nodes (1)\n"), "{told}");
    same(&one, &two)?;
    backup.is_in(&second)?;
    // The superuser is now that of the first server.
    assert_eq!(login(&second, &superuser)?, 200);
    assert_eq!(Signer::superuser(&second).get(&second, "/users")?.status, 401);
    second.stop()?;
    let once_more = json_of(&second, &["chef", "import", &text(&two), "--overwrite-pivotal"])?;
    let counts = once_more["imported"].as_object().into_iter().flatten().filter_map(|(_, sorts)| sorts.as_object());
    for (sort, counts) in counts.flatten() {
        assert_eq!((&counts["created"], &counts["replaced"]), (&json!(0), &json!(0)), "{sort}: {once_more}");
    }
    second.quartermaster(&["chef", "export", &text(&three)])?;
    same(&two, &three)?;

    // An index made anew finds the same; contents that are altered or gone are told of, with the exit code.
    let indexed = json_of(&second, &["chef", "reindex", "acme"])?;
    assert_eq!(indexed["indexed"], json!({"acme": 6}), "{indexed}");
    assert_eq!(json_of(&second, &["chef", "verify"])?["failed"], json!([]));
    let contents = files(&second.data().join("cookbook-files"))?;
    let recipe = contents.iter().find(|(_, text)| text.contains("large")).context("the large contents")?.0.clone();
    let path = second.data().join("cookbook-files").join(recipe);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    fs::write(&path, "small\n".repeat(200_000))?;
    let output = second.command(&["chef", "verify", "acme"])?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success() && said.contains("are others"), "{said}");
    let output = second.command(&["chef", "verify", "acme", "--json"])?;
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    assert!(!output.status.success() && answer["failed"][0]["name"] == "acme/cookbooks/web/1.2.3", "{answer}");
    fs::remove_file(&path)?;
    let output = second.command(&["chef", "verify"])?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success() && said.contains("acme/cookbooks/web/1.2.3: the contents"), "{said}");
    Ok(())
}

#[test]
fn nothing_is_imported_where_anything_is_wrong() -> Result<()> {
    let place = tempfile::tempdir()?;
    let backup = Backup::write(place.path())?;
    let server = Server::options().start()?;
    let organization = backup.root.join("organizations/acme");
    write(&organization.join("nodes/bad.json"), "{\"name\": \"other\"}")?;
    write(&organization.join("roles/torn.json"), "{\"name\": ")?;
    fs::remove_file(organization.join("cookbooks/web-1.2.3/metadata.json"))?;
    let output = server.command(&["chef", "import", &text(&backup.root)])?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success() && said.contains("nothing was imported, mistakes: 3"), "{said}");
    for part in ["nodes/bad.json: Node name mismatch.", "roles/torn.json: EOF", "web-1.2.3: there is no metadata.json"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(json_of(&server, &["chef", "org", "list"])?, json!(["default"]));
    assert_eq!(json_of(&server, &["chef", "user", "list"])?, json!(["pivotal"]));
    let output = server.command(&["chef", "import", &text(place.path())])?;
    assert!(String::from_utf8(output.stderr)?.contains("there is no folder `organizations`"));
    Ok(())
}

#[test]
fn a_starter_kit_speaks_for_its_user() -> Result<()> {
    let server = Server::options().start()?;
    let url = format!("https://localhost:{}/organizations/default", server.port());
    let folder = server.folder().join("repo");
    fs::create_dir(&folder)?;
    let place = text(&folder);
    let kit = ["chef", "starter-kit", "default", "--server-url", &url, "--dir", &place];
    server.quartermaster(&kit)?;
    let chef = folder.join(".chef");
    let config = fs::read_to_string(chef.join("config.rb"))?;
    assert!(
        config.contains(&format!("chef_server_url          \"{url}\"")) && config.contains("\"pivotal\""),
        "{config}"
    );
    assert!(fs::read_to_string(chef.join("credentials"))?.contains("client_key      = \"pivotal.pem\""));
    assert_eq!(fs::metadata(chef.join("pivotal.pem"))?.permissions().mode() & 0o777, 0o600);
    let trusted = fs::read_to_string(chef.join("trusted_certs/quartermaster-1.crt"))?;
    assert!(server.authority().contains(trusted.trim()), "{trusted}");
    let signer = Signer::new("pivotal", &chef.join("pivotal.pem"));
    assert_eq!(signer.get(&server, "/organizations/default/nodes")?.status, 200);
    // The key that the superuser had is good as before, and nothing is written over.
    assert_eq!(Signer::superuser(&server).get(&server, "/users")?.status, 200);
    let again = server.command(&kit)?;
    assert!(!again.status.success() && String::from_utf8(again.stderr)?.contains("is there already"));
    assert_eq!(json_of(&server, &["chef", "key", "list", "pivotal"])?[1]["name"], "starter-kit");
    let stranger = ["chef", "user", "create", "eve", "--email", "eve@example.com", "--password", "secret"];
    server.quartermaster(&stranger)?;
    let other = text(server.folder());
    let refused =
        server.command(&["chef", "starter-kit", "default", "--user", "eve", "--server-url", &url, "--dir", &other])?;
    assert!(String::from_utf8(refused.stderr)?.contains("org user-add"));
    Ok(())
}
