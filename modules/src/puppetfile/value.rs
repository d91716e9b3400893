//! What an expression of a Puppetfile evaluates to.

use std::fmt::Write as _;

/// A value of Ruby, as far as Puppetfiles have them.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Nil,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Symbol(String),
    List(Vec<Value>),
    Hash(Vec<(Value, Value)>),
}

impl Value {
    /// All but `nil` and `false`.
    pub(super) fn truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Boolean(false))
    }

    /// How many values this one holds, itself included, and a unit for each 64 bytes of its texts.
    pub(super) fn weight(&self) -> usize {
        1 + match self {
            Self::Text(text) | Self::Symbol(text) => text.len() / 64,
            Self::List(items) => items.iter().map(Self::weight).sum(),
            Self::Hash(entries) => entries.iter().map(|(key, value)| key.weight() + value.weight()).sum(),
            Self::Nil | Self::Boolean(_) | Self::Integer(_) | Self::Float(_) => 0,
        }
    }

    /// As `to_s` writes it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Nil => String::new(),
            Self::Text(text) | Self::Symbol(text) => text.clone(),
            other => other.inspect(),
        }
    }

    /// As `inspect` writes it.
    pub(super) fn inspect(&self) -> String {
        match self {
            Self::Nil => "nil".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 1e16 => format!("{value:.1}"),
            Self::Float(value) => value.to_string(),
            Self::Text(text) => quoted(text),
            Self::Symbol(name) if is_plain(name) => format!(":{name}"),
            Self::Symbol(name) => format!(":{}", quoted(name)),
            Self::List(items) => format!("[{}]", items.iter().map(Self::inspect).collect::<Vec<_>>().join(", ")),
            Self::Hash(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{}=>{}", key.inspect(), value.inspect()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Sets `key`; one that is there keeps its place.
pub(super) fn set(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries.iter_mut().find(|(known, _)| *known == key) {
        Some(entry) => entry.1 = value,
        None => entries.push((key, value)),
    }
}

fn is_plain(name: &str) -> bool {
    let body = name.strip_suffix(['?', '!', '=']).unwrap_or(name);
    body.starts_with(|c: char| c.is_alphabetic() || c == '_') && body.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '#' if matches!(rest.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
