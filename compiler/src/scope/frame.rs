//! Frames that lambdas, branches and parameter lists push onto a scope.

use std::sync::Arc;

use super::Lookup;
use crate::regexp::Captures;
use crate::value::Value;

#[derive(Debug)]
pub(crate) enum Frame {
    /// Variables of a lambda or function.
    Local(Vec<(Arc<str>, Value)>),
    /// `$0`, `$1`, … of a match; `None` keeps those outside visible.
    Match(Option<Captures>),
    Parameters(Box<ParameterFrame>),
}

impl Frame {
    pub(super) fn lookup(&self, name: &str) -> Lookup {
        match self {
            Self::Local(entries) => match entries.iter().rev().find(|(key, _)| &**key == name) {
                Some((_, value)) => Lookup::Found(value.clone()),
                None => Lookup::Missing,
            },
            Self::Match(None) => Lookup::Missing,
            Self::Match(Some(captures)) => match group(name) {
                Some(index) => Lookup::Found(match captures.groups.get(index) {
                    Some(Some(text)) => Value::String(text.clone().into()),
                    Some(None) | None => Value::Undef,
                }),
                None => Lookup::Missing,
            },
            Self::Parameters(parameters) => parameters.lookup(name),
        }
    }

    /// Variables by name, those of matches aside.
    pub(super) fn entries(&self) -> Vec<(Arc<str>, Value)> {
        match self {
            Self::Local(entries) => entries.clone(),
            Self::Match(_) => Vec::new(),
            Self::Parameters(parameters) => {
                let given = parameters.values.iter();
                given.filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
            }
        }
    }
}

/// The number that a match variable's name is.
fn group(name: &str) -> Option<usize> {
    if name.as_bytes().first().is_some_and(u8::is_ascii_digit) { name.parse().ok() } else { None }
}

/// Parameters while their values are found one after the other.
#[derive(Debug)]
pub(crate) struct ParameterFrame {
    /// Who is called, for messages.
    pub(crate) callee: Arc<str>,
    values: Vec<(Arc<str>, Option<Value>)>,
    read_only: bool,
}

impl ParameterFrame {
    pub(crate) fn new(callee: Arc<str>, names: impl Iterator<Item = Arc<str>>) -> Self {
        Self { callee, values: names.map(|name| (name, None)).collect(), read_only: false }
    }

    /// Gives a parameter its value; new names come last.
    pub(crate) fn give(&mut self, name: &Arc<str>, value: Value) {
        match self.values.iter_mut().find(|(key, _)| key == name) {
            Some((_, slot)) => *slot = Some(value),
            None => self.values.push((name.clone(), Some(value))),
        }
    }

    /// While a default value is evaluated nothing may be assigned.
    pub(crate) fn set_read_only(&mut self, read_only: bool) -> bool {
        std::mem::replace(&mut self.read_only, read_only)
    }

    /// Whether `name` stands before `other` in the list.
    pub(crate) fn is_before(&self, name: &str, other: &str) -> bool {
        let place = |name: &str| self.values.iter().position(|(key, _)| &**key == name);
        place(name) < place(other)
    }

    /// The parameters that have a value.
    pub(crate) fn into_values(self) -> Vec<(Arc<str>, Value)> {
        self.values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.values.iter().any(|(key, _)| &**key == name)
    }

    pub(super) fn assign(&mut self, name: &Arc<str>, value: Value) -> bool {
        if self.read_only {
            return false;
        }
        self.give(name, value);
        true
    }

    fn lookup(&self, name: &str) -> Lookup {
        match self.values.iter().find(|(key, _)| &**key == name) {
            Some((_, Some(value))) => Lookup::Found(value.clone()),
            Some((name, None)) => Lookup::Unevaluated(name.clone()),
            None => Lookup::Missing,
        }
    }
}
