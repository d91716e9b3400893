use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{LONGEST_PATH, entries, item, node, role, token_text};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn pairs(value: Value) -> Vec<String> {
    let object = object(value);
    let mut found = BTreeSet::new();
    for (key, value) in &object {
        entries(key, value, &mut |entry| {
            if let Some(value) = entry.value {
                found.extend(entry.keys().map(|key| format!("{key}={value}")));
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
fn a_field_and_its_values_are_of_one_branch() {
    let value = json!({"b": {"c": {"d": {"e": ["x", {"f": 1}]}}, "g": null}});
    let mut fields = BTreeSet::new();
    let mut seen = Vec::new();
    entries("a", &value, &mut |entry| {
        let branch = entry.path[..entry.branch].to_owned();
        seen.push(branch.clone());
        if entry.value.is_none() {
            fields.insert((entry.path.to_owned(), branch));
        } else {
            assert!(fields.contains(&(entry.path.to_owned(), branch)), "{entry:?}");
        }
    });
    seen.dedup();
    assert_eq!(seen, ["a", "a_b", "a_b_c", "a_b", "a_b_g"]);
}

#[test]
fn a_long_path_keeps_its_end() {
    let key = "k".repeat(400);
    let value = json!({key.clone(): {key.clone(): {key.clone(): {"end": "x"}}}, "z": 1});
    let mut longest = 0;
    let mut found = Vec::new();
    entries("a", &value, &mut |entry| {
        longest = longest.max(entry.path.len());
        if entry.value == Some("x") || entry.value == Some("1") {
            found.extend(entry.keys().filter(|key| key.len() < 20).map(str::to_owned));
        }
    });
    assert!(longest <= 2 * LONGEST_PATH, "{longest}");
    assert_eq!(found, ["end", "a_z", "z"]);
}
