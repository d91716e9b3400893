//! `%{…}` within data and in `hiera.yaml`.

use std::sync::Arc;

use super::key::{self, Segment};
use super::{Lookup, fault, hard_fault};
use crate::error::Stop;
use crate::functions::ruby_text;
use crate::value::{Hash, Value};

/// A variable that a hierarchy was interpolated with: when its value changes, the hierarchy is made anew.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) root: Arc<str>,
    pub(super) rest: Vec<Segment>,
    pub(super) value: Option<Value>,
}

/// Whether a value holds anything to interpolate.
pub(super) fn is_needed(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("%{"),
        Value::Array(items) => items.iter().any(is_needed),
        Value::Hash(entries) => entries.iter().any(|(key, value)| is_needed(key) || is_needed(value)),
        _ => false,
    }
}

/// How an expression gets its value.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    Scope,
    /// `lookup('key')`, also under its old name `hiera`
    Lookup,
    /// `alias('key')`: the whole value, not its text
    Alias,
    Literal,
}

impl Lookup<'_> {
    /// Interpolates all texts within a value. `methods` allows `lookup('key')` and the like.
    pub(super) fn interpolate(&mut self, value: &Value, methods: bool) -> Result<Value, Stop> {
        if !is_needed(value) {
            return Ok(value.clone());
        }
        match value {
            Value::String(text) => self.interpolate_text(text, methods),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.interpolate(item, methods));
                Ok(Value::Array(items.collect::<Result<Vec<_>, _>>()?.into()))
            }
            Value::Hash(entries) => {
                let mut result = Hash::default();
                for (key, value) in entries.iter() {
                    let key = self.interpolate(key, methods)?;
                    let value = self.interpolate(value, methods)?;
                    result.insert(key, value);
                }
                Ok(Value::Hash(result.into()))
            }
            other => Ok(other.clone()),
        }
    }

    fn interpolate_text(&mut self, subject: &str, methods: bool) -> Result<Value, Stop> {
        let mut result = String::with_capacity(subject.len());
        let mut rest = subject;
        while let Some(start) = rest.find("%{") {
            let Some(length) = rest[start + 2..].find('}') else { break };
            let end = start + 2 + length;
            result.push_str(&rest[..start]);
            let whole = start == 0 && rest.len() == subject.len() && end + 1 == rest.len();
            let value = self.expression(rest[start + 2..end].trim(), subject, whole, methods)?;
            if whole && value.1 {
                return Ok(value.0);
            }
            result.push_str(&ruby_text::to_s(&value.0));
            rest = &rest[end + 1..];
        }
        result.push_str(rest);
        // Texts that name each other twice grow without end otherwise.
        self.caller.spend(result.len())?;
        Ok(Value::String(result.into()))
    }

    /// The value of one expression, and whether it stands for the whole text (`alias`).
    fn expression(&mut self, text: &str, subject: &str, whole: bool, methods: bool) -> Result<(Value, bool), Stop> {
        if matches!(text, "" | "::" | "\"\"" | "''" | "\"::\"" | "'::'") {
            return Ok((Value::Undef, false));
        }
        let (method, name) = method_and_key(text, methods)?;
        if method == Method::Alias && !whole {
            return Err(hard_fault(
                "HIERA_INTERPOLATION_ALIAS_NOT_ENTIRE_STRING",
                "'alias' interpolation is only permitted if the expression is equal to the entire string",
            ));
        }
        let value = match method {
            Method::Scope => self.scope_value(name, subject)?.unwrap_or(Value::Undef),
            Method::Lookup | Method::Alias => self.find_one(name)?.unwrap_or_else(|| Value::String("".into())),
            Method::Literal => Value::String(name.into()),
        };
        if method == Method::Alias {
            return Ok((value, true));
        }
        if !is_needed(&value) {
            return Ok((value, false));
        }
        let label: Arc<str> = if method == Method::Scope { format!("scope:{name}").into() } else { name.into() };
        let value = self.guarded(label, |lookup| lookup.interpolate(&value, methods).map(Some))?;
        Ok((value.unwrap_or(Value::Undef), false))
    }

    /// A variable, dug into by the dots of its name.
    pub(super) fn scope_value(&mut self, name: &str, subject: &str) -> Result<Option<Value>, Stop> {
        let (root, rest) = key::split(name).map_err(|problem| fault(format!("{problem} in string: {subject}")))?;
        let key = Value::String(root.clone());
        let value = match self.overrides.get(&key) {
            Some(value) => Some(value.clone()),
            None => match self.variable(&root)? {
                Some(value) => Some(value),
                None => self.defaults.get(&key).cloned(),
            },
        };
        let value = match value {
            Some(Value::Undef) | None => None,
            Some(value) => key::dig(name, &rest, value)?,
        };
        if let Some(watched) = &mut self.watched
            && (value.is_none() || !name.starts_with("::"))
        {
            watched.push(Watched { root, rest, value: value.clone() });
        }
        Ok(value)
    }

    /// `None` when there is no such variable; says so once when the settings ask for it.
    fn variable(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        if let Some((local, value)) = &self.local
            && **local == *name
        {
            return Ok(Some(value.clone()));
        }
        if let Some(value) = self.caller.variable(name)? {
            return Ok(Some(value));
        }
        self.caller.unknown_variable(name)?;
        Ok(None)
    }
}

fn method_and_key(text: &str, methods: bool) -> Result<(Method, &str), Stop> {
    let Some((name, key)) = call(text) else { return Ok((Method::Scope, text)) };
    if !methods {
        return Err(hard_fault(
            "HIERA_INTERPOLATION_METHOD_SYNTAX_NOT_ALLOWED",
            "Interpolation using method syntax is not allowed in this context",
        ));
    }
    let method = match name {
        "scope" => Method::Scope,
        "lookup" | "hiera" => Method::Lookup,
        "alias" => Method::Alias,
        "literal" => Method::Literal,
        _ => {
            return Err(hard_fault(
                "HIERA_INTERPOLATION_UNKNOWN_INTERPOLATION_METHOD",
                format!("Unknown interpolation method '{name}'"),
            ));
        }
    };
    Ok((method, key))
}

/// `name('key')` or `name("key")`
fn call(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let quoted = |quote: char| {
        let key = inner.strip_prefix(quote)?.strip_suffix(quote)?;
        (!key.is_empty() && !key.contains(quote)).then_some(key)
    };
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_word {
        return None;
    }
    quoted('"').or_else(|| quoted('\'')).map(|key| (name, key))
}
