//! Hashes: entries in order of insertion.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::lazy::Lazy;
use super::list::discard;
use super::{Key, Value};
use crate::interpreter::Proc;

pub(crate) type Entries = IndexMap<Key, Value, FxBuildHasher>;
type Make = Box<dyn FnOnce() -> Vec<(Value, Value)>>;

/// A hash that can change. Nothing of the caller runs while it is read or changed.
pub struct Hash {
    body: Option<Lazy<Entries, Make>>,
    default: RefCell<Default>,
}

/// What a missing key gives.
#[derive(Clone, Default)]
pub(crate) enum Default {
    #[default]
    Nil,
    Value(Value),
    Block(Rc<Proc>),
}

impl Hash {
    pub fn new(entries: impl IntoIterator<Item = (Value, Value)>) -> Self {
        Self::from_entries(keyed(entries))
    }

    pub(crate) fn from_entries(entries: Entries) -> Self {
        Self { body: Some(Lazy::ready(entries)), default: RefCell::default() }
    }

    pub(super) fn lazy(make: Make) -> Self {
        Self { body: Some(Lazy::waiting(make)), default: RefCell::default() }
    }

    pub(crate) fn read(&self) -> Ref<'_, Entries> {
        self.body().read(|make| keyed(make()))
    }

    pub fn len(&self) -> usize {
        self.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, key: &Key) -> Option<Value> {
        self.read().get(key).cloned()
    }

    /// The entries as they are now.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.read().iter().map(|(key, value)| (key.to_value(), value.clone())).collect()
    }

    pub(crate) fn insert(&self, key: Key, value: Value) {
        let old = self.change(|entries| entries.insert(key, value));
        discard(old.into_iter().collect());
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        change(&mut self.body().write(|make| keyed(make())))
    }

    pub(crate) fn default(&self) -> Default {
        self.default.borrow().clone()
    }

    pub(crate) fn set_default(&self, default: Default) {
        let old = std::mem::replace(&mut *self.default.borrow_mut(), default);
        if let Default::Value(value) = old {
            discard(vec![value]);
        }
    }

    pub(crate) fn set_default_value(&self, value: Value) {
        self.set_default(Default::Value(value));
    }

    pub(crate) fn set_block(&self, block: Rc<Proc>) {
        self.set_default(Default::Block(block));
    }

    pub(crate) fn default_value(&self) -> Value {
        match self.default() {
            Default::Value(value) => value,
            Default::Nil | Default::Block(_) => Value::Nil,
        }
    }

    pub(crate) fn default_block(&self) -> Option<Rc<Proc>> {
        match self.default() {
            Default::Block(block) => Some(block),
            Default::Nil | Default::Value(_) => None,
        }
    }

    /// All values, when they have been made.
    pub(super) fn into_values(mut self) -> Vec<Value> {
        self.take_values()
    }

    fn take_values(&mut self) -> Vec<Value> {
        let mut values: Vec<Value> =
            self.body.take().and_then(Lazy::into_ready).into_iter().flat_map(IndexMap::into_values).collect();
        if let Default::Value(value) = self.default.take() {
            values.push(value);
        }
        values
    }

    /// Whether somebody has looked into it: nobody can have changed it before.
    pub fn is_made(&self) -> bool {
        self.body().is_ready()
    }

    fn body(&self) -> &Lazy<Entries, Make> {
        self.body.as_ref().unwrap_or_else(|| unreachable!("the body goes when the hash does"))
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        discard(self.take_values());
    }
}

fn keyed(entries: impl IntoIterator<Item = (Value, Value)>) -> Entries {
    entries.into_iter().map(|(key, value)| (Key::of(&key), value)).collect()
}
