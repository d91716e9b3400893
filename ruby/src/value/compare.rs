//! `==` and `<=>`

use std::cmp::Ordering;
use std::rc::Rc;

use super::Value;
use crate::limits::MOST_LEVELS;

/// `a == b`
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    equal_at(a, b, 0)
}

fn equal_at(a: &Value, b: &Value, level: u32) -> bool {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Integer(a), Value::Float(b)) | (Value::Float(b), Value::Integer(a)) => *a as f64 == *b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::String(a), Value::String(b)) => Rc::ptr_eq(a, b) || *a.read() == *b.read(),
        (Value::Array(a), Value::Array(b)) => {
            if Rc::ptr_eq(a, b) || level >= MOST_LEVELS {
                return true;
            }
            let (a, b) = (a.read(), b.read());
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal_at(a, b, level + 1))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            if Rc::ptr_eq(a, b) || level >= MOST_LEVELS {
                return true;
            }
            let (a, b) = (a.read(), b.read());
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal_at(value, other, level + 1)))
        }
        (Value::Range(a), Value::Range(b)) => {
            a.excludes_end == b.excludes_end
                && equal_at(&a.from, &b.from, level + 1)
                && equal_at(&a.to, &b.to, level + 1)
        }
        (Value::Regexp(a), Value::Regexp(b)) => a.source() == b.source() && a.flags() == b.flags(),
        _ => is_same(a, b),
    }
}

/// Whether both are one object.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Symbol(a), Value::Symbol(b)) | (Value::Class(a), Value::Class(b)) => a == b,
        (Value::String(a), Value::String(b)) => Rc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b),
        (Value::Hash(a), Value::Hash(b)) => Rc::ptr_eq(a, b),
        (Value::Range(a), Value::Range(b)) => Rc::ptr_eq(a, b),
        (Value::Match(a), Value::Match(b)) => Rc::ptr_eq(a, b),
        (Value::Proc(a), Value::Proc(b)) => Rc::ptr_eq(a, b),
        (Value::Exception(a), Value::Exception(b)) => Rc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => a == b,
        (Value::Foreign(a), Value::Foreign(b)) => {
            Rc::ptr_eq(a, b) || a.class == b.class && a.text == b.text && a.inner.is_none()
        }
        _ => false,
    }
}

/// `a <=> b`; `None` is `nil`.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    compare_at(a, b, 0)
}

fn compare_at(a: &Value, b: &Value, level: u32) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Integer(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::String(a), Value::String(b)) => Some(a.read().as_bytes().cmp(b.read().as_bytes())),
        (Value::Symbol(a), Value::Symbol(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Array(a), Value::Array(b)) => {
            if level >= MOST_LEVELS {
                return Some(Ordering::Equal);
            }
            let (a, b) = (a.read(), b.read());
            for (a, b) in a.iter().zip(b.iter()) {
                match compare_at(a, b, level + 1)? {
                    Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => equal_at(a, b, level).then_some(Ordering::Equal),
    }
}
