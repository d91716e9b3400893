use super::*;

#[test]
fn expands_by_letters() {
    assert_eq!(expand("modules", "/e/production"), "/e/production/modules");
    assert_eq!(expand("../shared//x/./y", "/e/production"), "/e/shared/x/y");
    assert_eq!(expand("/a/../../b", "/e"), "/b");
}

#[test]
fn below_knows_whole_names() {
    assert_eq!(below("/a/b/c", "/a/b"), Some("c"));
    assert_eq!(below("/a/b", "/a/b/"), Some(""));
    assert_eq!(below("/a/bc", "/a/b"), None);
}
