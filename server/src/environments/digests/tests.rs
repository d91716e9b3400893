use std::fs;

use super::*;

#[test]
fn follows_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let digests = FileDigests::default();
    let sum = |content: &str| {
        fs::write(path, content).unwrap();
        let status = disk::status(&fs::metadata(path).unwrap());
        digests.digest(path, &status, ChecksumType::Md5).unwrap()
    };
    assert_eq!(sum("a\n"), "60b725f10c9c85c70d97880dfe8191b3");
    // Same length, and perhaps the same times.
    assert_eq!(sum("b\n"), "3b5d5c3712955042212316173ccf37be");
    assert_eq!(sum(""), "d41d8cd98f00b204e9800998ecf8427e");
    assert!(digests.lock().is_empty(), "files that were just written are not remembered");
}

#[test]
fn old_files_are_read_once() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let status = disk::status(&fs::metadata(path).unwrap());
    if i128::from(status.ctime) + BLUR > crate::clock::now().as_nanosecond() {
        eprintln!("skipped: the file was just checked out");
        return;
    }
    let digests = FileDigests::default();
    let first = digests.digest(path, &status, ChecksumType::Sha256).unwrap();
    assert_eq!(digests.lock().len(), 1);
    assert_eq!(digests.digest("/nonexistent/now", &status, ChecksumType::Sha256).unwrap(), first);
}

#[test]
fn what_cannot_be_read_is_named() {
    let status = disk::status(&fs::metadata("/").unwrap());
    let error = FileDigests::default().digest("/nonexistent", &status, ChecksumType::Sha1).unwrap_err();
    assert!(error.ends_with(" - /nonexistent"), "{error}");
}
