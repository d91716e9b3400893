//! What every value understands.

use std::rc::Rc;

use super::{Call, Method, method, open};
use crate::interpreter::{Outcome, ancestors};
use crate::value::compare::{compare, equal, is_same};
use crate::value::{Key, Value};

pub(super) const METHODS: &[Method] = &[
    method("to_s", 0, 0, |call| Ok(Value::from(call.this.to_s()))),
    method("inspect", 0, 0, |call| Ok(Value::from(call.this.inspect()))),
    method("nil?", 0, 0, |call| Ok(Value::Boolean(call.this.is_nil()))),
    method("!", 0, 0, |call| Ok(Value::Boolean(!call.this.is_truthy()))),
    method("==", 1, 1, |call| Ok(Value::Boolean(equal(&call.this, &call.argument(0))))),
    method("===", 1, 1, |call| Ok(Value::Boolean(equal(&call.this, &call.argument(0))))),
    method("!=", 1, 1, |call| Ok(Value::Boolean(!equal(&call.this, &call.argument(0))))),
    method("eql?", 1, 1, |call| Ok(Value::Boolean(Key::of(&call.this) == Key::of(&call.argument(0))))),
    method("equal?", 1, 1, |call| Ok(Value::Boolean(is_same(&call.this, &call.argument(0))))),
    method("=~", 1, 1, |_| Ok(Value::Nil)),
    method("<=>", 1, 1, |call| {
        Ok(compare(&call.this, &call.argument(0)).map_or(Value::Nil, |order| Value::Integer(order as i64)))
    }),
    method("is_a?", 1, 1, is_a),
    method("kind_of?", 1, 1, is_a),
    method("instance_of?", 1, 1, |call| {
        Ok(Value::Boolean(matches!(call.argument(0), Value::Class(name) if name == call.this.class())))
    }),
    method("class", 0, 0, |call| Ok(Value::Class(call.this.class()))),
    method("respond_to?", 1, 2, |call| {
        let name = call.argument(0).to_s();
        Ok(Value::Boolean(call.ruby.responds_to(&call.this, &name)))
    }),
    method("freeze", 0, 0, |call| Ok(call.this.clone())),
    method("itself", 0, 0, |call| Ok(call.this.clone())),
    method("dup", 0, 0, |call| Ok(copy(&call.this))),
    method("clone", 0, 1, |call| Ok(copy(&call.this))),
    method("then", 0, 0, |call| {
        let block = call.needed_block()?;
        call.run(&block, call.this.clone())
    }),
    method("tap", 0, 0, |call| {
        let block = call.needed_block()?;
        call.run(&block, call.this.clone())?;
        Ok(call.this.clone())
    }),
    open("send", 1, send),
    open("public_send", 1, send),
    open("__send__", 1, send),
    method("instance_variable_get", 1, 1, |call| {
        let name = call.argument(0).to_s();
        Ok(call.ruby.instance_by_name(name.trim_start_matches('@')))
    }),
    method("to_json", 0, 1, super::json::to_json),
    method("to_yaml", 0, 1, super::yaml::to_yaml),
];

pub(super) const OF_NIL: &[Method] = &[
    method("to_a", 0, 0, |_| Ok(Value::array(Vec::new()))),
    method("to_h", 0, 0, |_| Ok(Value::hash([]))),
    method("to_i", 0, 0, |_| Ok(Value::Integer(0))),
    method("to_f", 0, 0, |_| Ok(Value::Float(0.0))),
    method("&", 1, 1, |_| Ok(Value::Boolean(false))),
    method("|", 1, 1, |call| Ok(Value::Boolean(call.argument(0).is_truthy()))),
];

pub(super) const OF_BOOLEANS: &[Method] = &[
    method("&", 1, 1, |call| Ok(Value::Boolean(call.this.is_truthy() && call.argument(0).is_truthy()))),
    method("|", 1, 1, |call| Ok(Value::Boolean(call.this.is_truthy() || call.argument(0).is_truthy()))),
    method("^", 1, 1, |call| Ok(Value::Boolean(call.this.is_truthy() != call.argument(0).is_truthy()))),
];

pub(super) const OF_PROCS: &[Method] = &[
    open("call", 0, call_proc),
    open("()", 0, call_proc),
    open("yield", 0, call_proc),
    open("[]", 0, call_proc),
    method("to_proc", 0, 0, |call| Ok(call.this.clone())),
];

pub(super) const OF_FOREIGN: &[Method] = &[method("unwrap", 0, 0, |call| match &call.this {
    Value::Foreign(foreign) if foreign.inner.is_some() => Ok(foreign.inner.clone().unwrap_or(Value::Nil)),
    other => Err(call.ruby.no_method(other, "unwrap")),
})];

fn call_proc(call: &mut Call<'_, '_>) -> Outcome {
    let Value::Proc(block) = call.this.clone() else { return Ok(Value::Nil) };
    let arguments = std::mem::take(&mut call.arguments);
    call.ruby.call_proc(&block, arguments)
}

fn is_a(call: &mut Call<'_, '_>) -> Outcome {
    match call.argument(0) {
        Value::Class(class) => Ok(Value::Boolean(ancestors(&call.this.class()).contains(&&*class))),
        _ => Err(call.ruby.type_error("class or module required")),
    }
}

fn send(call: &mut Call<'_, '_>) -> Outcome {
    let name = call.arguments.remove(0).to_s();
    let arguments = std::mem::take(&mut call.arguments);
    let block = call.block.take();
    call.ruby.send(call.this.clone(), &name, arguments, block)
}

/// A value that changes apart from this one.
pub(super) fn copy(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::string(text.shared()),
        Value::Array(list) => Value::array(list.items()),
        Value::Hash(hash) => {
            let copied = crate::value::Hash::from_entries(hash.read().clone());
            copied.set_default(hash.default());
            Value::Hash(Rc::new(copied))
        }
        other => other.clone(),
    }
}
