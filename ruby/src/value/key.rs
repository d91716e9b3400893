//! Keys of hashes: what a value is at the time it becomes one.

use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use super::Value;
use crate::limits::MOST_LEVELS;

/// A value as a key. `1` and `1.0` differ, as with `eql?`.
#[derive(Clone)]
pub enum Key {
    Nil,
    Boolean(bool),
    Integer(i64),
    /// By its bits.
    Float(u64),
    Symbol(Arc<str>),
    String(Arc<str>),
    Array(Rc<Vec<Key>>),
    Hash(Rc<Vec<(Key, Key)>>),
    Class(Arc<str>),
    /// Anything else, by identity.
    Other(Value),
}

impl Key {
    pub fn of(value: &Value) -> Self {
        Self::at_level(value, 0)
    }

    fn at_level(value: &Value, level: u32) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Boolean(truth) => Self::Boolean(*truth),
            Value::Integer(number) => Self::Integer(*number),
            Value::Float(number) => Self::Float(number.to_bits()),
            Value::Symbol(name) => Self::Symbol(name.clone()),
            Value::String(text) => Self::String(text.shared()),
            Value::Class(name) => Self::Class(name.clone()),
            Value::Array(list) if level < MOST_LEVELS => {
                Self::Array(Rc::new(list.read().iter().map(|item| Self::at_level(item, level + 1)).collect()))
            }
            Value::Hash(hash) if level < MOST_LEVELS => {
                let entries = hash.read();
                Self::Hash(Rc::new(
                    entries.iter().map(|(key, value)| (key.clone(), Self::at_level(value, level + 1))).collect(),
                ))
            }
            other => Self::Other(other.clone()),
        }
    }

    pub fn to_value(&self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Boolean(truth) => Value::Boolean(*truth),
            Self::Integer(number) => Value::Integer(*number),
            Self::Float(bits) => Value::Float(f64::from_bits(*bits)),
            Self::Symbol(name) => Value::Symbol(name.clone()),
            Self::String(text) => Value::string(text.clone()),
            Self::Class(name) => Value::Class(name.clone()),
            Self::Array(items) => Value::array(items.iter().map(Self::to_value).collect()),
            Self::Hash(entries) => Value::hash(entries.iter().map(|(key, value)| (key.to_value(), value.to_value()))),
            Self::Other(value) => value.clone(),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Symbol(a), Self::Symbol(b))
            | (Self::String(a), Self::String(b))
            | (Self::Class(a), Self::Class(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Hash(a), Self::Hash(b)) => a.len() == b.len() && a.iter().all(|entry| b.contains(entry)),
            (Self::Other(a), Self::Other(b)) => super::compare::is_same(a, b),
            _ => false,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Nil | Self::Other(_) => 0_u8.hash(state),
            Self::Boolean(truth) => truth.hash(state),
            Self::Integer(number) => number.hash(state),
            Self::Float(bits) => bits.hash(state),
            Self::Symbol(name) | Self::Class(name) => name.hash(state),
            Self::String(text) => text.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Hash(entries) => entries.len().hash(state),
        }
    }
}
