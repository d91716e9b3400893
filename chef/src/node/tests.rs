use super::*;

fn refused(body: &str) -> String {
    parse(body.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_name_is_enough() {
    let node = parse(br#"{"name": "n", "run_list": ["a", "recipe[a]"]}"#).unwrap();
    let text = json::text(&node);
    assert_eq!(
        text,
        r#"{"name":"n","run_list":["recipe[a]"],"chef_environment":"_default","json_class":"Chef::Node","chef_type":"node","normal":{},"default":{},"override":{},"automatic":{}}"#
    );
    assert_eq!(facets(&node).environment.as_deref(), Some("_default"));
}

#[test]
fn refusals_are_the_originals() {
    assert_eq!(refused("{"), "invalid JSON");
    assert_eq!(refused("[]"), "Incorrect JSON type for request body");
    assert_eq!(refused("{}"), "Field 'name' missing");
    assert_eq!(refused(r#"{"name": "a b"}"#), "Field 'name' invalid");
    assert_eq!(refused(r#"{"name": "a", "x": 1}"#), "Invalid key x in request body");
    assert_eq!(refused(r#"{"name": "a", "normal": 1}"#), "Field 'normal' is not a hash");
    assert_eq!(refused(r#"{"name": "a", "run_list": ["b c"]}"#), "Field 'run_list' is not a valid run list");
    assert_eq!(refused(r#"{"name": "a", "json_class": "Chef::Role"}"#), "Field 'json_class' invalid");
    assert_eq!(refused(r#"{"name": "a", "policy_name": 1}"#), "Field 'policy_name' invalid");
}

#[test]
fn the_path_names_the_node() {
    assert_eq!(parse_update(br#"{"name": "b"}"#, "a").unwrap_err().to_string(), "Node name mismatch.");
    assert_eq!(json::str_of(&parse_update(b"{}", "a").unwrap(), "name"), Some("a"));
}
