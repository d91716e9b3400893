//! YAML.

use std::rc::Rc;

use super::Call;
use crate::interpreter::{Outcome, Stop};
use crate::limits::MOST_LEVELS;
use crate::value::Value;
use crate::yaml::{self, Layout, Node};

/// `to_yaml`, with the options `indentation` and `line_width`.
pub(super) fn to_yaml(call: &mut Call<'_, '_>) -> Outcome {
    let layout = layout(call)?;
    let value = call.this.clone();
    let node = node(call, &value, 0)?;
    let text = yaml::write(&node, layout);
    call.ruby.spend(text.len())?;
    Ok(Value::from(text))
}

fn layout(call: &Call<'_, '_>) -> Result<Layout, Stop> {
    let mut layout = Layout::default();
    let pairs = match call.given(0) {
        None => Vec::new(),
        Some(Value::Hash(options)) => options.pairs(),
        Some(_) => return Err(call.ruby.unsupported("to_yaml into something that is there")),
    };
    for (key, value) in pairs {
        match (&*key.to_s(), value) {
            ("indentation", Value::Integer(columns)) => layout.indentation = columns,
            ("line_width", Value::Integer(columns)) => layout.line_width = Some(columns),
            (other, _) => return Err(call.ruby.unsupported(format!("the option {other} of to_yaml"))),
        }
    }
    Ok(layout)
}

fn node(call: &mut Call<'_, '_>, value: &Value, level: u32) -> Result<Node, Stop> {
    if level > MOST_LEVELS {
        return Err(call.ruby.unsupported(format!("to_yaml of what is nested deeper than {MOST_LEVELS} levels")));
    }
    call.ruby.spend(1)?;
    Ok(match value {
        Value::Nil => Node::Null,
        Value::Boolean(_) | Value::Integer(_) => Node::Plain(value.inspect()),
        Value::Float(number) => Node::float(*number),
        Value::Symbol(name) if !name.is_empty() => Node::symbol(name),
        Value::String(text) => Node::Text(text.shared()),
        Value::Array(list) => {
            let items: Result<Vec<Node>, Stop> = list.items().iter().map(|item| node(call, item, level + 1)).collect();
            Node::Shared(Rc::as_ptr(list).cast::<()>() as usize, Box::new(Node::Sequence(items?)))
        }
        Value::Hash(hash) => {
            let mut entries = Vec::new();
            for (key, item) in hash.pairs() {
                if matches!(key, Value::Array(_) | Value::Hash(_)) {
                    return Err(call.ruby.unsupported("to_yaml of a hash whose keys are collections"));
                }
                entries.push((node(call, &key, level + 1)?, node(call, &item, level + 1)?));
            }
            Node::Shared(Rc::as_ptr(hash).cast::<()>() as usize, Box::new(Node::Mapping(entries)))
        }
        other => return Err(call.ruby.unsupported(format!("to_yaml of a {}", other.class()))),
    })
}
