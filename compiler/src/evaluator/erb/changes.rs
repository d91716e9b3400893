//! Lists and hashes that a template changes where they are.
//!
//! In the original a template is handed the very list of a variable, and of the parameter that set the variable. What
//! `<<` adds to it there is in the catalog, and in every template that comes later.

use std::sync::Arc;

use ruby::Value as Ruby;

use super::values::{from_ruby, to_ruby};
use super::{ErbHost, Evaluator};
use crate::value::Value;

/// A list or hash that a template was given.
pub(super) struct Given {
    name: Arc<str>,
    value: Value,
    held: Ruby,
}

impl Given {
    /// The value that it has become.
    fn changed(&self) -> Option<Value> {
        let is_made = match &self.held {
            Ruby::Array(list) => list.is_made(),
            Ruby::Hash(hash) => hash.is_made(),
            _ => false,
        };
        if !is_made {
            return None;
        }
        let now = from_ruby(&self.held);
        // Not every value comes back from Ruby as it went.
        (now != from_ruby(&to_ruby(&self.value))).then_some(now)
    }
}

impl ErbHost<'_, '_> {
    /// The value of a variable, the same one each time.
    pub(super) fn give(&mut self, name: &str, value: Value) -> Ruby {
        if !matches!(value, Value::Array(_) | Value::Hash(_)) {
            return to_ruby(&value);
        }
        if let Some(given) = self.given.iter().find(|given| is_same(&given.value, &value)) {
            return given.held.clone();
        }
        let held = to_ruby(&value);
        self.given.push(Given { name: name.into(), value, held: held.clone() });
        held
    }
}

impl Evaluator<'_> {
    /// Gives variables, and the parameters that set them, what a template has made of their lists.
    pub(super) fn take_over_changes(&mut self, given: Vec<Given>) {
        for given in given {
            let Some(now) = given.changed() else { continue };
            let from = self.scope();
            let Some(holder) = self.scopes.replace(from, &given.name, |held| is_same(held, &given.value), &now) else {
                continue;
            };
            let Some(resource) = self.scopes.get(holder).resource else { continue };
            let parameters = &mut self.catalog.get_mut(resource).parameters;
            for parameter in parameters.iter_mut().filter(|parameter| is_same(&parameter.value, &given.value)) {
                parameter.value = now.clone();
            }
        }
    }
}

/// Whether two values are one list or one hash.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => Arc::ptr_eq(left, right),
        (Value::Hash(left), Value::Hash(right)) => Arc::ptr_eq(left, right),
        _ => false,
    }
}
