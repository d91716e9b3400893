use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Token, groups, item, node, role, token_text};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn pairs(value: Value) -> Vec<String> {
    let object = object(value);
    let mut found = BTreeSet::new();
    for group in groups(&object) {
        group.tokens(&mut |token| {
            if let Token::Pair(key, value) = token {
                found.insert(format!("{key}={value}"));
            }
        });
    }
    found.into_iter().collect()
}

#[test]
fn leaves_answer_to_their_path_and_to_their_own_key() {
    assert_eq!(pairs(json!({"a": {"b": {"c": "x"}}})), ["a=b", "a_b=c", "a_b_c=x", "b=c", "c=x"]);
    assert_eq!(pairs(json!({"a": "x"})), ["a=x"]);
    assert_eq!(pairs(json!({})), Vec::<String>::new());
}

#[test]
fn elements_answer_to_the_keys_of_their_list() {
    assert_eq!(pairs(json!({"a": ["x", ["y"], {"k": "z"}]})), ["a=k", "a=x", "a=y", "a_k=z", "k=z"]);
}

#[test]
fn everything_is_text() {
    assert_eq!(
        pairs(json!({"a": 1, "b": 1.5, "c": true, "d": null, "e": 1e30})),
        ["a=1", "b=1.5", "c=true", "d=", "e=1.0e30"]
    );
}

#[test]
fn values_are_words_and_long_ones_are_cut() {
    assert_eq!(token_text("one\t two\n"), "one two");
    assert_eq!(token_text(" one"), " one");
    let long = token_text(&"ä".repeat(2000)).into_owned();
    assert!(long.len() < 1100);
    assert_ne!(long, token_text(&"ä".repeat(2001)));
}

#[test]
fn later_levels_of_a_node_win_and_what_it_is_stands_on_top() {
    let merged = node(&object(json!({
        "name": "web", "chef_environment": "prod", "policy_name": "p",
        "default": {"a": {"one": "default", "two": "default"}, "list": [1], "name": "no"},
        "normal": {"a": {"two": "normal"}},
        "override": {"list": [2]},
        "automatic": {"a": {"three": "automatic"}},
        "run_list": ["recipe[nginx::source]", "role[base]", "recipe[apt]"],
    })));
    assert_eq!(merged["a"], json!({"one": "default", "two": "normal", "three": "automatic"}));
    assert_eq!(merged["list"], json!([2]));
    assert_eq!(merged["name"], "web");
    assert_eq!(merged["recipe"], json!(["nginx::source", "apt"]));
    assert_eq!(merged["role"], json!(["base"]));
    assert_eq!(merged["policy_name"], "p");
    assert!(!merged.contains_key("policy_group"));
}

#[test]
fn roles_and_items_are_searched_nearly_as_they_are() {
    let searched = role(&object(json!({"env_run_lists": {"_default": [], "prod": []}})));
    assert_eq!(searched["env_run_lists"], json!({"prod": []}));
    let searched = item("users", &object(json!({"id": "x"})));
    assert_eq!(Value::Object(searched), json!({"id": "x", "chef_type": "data_bag_item", "data_bag": "users"}));
}

#[test]
fn a_fingerprint_tells_fields_apart() {
    let prints = |value| groups(&object(value)).map(|group| group.fingerprint()).collect::<Vec<_>>();
    assert_eq!(prints(json!({"a": [1, {"b": 2}]})), prints(json!({"a": [1, {"b": 2}]})));
    assert_ne!(prints(json!({"a": "1"})), prints(json!({"a": 1})));
    assert_ne!(prints(json!({"a": ["b", "c"]})), prints(json!({"a": ["bc"]})));
}
