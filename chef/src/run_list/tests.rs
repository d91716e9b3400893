use serde_json::json;

use super::*;

#[test]
fn items_are_recipes_and_roles() {
    for good in ["apache2", "apache2::mod_ssl", "recipe[a::b@1.2]", "recipe[a@1.2.3]", "role[web]", "a@0.1.0"] {
        assert!(is_item(good), "{good}");
    }
    for bad in ["", "recipe[]", "recipe[a", "role[a::b]", "role[a:b]", "recipe[a@1]", "recipe[a@1.2.3.4]", "a b", "a::"]
    {
        assert!(!is_item(bad), "{bad}");
    }
}

#[test]
fn lists_are_normalized() {
    let list = json!(["foo", "recipe[foo]", "role[x]", "bar::baz@1.0.0", "foo"]);
    assert_eq!(read(&list).unwrap(), ["recipe[foo]", "role[x]", "recipe[bar::baz@1.0.0]"]);
    assert_eq!(read(&json!("foo")), None);
    assert_eq!(read(&json!([1])), None);
    let text = normalized("run_list", &json!({})).unwrap_err().to_string();
    assert_eq!(text, "Field 'run_list' is not a valid run list");
}
