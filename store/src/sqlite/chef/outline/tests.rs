use serde_json::{Value, json};

use super::{reduced, written};

fn document() -> Value {
    json!({
        "name": "ä\"b", "automatic": {"a\\": {"b": [1.5, null]}, "c": "x", "d": {}}, "normal": {}, "list": [{"c": 1}],
    })
}

#[test]
fn the_text_is_the_usual_one() {
    let document = document();
    assert_eq!(written(document.as_object().unwrap()).unwrap().0, document.to_string());
}

#[test]
fn what_is_asked_for_is_there_and_the_rest_of_the_objects_is_not() {
    let (text, outline) = written(document().as_object().unwrap()).unwrap();
    let short = |names: &[&str]| -> Value { serde_json::from_str(&reduced(&text, &outline, names).unwrap()).unwrap() };
    let rest = |automatic: Value| json!({"name": "ä\"b", "automatic": automatic, "normal": {}, "list": [{"c": 1}]});
    assert_eq!(short(&[]), rest(json!({})));
    assert_eq!(short(&["a\\", "d", "none"]), rest(json!({"a\\": {"b": [1.5, null]}, "d": {}})));
}

#[test]
fn another_texts_outline_is_none() {
    let (text, outline) = written(document().as_object().unwrap()).unwrap();
    assert_eq!(reduced(&text[..20], &outline, &["c"]), None);
    assert_eq!(reduced(&text, &outline[..outline.len() - 1], &["c"]), None);
}
