//! Keys: `a::b`, dotted `a.b.0`, quoted `'a.b'.c`.

use std::sync::Arc;

use super::fault;
use crate::error::Stop;
use crate::value::Value;

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
            Self::Name(name) => Value::String(name.clone()),
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

    /// The part of a found value that the dotted rest of the key names.
    pub(super) fn dig(&self, value: Value) -> Result<Option<Value>, Stop> {
        dig(&self.text, &self.rest, value)
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

/// Follows segments into a value; `None` where the way ends.
pub(super) fn dig(key: &str, segments: &[Segment], mut value: Value) -> Result<Option<Value>, Stop> {
    for segment in segments {
        let next = match (&value, segment) {
            (Value::Undef, _) => None,
            (Value::Array(items), Segment::Index(index)) => {
                usize::try_from(*index).ok().and_then(|index| items.get(index)).cloned()
            }
            (Value::Hash(entries), segment) => entries.get(&segment.as_value()).cloned(),
            (other, segment) => {
                return Err(fault(format!(
                    "Data Provider type mismatch: Got {} when a hash-like object was expected to access value using \
                     '{segment}' from key '{key}'",
                    ruby_class(other)
                )));
            }
        };
        let Some(next) = next else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}

fn ruby_class(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "String",
        Value::Integer(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Boolean(true) => "TrueClass",
        Value::Boolean(false) => "FalseClass",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        _ => "Object",
    }
}

#[cfg(test)]
mod tests;
