//! What a lookup did, as a tree: `puppet lookup --explain` prints it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::eyaml::Secrets;
use crate::value::Value;

mod data;
mod text;

/// The tree of one lookup while it grows and when it is whole.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    branches: Vec<Branch>,
    /// The branches that are open, by their index in the one above.
    path: Vec<usize>,
    texts: Vec<String>,
    only_options: bool,
    /// What is not shown.
    secrets: Rc<RefCell<Secrets>>,
}

/// One step of a lookup with the steps within.
#[derive(Debug)]
struct Branch {
    node: Node,
    branches: Vec<Branch>,
    event: Option<Event>,
    key: Option<Arc<str>>,
    value: Option<Value>,
    texts: Vec<String>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Found,
    FoundInOverrides,
    FoundInDefaults,
    NotFound,
    LocationNotFound,
    ModuleNotFound,
    ModuleProviderNotFound,
    Result,
}

/// What a step is about.
#[derive(Debug)]
pub(crate) enum Node {
    /// A key that is searched for.
    Top(Arc<str>),
    InvalidKey,
    /// `lookup_options` decide the merge.
    MergeSource(&'static str),
    Merge {
        strategy: &'static str,
        options: Option<Value>,
    },
    /// A layer or an entry of its hierarchy.
    Provider {
        name: String,
        configuration: Option<Arc<str>>,
        module: Option<Arc<str>>,
    },
    Location {
        kind: LocationKind,
        original: Arc<str>,
        resolved: Arc<str>,
    },
    Interpolation(Arc<str>),
    Scope(String),
    SubKey(String),
    Segment,
    Module(Arc<str>),
}

/// What kind of place a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocationKind {
    Path,
    Uri,
}

impl Node {
    pub(super) fn scope(name: impl Into<String>) -> Self {
        Self::Scope(name.into())
    }
}

impl Explanation {
    /// Of a lookup of which only the `lookup_options` are of interest.
    pub(crate) fn of_options_only() -> Self {
        Self { only_options: true, ..Self::default() }
    }

    /// Leaves secrets out of all that is added from now on.
    pub(super) fn without(mut self, secrets: &Rc<RefCell<Secrets>>) -> Self {
        self.secrets = secrets.clone();
        self
    }

    pub(super) fn only_options(&self) -> bool {
        self.only_options
    }

    pub(super) fn push(&mut self, node: Node) {
        let node = match node {
            Node::Interpolation(text) => Node::Interpolation(self.secrets.borrow().hide(text.to_string()).into()),
            node => node,
        };
        let branches = self.open();
        branches.push(Branch { node, branches: Vec::new(), event: None, key: None, value: None, texts: Vec::new() });
        let index = branches.len() - 1;
        self.path.push(index);
    }

    pub(super) fn pop(&mut self) {
        self.path.pop();
    }

    pub(super) fn found(&mut self, key: &str, value: &Value) {
        self.end(Event::Found, Some(key), Some(value));
    }

    pub(super) fn found_in_overrides(&mut self, key: &str, value: &Value) {
        self.end(Event::FoundInOverrides, Some(key), Some(value));
    }

    pub(super) fn found_in_defaults(&mut self, key: &str, value: &Value) {
        self.end(Event::FoundInDefaults, Some(key), Some(value));
    }

    pub(super) fn result(&mut self, value: &Value) {
        self.end(Event::Result, None, Some(value));
    }

    pub(super) fn not_found(&mut self, key: &str) {
        self.end(Event::NotFound, Some(key), None);
    }

    pub(super) fn location_not_found(&mut self) {
        self.end(Event::LocationNotFound, None, None);
    }

    pub(super) fn module_not_found(&mut self, module: &Arc<str>) {
        self.leaf(module, Event::ModuleNotFound);
    }

    pub(super) fn module_provider_not_found(&mut self, module: &Arc<str>) {
        self.leaf(module, Event::ModuleProviderNotFound);
    }

    pub(super) fn merge_source(&mut self, source: &'static str) {
        self.push(Node::MergeSource(source));
        self.pop();
    }

    pub(super) fn text(&mut self, text: String) {
        let text = self.secrets.borrow().hide(text);
        match self.current() {
            Some(branch) => branch.texts.push(text),
            None => self.texts.push(text),
        }
    }

    /// Shows what became of a value that was found, where it was changed in place.
    pub(super) fn replace(&mut self, before: &Value, after: &Value) {
        let after = self.secrets.borrow().hide_in(after);
        self.branches.iter_mut().for_each(|branch| branch.replace(before, &after));
    }

    fn leaf(&mut self, module: &Arc<str>, event: Event) {
        self.push(Node::Module(module.clone()));
        self.end(event, None, None);
        self.pop();
    }

    fn end(&mut self, event: Event, key: Option<&str>, value: Option<&Value>) {
        let value = value.map(|value| self.secrets.borrow().hide_in(value));
        let Some(branch) = self.current() else { return };
        branch.event = Some(event);
        if let Some(key) = key {
            branch.key = Some(key.into());
        }
        if let Some(value) = value {
            branch.value = Some(value);
        }
    }

    fn current(&mut self) -> Option<&mut Branch> {
        let (last, above) = self.path.split_last()?;
        let mut branches = &mut self.branches;
        for index in above {
            branches = &mut branches.get_mut(*index)?.branches;
        }
        branches.get_mut(*last)
    }

    /// The branches of the innermost open one.
    fn open(&mut self) -> &mut Vec<Branch> {
        let mut branches = &mut self.branches;
        for index in &self.path {
            branches = &mut branches[*index].branches;
        }
        branches
    }
}

impl Branch {
    fn replace(&mut self, before: &Value, after: &Value) {
        if self.value.as_ref().is_some_and(|value| is_same(value, before)) {
            self.value = Some(after.clone());
        }
        self.branches.iter_mut().for_each(|branch| branch.replace(before, after));
    }
}

/// Whether both are one array or hash.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => Arc::ptr_eq(one, other),
        (Value::Hash(one), Value::Hash(other)) => Arc::ptr_eq(one, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
