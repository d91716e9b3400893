use super::*;

#[test]
fn caches_have_names_that_tell_them_apart() {
    let name = cache_name("https://example.com/puppet/apache.git");
    assert!(name.starts_with("apache-") && !name.contains('/'), "{name}");
    assert_ne!(name, cache_name("https://example.org/puppet/apache.git"));
    assert!(!cache_name("/srv/../..").contains('/') && !cache_name("/srv/../..").starts_with('.'));
}

#[test]
fn git_is_asked_only_for_what_a_list_of_names_cannot_tell() {
    for name in ["main", "b03", "v1.0.0", "feature/x", "release-grand"] {
        assert!(!is_expression(name), "{name}");
    }
    for name in ["0123abc", "v1^0", "main~3", "main@{1}", "v1.0-3-g0123abc"] {
        assert!(is_expression(name), "{name}");
    }
}

#[test]
fn notes_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.notes");
    let trees = BTreeMap::from([("1".repeat(40), "2".repeat(40))]);
    let notes = Notes { trees, fetched: "abc".to_owned() };
    notes.write(&path).unwrap();
    assert_eq!(Notes::read(&path), notes);
    std::fs::write(&path, "nonsense\n1 2\n").unwrap();
    assert_eq!(Notes::read(&path), Notes::default());
}
