use super::*;
use crate::types::Type;

fn at(receiver: impl Into<Value>, keys: &[Value]) -> String {
    access(&receiver.into(), keys).map_or_else(|failure| failure.message, |value| crate::format::to_text(&value))
}

fn list(items: &[i64]) -> Value {
    Value::array(items.iter().copied().map(Value::Integer).collect())
}

#[test]
fn elements_and_slices_are_picked() {
    assert_eq!(at("hello", &[1.into(), 3.into()]), "ell");
    assert_eq!(at("hello", &[(-3).into(), 2.into()]), "ll");
    assert_eq!(at("abc", &[3.into()]), "");
    assert_eq!(at(list(&[1, 2, 3]), &[(-2).into(), 5.into()]), "[2, 3]");
    assert_eq!(at(list(&[1, 2, 3]), &[1.into(), (-1).into()]), "[2, 3]");
    assert_eq!(at(list(&[1, 2, 3]), &[1.into(), 0.into()]), "[]");
    assert_eq!(at(list(&[1]), &["x".into()]), "The value 'x' cannot be converted to Numeric.");
    assert_eq!(at(Value::Undef, &[1.into()]), "Operator '[]' is not applicable to an Undef Value.");
}

#[test]
fn references_name_resources() {
    let file = Value::Type(Type::resource(Some("file"), None));
    assert_eq!(at(file.clone(), &["a".into()]), "File['a']");
    assert_eq!(at(file, &["a".into(), "b".into()]), "[File['a'], File['b']]");
    assert_eq!(
        at(Value::Type(Type::resource(None, None)), &["apache::vhost".into(), "x".into()]),
        "Apache::Vhost['x']"
    );
    assert_eq!(at(Value::Type(Type::Class(None)), &["::A::B".into()]), "Class[a::b]");
}

#[test]
fn types_take_parameters() {
    let array = Value::Type(Type::array(Type::Any, crate::types::Bounds::NONE));
    assert_eq!(at(array, &["x".into()]), "Array-Type[] arguments must be types. Got String");
    let string = Value::Type(Type::String(crate::types::Bounds::NONE));
    assert_eq!(
        at(string, &["a".into()]),
        "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default). Got a String"
    );
}
