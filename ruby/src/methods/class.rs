//! Classes and modules.

use super::{Call, Method, file, json, method, open};
use crate::interpreter::{Exception, Outcome, ancestors};
use crate::value::{Text, Value};

pub(super) const METHODS: &[Method] = &[
    method("name", 0, 0, |call| Ok(Value::from(call.text().to_string()))),
    method("===", 1, 1, |call| {
        let class = call.text();
        Ok(Value::Boolean(ancestors(&call.argument(0).class()).contains(&&*class)))
    }),
    open("new", 0, new),
    method("ancestors", 0, 0, |call| {
        let class = call.text();
        Ok(Value::array(ancestors(&class).into_iter().map(|name| Value::Class(name.into())).collect()))
    }),
    method("escape", 1, 1, |call| match &*call.text() {
        "Regexp" => Ok(Value::from(crate::regexp::escape(&call.text_argument(0)?))),
        _ => other(call, "escape"),
    }),
    method("quote", 1, 1, |call| match &*call.text() {
        "Regexp" => Ok(Value::from(crate::regexp::escape(&call.text_argument(0)?))),
        _ => other(call, "quote"),
    }),
    method("pretty_generate", 1, 2, |call| match &*call.text() {
        "JSON" => json::pretty(call),
        _ => other(call, "pretty_generate"),
    }),
    method("generate", 1, 2, |call| match &*call.text() {
        "JSON" => json::generate(call),
        _ => other(call, "generate"),
    }),
    method("dump", 1, 2, |call| match &*call.text() {
        "JSON" => json::generate(call),
        _ => other(call, "dump"),
    }),
    method("parse", 1, 2, |call| match &*call.text() {
        "JSON" if call.arguments.len() == 1 => json::parse(call),
        _ => other(call, "parse"),
    }),
    open("join", 0, |call| match &*call.text() {
        "File" => file::join(call),
        _ => other(call, "join"),
    }),
    method("basename", 1, 1, |call| match &*call.text() {
        "File" => file::basename(call),
        _ => other(call, "basename"),
    }),
    method("dirname", 1, 1, |call| match &*call.text() {
        "File" => file::dirname(call),
        _ => other(call, "dirname"),
    }),
    method("sqrt", 1, 1, |call| match (&*call.text(), call.argument(0)) {
        ("Math", Value::Integer(number)) => Ok(Value::Float((number as f64).sqrt())),
        ("Math", Value::Float(number)) => Ok(Value::Float(number.sqrt())),
        _ => other(call, "sqrt"),
    }),
];

fn other(call: &Call<'_, '_>, name: &str) -> Outcome {
    Err(call.ruby.unsupported(format!("the method {}.{name}", call.text())))
}

fn new(call: &mut Call<'_, '_>) -> Outcome {
    let class = call.text();
    if ancestors(&class).contains(&"Exception") {
        let message = call.given(0).map_or(class.to_string(), Value::to_s);
        return Ok(Value::Exception(Exception::new(&class, message, call.ruby.line)));
    }
    match &*class {
        "String" => {
            let text = call.given(0).map_or_else(String::new, Value::to_s);
            Ok(Value::String(std::rc::Rc::new(Text::from(text))))
        }
        "Array" => super::array::new(call),
        "Hash" => super::hash::new(call),
        "Regexp" => {
            if let Value::Regexp(regexp) = call.argument(0) {
                return Ok(Value::Regexp(regexp));
            }
            let flags = match call.argument(1) {
                Value::Integer(bits) => [(1, 'i'), (2, 'x'), (4, 'm')]
                    .into_iter()
                    .filter(|(bit, _)| bits & bit != 0)
                    .map(|(_, flag)| flag)
                    .collect(),
                value if value.is_truthy() => "i".to_owned(),
                _ => String::new(),
            };
            call.ruby.regexp(&call.text_argument(0)?, &flags)
        }
        "Object" | "Proc" => other(call, "new"),
        _ => other(call, "new"),
    }
}
