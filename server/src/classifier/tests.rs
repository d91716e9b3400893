use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

fn ask(script: &str) -> Result<Option<Classification>, String> {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("enc");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    let name = Certname::parse("web01.example").unwrap();
    classify(&["/bin/sh".to_owned(), path.clone()], &name, Duration::from_secs(5))
        .map_err(|error| error.to_string().replace(&path, "ENC"))
}

#[test]
fn classes_parameters_environment() {
    let script = r#"printf -- '---\nclasses:\n  ntp:\n    servers: [a]\n  motd:\nparameters:\n  who: '"$1"'\n  n: 3\nenvironment: test\n'"#;
    let found = ask(script).unwrap().unwrap();
    let names: Vec<&str> = found.classes.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["ntp", "motd"]);
    assert_eq!(found.classes[0].1.as_ref().unwrap().len(), 1);
    assert!(found.classes[1].1.is_none());
    assert!(
        matches!(&found.parameters[0], (name, Value::String(who)) if &**name == "who" && &**who == "web01.example")
    );
    assert!(matches!(&found.parameters[1], (name, Value::Integer(3)) if &**name == "n"));
    assert_eq!(found.environment.unwrap().as_str(), "test");
}

#[test]
fn lists_of_classes_and_silence() {
    let found = ask("echo 'classes: [a, b]'").unwrap().unwrap();
    assert_eq!(found.classes.len(), 2);
    assert!(found.environment.is_none());
    assert!(ask("echo '  '").unwrap().is_none());
    assert!(ask("echo '{}'").unwrap().unwrap().classes.is_empty());
}

#[test]
fn failures_in_the_words_of_the_original() {
    assert_eq!(
        ask("echo no; exit 2").unwrap_err(),
        "Failed to find web01.example via exec: Execution of '/bin/sh ENC web01.example' returned 2: no"
    );
    let start = "Could not load external node results for web01.example: ";
    for script in ["echo 'a: [1'", "echo 7", "echo '1: 2'", "echo 'environment: a-b'", "echo 'classes: 3'"] {
        let error = ask(script).unwrap_err();
        assert!(error.starts_with(start), "{error}");
    }
    let name = Certname::parse("n").unwrap();
    let relative = classify(&["enc".to_owned()], &name, Duration::from_secs(1)).unwrap_err().to_string();
    assert_eq!(relative, "Failed to find n via exec: You must set the exec parameter to a fully qualified command");
}
