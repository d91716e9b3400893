use serde_json::{Value, json};

use super::{Form, add_urls, checksums, recipes};
use crate::document::Fields;

fn fields(value: Value) -> Fields {
    crate::document::object(value).expect("an object")
}

fn file(name: &str, checksum: &str) -> Value {
    json!({"name": name, "path": format!("somewhere/{name}"), "checksum": checksum, "specificity": "default"})
}

#[test]
fn lists_become_one_and_one_becomes_lists() {
    let lists = fields(
        json!({"name": "a-1.0.0", "recipes": [file("default.rb", "1")], "root_files": [file("README.md", "2")]}),
    );
    let mut document = lists.clone();
    Form::AllFiles.convert(&mut document);
    assert_eq!(
        Value::Object(document.clone()),
        json!({"name": "a-1.0.0", "all_files": [
            {"name": "recipes/default.rb", "path": "somewhere/default.rb", "checksum": "1", "specificity": "default"},
            {"name": "root_files/README.md", "path": "somewhere/README.md", "checksum": "2", "specificity": "default"},
        ]})
    );
    Form::Segments.convert(&mut document);
    assert_eq!(document["recipes"], lists["recipes"]);
    assert_eq!(document["root_files"], lists["root_files"]);
    assert_eq!(document["templates"], json!([]));
}

#[test]
fn a_name_without_folder_is_a_root_file_and_a_foreign_folder_is_left_out() {
    let mut document = fields(json!({"all_files": [file("metadata.rb", "1"), file("spec/a_spec.rb", "2")]}));
    Form::Segments.convert(&mut document);
    assert_eq!(document["root_files"], json!([file("metadata.rb", "1")]));
    assert!(super::files(&document).all(|file| file["checksum"] == "1"));
}

#[test]
fn a_document_in_the_right_form_stays() {
    let document = fields(json!({"recipes": [file("default.rb", "1")]}));
    let mut same = document.clone();
    Form::Segments.convert(&mut same);
    assert_eq!(same, document);
}

#[test]
fn finds_checksums_recipes_and_gives_urls() {
    let mut document = fields(json!({"recipes": [file("b.rb", "2"), file("default.rb", "1"), file("x", "2")]}));
    assert_eq!(checksums(&document), ["1", "2"]);
    assert_eq!(recipes(&document), ["b", "default", "x"]);
    add_urls(&mut document, |checksum| format!("http://here/{checksum}"));
    assert_eq!(document["recipes"][0]["url"], "http://here/2");
    let joined = fields(json!({"all_files": [file("recipes/a.rb", "1"), file("files/recipes.rb", "1")]}));
    assert_eq!(recipes(&joined), ["a"]);
}
