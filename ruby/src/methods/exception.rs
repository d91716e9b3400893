//! Exceptions.

use super::{Method, method};
use crate::value::{List, Value};

pub(super) const METHODS: &[Method] = &[
    method("message", 0, 0, |call| Ok(Value::from(call.this.to_s()))),
    method("full_message", 0, 1, |call| Ok(Value::from(call.this.to_s()))),
    method("backtrace", 0, 0, |call| {
        let line = match &call.this {
            Value::Exception(exception) => exception.line,
            _ => 0,
        };
        let file = call.ruby.file.clone().unwrap_or_else(|| "(erb)".into());
        let place = Value::from(format!("{file}:{line}:in `result'"));
        Ok(Value::Array(std::rc::Rc::new(List::new(vec![place]))))
    }),
];
