//! One expression.

use std::rc::Rc;
use std::sync::Arc;

use super::enumerator::enumerator;
use super::{Env, Interpreter, Outcome, Stop};
use crate::syntax::tree::{Call, Node};
use crate::value::{Object, Range, Value};

impl Interpreter<'_> {
    pub(crate) fn evaluate(&mut self, node: &Node, env: &Rc<Env>) -> Outcome {
        self.step()?;
        self.deeper()?;
        let outcome = self.dispatch(node, env);
        self.depth -= 1;
        outcome
    }

    fn dispatch(&mut self, node: &Node, env: &Rc<Env>) -> Outcome {
        match node {
            Node::Nil => Ok(Value::Nil),
            Node::True => Ok(Value::Boolean(true)),
            Node::False => Ok(Value::Boolean(false)),
            Node::SelfRef => Ok(Value::Object(Object::Template)),
            Node::Integer(number) => Ok(Value::Integer(*number)),
            Node::Float(number) => Ok(Value::Float(*number)),
            Node::Text(text) => Ok(Value::string(text.clone())),
            Node::Symbol(name) => Ok(Value::Symbol(name.clone())),
            Node::Regexp(regexp) => Ok(Value::Regexp(regexp.clone())),
            Node::Joined(nodes) => self.joined(nodes, env).map(Value::from),
            Node::JoinedSymbol(nodes) => Ok(Value::Symbol(self.joined(nodes, env)?.into())),
            Node::JoinedRegexp(nodes, flags) => self.joined_regexp(nodes, flags, env),
            Node::Array(nodes) => {
                let items = self.arguments(nodes, env)?;
                self.spend(items.len() * size_of::<Value>())?;
                Ok(Value::array(items))
            }
            Node::Hash(pairs) => self.hash(pairs, env),
            Node::Range { from, to, excludes_end } => {
                let from = self.optional(from.as_deref(), env)?;
                let to = self.optional(to.as_deref(), env)?;
                Ok(Value::Range(Rc::new(Range { from, to, excludes_end: *excludes_end })))
            }
            Node::Local(place) => Ok(self.local(*place, env)),
            Node::Instance(name) => Ok(self.instance(name)),
            Node::Global(name) => Ok(self.global(name)),
            Node::Constant(outer, name) => self.constant(outer.as_deref(), name),
            Node::Splat(inner) => {
                let value = self.evaluate(inner, env)?;
                Ok(Value::array(self.spread(value)?))
            }
            Node::Sequence(nodes) => {
                let mut last = Value::Nil;
                for node in nodes {
                    last = self.evaluate(node, env)?;
                }
                Ok(last)
            }
            Node::Put(place, text) => self.put(*place, text, env),
            Node::Output(place, inner, line) => self.output(*place, inner, *line, env),
            Node::Call(call) => self.call(call, env),
            other => self.control(other, env),
        }
    }

    pub(super) fn optional(&mut self, node: Option<&Node>, env: &Rc<Env>) -> Outcome {
        node.map_or(Ok(Value::Nil), |node| self.evaluate(node, env))
    }

    /// Values of arguments or elements, with `*list` spread out.
    pub(super) fn arguments(&mut self, nodes: &[Node], env: &Rc<Env>) -> Result<Vec<Value>, Stop> {
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            if let Node::Splat(inner) = node {
                let value = self.evaluate(inner, env)?;
                values.extend(self.spread(value)?);
            } else {
                values.push(self.evaluate(node, env)?);
            }
        }
        Ok(values)
    }

    /// The elements that `*value` stands for.
    pub(crate) fn spread(&mut self, value: Value) -> Result<Vec<Value>, Stop> {
        Ok(match value {
            Value::Array(list) => list.items(),
            Value::Nil => Vec::new(),
            Value::Hash(_) | Value::Range(_) => self.elements(&value)?,
            other => vec![other],
        })
    }

    fn call(&mut self, call: &Call, env: &Rc<Env>) -> Outcome {
        let Some(receiver) = &call.receiver else {
            let arguments = self.arguments(&call.arguments, env)?;
            let block = self.block(call.block.as_ref(), env)?;
            self.line = call.line;
            return self.call_on_self(call, arguments, block);
        };
        if let Some(inner) = enumerator(receiver, call) {
            return self.enumerate(inner, call, env);
        }
        let receiver = self.evaluate(receiver, env)?;
        if call.safe && receiver.is_nil() {
            return Ok(Value::Nil);
        }
        let arguments = self.arguments(&call.arguments, env)?;
        let block = self.block(call.block.as_ref(), env)?;
        self.line = call.line;
        self.send(receiver, &call.name, arguments, block)
    }

    /// `@name`: one that the template has set, or a variable of the host.
    pub(super) fn instance(&mut self, name: &Arc<str>) -> Value {
        if let Some(value) = self.instances.get(name) {
            return value.clone();
        }
        let Some(value) = self.host.variable(name) else { return Value::Nil };
        self.instances.insert(name.clone(), value.clone());
        value
    }

    pub(crate) fn instance_by_name(&mut self, name: &str) -> Value {
        self.instance(&name.into())
    }

    pub(super) fn has_instance(&mut self, name: &Arc<str>) -> bool {
        self.instances.contains_key(name) || self.host.variable(name).is_some()
    }

    pub(super) fn global(&mut self, name: &Arc<str>) -> Value {
        let Some(found) = &self.last_match else {
            return self.globals.get(name).cloned().unwrap_or(Value::Nil);
        };
        match &**name {
            "~" => Value::Match(found.clone()),
            "&" => found.group(0).into(),
            "`" => found.before().into(),
            "'" => found.after().into(),
            "+" => (1..found.groups.len()).rev().find_map(|index| found.group(index)).into(),
            number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                number.parse().map_or(Value::Nil, |index| found.group(index).into())
            }
            _ => self.globals.get(name).cloned().unwrap_or(Value::Nil),
        }
    }
}
