//! Arrays.

use std::cell::Ref;

use super::Value;
use super::lazy::Lazy;

type Make = Box<dyn FnOnce() -> Vec<Value>>;

/// An array that can change. Nothing of the caller runs while it is read or changed.
pub struct List(Option<Lazy<Vec<Value>, Make>>);

impl List {
    pub fn new(items: Vec<Value>) -> Self {
        Self(Some(Lazy::ready(items)))
    }

    pub(super) fn lazy(make: Make) -> Self {
        Self(Some(Lazy::waiting(make)))
    }

    pub fn read(&self) -> Ref<'_, Vec<Value>> {
        self.body().read(|make| make())
    }

    /// The elements as they are now.
    pub fn items(&self) -> Vec<Value> {
        self.read().clone()
    }

    pub fn len(&self) -> usize {
        self.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        change(&mut self.body().write(|make| make()))
    }

    pub(crate) fn set(&self, items: Vec<Value>) {
        let old = self.change(|body| std::mem::replace(body, items));
        discard(old);
    }

    /// Whether somebody has looked into it: nobody can have changed it before.
    pub fn is_made(&self) -> bool {
        self.body().is_ready()
    }

    fn body(&self) -> &Lazy<Vec<Value>, Make> {
        self.0.as_ref().unwrap_or_else(|| unreachable!("the body goes when the list does"))
    }
}

impl Drop for List {
    fn drop(&mut self) {
        if let Some(items) = self.0.take().and_then(Lazy::into_ready) {
            discard(items);
        }
    }
}

/// Lets go of values one after the other: lists deep in lists would take the stack otherwise.
pub(super) fn discard(values: Vec<Value>) {
    if !values.iter().any(is_container) {
        return;
    }
    let mut waiting = values;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(list) => {
                if let Some(mut list) = std::rc::Rc::into_inner(list)
                    && let Some(items) = list.0.take().and_then(Lazy::into_ready)
                {
                    waiting.extend(items);
                }
            }
            Value::Hash(hash) => {
                if let Some(hash) = std::rc::Rc::into_inner(hash) {
                    waiting.extend(hash.into_values());
                }
            }
            _ => {}
        }
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Hash(_))
}
