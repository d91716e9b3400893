//! Deep merges.
//!
//! The original merges in place, and what only the higher value has is merged with itself: the
//! same arrays and hashes then stand on both sides, and what is knocked out of one is gone from the
//! other while it is being walked. So values become trees whose parts are shared as Ruby's are.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::{flag, text};
use crate::error::{Failure, Stop};
use crate::regexp::Regexp;
use crate::value::{Hash, Value, ruby_class};

/// Options of a deep merge.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Deep {
    knockout_prefix: Option<Arc<str>>,
    sort_merged_arrays: bool,
    merge_hash_arrays: bool,
}

/// What a merge made.
pub(super) struct Merged {
    pub(super) value: Value,
    /// What the merge left of the higher value.
    pub(super) source: Value,
}

impl Deep {
    pub(super) fn read(options: &Hash) -> Self {
        Self {
            knockout_prefix: text(options, "knockout_prefix"),
            sort_merged_arrays: flag(options, "sort_merged_arrays"),
            merge_hash_arrays: flag(options, "merge_hash_arrays"),
        }
    }

    /// Merges `source` (it wins) into `dest`.
    pub(super) fn merge(&self, source: &Value, dest: &Value) -> Result<Merged, Stop> {
        let knockout = match self.knockout_prefix.as_deref() {
            None => None,
            Some("") => {
                return Err(Failure::argument("knockout_prefix cannot be an empty string in deep_merge!").into());
            }
            Some(prefix) => {
                Some(Knockout { prefix: Value::from(prefix), pattern: Regexp::shared(&format!("^{prefix}"))? })
            }
        };
        let merge = Merge { options: self, knockout };
        let source = Tree::of(source);
        let merged = merge.merge(&source, Tree::of(dest))?;
        Ok(Merged { value: merged.value(), source: source.value() })
    }
}

/// A merge under way.
struct Merge<'a> {
    options: &'a Deep,
    knockout: Option<Knockout>,
}

struct Knockout {
    prefix: Value,
    /// The prefix at the start of a line.
    pattern: Arc<Regexp>,
}

/// A value whose arrays and hashes are shared and change.
#[derive(Clone)]
enum Tree {
    Leaf(Value),
    Array(Rc<RefCell<Vec<Tree>>>),
    Hash(Rc<RefCell<Entries>>),
}

type Entries = indexmap::IndexMap<Value, Tree, rustc_hash::FxBuildHasher>;

impl Merge<'_> {
    fn merge(&self, source: &Tree, dest: Tree) -> Result<Tree, Stop> {
        if matches!(source, Tree::Leaf(Value::Undef)) {
            return Ok(dest);
        }
        if !dest.is_truthy() {
            return Ok(source.clone());
        }
        match source {
            Tree::Hash(entries) => self.merge_hash(source, entries, dest),
            Tree::Array(items) => self.merge_array(items, &dest),
            Tree::Leaf(value) => Ok(Tree::Leaf(self.without_prefix(value)?)),
        }
    }

    fn merge_hash(&self, source: &Tree, entries: &RefCell<Entries>, mut dest: Tree) -> Result<Tree, Stop> {
        let keys: Vec<Value> = entries.borrow().keys().cloned().collect();
        for key in keys {
            let Tree::Hash(into) = &dest else {
                // From here on the source is merged with itself.
                dest = source.clone();
                continue;
            };
            let Some(value) = entries.borrow().get(&key).cloned() else { continue };
            let before = into.borrow().get(&key).filter(|before| before.is_truthy()).cloned();
            let merged = self.merge(&value, before.unwrap_or_else(|| value.copy()))?;
            into.borrow_mut().insert(key, merged);
        }
        Ok(dest)
    }

    fn merge_array(&self, source: &Rc<RefCell<Vec<Tree>>>, dest: &Tree) -> Result<Tree, Stop> {
        let Tree::Array(into) = dest else {
            if let Some(knockout) = &self.knockout {
                let knocked: Result<Vec<bool>, Failure> =
                    source.borrow().iter().map(|item| knockout.rest(item).map(|rest| rest.is_some())).collect();
                let mut knocked = knocked?.into_iter();
                source.borrow_mut().retain(|_| !knocked.next().unwrap_or_default());
            }
            return Ok(Tree::Array(source.clone()));
        };
        if let Some(knockout) = &self.knockout {
            if source.borrow().iter().any(|item| item.is(&knockout.prefix)) {
                into.borrow_mut().clear();
                remove(source, &knockout.prefix);
            }
            knockout.knock_out(source, into)?;
        }
        let (from, before) = (source.borrow().clone(), into.borrow().clone());
        let are_hashes = |items: &[Tree]| items.iter().all(|item| matches!(item, Tree::Hash(_)));
        let mut joined = if self.options.merge_hash_arrays && are_hashes(&from) && are_hashes(&before) {
            let mut list = Vec::with_capacity(before.len().max(from.len()));
            let beyond = from.get(before.len()..).map(<[Tree]>::to_vec).unwrap_or_default();
            for (index, item) in before.into_iter().enumerate() {
                let none = Tree::Hash(Rc::default());
                list.push(self.merge(from.get(index).unwrap_or(&none), item)?);
            }
            list.extend(beyond);
            list
        } else {
            let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
            before.into_iter().chain(from).filter(|item| seen.insert(item.value())).collect()
        };
        if self.options.sort_merged_arrays {
            sort(&mut joined)?;
        }
        Ok(Tree::array(joined))
    }

    fn without_prefix(&self, value: &Value) -> Result<Value, Failure> {
        let knocked = match (&self.knockout, value) {
            (Some(knockout), Value::String(text)) => knockout.rest_of(text)?.is_some(),
            _ => false,
        };
        Ok(if knocked { Value::from("") } else { value.clone() })
    }
}

impl Knockout {
    /// What a knock-out removes, when an item is one.
    fn rest(&self, item: &Tree) -> Result<Option<Value>, Failure> {
        match item {
            Tree::Leaf(Value::String(text)) => self.rest_of(text),
            _ => Ok(None),
        }
    }

    /// A text without its prefixes, when it has any.
    fn rest_of(&self, text: &str) -> Result<Option<Value>, Failure> {
        let (mut rest, mut from) = (String::new(), 0);
        while let Some(found) = self.pattern.captures_from(text, from)?.and_then(|found| found.get(0)) {
            if found.end() <= from {
                break;
            }
            rest.push_str(&text[from..found.start()]);
            from = found.end();
        }
        rest.push_str(&text[from..]);
        Ok((rest != text).then(|| Value::from(rest)))
    }

    /// Takes the knock-outs out of the source, and what they name out of both. When both are the same
    /// array it shrinks while it is walked: Ruby drops as many further items from where it then stands.
    fn knock_out(&self, source: &RefCell<Vec<Tree>>, dest: &RefCell<Vec<Tree>>) -> Result<(), Failure> {
        let (mut read, mut kept) = (0, 0);
        loop {
            let Some(item) = source.borrow().get(read).cloned() else { break };
            read += 1;
            if let (Some(name), Tree::Leaf(knock)) = (self.rest(&item)?, &item) {
                remove(dest, &name);
                remove(dest, knock);
                continue;
            }
            let mut items = source.borrow_mut();
            if kept + 1 != read {
                items[kept] = item;
            }
            kept += 1;
        }
        if kept < read {
            let mut items = source.borrow_mut();
            let end = read.min(items.len());
            items.drain(kept.min(end)..end);
        }
        Ok(())
    }
}

fn remove(items: &RefCell<Vec<Tree>>, value: &Value) {
    items.borrow_mut().retain(|item| !item.is(value));
}

impl Tree {
    fn of(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::array(items.iter().map(Self::of).collect()),
            Value::Hash(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), Self::of(value))).collect();
                Self::Hash(Rc::new(RefCell::new(entries)))
            }
            other => Self::Leaf(other.clone()),
        }
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(Rc::new(RefCell::new(items)))
    }

    fn value(&self) -> Value {
        match self {
            Self::Leaf(value) => value.clone(),
            Self::Array(items) => Value::array(items.borrow().iter().map(Self::value).collect()),
            Self::Hash(entries) => {
                Value::hash(entries.borrow().iter().map(|(key, value)| (key.clone(), value.value())).collect())
            }
        }
    }

    /// The same parts in a container of its own.
    fn copy(&self) -> Self {
        match self {
            Self::Leaf(value) => Self::Leaf(value.clone()),
            Self::Array(items) => Self::array(items.borrow().clone()),
            Self::Hash(entries) => Self::Hash(Rc::new(RefCell::new(entries.borrow().clone()))),
        }
    }

    fn is_truthy(&self) -> bool {
        !matches!(self, Self::Leaf(Value::Undef | Value::Boolean(false)))
    }

    fn is(&self, value: &Value) -> bool {
        matches!(self, Self::Leaf(own) if own == value)
    }
}

fn sort(items: &mut [Tree]) -> Result<(), Stop> {
    let number = |tree: &Tree| match tree {
        Tree::Leaf(Value::Integer(number)) => Some(*number as f64),
        Tree::Leaf(Value::Float(number)) => Some(*number),
        _ => None,
    };
    if items.iter().all(|item| number(item).is_some()) {
        items.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal));
        return Ok(());
    }
    if items.len() > 1 && !items.iter().all(|item| matches!(item, Tree::Leaf(Value::String(_)))) {
        let class = |index: usize| items.get(index).map_or("nil".into(), |item| ruby_class(&item.value()));
        return Err(Failure::argument(format!("comparison of {} with {} failed", class(0), class(1))).into());
    }
    items.sort_by(|a, b| match (a, b) {
        (Tree::Leaf(Value::String(a)), Tree::Leaf(Value::String(b))) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Ok(())
}
