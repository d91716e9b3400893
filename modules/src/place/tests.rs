use super::*;

fn module(module: &str, file: &str) -> Place {
    Place::Module { module: module.into(), file: file.into() }
}

#[test]
fn manifests() {
    assert_eq!(of(Sort::Manifest, "ntp"), Some(module("ntp", "manifests/init.pp")));
    assert_eq!(of(Sort::Manifest, "ntp::a::b"), Some(module("ntp", "manifests/a/b.pp")));
}

#[test]
fn functions_and_types() {
    assert_eq!(of(Sort::Function, "ntp::f"), Some(module("ntp", "functions/f.pp")));
    assert_eq!(of(Sort::TypeAlias, "ntp::t::u"), Some(module("ntp", "types/t/u.pp")));
    assert_eq!(of(Sort::Function, "f"), Some(Place::Environment { file: "functions/f.pp".into() }));
    assert_eq!(of(Sort::TypeAlias, "environment::t"), Some(Place::Environment { file: "types/t.pp".into() }));
    assert_eq!(of(Sort::TypeAlias, "t"), None);
}

#[test]
fn tricks_lead_nowhere() {
    for name in ["", "::a", "a::", "a::../b", "a::b/c", "a::.hidden", "..", "a::\0"] {
        assert_eq!(of(Sort::Manifest, name), None, "{name}");
    }
}

#[test]
fn names_begin_with_what_the_file_is_for() {
    assert_eq!(namespace(Sort::Manifest, "ntp"), Some("ntp"));
    assert_eq!(namespace(Sort::Manifest, "ntp::init"), Some("ntp"));
    assert_eq!(namespace(Sort::Manifest, "ntp::a::b"), Some("ntp::a::b"));
    assert_eq!(namespace(Sort::Function, "f"), None);
}
