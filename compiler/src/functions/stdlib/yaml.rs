//! Values as YAML.

use std::sync::Arc;

use ruby::yaml::{Layout, Node};

use crate::functions::ruby_text;
use crate::value::Value;

/// A document. `options` may hold `indentation` and `line_width` (-1: lines of any length).
pub(crate) fn write(value: &Value, options: &Value) -> String {
    let number = |name: &str| options.get(name).and_then(Value::as_integer);
    let layout = Layout { indentation: number("indentation").unwrap_or_default(), line_width: number("line_width") };
    ruby::yaml::write(&node(value), layout)
}

/// A value as a node, its collections known again by where they lie.
pub(crate) fn shared(value: &Value) -> Node {
    match value {
        Value::Array(items) => {
            let node = Node::Sequence(items.iter().map(shared).collect());
            Node::Shared(Arc::as_ptr(items).cast::<()>() as usize, Box::new(node))
        }
        Value::Hash(entries) => {
            let node = Node::Mapping(entries.iter().map(|(key, value)| (self::key(key), shared(value))).collect());
            Node::Shared(Arc::as_ptr(entries).cast::<()>() as usize, Box::new(node))
        }
        other => node(other),
    }
}

/// A value as a node.
fn node(value: &Value) -> Node {
    match value {
        Value::Undef => Node::Null,
        Value::String(text) => Node::Text(text.letters().clone()),
        Value::Float(number) => Node::float(*number),
        Value::Default => Node::symbol("default"),
        Value::Array(items) => Node::Sequence(items.iter().map(node).collect()),
        Value::Hash(entries) => {
            Node::Mapping(entries.iter().map(|(key, value)| (self::key(key), node(value))).collect())
        }
        other => Node::Plain(ruby_text::to_s(other)),
    }
}

/// A key stands on one line, collections too.
fn key(key: &Value) -> Node {
    match key {
        Value::Array(items) if !items.is_empty() => Node::Plain(ruby_text::to_s(key)),
        Value::Hash(entries) if !entries.is_empty() => Node::Plain(ruby_text::to_s(key)),
        other => node(other),
    }
}

#[cfg(test)]
mod tests;
