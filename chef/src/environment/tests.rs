use super::*;

#[test]
fn constraints_have_an_operator_and_a_version() {
    for good in ["1.0", "= 1.0.0", "~> 2.3", ">= 0.0.0", "< 9223372036854775807.0"] {
        assert!(is_constraint(good), "{good}");
    }
    for bad in ["", "1", "=1.0", "1.0.0.0", "!= 1.0", "~> 1", "1.x", "1.9223372036854775808", ">=  1.0"] {
        assert!(!is_constraint(bad), "{bad}");
    }
}

#[test]
fn refusals_are_the_originals() {
    let refused = |body: &str| parse(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused("{}"), "Field 'name' missing");
    assert_eq!(refused(r#"{"name": "a", "x": 1}"#), "Invalid key x in request body");
    assert_eq!(refused(r#"{"name": "a", "cookbook_versions": {"b": "x"}}"#), "Invalid value 'x' for cookbook_versions");
    assert_eq!(
        refused(r#"{"name": "a", "cookbook_versions": {"b c": "1.0"}}"#),
        "Invalid key 'b c' for cookbook_versions"
    );
    assert_eq!(refused(r#"{"name": "a", "cookbook_versions": []}"#), "Field 'cookbook_versions' is not a hash");
    assert_eq!(parse(br#"{"name": "a"}"#).unwrap().len(), KEYS.len());
}
