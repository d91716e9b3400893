use std::os::unix::fs::PermissionsExt;

use super::{CA_KEY, DataDir, DataDirError, write_whole};

#[test]
fn two_servers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let first = DataDir::open(&root).unwrap();
    assert!(matches!(DataDir::open(&root), Err(DataDirError::InUse(_))));
    drop(first);
    assert!(DataDir::open(&root).is_ok());
}

#[test]
fn nobody_else_looks_in() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let _held = DataDir::open(folder.path()).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&folder.path().join("ca")), 0o700);
    let key = folder.path().join(CA_KEY);
    write_whole(&key, b"secret", 0o600).unwrap();
    assert_eq!(mode(&key), 0o600);
}

#[test]
fn a_file_is_replaced_whole_and_leaves_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    write_whole(&path, b"one", 0o644).unwrap();
    write_whole(&path, b"two", 0o644).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"two");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
