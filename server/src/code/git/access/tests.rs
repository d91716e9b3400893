use modules::sources::Configuration;
use serde_json::{Value, json};

use super::super::tests::git;
use super::*;

fn identity(settings: &Value, address: &str) -> Result<Identity, String> {
    let file = json!({"sources": {"ops": {"remote": "x"}}, "git": settings});
    let access = Configuration::read(&file).unwrap().git;
    let git = Git { access, ..git() };
    Identity::of(&git, &git.remote(address).unwrap()).map_err(|error| error.to_string())
}

/// The settings of `git` in the environment, and other variables.
fn given(identity: &Identity) -> Vec<(String, String)> {
    let get = |name: String| identity.environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    let count: usize = get("GIT_CONFIG_COUNT".to_owned()).unwrap().parse().unwrap();
    let mut all: Vec<(String, String)> = (0..count)
        .map(|n| {
            (get(format!("GIT_CONFIG_KEY_{n}")).unwrap().clone(), get(format!("GIT_CONFIG_VALUE_{n}")).unwrap().clone())
        })
        .collect();
    all.extend(identity.environment.iter().filter(|(name, _)| !name.starts_with("GIT_CONFIG_")).cloned());
    all
}

fn file_of(identity: &Identity) -> String {
    let folder = identity.credentials.as_ref().unwrap().path();
    fs::read_to_string(folder.join("credentials")).unwrap()
}

#[test]
fn a_password_is_handed_over_in_a_file_that_goes() {
    let identity = identity(&json!({}), "https://me:p%40ss:w'ord@host:8443/a.git").unwrap();
    let line = "https://me:p%40ss%3Aw%27ord@host:8443\n";
    assert_eq!(file_of(&identity), line);
    let environment = format!("{:?}", identity.environment);
    assert!(!environment.contains("p@ss") && !environment.contains("p%40ss"), "{environment}");
    assert_eq!(given(&identity)[0], ("credential.helper".to_owned(), String::new()));
    assert_eq!(identity.hide("x p@ss:w'ord y p%40ss%3Aw%27ord"), "x *** y ***");
    let folder = identity.credentials.as_ref().unwrap().path().to_owned();
    drop(identity);
    assert!(!folder.exists());
}

#[test]
fn a_token_comes_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let settings = json!({"oauth_token": path});
    fs::write(&path, "abc-1._~+/\n").unwrap();
    let found = identity(&settings, "https://somebody@host/a.git").unwrap();
    assert_eq!(file_of(&found), "https://x%2Doauth%2Dtoken:abc%2D1%2E%5F%7E%2B%2F@host\n");
    fs::write(&path, "a b\n").unwrap();
    let said = identity(&settings, "https://host/a.git").unwrap_err();
    assert!(said.ends_with("token: Supplied OAuth token contains invalid characters."), "{said}");
    fs::remove_file(&path).unwrap();
    let said = identity(&settings, "https://host/a.git").unwrap_err();
    assert_eq!(said, format!("{} is missing or unreadable, cannot load OAuth token", path.display()));
    assert!(identity(&json!({"oauth_token": "-"}), "https://host/a.git").is_err());
    assert_eq!(given(&identity(&settings, "/srv/a.git").unwrap()), []);
}

#[test]
fn ssh_takes_the_key_and_the_name_that_are_set() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("it's a key");
    fs::write(&key, "").unwrap();
    let settings = json!({"private_key": key, "username": "deployer"});
    let command = |address: &str| given(&identity(&settings, address).unwrap()).remove(0).1;
    let start = format!(r"ssh -o BatchMode=yes -o IdentitiesOnly=yes -i '{}/it'\''s a key'", folder.path().display());
    assert_eq!(command("git@host:a.git"), start);
    assert_eq!(command("ssh://host/a.git"), format!("{start} -o 'User=deployer'"));
    let said = identity(&json!({"private_key": "/nowhere"}), "ssh://git:pw@host/a.git").unwrap_err();
    let expected =
        "Unable to use SSH key auth for \"ssh://git@host/a.git\": private key \"/nowhere\" is missing or unreadable";
    assert_eq!(said, expected);
}

#[test]
fn names_and_proxies_go_through_settings() {
    let settings = json!({"username": "deployer", "proxy": "http://p:secret@proxy:3128"});
    let found = identity(&settings, "https://host/a.git").unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let proxy = pair("http.proxy", "http://p:secret@proxy:3128");
    assert_eq!(given(&found), [proxy.clone(), pair("credential.username", "deployer")]);
    assert_eq!(found.hide("no secret"), "no ***");
    let found = identity(&settings, "https://me@host/a.git").unwrap();
    assert_eq!(given(&found), [proxy, pair("credential.username", "me")]);
}

#[test]
fn texts_lose_the_secrets_of_addresses() {
    for (text, shown) in [
        ("nothing", "nothing"),
        ("see https://a:b@host/x and 'https://c@h:1/y@z'.", "see https://host/x and 'https://h:1/y@z'."),
        ("ssh://git@host/x ssh://git:pw@host/x", "ssh://git@host/x ssh://git@host/x"),
        ("https://host mail me@example.com", "https://host mail me@example.com"),
    ] {
        assert_eq!(without_secrets(text), shown);
    }
}
