//! `to_s` and `inspect`

use std::fmt::Write as _;

use super::{Object, Value, float_text};
use crate::limits::MOST_LEVELS;

impl Value {
    /// `to_s`
    pub fn to_s(&self) -> String {
        match self {
            Self::Nil => String::new(),
            Self::String(text) => text.read().to_owned(),
            Self::Symbol(name) => name.to_string(),
            Self::Regexp(regexp) => regexp.embedded(),
            Self::Match(found) => found.group(0).unwrap_or_default().to_owned(),
            Self::Exception(exception) => exception.message.borrow().clone(),
            Self::Range(range) => {
                format!("{}{}{}", range.from.to_s(), if range.excludes_end { "..." } else { ".." }, range.to.to_s())
            }
            Self::Foreign(foreign) => foreign.text.clone(),
            other => other.inspect(),
        }
    }

    /// `inspect`
    pub fn inspect(&self) -> String {
        let mut out = String::new();
        write(&mut out, self, 0);
        out
    }
}

fn write(out: &mut String, value: &Value, level: u32) {
    match value {
        Value::Nil => out.push_str("nil"),
        Value::Boolean(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Integer(number) => {
            // Writing into a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&float_text(*number)),
        Value::Symbol(name) => symbol(out, name),
        Value::String(text) => quote(out, &text.read()),
        Value::Array(list) => {
            if level >= MOST_LEVELS {
                out.push_str("[...]");
                return;
            }
            out.push('[');
            for (index, item) in list.read().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, item, level + 1);
            }
            out.push(']');
        }
        Value::Hash(hash) => {
            if level >= MOST_LEVELS {
                out.push_str("{...}");
                return;
            }
            out.push('{');
            for (index, (key, value)) in hash.read().iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, &key.to_value(), level + 1);
                out.push_str("=>");
                write(out, value, level + 1);
            }
            out.push('}');
        }
        Value::Range(range) => {
            if !range.from.is_nil() {
                write(out, &range.from, level + 1);
            }
            out.push_str(if range.excludes_end { "..." } else { ".." });
            if !range.to.is_nil() {
                write(out, &range.to, level + 1);
            }
        }
        Value::Regexp(regexp) => out.push_str(&regexp.inspect()),
        Value::Match(found) => {
            out.push_str("#<MatchData ");
            quote(out, found.group(0).unwrap_or_default());
            for index in 1..found.groups.len() {
                let name = found.names.get(index).cloned().flatten();
                let _ = match name {
                    Some(name) => write!(out, " {name}:"),
                    None => write!(out, " {index}:"),
                };
                match found.group(index) {
                    Some(text) => quote(out, text),
                    None => out.push_str("nil"),
                }
            }
            out.push('>');
        }
        Value::Proc(_) => out.push_str("#<Proc:0x0000000000000000>"),
        Value::Exception(exception) => {
            let message = exception.message.borrow();
            let _ = if message.is_empty() {
                write!(out, "{}", exception.class)
            } else {
                write!(out, "#<{}: {message}>", exception.class)
            };
        }
        Value::Class(name) => out.push_str(name),
        Value::Object(Object::Scope) => out.push_str("Scope()"),
        Value::Object(object) => {
            let _ = write!(out, "#<{}:0x0000000000000000>", object.class());
        }
        Value::Foreign(foreign) => out.push_str(&foreign.text),
    }
}

/// `:name`, `:"odd name"`
fn symbol(out: &mut String, name: &str) {
    out.push(':');
    let body = name.strip_suffix(['?', '!', '=']).unwrap_or(name);
    let is_word = body.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && body.chars().all(|c| c == '_' || c.is_alphanumeric());
    let is_operator = matches!(
        name,
        "[]" | "[]="
            | "+"
            | "-"
            | "*"
            | "/"
            | "%"
            | "**"
            | "=="
            | "==="
            | "=~"
            | "!"
            | "!="
            | "!~"
            | "<"
            | "<="
            | ">"
            | ">="
            | "<=>"
            | "<<"
            | ">>"
            | "&"
            | "|"
            | "^"
            | "~"
            | "+@"
            | "-@"
    );
    if is_word || is_operator { out.push_str(name) } else { quote(out, name) }
}

/// A string as a literal of Ruby.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '#' if matches!(rest.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            letter if letter.is_control() => {
                let code = letter as u32;
                let _ = write!(out, "\\u{code:04X}");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}
