use std::fs;
use std::path::Path;

use futures_util::StreamExt;
use tempfile::TempDir;

use super::*;
use crate::environments::EnvironmentSettings;

const OWNER: Owner = Owner { uid: 102, gid: 105 };
const PLUGINS: &str = "recurse=true&max_files=-1&ignore=.svn&ignore=CVS&ignore=.git&ignore=.hg&links=follow&\
                       checksum_type=sha256&source_permissions=ignore&environment=production";

fn code(files: &[(&str, &str)]) -> (TempDir, Environments) {
    let root = TempDir::new().unwrap();
    for (relative, content) in files {
        let path = root.path().join("environments/production").join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let mut settings = EnvironmentSettings::classic(root.path());
    fs::create_dir_all(root.path().join("mounted/sub")).unwrap();
    fs::write(root.path().join("mounted/sub/x"), "mounted").unwrap();
    settings.mounts.custom.insert("own".into(), root.path().join("mounted").to_string_lossy().into_owned());
    (root, Environments::open(settings, syntax::Strict::Warning))
}

fn asked(key: &str, query: &str) -> FileRequest {
    let parameters = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    FileRequest { key: key.into(), parameters, client: "agent.example".into() }
}

fn production(environments: &Environments) -> Arc<Environment> {
    environments.get(&EnvironmentName::production()).unwrap()
}

fn many(environments: &Environments, key: &str, query: &str) -> Result<Vec<serde_json::Value>, String> {
    let body = recursive(&production(environments), &asked(key, query), OWNER).map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice(&body.plain()).unwrap())
}

fn one(environments: &Environments, key: &str, query: &str) -> Result<serde_json::Value, String> {
    let body = single(&production(environments), &asked(key, query), OWNER).map_err(|error| error.to_string())?;
    Ok(serde_json::from_slice(&body).unwrap())
}

#[test]
fn plugins_are_merged_and_kept() {
    let (root, environments) = code(&[
        ("modules/a/lib/facter/x.rb", "1"),
        ("modules/b/lib/facter/x.rb", "2"),
        ("modules/b/lib/facter/y.rb", "3"),
        ("modules/b/lib/.git/z", ""),
    ]);
    let answer = many(&environments, "plugins", PLUGINS).unwrap();
    let pairs: Vec<(String, &str)> = answer
        .iter()
        .map(|entry| {
            let path = entry["path"].as_str().unwrap();
            let path = path.replace(&format!("{}/environments/production/modules/", root.path().display()), "");
            (path, entry["relative_path"].as_str().unwrap())
        })
        .collect();
    let expected = [("a/lib", "."), ("a/lib", "facter"), ("a/lib", "facter/x.rb"), ("b/lib", "facter/y.rb")];
    assert_eq!(pairs, expected.map(|(path, relative)| (path.to_owned(), relative)));

    let environment = production(&environments);
    let again = || recursive(&environment, &asked("plugins", PLUGINS), OWNER).unwrap();
    assert!(Arc::ptr_eq(&again(), &again()));
    assert!(again().gzip().unwrap().len() < again().plain().len());

    fs::write(root.path().join("environments/production/modules/b/lib/facter/y.rb"), "4").unwrap();
    let later = many(&environments, "plugins", PLUGINS).unwrap();
    assert_ne!(later[3]["checksum"], answer[3]["checksum"]);
}

#[test]
fn no_plugins_at_all() {
    let (root, environments) = code(&[("modules/a/manifests/init.pp", "")]);
    let answer = many(&environments, "plugins", PLUGINS).unwrap();
    assert_eq!(answer.len(), 1);
    let path = format!("{}/environments/production/modules", root.path().display());
    assert_eq!(answer[0]["path"].as_str(), Some(&*path));
    let (root, environments) = code(&[("manifests/site.pp", "")]);
    let answer = many(&environments, "pluginfacts", PLUGINS).unwrap();
    assert_eq!(answer.len(), 1);
    assert_eq!(answer[0]["path"].as_str(), root.path().to_str());
}

#[test]
fn single_files_and_refusals() {
    let (root, environments) = code(&[("modules/a/files/x", "hello"), ("modules/a/files/d/y", "")]);
    let found = one(&environments, "modules/a/x", "checksum_type=md5").unwrap();
    assert_eq!(found["checksum"]["value"], "{md5}5d41402abc4b2a76b9719d911017c592");
    assert_eq!(found["owner"], 102);
    assert_eq!(one(&environments, "own/sub/x", "").unwrap()["type"], "file");
    assert_eq!(many(&environments, "own/sub", "recurse=true").unwrap().len(), 2);
    let errors = [
        (one(&environments, "modules/a/none", ""), "Could not find file_metadata modules/a/none"),
        (one(&environments, "own/none", ""), "Could not find file_metadata own/none"),
        (one(&environments, "modules/a/x", "checksum_type=bogus"), "Unsupported checksum type bogus"),
        (
            one(&environments, "nomount/x", ""),
            "Not authorized to call find on /file_metadata/nomount/x with {:rest=>\"nomount/x\"}",
        ),
        (one(&environments, "modules/a/../../x", ""), "Cannot find file: Invalid relative path 'a/../../x'"),
    ];
    for (outcome, text) in errors {
        assert_eq!(outcome.unwrap_err(), text);
    }
    assert_eq!(
        many(&environments, "modules/nomod", "recurse=true").unwrap_err(),
        "Could not find instances in file_metadata with 'modules/nomod'"
    );
    let environment = production(&environments);
    let place = locate(&environment, &asked("modules/a/x", "")).unwrap();
    assert_eq!(Path::new(&place), root.path().join("environments/production/modules/a/files/x"));
    let error = locate(&environment, &asked("modules/a/nope", "")).unwrap_err().to_string();
    assert_eq!(error, "Could not find file_content modules/a/nope");
}

#[test]
fn environments_are_named() {
    assert!(matches!(asked("x", "").environment(), Err(FileError::NoEnvironment)));
    assert!(matches!(asked("x", "environment=a-b").environment(), Err(FileError::BadEnvironment(_))));
    assert_eq!(asked("x", "environment=test").environment().unwrap().as_str(), "test");
}

#[actix_web::test]
async fn content_is_streamed_in_pieces() {
    let (root, _environments) = code(&[]);
    let path = root.path().join("large");
    let bytes: Vec<u8> = (0..700_001_u32).map(|number| number as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let content = content::Content::open(path.to_str().unwrap()).unwrap();
    assert_eq!(content.length, 700_001);
    let pieces: Vec<_> = content.stream().map(Result::unwrap).collect().await;
    assert!(pieces.len() > 2);
    assert_eq!(pieces.concat(), bytes);
    let whole = content::Content::open(path.to_str().unwrap()).unwrap().whole().unwrap();
    assert_eq!(whole, bytes);
    assert!(content::Content::open(root.path().to_str().unwrap()).is_err());
    assert!(content::Content::open("/nonexistent").is_err());
}

#[test]
fn the_list_of_environments() {
    let (root, environments) = code(&[("environment.conf", "environment_timeout = unlimited\n")]);
    let list = listing::environments(&environments);
    let home = root.path().join("environments");
    assert_eq!(list["search_paths"][0], format!("file://{}", home.display()));
    let settings = &list["environments"]["production"]["settings"];
    assert_eq!(settings["modulepath"][0], home.join("production/modules").to_str().unwrap());
    assert_eq!(settings["manifest"], home.join("production/manifests").to_str().unwrap());
    assert_eq!(settings["environment_timeout"], "unlimited");
    assert_eq!(settings["config_version"], "");
}

mod original;
