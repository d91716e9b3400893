//! Values of the language as Ruby's, and back.

use std::rc::Rc;

use ruby::value::{Foreign, Value as Ruby};

use crate::format::to_text;
use crate::value::{Hash, Value, ruby_class};

/// A value for a template. Lists and hashes are turned when they are looked into.
pub(super) fn to_ruby(value: &Value) -> Ruby {
    match value {
        Value::Undef => Ruby::Nil,
        Value::Default => Ruby::symbol("default"),
        Value::Boolean(truth) => Ruby::Boolean(*truth),
        Value::Integer(number) => Ruby::Integer(*number),
        Value::Float(number) => Ruby::Float(*number),
        Value::String(text) => Ruby::string(text.letters().clone()),
        Value::Array(items) => {
            let items = items.clone();
            Ruby::lazy_array(move || items.iter().map(to_ruby).collect())
        }
        Value::Hash(entries) => {
            let entries = entries.clone();
            Ruby::lazy_hash(move || entries.iter().map(|(key, value)| (to_ruby(key), to_ruby(value))).collect())
        }
        Value::Regexp(pattern) => match ruby::regexp::Regexp::parse(pattern.source(), "") {
            Ok(pattern) => Ruby::Regexp(pattern.into()),
            Err(_) => foreign(value, None),
        },
        Value::Sensitive(inner) => foreign(value, Some(to_ruby(inner))),
        other => foreign(other, None),
    }
}

fn foreign(value: &Value, inner: Option<Ruby>) -> Ruby {
    let class = ruby_class(value).as_ref().into();
    Ruby::Foreign(Rc::new(Foreign { class, text: to_text(value), inner, original: Box::new(value.clone()) }))
}

/// A value that a template gives.
pub(super) fn from_ruby(value: &Ruby) -> Value {
    at_level(value, 0)
}

/// Levels of lists in one another that are taken over.
const MOST_LEVELS: u32 = 100;

fn at_level(value: &Ruby, level: u32) -> Value {
    match value {
        Ruby::Nil => Value::Undef,
        Ruby::Boolean(truth) => Value::Boolean(*truth),
        Ruby::Integer(number) => Value::Integer(*number),
        Ruby::Float(number) => Value::Float(*number),
        Ruby::String(text) => Value::String(text.shared().into()),
        Ruby::Symbol(name) if &**name == "default" => Value::Default,
        Ruby::Symbol(name) if &**name == "undef" => Value::Undef,
        Ruby::Array(list) if level < MOST_LEVELS => {
            Value::array(list.items().iter().map(|item| at_level(item, level + 1)).collect())
        }
        Ruby::Hash(hash) if level < MOST_LEVELS => {
            let entries = hash.pairs();
            let entries = entries.iter().map(|(key, value)| (at_level(key, level + 1), at_level(value, level + 1)));
            Value::hash(entries.collect::<Hash>())
        }
        Ruby::Foreign(foreign) => match foreign.original.downcast_ref::<Value>() {
            Some(original) => original.clone(),
            None => Value::from(foreign.text.as_str()),
        },
        other => Value::from(other.to_s()),
    }
}
