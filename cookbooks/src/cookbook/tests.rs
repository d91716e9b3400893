use serde_json::{Value, json};

use super::{CookbookVersion, Overwrite};
use crate::segments::Form;

fn sent() -> Value {
    json!({
        "name": "nginx-1.2.3",
        "cookbook_name": "nginx",
        "version": "1.2.3",
        "metadata": {"version": "1.2.3", "name": "nginx", "dependencies": {"apt": "~> 1.0"}},
        "recipes": [{"name": "default.rb", "path": "recipes/default.rb", "checksum": "c1", "specificity": "default"}],
    })
}

fn parsed(body: Value) -> Result<CookbookVersion, String> {
    CookbookVersion::parse("nginx", "1.2.3", body, Form::Segments).map_err(|error| error.to_string())
}

fn refused(change: impl Fn(&mut Value)) -> String {
    let mut body = sent();
    change(&mut body);
    parsed(body).expect_err("a refusal")
}

#[test]
fn fills_in_what_is_missing() {
    let version = parsed(sent()).expect("a version");
    assert_eq!(version.document()["json_class"], "Chef::CookbookVersion");
    assert_eq!(version.document()["chef_type"], "cookbook_version");
    assert_eq!(version.document()["frozen?"], false);
    assert_eq!(version.checksums(), ["c1"]);
    assert_eq!(version.dependencies()[0].1.to_string(), "~> 1.0.0");
}

#[test]
fn files_stay_in_their_folder() {
    for path in ["../x", "recipes/../../x", "/etc/passwd", "..", "a/..", "a\0b", "..\\x", "C:\\x"] {
        let wrong = "Invalid element in array value of 'recipes'.";
        assert_eq!(refused(|body| body["recipes"][0]["path"] = json!(path)), wrong, "{path:?}");
        assert_eq!(refused(|body| body["recipes"][0]["name"] = json!(path)), wrong, "{path:?}");
    }
    for path in ["...", "a..b/..c", "files/default/with space+plus.txt", "ünïcode", "a//b", "./a"] {
        let mut body = sent();
        body["recipes"][0]["path"] = json!(path);
        parsed(body).expect("a version");
    }
}

#[test]
fn says_what_is_wrong_as_the_original_does() {
    assert_eq!(refused(|body| body["json_class"] = json!("Chef::Role")), "Field 'json_class' invalid");
    assert_eq!(refused(|body| body["metadata"] = json!({})), "Field 'metadata.version' missing");
    assert_eq!(refused(|body| body["metadata"] = json!([])), "Field 'metadata' invalid");
    assert_eq!(refused(|body| body["recipes"] = json!("foo")), "Field 'recipes' invalid");
    assert_eq!(refused(|body| body["recipes"] = json!([{}])), "Invalid element in array value of 'recipes'.");
    assert_eq!(refused(|body| body["all_files"] = json!([])), "Invalid key all_files in request body");
    assert_eq!(refused(|body| body["name"] = json!("nginx-0.0.1")), "Field 'name' invalid");
    assert_eq!(refused(|body| body["version"] = json!(1)), "Field 'version' invalid");
    assert_eq!(refused(|body| body["metadata"]["name"] = json!("invalid name")), "Field 'metadata.name' invalid");
    assert_eq!(refused(|body| body["metadata"]["license"] = json!(1)), "Field 'metadata.license' invalid");
    assert_eq!(refused(|body| body["metadata"]["platforms"] = json!("foo")), "Field 'metadata.platforms' invalid");
    assert_eq!(
        refused(|body| body["metadata"]["platforms"] = json!({"foo": {}})),
        "Invalid value '{[]}' for metadata.platforms"
    );
    assert_eq!(
        refused(|body| body["metadata"]["dependencies"] = json!({"apt": ">= 1.2.3.4"})),
        "Invalid value '>= 1.2.3.4' for metadata.dependencies"
    );
    assert_eq!(
        refused(|body| body["metadata"]["dependencies"] = json!({"a b": "1.0"})),
        "Invalid key 'a b' for metadata.dependencies"
    );
    let missing = refused(|body| drop(body.as_object_mut().expect("an object").shift_remove("cookbook_name")));
    assert_eq!(missing, "Field 'cookbook_name' missing");
}

#[test]
fn name_and_version_of_the_path_are_checked_before_the_body() {
    let error = |name, version| {
        CookbookVersion::parse(name, version, json!({}), Form::Segments).expect_err("a refusal").to_string()
    };
    assert_eq!(
        error("first@second", "1.2.3"),
        "Invalid cookbook name 'first@second' using regex: \
         'Malformed cookbook name. Must only contain A-Z, a-z, 0-9, _, . or -'."
    );
    assert_eq!(error("nginx", "abc"), "Invalid cookbook version 'abc'.");
}

#[test]
fn frozen_stays_frozen_and_force_means_any_value_but_false() {
    let mut version = parsed(sent()).expect("a version");
    assert!(!version.is_frozen());
    version.keep_frozen(true);
    assert!(version.is_frozen());
    assert_eq!(Overwrite::of_query(None), Overwrite::Unfrozen);
    assert_eq!(Overwrite::of_query(Some("false")), Overwrite::Unfrozen);
    assert_eq!(Overwrite::of_query(Some("")), Overwrite::Forced);
}

#[test]
fn gives_out_both_forms_and_a_minimal_one() {
    let version = parsed(sent()).expect("a version");
    let full = version.full(Form::AllFiles, |checksum| format!("u:{checksum}"));
    assert_eq!(full["all_files"][0]["name"], "recipes/default.rb");
    assert_eq!(full["all_files"][0]["url"], "u:c1");
    assert_eq!(full["metadata"]["long_description"], "");
    assert_eq!(full["metadata"]["attributes"], json!({}));
    let minimal = version.minimal(Form::Segments, |_| String::new());
    assert!(minimal["metadata"].get("long_description").is_none());
    assert_eq!(minimal["metadata"]["dependencies"], json!({"apt": "~> 1.0"}));
}
