//! Keys: `a::b`, dotted `a.b.0`, quoted `'a.b'.c`.

use std::sync::Arc;

use super::explanation::Node;
use super::{Lookup, fault};
use crate::error::{Failure, Stop};
use crate::value::{Hash, Value, ruby_class};

/// A list is not made longer than this to hold one value.
const MOST_INDEX: i64 = 10_000;

/// A key, split at its dots.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// As given.
    pub(super) text: Arc<str>,
    /// What is looked for in the data.
    pub(super) root: Arc<str>,
    /// The module that a qualified root belongs to.
    pub(super) module: Option<Arc<str>>,
    /// Where to dig in the value that was found.
    pub(super) rest: Vec<Segment>,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Segment {
    Name(Arc<str>),
    Index(i64),
}

impl Segment {
    fn as_value(&self) -> Value {
        match self {
            Self::Name(name) => Value::String(name.clone().into()),
            Self::Index(index) => Value::Integer(*index),
        }
    }
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl Key {
    /// Splits a key of a lookup.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        let (root, rest) = split(text).map_err(|problem| fault(format!("{problem} in key: '{text}'")))?;
        let module = root.find("::").map(|at| Arc::from(&root[..at]));
        Ok(Self { text: text.into(), root, module, rest })
    }

    /// Root and rest as a list, as functions of the kind `data_dig` take it.
    pub(super) fn segments(&self) -> Value {
        let rest = self.rest.iter().map(Segment::as_value);
        Value::array(std::iter::once(Value::String(self.root.clone().into())).chain(rest).collect())
    }

    /// A value in which the rest of the key finds a given one.
    pub(super) fn undig(&self, value: Value) -> Value {
        self.rest.iter().rev().fold(value, |value, segment| match segment {
            Segment::Index(index @ 0..MOST_INDEX) => {
                let mut items = vec![Value::Undef; *index as usize];
                items.push(value);
                Value::array(items)
            }
            segment => Value::hash(Hash::from_iter([(segment.as_value(), value)])),
        })
    }
}

/// Root and rest of a key, or what is wrong with it.
pub(super) fn split(key: &str) -> Result<(Arc<str>, Vec<Segment>), &'static str> {
    if !key.contains(['\'', '"', '.']) {
        return Ok((key.into(), Vec::new()));
    }
    let mut rest = key;
    let mut segments = Vec::new();
    loop {
        let end = segment_end(rest).ok_or("Syntax error")?;
        segments.push(segment(&rest[..end]));
        rest = &rest[end..];
        if rest.is_empty() {
            break;
        }
        rest = rest.strip_prefix('.').ok_or("Syntax error")?;
    }
    let root = segments.remove(0);
    Ok((root.to_string().into(), segments))
}

/// Where the first segment of a text ends: a quoted one with blanks around it, or a bare one.
fn segment_end(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    if let Some(quote) = text[blank..].chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let inner = blank + 1;
        let length = text[inner..].find(quote).filter(|length| *length > 0)?;
        let closed = inner + length + 1;
        return Some(closed + text[closed..].len() - text[closed..].trim_start().len());
    }
    let end = text.find(['\'', '"', '.']).unwrap_or(text.len());
    (end > 0).then_some(end)
}

fn segment(text: &str) -> Segment {
    let text = text.trim();
    if text.starts_with(['\'', '"']) {
        return Segment::Name(text[1..text.len() - 1].into());
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(index) = text.parse()
    {
        return Segment::Index(index);
    }
    Segment::Name(text.into())
}

impl Lookup<'_> {
    /// Follows segments into a value; `None` where the way ends.
    pub(super) fn dig_segments(
        &mut self,
        key: &str,
        segments: &[Segment],
        value: Value,
    ) -> Result<Option<Value>, Stop> {
        if self.state.explanation.is_none() {
            return dig(key, segments, value);
        }
        let title = || Node::SubKey(segments.iter().map(Segment::to_string).collect::<Vec<_>>().join("."));
        self.with(title, |this| {
            let mut value = value;
            for segment in segments {
                let next = this.with(
                    || Node::Segment,
                    |this| {
                        let next = step(key, segment, &value)?;
                        let name = segment.to_string();
                        this.explain(|explanation| match &next {
                            Some(next) => explanation.found(&name, next),
                            None => explanation.not_found(&name),
                        });
                        Ok::<_, Stop>(next)
                    },
                )?;
                let Some(next) = next else { return Ok(None) };
                value = next;
            }
            Ok(Some(value))
        })
    }
}

/// Follows segments into a value; `None` where the way ends.
pub(super) fn dig(key: &str, segments: &[Segment], mut value: Value) -> Result<Option<Value>, Stop> {
    for segment in segments {
        let Some(next) = step(key, segment, &value)? else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}

fn step(key: &str, segment: &Segment, value: &Value) -> Result<Option<Value>, Stop> {
    Ok(match (value, segment) {
        (Value::Undef, _) => None,
        (Value::Array(items), Segment::Index(index)) => {
            usize::try_from(*index).ok().and_then(|index| items.get(index)).cloned()
        }
        (Value::Hash(entries), segment) => entries.get(&segment.as_value()).cloned(),
        // Ruby's integers have the method that is looked for first, and not the second.
        (Value::Integer(number), _) => {
            return Err(Failure::argument(format!("undefined method `include?' for {number}:Integer")).into());
        }
        (other, segment) => {
            return Err(fault(format!(
                "Data Provider type mismatch: Got {} when a hash-like object was expected to access value using \
                 '{segment}' from key '{key}'",
                ruby_class(other)
            )));
        }
    })
}

#[cfg(test)]
mod tests;
