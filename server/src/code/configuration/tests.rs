use super::*;

const FILE: &str = "---
:cachedir: '/var/cache/r10k'
:sources:
  :ops:
    remote: 'git@git.example.com:control.git'
    basedir: '/srv/environments'
    prefix: yes
:deploy:
  purge_levels: [:deployment]
colour: red
";

#[test]
fn a_file_is_imported_whole_and_for_nobody_else_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("r10k.yaml");
    fs::write(&from, FILE).unwrap();
    let data = dir.path().join("data");
    let (to, configuration) = import(&from, &data).unwrap();
    assert_eq!(to, data.join("code/r10k.yaml"));
    assert_eq!(fs::read_to_string(&to).unwrap(), FILE);
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(configuration.sources[0].prefix.as_deref(), Some("ops"));
    assert!(!configuration.deploy.purge_levels.puppetfile);
    assert_eq!(configuration.warnings, ["the setting colour is not known, and is ignored"]);
    assert_eq!(read(&to).unwrap(), configuration);
}

#[test]
fn what_is_wrong_leaves_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("r10k.yaml");
    fs::write(&from, FILE).unwrap();
    let (to, _) = import(&from, dir.path()).unwrap();
    let refused = |text: &str| {
        fs::write(&from, text).unwrap();
        import(&from, dir.path()).unwrap_err()
    };
    assert!(refused("sources: {ops: {}}").ends_with("sources.ops.remote: is missing"));
    assert!(refused("").ends_with("but doesn't contain any YAML"));
    assert!(refused("a: [").starts_with("Couldn't load config file: "));
    fs::remove_file(&from).unwrap();
    assert!(import(&from, dir.path()).unwrap_err().starts_with("Couldn't load config file: "));
    assert_eq!(fs::read_to_string(&to).unwrap(), FILE);
}

#[test]
fn environments_are_listed_by_a_file_or_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("r10k.yaml");
    let source = |kind: &str, config: &Path| {
        let config = config.display();
        fs::write(&from, format!("sources: {{ s: {{ type: {kind}, config: {config} }} }}")).unwrap();
        read(&from).unwrap().sources.remove(0)
    };
    let file = dir.path().join("environments.yaml");
    let environment = "{ type: git, source: x, version: 8820892, modules: { puppetlabs-apt: :latest } }";
    fs::write(&file, format!("production: {environment}\n")).unwrap();
    let in_file = listed(&source("yaml", &file)).unwrap();
    assert_eq!(in_file.len(), 1);
    let folder = dir.path().join("environments.d");
    let missing = listed(&source("yamldir", &folder)).unwrap_err();
    assert_eq!(missing, format!("Error opening {}: config must be a directory", folder.display()));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("production.yaml"), environment).unwrap();
    fs::write(folder.join("notes.txt"), "no YAML: [").unwrap();
    assert_eq!(listed(&source("yamldir", &folder)).unwrap(), in_file);
    fs::write(folder.join("test.yaml"), "[").unwrap();
    assert!(listed(&source("yamldir", &folder)).unwrap_err().starts_with("Error loading "));
}
