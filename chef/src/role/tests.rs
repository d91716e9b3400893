use super::*;

#[test]
fn run_lists_of_environments_are_normalized() {
    let body = br#"{"name": "web", "env_run_lists": {"prod": ["a", "a"], "_default": []}, "run_list": ["b"]}"#;
    let role = parse(body).unwrap();
    assert_eq!(environments(&role), ["_default", "prod"]);
    assert_eq!(run_list_in(&role, "prod"), json!(["recipe[a]"]));
    assert_eq!(run_list_in(&role, "_default"), json!(["recipe[b]"]));
    assert_eq!(run_list_in(&role, "other"), Value::Null);
}

#[test]
fn refusals_are_the_originals() {
    let refused = |body: &str| parse(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused(r#"{"name": "a", "env_run_lists": 1}"#), "Field 'env_run_lists' contains invalid run lists");
    assert_eq!(refused(r#"{"name": "a", "env_run_lists": {"b c": []}}"#), "Invalid key 'b c' for env_run_lists");
    assert_eq!(
        refused(r#"{"name": "a", "env_run_lists": {"b": ["c d"]}}"#),
        "Field 'env_run_lists' contains invalid run lists"
    );
    assert_eq!(refused(r#"{"name": "a", "default_attributes": []}"#), "Field 'default_attributes' is not a hash");
    assert_eq!(parse_update(br#"{"name": "b"}"#, "a").unwrap_err().to_string(), "Role name mismatch.");
}
