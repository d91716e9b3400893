use serde_json::{Value, json};

use super::{is_of, of_files};
use crate::cookbook::CookbookVersion;
use crate::document::Fields;
use crate::segments::Form;

const SUM: &str = "0123456789abcdef0123456789abcdef";

fn found(paths: &[&str]) -> Vec<(String, String)> {
    paths.iter().map(|path| ((*path).to_owned(), SUM.to_owned())).collect()
}

fn metadata() -> Fields {
    match json!({"name": "web", "version": "1.2.3", "dependencies": {"apt": ">= 1.0.0"}}) {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

#[test]
fn files_get_the_names_that_knife_gives_them() {
    let paths = ["README.md", "recipes/default.rb", "templates/a.erb", "templates/ubuntu/b.erb", "files/default/d/c"];
    let document = of_files(false, "web", "1.2.3", metadata(), &found(&paths));
    let listed: Vec<(&str, &str)> = document["all_files"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|file| (file["name"].as_str().unwrap_or_default(), file["specificity"].as_str().unwrap_or_default()))
        .collect();
    let wanted = [
        ("root_files/README.md", "default"),
        ("recipes/default.rb", "default"),
        ("templates/a.erb", "root_default"),
        ("templates/b.erb", "ubuntu"),
        ("files/c", "default"),
    ];
    assert_eq!(listed, wanted);
    let read = CookbookVersion::parse("web", "1.2.3", Value::Object(document), Form::AllFiles).expect("it is complete");
    assert_eq!(read.dependencies().len(), 1);
}

#[test]
fn a_document_is_of_its_files_alone() {
    let document = of_files(false, "web", "1.2.3", metadata(), &found(&["a.rb", "recipes/b.rb"]));
    assert!(is_of(&document, &found(&["recipes/b.rb", "a.rb"])));
    assert!(!is_of(&document, &found(&["a.rb"])) && !is_of(&document, &found(&["a.rb", "recipes/b.rb", "c"])));
    let mut segments = document;
    Form::Segments.convert(&mut segments);
    assert!(is_of(&segments, &found(&["a.rb", "recipes/b.rb"])));
}
