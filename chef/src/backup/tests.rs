use serde_json::{Value, json};

use super::{Names, UserRow, node, parse_end, profile};
use crate::json::Object;

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

#[test]
fn fields_come_in_the_order_of_knife() {
    let written =
        node(&object(json!({"policy_name": "web", "run_list": ["recipe[a]"], "name": "n", "normal": {"x": 1}})));
    let fields: Vec<&str> = written.keys().map(String::as_str).collect();
    let first = ["name", "json_class", "chef_type", "chef_environment", "override", "normal", "default", "automatic"];
    assert_eq!(fields, [&first[..], &["run_list", "policy_name"]].concat());
    assert_eq!((&written["name"], &written["normal"]), (&json!("n"), &json!({"x": 1})));
    assert_eq!(node(&written), written);
}

#[test]
fn ends_are_in_utc_whatever_is_beside_them() {
    let end = |text: &str| parse_end(text).map(|end| end.map(|end| end.to_string()));
    assert_eq!(end("infinity").expect("known"), None);
    for text in
        ["2030-12-24 21:00:00 UTC", "2030-12-24 21:00:00 -0500", "2030-12-24T21:00:00Z", "2030-12-24 21:00:00.25"]
    {
        assert_eq!(end(text).expect(text).as_deref(), Some("2030-12-24T21:00:00Z"), "{text}");
    }
    assert!(end("soon").is_err() && end("2030-02-31 00:00:00").is_err());
}

#[test]
fn a_group_names_its_people_twice() {
    let names = Names::parse(&object(json!({"actors": ["a", "b"], "users": ["a"], "clients": ["b"], "groups": []})));
    let names = names.expect("a group");
    assert!(names.actors.is_empty() && names.only_user().is_none());
    let own = Names::parse(&object(json!({"actors": ["a"], "users": ["a"], "clients": [], "groups": []})));
    assert_eq!(own.expect("a group").only_user(), Some("a"));
    let list = Names::parse(&object(json!({"actors": ["a", "b"], "groups": ["g"]}))).expect("a list");
    assert_eq!((list.actors.len(), list.groups.len()), (2, 1));
    assert!(Names::parse(&object(json!({"actors": "a"}))).is_err());
}

#[test]
fn passwords_of_users_are_kept_where_their_scheme_is_known() {
    let row = |scheme: &str| {
        let row = json!({
            "username": "alice", "id": "0123456789abcdef0123456789abcdef", "hashed_password": "$2a$12$abc",
            "salt": "$2a$12$", "hash_type": scheme, "recovery_authentication_enabled": true,
        });
        UserRow::parse(&object(row)).expect("a row")
    };
    let user = object(json!({"username": "alice", "email": "Alice@Example.com", "display_name": "Alice"}));
    let known = profile(&user, Some(&row("bcrypt")), None);
    assert_eq!(known.password.as_deref(), Some("$2a$12$abc"));
    assert_eq!((known.email.as_deref(), known.recovery), (Some("alice@example.com"), true));
    assert_eq!(profile(&user, Some(&row("scrypt")), None).password, None);
    let none = UserRow::parse(&object(json!({"username": "bob", "id": "7"}))).expect("a row");
    assert_eq!((none.guid, none.password), (None, None));
}
