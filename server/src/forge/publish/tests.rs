use flate2::Compression;
use flate2::write::GzEncoder;
use modules::forge::Bounds;
use tar::{Builder, Header};

use super::check;

const BOUNDS: Bounds = Bounds { unpacked: 1 << 20, entries: 100, depth: 8, text: 100 };

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("acme-web-1.0.0/{path}"), text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

#[test]
fn what_is_shown_of_an_archive_is_found() {
    let long = "x".repeat(101);
    let files = [
        ("README.md", "Read me"),
        ("CHANGELOG", "Changed"),
        ("REFERENCE.md", long.as_str()),
        ("docs/LICENSE", "no"),
        ("metadata.json", r#"{"name": "acme-web", "version": "1.0.0"}"#),
        ("plans/init.pp", ""),
        ("plans/sub/go.pp", ""),
        ("tasks/restart.json", "{}"),
        ("tasks/restart.sh", ""),
        ("tasks/alone.json", "{}"),
    ];
    let checked = check(&archive(&files), &BOUNDS).unwrap();
    assert_eq!(checked.metadata.release.to_string(), "acme-web-1.0.0");
    let texts = checked.texts;
    assert_eq!((texts.readme.as_deref(), texts.changelog.as_deref()), (Some("Read me"), Some("Changed")));
    assert_eq!((texts.reference, texts.license), (None, None));
    assert_eq!(checked.contents.plans, ["web", "web::sub::go"]);
    assert_eq!(checked.contents.tasks, [("restart".to_owned(), vec!["restart.sh".to_owned()])]);
}
