use super::*;

fn refused(body: &str) -> String {
    parse(body.as_bytes()).unwrap_err().to_string()
}

#[test]
fn dates_are_exact() {
    assert_eq!(date("infinity"), Some(End::Never));
    assert_eq!(date("2049-12-24T21:00:00Z"), Some(End::At("2049-12-24T21:00:00Z".parse().unwrap())));
    for bad in ["", "2049-12-24T21:00:00", "2010-09-32T10:00:00Z", "2049-12-24 21:00:00Z", "2049-12-24T21:00:00z"] {
        assert_eq!(date(bad), None, "{bad}");
    }
}

#[test]
fn keys_show_their_end() {
    let mut key = Key::default_with("pem");
    assert_eq!(key.json()["expiration_date"], "infinity");
    key.expires_at = Some("2049-12-24T21:00:00Z".parse().unwrap());
    assert_eq!(key.json()["expiration_date"], "2049-12-24T21:00:00Z");
    assert!(key.is_expired("2049-12-24T21:00:00Z".parse().unwrap()));
    assert!(!key.is_expired("2049-12-24T20:59:59Z".parse().unwrap()));
}

#[test]
fn refusals_are_the_originals() {
    assert_eq!(refused("{}"), "Field 'name' missing");
    assert_eq!(
        refused(r#"{"name": "k"}"#),
        "You must either provide a valid value for 'public_key', or specify 'create_key': true"
    );
    assert_eq!(refused(r#"{"name": "k", "create_key": true}"#), "Field 'expiration_date' missing");
    assert!(
        refused(r#"{"name": "k", "create_key": true, "expiration_date": "soon"}"#).starts_with("Field expiration_date")
    );
    assert_eq!(refused(r#"{"name": "k", "public_key": "x"}"#), "Public Key must be a valid key.");
    assert!(parse_change(b"{}").unwrap_err().to_string().starts_with("At least one of"));
}

#[test]
fn keys_that_are_none_are_refused() {
    for bad in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN RSA PUBLIC KEY-----"] {
        assert!(PublicKey::parse(bad).is_none());
    }
}
