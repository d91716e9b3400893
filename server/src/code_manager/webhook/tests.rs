use modules::sources::Configuration;

use super::*;

fn sources(settings: &Value) -> Vec<Source> {
    Configuration::read(&json!({ "sources": settings })).unwrap().sources
}

fn names(settings: &Value, prefix: Option<&str>, branches: &[&str]) -> Vec<String> {
    let branches: Vec<String> = branches.iter().map(|&branch| branch.to_owned()).collect();
    environments(&sources(settings), prefix, &branches)
}

#[test]
fn branches_are_named_as_their_source_names_them() {
    let settings = json!({
        "ops": { "remote": "x", "strip_component": "env/", "ignore_branch_prefixes": ["tmp"] },
        "data": { "remote": "y" },
        "qa": { "remote": "z", "prefix": true },
    });
    assert_eq!(names(&settings, None, &["env/main"]), ["main", "env_main"]);
    assert_eq!(names(&settings, Some("qa"), &["main", "a-b"]), ["qa_main", "qa_a_b"]);
    assert_eq!(names(&settings, Some("other"), &["a-b"]), ["other_a_b"]);
    let only_ops = json!({ "ops": settings["ops"] });
    assert_eq!(names(&only_ops, None, &["tmp1"]), Vec::<String>::new());
}
