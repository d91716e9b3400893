use serde_json::{Value, json};

use super::Revision;

fn sent() -> Value {
    json!({
        "revision_id": "909c26701e291510eacdc6c06d626b9fa5350d25",
        "name": "web",
        "run_list": ["recipe[demo::default]"],
        "cookbook_locks": {"demo": {"identifier": "f04cc4", "version": "1.2.3"}},
        "policy_group": "prod",
    })
}

fn refused(change: impl Fn(&mut Value)) -> String {
    let mut body = sent();
    change(&mut body);
    Revision::parse("web", body).expect_err("a refusal").to_string()
}

#[test]
fn keeps_all_but_the_group() {
    let revision = Revision::parse("web", sent()).expect("a revision");
    assert_eq!(revision.id, "909c26701e291510eacdc6c06d626b9fa5350d25");
    assert!(!revision.document().contains_key("policy_group"));
}

#[test]
fn says_what_is_wrong_as_the_original_does() {
    assert_eq!(refused(|body| body["revision_id"] = json!("a".repeat(256))), "Field 'revision_id' invalid");
    assert_eq!(refused(|body| body["revision_id"] = json!("a+b")), "Field 'revision_id' invalid");
    assert_eq!(refused(|body| body["name"] = json!("other")), "Field 'name' invalid : web does not match other");
    assert_eq!(refused(|body| body["run_list"] = json!({})), "Field 'run_list' is not a valid run list");
    for item in ["recipe[demo]", "role[demo]", "demo::default", "recipe[demo::default@1.0.0]"] {
        assert_eq!(refused(|body| body["run_list"] = json!([item])), "Field 'run_list' is not a valid run list");
    }
    assert_eq!(refused(|body| body["cookbook_locks"] = json!([])), "Field 'cookbook_locks' invalid");
    assert_eq!(
        refused(|body| drop(
            body["cookbook_locks"]["demo"].as_object_mut().expect("a lock").shift_remove("identifier")
        )),
        "Field 'identifier' missing"
    );
    assert_eq!(
        refused(|body| body["cookbook_locks"]["demo"]["dotted_decimal_identifier"] = json!("foo")),
        "Field 'dotted_decimal_identifier' is not a valid version"
    );
    assert_eq!(
        refused(|body| body["cookbook_locks"]["demo"]["version"] = json!(1)),
        "Field 'version' is not a valid version"
    );
}
