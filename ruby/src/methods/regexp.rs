//! Patterns and what they matched.

use std::rc::Rc;
use std::sync::Arc;

use super::substitute::find;
use super::{Method, method};
use crate::interpreter::{Interpreter, Outcome};
use crate::regexp::Regexp;
use crate::value::Value;

pub(super) const METHODS: &[Method] = &[
    method("=~", 1, 1, |call| match call.argument(0) {
        Value::Nil => Ok(Value::Nil),
        other => {
            let text = other.to_s().into();
            position(call.ruby, &call.this.clone(), &text)
        }
    }),
    method("===", 1, 1, |call| match call.argument(0) {
        other @ (Value::String(_) | Value::Symbol(_)) => {
            let text = other.to_s().into();
            Ok(Value::Boolean(!position(call.ruby, &call.this.clone(), &text)?.is_nil()))
        }
        _ => Ok(Value::Boolean(false)),
    }),
    method("match", 1, 1, |call| match (&call.this, call.argument(0)) {
        (_, Value::Nil) => Ok(Value::Nil),
        (Value::Regexp(pattern), other) => matched(call.ruby, &pattern.clone(), &other.to_s().into()),
        _ => Ok(Value::Nil),
    }),
    method("match?", 1, 1, |call| match (&call.this, call.argument(0)) {
        (_, Value::Nil) => Ok(Value::Boolean(false)),
        (Value::Regexp(pattern), other) => {
            let found = find(call.ruby, &pattern.clone(), &other.to_s().into(), 0)?;
            Ok(Value::Boolean(found.is_some()))
        }
        _ => Ok(Value::Nil),
    }),
    method("source", 0, 0, |call| match &call.this {
        Value::Regexp(pattern) => Ok(Value::string(pattern.source().clone())),
        _ => Ok(Value::Nil),
    }),
];

pub(super) const OF_MATCHES: &[Method] = &[
    method("[]", 1, 1, |call| match (&call.this, call.argument(0)) {
        (Value::Match(found), Value::Integer(group)) => {
            Ok(usize::try_from(group).map_or(Value::Nil, |group| found.group(group).into()))
        }
        (Value::Match(_), range @ Value::Range(_)) => {
            let groups = groups(&call.this, 0);
            call.send(groups, "[]", vec![range])
        }
        (Value::Match(found), name) => Ok(found.named(&name.to_s()).into()),
        _ => Ok(Value::Nil),
    }),
    method("to_a", 0, 0, |call| Ok(groups(&call.this, 0))),
    method("captures", 0, 0, |call| Ok(groups(&call.this, 1))),
    method("pre_match", 0, 0, |call| {
        Ok(match &call.this {
            Value::Match(found) => found.before().into(),
            _ => Value::Nil,
        })
    }),
    method("post_match", 0, 0, |call| {
        Ok(match &call.this {
            Value::Match(found) => found.after().into(),
            _ => Value::Nil,
        })
    }),
];

fn groups(value: &Value, from: usize) -> Value {
    let Value::Match(found) = value else { return Value::Nil };
    Value::array((from..found.groups.len()).map(|group| found.group(group).into()).collect())
}

/// `pattern =~ text`
pub(super) fn position(ruby: &mut Interpreter<'_>, pattern: &Value, text: &Arc<str>) -> Outcome {
    let Value::Regexp(pattern) = pattern else {
        return Err(ruby.type_error(format!("wrong argument type {} (expected Regexp)", pattern.class())));
    };
    let found = find(ruby, pattern, text, 0)?;
    let place = found.as_ref().map_or(Value::Nil, |found| Value::from(text[..found.span().0].chars().count()));
    ruby.last_match = found.map(Rc::new);
    Ok(place)
}

/// `pattern.match(text)`
pub(super) fn matched(ruby: &mut Interpreter<'_>, pattern: &Regexp, text: &Arc<str>) -> Outcome {
    let found = find(ruby, pattern, text, 0)?.map(Rc::new);
    ruby.last_match.clone_from(&found);
    Ok(found.map_or(Value::Nil, Value::Match))
}
