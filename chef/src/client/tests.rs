use super::*;

#[test]
fn either_name_will_do() {
    for body in [r#"{"name": "c"}"#, r#"{"clientname": "c"}"#, r#"{"name": "c", "clientname": "c"}"#] {
        assert_eq!(parse(body.as_bytes(), ApiVersion(1), None).unwrap().name, "c");
    }
    let now = Current { name: "now", validator: true };
    let kept = parse(b"{}", ApiVersion(0), Some(&now)).unwrap();
    assert_eq!((kept.name.as_str(), kept.validator), ("now", true));
}

#[test]
fn refusals_are_the_originals() {
    let refused = |body: &str, api| parse(body.as_bytes(), ApiVersion(api), None).unwrap_err().to_string();
    assert_eq!(refused("{}", 0), "Field 'name' missing");
    assert_eq!(refused(r#"{"name": "a", "clientname": "b"}"#, 0), "name and clientname must match");
    assert_eq!(
        refused(r#"{"name": "a b"}"#, 0),
        "Invalid client name 'a b' using regex: 'Malformed client name.  Must be A-Z, a-z, 0-9, _, -, or .'."
    );
    assert_eq!(refused(r#"{"name": "a", "validator": 1}"#, 1), "Field 'validator' invalid");
    assert_eq!(refused(r#"{"name": "a", "public_key": "x"}"#, 1), "Public Key must be a valid key.");
}

#[test]
fn version_0_has_keys_in_the_document() {
    let source = |body: &str| parse(body.as_bytes(), ApiVersion(0), None).unwrap().source;
    assert_eq!(source(r#"{"name": "a", "private_key": true}"#), Source::Made);
    assert_eq!(source(r#"{"name": "a"}"#), Source::Made);
    assert_eq!(source(r#"{"name": "a", "public_key": "k"}"#), Source::Given("k".to_owned()));
}
