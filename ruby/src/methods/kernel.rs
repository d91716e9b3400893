//! What can be called without a receiver.

use super::{Call, Method, convert, method, open};
use crate::interpreter::{Exception, Outcome, Stop, ancestors};
use crate::value::Value;

pub(super) const METHODS: &[Method] = &[
    method("Integer", 1, 3, convert::integer),
    method("Float", 1, 2, convert::float),
    method("String", 1, 1, |call| Ok(Value::from(call.argument(0).to_s()))),
    method("Array", 1, 1, |call| match call.argument(0) {
        Value::Array(list) => Ok(Value::Array(list)),
        Value::Nil => Ok(Value::array(Vec::new())),
        hash @ (Value::Hash(_) | Value::Range(_)) => Ok(Value::array(call.ruby.elements(&hash)?)),
        other => Ok(Value::array(vec![other])),
    }),
    open("format", 1, format),
    open("sprintf", 1, format),
    open("raise", 0, raise),
    open("fail", 0, raise),
    method("require", 1, 1, |call| {
        let name = call.text_argument(0)?;
        match &*name {
            "json" | "erb" | "set" | "uri" | "cgi" | "digest" | "shellwords" | "yaml" | "ipaddr" | "puppet" | "pp"
            | "base64" | "digest/md5" | "digest/sha1" | "digest/sha2" | "date" | "time" => Ok(Value::Boolean(true)),
            _ => Err(call.ruby.unsupported(format!("the library '{name}'"))),
        }
    }),
    method("lambda", 0, 0, |call| {
        let block = call.needed_block()?;
        call.ruby.keep(&block);
        let kind = match &block.kind {
            crate::interpreter::ProcKind::Written { function, env, frame } => {
                crate::interpreter::ProcKind::Written { function: function.clone(), env: env.clone(), frame: *frame }
            }
            crate::interpreter::ProcKind::Symbol(_) | crate::interpreter::ProcKind::Counting { .. } => {
                return Ok(Value::Proc(block));
            }
        };
        Ok(Value::Proc(call.ruby.proc(kind, true)))
    }),
    method("proc", 0, 0, |call| {
        let block = call.needed_block()?;
        call.ruby.keep(&block);
        Ok(Value::Proc(block))
    }),
    method("loop", 0, 0, |call| {
        let block = call.needed_block()?;
        loop {
            call.ruby.call_proc(&block, Vec::new())?;
        }
    }),
    method("block_given?", 0, 0, |call| Ok(Value::Boolean(call.ruby.has_block()))),
    method("binding", 0, 0, |call| Err(call.ruby.unsupported("binding"))),
];

fn format(call: &mut Call<'_, '_>) -> Outcome {
    let pattern = call.text_argument(0)?;
    let arguments = call.arguments.split_off(1);
    crate::format::sprintf(call.ruby, &pattern, arguments).map(Value::from)
}

fn raise(call: &mut Call<'_, '_>) -> Outcome {
    let line = call.ruby.line;
    let exception = match call.argument(0) {
        Value::Exception(exception) => exception,
        Value::Class(class) if ancestors(&class).contains(&"Exception") => {
            let message = call.given(1).map_or(class.to_string(), Value::to_s);
            Exception::new(&class, message, line)
        }
        Value::String(text) => Exception::new("RuntimeError", text.read().to_owned(), line),
        Value::Nil => Exception::new("RuntimeError", "unhandled exception".to_owned(), line),
        _ => return Err(call.ruby.type_error("exception class/object expected")),
    };
    Err(Stop::Raise(exception))
}

impl crate::interpreter::Interpreter<'_> {
    /// The values that something gives one after the other.
    pub(crate) fn elements(&mut self, value: &Value) -> Result<Vec<Value>, Stop> {
        match value {
            Value::Array(list) => Ok(list.items()),
            Value::Hash(hash) => {
                Ok(hash.pairs().into_iter().map(|(key, value)| Value::array(vec![key, value])).collect())
            }
            Value::Range(range) => super::range::elements(self, range),
            Value::Nil => Ok(Vec::new()),
            other => Err(self.no_method(other, "each")),
        }
    }
}
