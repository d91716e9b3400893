use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use modules::forge::{Archive, Bounds};

use super::build;

const BOUNDS: Bounds = Bounds { unpacked: 1 << 20, entries: 100, depth: 8, text: 1000 };
const METADATA: &str = r#"{"name": "acme-web", "version": "1.0.0"}"#;

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn contents(archive: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let bytes = fs::read(archive).unwrap();
    Archive::walk(bytes.as_slice(), &BOUNDS, |entry, _| {
        names.push(format!("{} {:?}", entry.path, entry.kind));
        Ok(())
    })
    .unwrap();
    names
}

#[test]
fn what_is_ignored_is_left_out_and_the_bytes_are_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("metadata.json", METADATA),
        ("manifests/init.pp", "class web {}"),
        ("spec/classes/web_spec.rb", ""),
        ("pkg/old.tar.gz", ""),
        (".git/config", ""),
        (".pdkignore", "# comment\n/spec\n*.swp\n!keep.swp\n"),
        (".gitignore", "/manifests\n"),
        ("a.swp", ""),
        ("keep.swp", ""),
        ("files/run.sh", "#!"),
    ] {
        write(dir.path(), path, text);
    }
    fs::set_permissions(dir.path().join("files/run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
    let built = build(dir.path(), None, &BOUNDS).unwrap();
    assert_eq!(built.path, dir.path().join("pkg/acme-web-1.0.0.tar.gz"));
    let plain = |size: u64| format!("File {{ size: {size}, executable: false }}");
    let expected = [
        " Folder".to_owned(),
        format!(".gitignore {}", plain(11)),
        format!(".pdkignore {}", plain(32)),
        "files Folder".to_owned(),
        format!("keep.swp {}", plain(0)),
        "manifests Folder".to_owned(),
        format!("metadata.json {}", plain(METADATA.len() as u64)),
        "files/run.sh File { size: 2, executable: true }".to_owned(),
        format!("manifests/init.pp {}", plain(12)),
    ];
    assert_eq!(contents(&built.path), expected);
    let first = fs::read(&built.path).unwrap();
    fs::set_permissions(dir.path().join("manifests/init.pp"), fs::Permissions::from_mode(0o600)).unwrap();
    let other = tempfile::tempdir().unwrap();
    let again = build(dir.path(), Some(other.path()), &BOUNDS).unwrap();
    assert_eq!((fs::read(&again.path).unwrap(), again.sha256), (first, built.sha256));
}

#[test]
fn what_cannot_be_in_a_module_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let fault = || format!("{:#}", build(dir.path(), None, &BOUNDS).err().unwrap());
    assert!(fault().contains("metadata.json"), "{}", fault());
    write(dir.path(), "metadata.json", METADATA);
    std::os::unix::fs::symlink("metadata.json", dir.path().join("link")).unwrap();
    assert!(fault().contains("link: symbolic links"), "{}", fault());
    fs::remove_file(dir.path().join("link")).unwrap();
    write(dir.path(), &format!("files/{}", "x".repeat(120)), "");
    assert!(fault().contains("the name is too long"), "{}", fault());
}
