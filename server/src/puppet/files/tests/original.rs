//! The same requests put to the original's file server, where its gem is installed. One answer differs
//! on purpose and is not among them: a link that leads nowhere fails a whole recursive answer there.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::*;

const CASES: &str = include_str!("cases.txt");

#[test]
fn answers_as_the_original_does() {
    let root = TempDir::new().unwrap();
    let module = root.path().join("modules/zz");
    plant(&module);
    let Some(expected) = ask_original(root.path()) else {
        eprintln!("skipped: ruby with the puppet gem is not installed");
        return;
    };
    fs::create_dir_all(root.path().join("environments/production")).unwrap();
    let conf = "modulepath = $basemodulepath\n";
    fs::write(root.path().join("environments/production/environment.conf"), conf).unwrap();
    let environments = Environments::open(EnvironmentSettings::classic(root.path()), syntax::Strict::Warning);
    // Entries are named after the user and group that own the module.
    let owner = {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(&module).unwrap();
        Owner { uid: metadata.uid(), gid: metadata.gid() }
    };
    let mut wrong = Vec::new();
    for (case, expected) in CASES.lines().zip(&expected) {
        let answer = answer(&environments, case, owner);
        if by_name(answer.clone()) != by_name(expected.clone()) {
            wrong.push(format!("{case}\n  ours:   {answer}\n  theirs: {expected}"));
        }
    }
    assert_eq!(CASES.lines().count(), expected.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
}

/// Every sort of file in one module.
fn plant(module: &Path) {
    let files = [
        ("files/a", "a\n"),
        ("files/.svnx", "s\n"),
        ("files/empty", ""),
        ("files/sub/deep/er/x", "x\n"),
        ("lib/d/.git/x", ""),
        ("lib/d/y.rb", "y\n"),
        ("facts.d/f.txt", "f=1\n"),
    ];
    for (relative, content) in files {
        let path = module.join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    for (link, to) in [("l", "a"), ("dang", "nowhere"), ("dirl", "sub")] {
        symlink(to, module.join("files").join(link)).unwrap();
    }
    fs::set_permissions(module.join("files/sub"), fs::Permissions::from_mode(0o700)).unwrap();
    drop(Command::new("mkfifo").arg(module.join("files/ff")).status());
}

fn ask_original(root: &Path) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/puppet/files/tests/original.rb");
    let mut ruby = Command::new("ruby")
        .arg(script)
        .args([root.join("modules"), root.join("scratch")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .env("TZ", "UTC")
        .spawn()
        .ok()?;
    ruby.stdin.take()?.write_all(CASES.as_bytes()).ok()?;
    let output = ruby.wait_with_output().ok()?;
    output.status.success().then_some(())?;
    String::from_utf8(output.stdout).ok()?.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

fn answer(environments: &Environments, case: &str, owner: Owner) -> Value {
    let mut words = case.split(' ');
    let (kind, key, query) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let (environment, request) = (production(environments), asked(key, query));
    let body = match kind {
        "one" => single(&environment, &request, owner),
        _ => recursive(&environment, &request, owner).map(|body| body.plain().to_vec()),
    };
    match body {
        Ok(body) => serde_json::from_slice(&body).unwrap(),
        Err(FileError::NotFound(_)) => Value::Null,
        Err(error) => error.to_string().into(),
    }
}

/// The original lists folders in the order of the disk, we by name.
fn by_name(answer: Value) -> Value {
    match answer {
        Value::Array(mut entries) => {
            entries.sort_by_key(|entry| entry["relative_path"].to_string());
            entries.into()
        }
        other => other,
    }
}
