//! Substitutions.

use std::rc::Rc;

use super::{MOST_LEVELS, MOST_VALUES, Node, Object, join, number_value, over};
use crate::value::{Hash, Value};

/// The value of a tree.
pub(super) fn resolve(root: Node, variable: &dyn Fn(&str) -> Option<String>) -> Result<Value, String> {
    let root = Rc::new(root);
    let mut resolution =
        Resolution { root: root.clone(), variable, merges: Vec::new(), open: Vec::new(), left: MOST_VALUES };
    let value = resolution.value(&root, &mut Vec::new())?;
    Ok(value.as_deref().map_or_else(|| Value::hash(Hash::default()), unwrapped))
}

struct Resolution<'a> {
    root: Rc<Node>,
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// Merges that are being made: where each stands, and what lies below the value that is looked at. Who refers to
    /// the place from within means that.
    merges: Vec<(Vec<String>, Vec<Rc<Node>>)>,
    /// Substitutions that are being made.
    open: Vec<(*const Node, usize)>,
    left: usize,
}

impl Resolution<'_> {
    /// A node without substitutions; `None` where only optional ones stood that have no value.
    fn value(&mut self, node: &Rc<Node>, place: &mut Vec<String>) -> Result<Option<Rc<Node>>, String> {
        self.left = self.left.checked_sub(1).ok_or_else(|| {
            format!("the data holds more than {MOST_VALUES} values with its substitutions written out")
        })?;
        if place.len() > MOST_LEVELS || self.open.len() > MOST_LEVELS {
            return Err(format!("the data is nested deeper than {MOST_LEVELS} levels with its substitutions"));
        }
        match &**node {
            Node::Object(entries) => {
                let mut resolved = Object::default();
                for (key, value) in entries {
                    place.push(key.clone());
                    let value = self.value(value, place);
                    place.pop();
                    if let Some(value) = value? {
                        resolved.insert(key.clone(), value);
                    }
                }
                Ok(Some(Rc::new(Node::Object(resolved))))
            }
            Node::List(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    // No path leads here, but what is nested counts.
                    place.push(format!("[{index}]"));
                    let item = self.value(item, place);
                    place.pop();
                    resolved.extend(item?);
                }
                Ok(Some(Rc::new(Node::List(resolved))))
            }
            Node::Substitution { path, optional, line } => self.substitution(node, path, *optional, *line),
            Node::Concatenation { parts, line } => {
                let mut joined = Vec::new();
                for part in parts {
                    if let Some(part) = self.value(part, place)? {
                        join(&mut joined, part, *line)?;
                    }
                }
                Ok(joined.pop())
            }
            Node::Merge(stack) => self.merge(stack, place),
            Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text { .. } => Ok(Some(node.clone())),
        }
    }

    fn merge(&mut self, stack: &[Rc<Node>], place: &mut Vec<String>) -> Result<Option<Rc<Node>>, String> {
        let mut merged: Option<Rc<Node>> = None;
        for (index, node) in stack.iter().enumerate() {
            self.merges.push((place.clone(), stack[index + 1..].to_vec()));
            let value = self.value(node, place);
            self.merges.pop();
            let Some(value) = value? else { continue };
            let value = match merged {
                Some(above) => over(above, &value),
                None => value,
            };
            let is_object = matches!(&*value, Node::Object(_));
            merged = Some(value);
            if !is_object {
                break;
            }
        }
        Ok(merged)
    }

    fn substitution(
        &mut self,
        node: &Rc<Node>,
        path: &[String],
        optional: bool,
        line: usize,
    ) -> Result<Option<Rc<Node>>, String> {
        let shown = || format!("${{{}{}}}", if optional { "?" } else { "" }, path.join("."));
        let this = (Rc::as_ptr(node), self.merges.len());
        if self.open.iter().any(|(open, _)| *open == this.0) && self.open.contains(&this) {
            return if optional {
                Ok(None)
            } else {
                Err(format!(
                    "String: {line}: Could not resolve substitution to a value: {} was part of a cycle of substitutions",
                    shown()
                ))
            };
        }
        self.open.push(this);
        let found = self.look(path);
        self.open.pop();
        if let Some(found) = found? {
            return Ok(Some(found));
        }
        let variable = if let [name] = path { (self.variable)(name) } else { None };
        match variable {
            Some(text) => Ok(Some(Rc::new(Node::Text { text, quoted: true }))),
            None if optional => Ok(None),
            None => Err(format!("String: {line}: Could not resolve substitution to a value: {}", shown())),
        }
    }

    /// What stands at a path, resolved. Objects on the way are not.
    fn look(&mut self, path: &[String]) -> Result<Option<Rc<Node>>, String> {
        let mut place: Vec<String> = Vec::new();
        let mut node = self.root.clone();
        for key in path {
            let Some(next) = self.child(&node, key, &mut place)? else { return Ok(None) };
            place.push(key.clone());
            node = match self.merges.iter().rev().find(|(at, _)| *at == place) {
                Some((_, below)) if below.is_empty() => return Ok(None),
                Some((_, below)) => Rc::new(Node::Merge(below.clone())),
                None => next,
            };
        }
        self.value(&node, &mut place)
    }

    fn child(&mut self, node: &Rc<Node>, key: &str, place: &mut Vec<String>) -> Result<Option<Rc<Node>>, String> {
        Ok(match &**node {
            Node::Object(entries) => entries.get(key).cloned(),
            Node::Merge(stack) => {
                let mut below = Vec::new();
                for (index, part) in stack.iter().enumerate() {
                    self.merges.push((place.clone(), stack[index + 1..].to_vec()));
                    let part = if part.is_open() { self.value(part, place) } else { Ok(Some(part.clone())) };
                    self.merges.pop();
                    match part?.as_deref() {
                        Some(Node::Object(entries)) => below.extend(entries.get(key).cloned()),
                        None => {}
                        Some(_) => break,
                    }
                }
                match below.len() {
                    0 | 1 => below.pop(),
                    _ => below.into_iter().rev().reduce(|below, above| over(above, &below)),
                }
            }
            Node::Substitution { .. } | Node::Concatenation { .. } => match self.value(node, place)?.as_deref() {
                Some(Node::Object(entries)) => entries.get(key).cloned(),
                _ => None,
            },
            _ => None,
        })
    }
}

fn unwrapped(node: &Node) -> Value {
    match node {
        Node::Boolean(truth) => Value::Boolean(*truth),
        Node::Number(text) => number_value(text).unwrap_or_else(|| Value::from(text.as_str())),
        Node::Text { text, .. } => Value::from(text.as_str()),
        Node::List(items) => Value::array(items.iter().map(|item| unwrapped(item)).collect()),
        Node::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (Value::from(key.as_str()), unwrapped(value)));
            Value::hash(entries.collect())
        }
        // What is left of substitutions was resolved.
        Node::Null | Node::Substitution { .. } | Node::Concatenation { .. } | Node::Merge(_) => Value::Undef,
    }
}
