use serde_json::{Value as Json, json};

use super::{Form, Object, Scalar, Value};

fn text(value: &str) -> Value {
    Value::String(value.into())
}

fn rich(value: &Value) -> Json {
    serde_json::to_value(value.wire(Form::Rich)).unwrap()
}

fn plain(value: &Value) -> Json {
    serde_json::to_value(value.wire(Form::Plain)).unwrap()
}

#[test]
fn what_json_has_is_itself_in_both_forms() {
    let value = Value::Hash(vec![
        (text("a"), Value::Array(vec![Value::Undef, Value::Integer(-1), Value::Float(1.5), Value::Boolean(true)])),
        (text("b"), Value::Hash(Vec::new())),
    ]);
    let expected = json!({"a": [null, -1, 1.5, true], "b": {}});
    assert_eq!((rich(&value), plain(&value)), (expected.clone(), expected));
    assert!(!value.is_rich());
}

#[test]
fn what_json_lacks_is_tagged_or_text() {
    let regexp = Value::Scalar(Scalar { ptype: "Regexp", pvalue: "ab+c".into(), text: "/ab+c/".into() });
    assert_eq!(rich(&regexp), json!({"__ptype": "Regexp", "__pvalue": "ab+c"}));
    assert_eq!(plain(&regexp), json!("/ab+c/"));
    assert_eq!((rich(&Value::Default), plain(&Value::Default)), (json!({"__ptype": "Default"}), json!("default")));
    let secret = Value::Sensitive(Box::new(text("s")));
    assert_eq!((rich(&secret), plain(&secret)), (json!({"__ptype": "Sensitive", "__pvalue": "s"}), json!("s")));
    let deferred = Value::Object(Box::new(Object {
        ptype: "Deferred".into(),
        attributes: vec![("name".into(), text("upcase")), ("arguments".into(), Value::Array(vec![text("x")]))],
        text: "Deferred({'name' => 'upcase', 'arguments' => ['x']})".into(),
    }));
    assert_eq!(rich(&deferred), json!({"__ptype": "Deferred", "name": "upcase", "arguments": ["x"]}));
    assert_eq!(plain(&deferred), json!("Deferred({'name' => 'upcase', 'arguments' => ['x']})"));
}

#[test]
fn keys_that_are_no_texts_make_a_flat_list_or_become_texts() {
    let value = Value::Hash(vec![(Value::Integer(1), text("a")), (Value::Undef, text("b"))]);
    assert_eq!(rich(&value), json!({"__ptype": "Hash", "__pvalue": [1, "a", null, "b"]}));
    assert_eq!(plain(&value), json!({"1": "a", "": "b"}));
    let tagged = Value::Hash(vec![(text("__ptype"), text("x"))]);
    assert_eq!(rich(&tagged), json!({"__ptype": "Hash", "__pvalue": ["__ptype", "x"]}));
}
