//! Enumerators: a method without its block, whose values the next call of the chain takes at once.

use std::rc::Rc;

use super::{Env, Interpreter, Outcome};
use crate::syntax::tree::{Call, Node};
use crate::value::Value;

/// Methods that give each element to a block.
const GIVING: [&str; 13] = [
    "each",
    "each_pair",
    "map",
    "collect",
    "flat_map",
    "select",
    "filter",
    "reject",
    "find",
    "detect",
    "sort_by",
    "group_by",
    "partition",
];

/// Methods for which the pairs of an enumerator are as good as a list of them.
const TAKING: [&str; 20] = [
    "map",
    "collect",
    "flat_map",
    "select",
    "filter",
    "reject",
    "find",
    "detect",
    "find_all",
    "filter_map",
    "sort_by",
    "group_by",
    "partition",
    "each_with_object",
    "inject",
    "reduce",
    "to_a",
    "to_h",
    "any?",
    "all?",
];

/// The call that makes the enumerator which `call` is sent to: `list.map` of `list.map.with_index { … }`.
pub(super) fn enumerator<'n>(receiver: &'n Node, call: &Call) -> Option<&'n Call> {
    let Node::Call(inner) = receiver else { return None };
    let waits = inner.receiver.is_some() && inner.arguments.is_empty() && inner.block.is_none() && !inner.safe;
    let fits = match &*inner.name {
        "each_with_index" => TAKING.contains(&&*call.name),
        name => counts(call) && GIVING.contains(&name),
    };
    (waits && fits).then_some(inner)
}

/// Whether a call gives its block numbers beside the elements.
fn counts(call: &Call) -> bool {
    call.block.is_some()
        && match &*call.name {
            "with_index" => call.arguments.len() < 2,
            "each_with_index" => call.arguments.is_empty(),
            _ => false,
        }
}

impl Interpreter<'_> {
    /// `receiver.inner.call { … }`
    pub(super) fn enumerate(&mut self, inner: &Call, call: &Call, env: &Rc<Env>) -> Outcome {
        let receiver = self.optional(inner.receiver.as_ref(), env)?;
        let is_list = matches!(receiver, Value::Array(_) | Value::Hash(_) | Value::Range(_));
        let receiver = if is_list {
            receiver
        } else {
            self.line = inner.line;
            self.send(receiver, &inner.name, Vec::new(), None)?
        };
        let arguments = self.arguments(&call.arguments, env)?;
        let block = self.block(call.block.as_ref(), env)?;
        self.line = call.line;
        if !is_list {
            return self.send(receiver, &call.name, arguments, block);
        }
        if !counts(call) {
            let items = self.elements(&receiver)?.into_iter().enumerate();
            let pairs = items.map(|(index, item)| Value::array(vec![item, Value::from(index)])).collect();
            return self.send(Value::array(pairs), &call.name, arguments, block);
        }
        let first = match arguments.first() {
            None | Some(Value::Nil) => 0,
            Some(Value::Integer(first)) => *first,
            Some(_) => return Err(self.unsupported("an index that is no integer")),
        };
        let Some(block) = block else { return Err(self.unsupported("an enumerator (a method without its block)")) };
        let block = self.counting(block, first);
        self.send(receiver, &inner.name, Vec::new(), Some(block))
    }
}
