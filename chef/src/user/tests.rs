use super::*;

fn refused(body: &str, api: u8) -> String {
    parse(body.as_bytes(), ApiVersion(api)).unwrap_err().to_string()
}

const WHOLE: &str = r#"{"username": "u", "display_name": "U", "email": "U@Example.com", "password": "secret!"}"#;

#[test]
fn a_user_has_a_name_an_address_and_a_password() {
    let user = parse(WHOLE.as_bytes(), ApiVersion(1)).unwrap();
    assert_eq!((user.name.as_str(), user.email.as_deref()), ("u", Some("u@example.com")));
    let shown = Profile::new(&user, None).json("u", None);
    assert_eq!(json::text(&shown), r#"{"username":"u","email":"u@example.com","display_name":"U"}"#);
}

#[test]
fn refusals_are_the_originals() {
    assert_eq!(refused("{}", 0), "Field 'username' missing");
    assert_eq!(refused(r#"{"name": "U"}"#, 0), "Field 'name' invalid");
    assert_eq!(refused(&WHOLE.replace("secret!", "short"), 0), "Password must have at least 6 characters");
    assert_eq!(refused(&WHOLE.replace("U@Example.com", "u@"), 0), "email must be valid");
    assert_eq!(refused(&WHOLE.replace("\"email\"", "\"mail\""), 0), "Field 'email' missing");
    assert_eq!(refused(&WHOLE.replace("\"display_name\"", "\"x\""), 0), "Field 'display_name' missing");
    let with = |field: &str| WHOLE.replacen('{', &format!("{{{field}, "), 1);
    assert_eq!(refused(&with(r#""public_key": "x""#), 0), "Public Key must be a valid key.");
    assert_eq!(refused(&with(r#""private_key": true"#), 1), "Please use create_key: true instead of private_key: true");
    let changed = parse_change(with(r#""public_key": "x""#).as_bytes(), ApiVersion(1), &Profile::default());
    assert_eq!(
        changed.unwrap_err().to_string(),
        "Since Server API v1, all keys must be updated via the keys endpoint. "
    );
}

#[test]
fn changes_keep_what_they_do_not_name() {
    let mut first = Profile::new(&parse(WHOLE.as_bytes(), ApiVersion(1)).unwrap(), Some("hash".to_owned()));
    first.personal.insert("city".to_owned(), "Ur".into());
    let change = parse_change(WHOLE.replace("secret!", "secret2").as_bytes(), ApiVersion(1), &first).unwrap();
    let changed = first.clone().changed(&change, None);
    assert_eq!(changed, first);
}

#[test]
fn addresses_are_judged_as_the_original_does() {
    for good in ["a@b.c", "\"a..b\"@x.org", "A.B+c@sub.Example.COM", "a@[127.0.0.1]"] {
        assert!(EMAIL.is_match(good), "{good}");
    }
    for bad in ["a", "a@b", "a@b..c", ".a@b.c", "a b@c.d", "a@b.c "] {
        assert!(!EMAIL.is_match(bad), "{bad}");
    }
}
