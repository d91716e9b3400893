//! Statements to calls: every variable replaced by what it stands for.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::error::{Error, Kind, Place};
use super::tree::{Expression, Node, Part, Statement};
use super::value::{self, Value};
use super::{Call, Verb};

/// A value that holds more than this many values is refused, and a text of 64 times as many bytes.
pub(super) const MOST_WEIGHT: usize = 20_000;
/// A Puppetfile may have this many declarations.
pub(super) const MOST_CALLS: usize = 10_000;

pub(super) fn calls(statements: &[Statement]) -> Result<Vec<Call>, Error> {
    let (mut calls, mut variables) = (Vec::new(), Variables::default());
    for statement in statements {
        match statement {
            Statement::Assignment { name, value } => {
                let value = variables.evaluate(value)?;
                variables.0.insert(name, value);
            }
            Statement::Expression(expression) => drop(variables.evaluate(expression)?),
            Statement::Call { name, arguments, place } => {
                if calls.len() >= MOST_CALLS {
                    let message = format!("a Puppetfile may have {MOST_CALLS} declarations, and this one has more");
                    return Err(Error::new(Kind::Bound, message, *place));
                }
                let arguments = arguments.iter().map(|argument| variables.evaluate(argument));
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                let verb = match name.as_str() {
                    "forge" => Verb::Forge,
                    "moduledir" => Verb::Moduledir,
                    _ => Verb::Mod,
                };
                calls.push(Call { verb, arguments, line: place.line, column: place.column });
            }
        }
    }
    Ok(calls)
}

#[derive(Default)]
struct Variables<'a>(BTreeMap<&'a str, Value>);

impl Variables<'_> {
    fn evaluate(&self, expression: &Expression) -> Result<Value, Error> {
        let place = expression.place;
        let value = match &expression.node {
            Node::Literal(value) => value.clone(),
            Node::Joined { parts, symbol } => {
                let text = self.joined(parts, place)?;
                if *symbol { Value::Symbol(text) } else { Value::Text(text) }
            }
            Node::Variable(name) => self.0.get(name.as_str()).cloned().unwrap_or(Value::Nil),
            Node::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.evaluate(item)?);
                }
                Value::List(list)
            }
            Node::Hash(pairs) => {
                let mut entries = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    value::set(&mut entries, self.evaluate(key)?, self.evaluate(value)?);
                }
                Value::Hash(entries)
            }
            Node::Sum(left, right) => sum(self.evaluate(left)?, self.evaluate(right)?, place)?,
            Node::Index { of, at } => index(self.evaluate(of)?, &self.evaluate(at)?, place)?,
            Node::Conversion { of, symbol } => convert(self.evaluate(of)?, *symbol, place)?,
        };
        bounded(value, place)
    }

    fn joined(&self, parts: &[Part], place: Place) -> Result<String, Error> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Expression(inner) => text.push_str(&self.evaluate(inner)?.text()),
            }
            if text.len() > MOST_WEIGHT * 64 {
                return Err(too_large(place));
            }
        }
        Ok(text)
    }
}

fn bounded(value: Value, place: Place) -> Result<Value, Error> {
    if value.weight() > MOST_WEIGHT { Err(too_large(place)) } else { Ok(value) }
}

pub(super) fn too_large(place: Place) -> Error {
    Error::new(Kind::Bound, format!("this value holds more than {MOST_WEIGHT} values"), place)
}

fn sum(left: Value, right: Value, place: Place) -> Result<Value, Error> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Ok(Value::Text(left + &right)),
        (Value::List(mut left), Value::List(right)) => {
            left.extend(right);
            Ok(Value::List(left))
        }
        (Value::Text(_), right) => {
            let message = format!("no implicit conversion of {} into String", class(&right));
            Err(Error::declaration(message, place))
        }
        (Value::Nil, _) => Err(Error::declaration("undefined method `+' for nil:NilClass", place)),
        _ => Err(Cursor::logic("this sum", place)),
    }
}

fn index(of: Value, at: &Value, place: Place) -> Result<Value, Error> {
    match (of, at) {
        (Value::Hash(entries), at) => {
            Ok(entries.into_iter().find_map(|(key, value)| (key == *at).then_some(value)).unwrap_or(Value::Nil))
        }
        (Value::List(items), Value::Integer(at)) => {
            let at = if *at < 0 { items.len() as i64 + at } else { *at };
            Ok(usize::try_from(at).ok().and_then(|at| items.into_iter().nth(at)).unwrap_or(Value::Nil))
        }
        (Value::Nil, _) => Err(Error::declaration("undefined method `[]' for nil:NilClass", place)),
        _ => Err(Cursor::logic("this index", place)),
    }
}

fn convert(of: Value, symbol: bool, place: Place) -> Result<Value, Error> {
    match of {
        Value::Text(text) | Value::Symbol(text) => Ok(if symbol { Value::Symbol(text) } else { Value::Text(text) }),
        other if symbol => {
            let class = class(&other);
            Err(Error::declaration(format!("undefined method `to_sym' for {}:{class}", other.inspect()), place))
        }
        other => Ok(Value::Text(other.text())),
    }
}

/// The class of a value, as Ruby's messages name it.
pub(super) fn class(value: &Value) -> &'static str {
    match value {
        Value::Nil => "nil",
        Value::Boolean(true) => "true",
        Value::Boolean(false) => "false",
        Value::Integer(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Text(_) => "String",
        Value::Symbol(_) => "Symbol",
        Value::List(_) => "Array",
        Value::Hash(_) => "Hash",
    }
}
