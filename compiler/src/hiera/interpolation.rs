//! `%{…}` within data and in `hiera.yaml`.

use std::sync::Arc;

use super::explanation::Node;
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
            Value::String(text) => self.interpolate_text(text.letters(), methods),
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

    fn interpolate_text(&mut self, subject: &Arc<str>, methods: bool) -> Result<Value, Stop> {
        self.with(
            || Node::Interpolation(subject.clone()),
            |this| {
                let mut result = String::with_capacity(subject.len());
                let mut rest = &**subject;
                while let Some(start) = rest.find("%{") {
                    let Some(length) = rest[start + 2..].find('}') else { break };
                    let end = start + 2 + length;
                    result.push_str(&rest[..start]);
                    let whole = start == 0 && rest.len() == subject.len() && end + 1 == rest.len();
                    let value = this.expression(rest[start + 2..end].trim(), subject, whole, methods)?;
                    if whole && value.1 {
                        return Ok(value.0);
                    }
                    result.push_str(&ruby_text::to_s(&value.0));
                    rest = &rest[end + 1..];
                }
                result.push_str(rest);
                // Texts that name each other twice grow without end otherwise.
                this.caller.spend(result.len())?;
                Ok(Value::String(result.into()))
            },
        )
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
        let label: Arc<str> = if method == Method::Scope { format!("scope:{name}").into() } else { name.into() };
        let value = self.guarded(label, |lookup| lookup.interpolate(&value, methods))?;
        Ok((value, false))
    }

    /// A variable, dug into by the dots of its name.
    pub(super) fn scope_value(&mut self, name: &str, subject: &str) -> Result<Option<Value>, Stop> {
        let (root, rest) = key::split(name).map_err(|problem| fault(format!("{problem} in string: {subject}")))?;
        let value = self.with(
            || Node::scope("Global Scope"),
            |this| {
                let key = Value::String(root.clone().into());
                if let Some(value) = this.state.overrides.get(&key).cloned() {
                    this.explain(|explanation| explanation.found_in_overrides(&root, &value));
                    return Ok(Some(value));
                }
                if let Some(value) = this.variable(&root)? {
                    this.explain(|explanation| explanation.found(&root, &value));
                    return Ok(Some(value));
                }
                let value = this.state.defaults.get(&key).cloned();
                if let Some(value) = &value {
                    this.explain(|explanation| explanation.found_in_defaults(&root, value));
                }
                Ok::<_, Stop>(value)
            },
        )?;
        let value = match value {
            Some(Value::Undef) | None => None,
            Some(value) if rest.is_empty() => Some(value),
            Some(value) => self.dig_segments(name, &rest, value)?,
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
        if let Some(value) = self.scoped(name)? {
            return Ok(Some(value));
        }
        // Version 3 takes an empty text for nothing, and has names of its own.
        let is_known = self.state.version_3
            && (matches!(name, "calling_class" | "calling_class_path") || self.caller.variable(name)?.is_some());
        if !is_known {
            let asked = if name == "calling_module" && self.state.version_3 { "module_name" } else { name };
            if asked != "module_name" || self.caller.variable(asked)?.is_none() {
                self.caller.unknown_variable(name)?;
            }
        }
        Ok(None)
    }

    /// A variable as this lookup sees it, nothing said about one that there is not.
    pub(super) fn scoped(&mut self, name: &str) -> Result<Option<Value>, Stop> {
        if let Some((local, value)) = &self.local
            && **local == *name
        {
            return Ok(Some(value.clone()));
        }
        if !self.state.version_3 {
            return self.caller.variable(name);
        }
        let value = match name {
            "calling_class" => Some(Value::String(self.caller.calling_class().into())),
            "calling_class_path" => Some(Value::from(self.caller.calling_class().replace("::", "/"))),
            "calling_module" => self.caller.variable("module_name")?,
            name => self.caller.variable(name)?,
        };
        Ok(value.filter(|value| !matches!(value, Value::String(text) if text.is_empty())))
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
