//! Sending a method to a value.

use std::rc::Rc;

use super::{Interpreter, Outcome, Proc, Stop};
use crate::methods::{self, Call};
use crate::syntax::tree;
use crate::value::compare::{compare, equal};
use crate::value::{Object, Value};

impl Interpreter<'_> {
    /// `receiver.name(arguments) { block }`
    pub(crate) fn send(
        &mut self,
        receiver: Value,
        name: &str,
        mut arguments: Vec<Value>,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        if let ([argument], None) = (arguments.as_slice(), &block)
            && let Some(value) = quick(&receiver, name, argument)
        {
            return Ok(value);
        }
        let Some(method) = methods::find(&receiver, name) else {
            return self.send_unknown(&receiver, name, arguments, block);
        };
        let given = arguments.len();
        if !method.takes(given) {
            return Err(self.wrong_count(given, method.least, method.most));
        }
        let id = block.as_ref().map(|block| block.id);
        arguments.shrink_to_fit();
        self.deeper()?;
        let outcome = (method.run)(&mut Call { ruby: self, this: receiver, arguments, block });
        self.depth -= 1;
        match outcome {
            Ok(value) => {
                self.account(&value)?;
                Ok(value)
            }
            Err(Stop::Break(of, value)) if Some(of) == id => Ok(value),
            stop => stop,
        }
    }

    fn send_unknown(
        &mut self,
        receiver: &Value,
        name: &str,
        arguments: Vec<Value>,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        if let Value::Object(Object::Template) = receiver
            && let Some(function) = self.methods.get(name).cloned()
        {
            return self.call_user(&function, arguments, block);
        }
        if let (Value::Object(Object::Scope), Some(function)) = (receiver, name.strip_prefix("function_")) {
            let function = function.to_owned();
            return self.old_function(&function, arguments);
        }
        if methods::ruby_has(receiver, name) {
            let class = receiver.class();
            return Err(self.unsupported(format!("the method {class}#{name}")));
        }
        Err(self.no_method(receiver, name))
    }

    fn call_user(
        &mut self,
        function: &std::sync::Arc<tree::Function>,
        arguments: Vec<Value>,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        let id = block.as_ref().map(|block| block.id);
        match self.call_defined(function, arguments, block) {
            Err(Stop::Break(of, value)) if Some(of) == id => Ok(value),
            other => other,
        }
    }

    /// `name(arguments)`, or a bare word that is no variable.
    pub(super) fn call_on_self(
        &mut self,
        call: &tree::Call,
        arguments: Vec<Value>,
        block: Option<Rc<Proc>>,
    ) -> Outcome {
        if let Some(function) = self.methods.get(&call.name).cloned() {
            return self.call_user(&function, arguments, block);
        }
        let this = Value::Object(Object::Template);
        if methods::find(&this, &call.name).is_some() {
            return self.send(this, &call.name, arguments, block);
        }
        if methods::ruby_has(&this, &call.name) {
            return Err(self.unsupported(format!("the method {}", call.name)));
        }
        let what = "#<Puppet::Parser::TemplateWrapper:0x0000000000000000>";
        let name = &call.name;
        if call.is_word {
            return Err(self.raise("NameError", format!("undefined local variable or method `{name}' for {what}")));
        }
        Err(self.raise("NoMethodError", format!("undefined method `{name}' for {what}")))
    }

    /// `scope.function_name([arguments])`
    fn old_function(&mut self, name: &str, arguments: Vec<Value>) -> Outcome {
        let arguments = match arguments.into_iter().next() {
            Some(Value::Array(list)) => list.items(),
            _ => {
                return Err(self.argument_error(
                    "custom functions must be called with a single array that contains the arguments. For example, function_example([1]) instead of function_example(1)",
                ));
            }
        };
        let answer = self.host.call_function(name, arguments);
        self.hosted(answer)
    }

    /// `Integer(value)` and its kin.
    pub(crate) fn call_kernel(&mut self, name: &str, value: Value) -> Outcome {
        self.send(Value::Object(Object::Template), name, vec![value], None)
    }

    pub(crate) fn responds_to(&self, receiver: &Value, name: &str) -> bool {
        methods::find(receiver, name).is_some() || methods::ruby_has(receiver, name)
    }

    /// Calls the block of a method.
    pub(crate) fn call_block(&mut self, block: &Proc, argument: Value) -> Outcome {
        self.call_proc(block, vec![argument])
    }

    /// Counts a value that nobody else holds yet.
    fn account(&mut self, value: &Value) -> Result<(), Stop> {
        let bytes = match value {
            Value::String(text) if Rc::strong_count(text) == 1 => text.len(),
            Value::Array(list) if Rc::strong_count(list) == 1 => list.len() * size_of::<Value>(),
            _ => return Ok(()),
        };
        self.spend(bytes)
    }
}

/// The operators that templates use most.
fn quick(receiver: &Value, name: &str, argument: &Value) -> Option<Value> {
    let is_simple = matches!(
        receiver,
        Value::Nil
            | Value::Boolean(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Symbol(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Hash(_)
    );
    if name == "==" && is_simple {
        return Some(Value::Boolean(equal(receiver, argument)));
    }
    match (receiver, argument) {
        (Value::Integer(a), Value::Integer(b)) => match name {
            "+" => a.checked_add(*b).map(Value::Integer),
            "-" => a.checked_sub(*b).map(Value::Integer),
            "*" => a.checked_mul(*b).map(Value::Integer),
            "<" => Some(Value::Boolean(a < b)),
            "<=" => Some(Value::Boolean(a <= b)),
            ">" => Some(Value::Boolean(a > b)),
            ">=" => Some(Value::Boolean(a >= b)),
            _ => None,
        },
        (Value::String(_), Value::String(_)) => {
            let order = match name {
                "<" | "<=" | ">" | ">=" => compare(receiver, argument)?,
                _ => return None,
            };
            Some(Value::Boolean(match name {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        _ => None,
    }
}
