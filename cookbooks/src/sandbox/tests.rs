use serde_json::json;

use super::{announced, completion};

#[test]
fn takes_checksums_without_values() {
    let sum = "0123456789abcdef0123456789ABCDEF";
    assert_eq!(announced(json!({"checksums": {sum: null}})), Ok(vec![sum.to_owned()]));
    let text = |body| announced(body).expect_err("a refusal").to_string();
    assert_eq!(text(json!({})), "Field 'checksums' missing");
    assert_eq!(text(json!({"checksums": []})), "Field 'checksums' invalid");
    assert_eq!(text(json!({"checksums": {}})), "Bad checksums!");
    assert_eq!(text(json!({"checksums": {sum: "foo"}})), "Bad checksums!");
    assert_eq!(text(json!({"checksums": {"short": null}})), "Bad checksums!");
    assert_eq!(text(json!([])), "Incorrect JSON type for request body");
}

#[test]
fn ends_only_with_true() {
    assert_eq!(completion(json!({"is_completed": true})), Ok(()));
    for body in [json!({}), json!({"is_completed": "true"}), json!({"is_completed": false})] {
        let text = completion(body).expect_err("a refusal").to_string();
        assert_eq!(text, "JSON body must contain key '\"complete\"' with value 'true'.");
    }
}
