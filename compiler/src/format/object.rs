//! Values as the constructor calls that make them: `Deferred({'name' => 'f'})`.

use crate::format::{Indentation, float_text, quote};
use crate::types::Brief;
use crate::types::object::Object;
use crate::value::Value;

/// An object with the attributes that differ from their defaults; on several lines when indented.
pub(super) fn text(object: &Object, indentation: Option<&Indentation>) -> String {
    let mut printer = Printer { out: String::new(), indent: indentation.map(|indentation| indentation.level) };
    printer.object(object);
    printer.out
}

/// A value as it would be written in a manifest.
pub(super) fn literal(value: &Value) -> String {
    let mut printer = Printer { out: String::new(), indent: None };
    printer.value(value);
    printer.out
}

/// `URI('…')`
pub(super) fn uri(text: &str) -> String {
    format!("URI({})", quote(text))
}

struct Printer {
    out: String,
    indent: Option<usize>,
}

impl Printer {
    fn object(&mut self, object: &Object) {
        let of = &object.of;
        let name = if of.is_parameterized() { of.simple_name() } else { of.name.as_deref().unwrap_or_default() };
        self.out.push_str(name);
        self.out.push('(');
        self.entries(object.init_hash().into_iter());
        self.out.push(')');
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Undef => self.out.push_str("undef"),
            Value::Default => self.out.push_str("default"),
            Value::Boolean(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Integer(number) => self.out.push_str(&number.to_string()),
            Value::Float(number) => self.out.push_str(&float_text(*number)),
            Value::String(text) => self.out.push_str(&quote(text)),
            Value::Regexp(pattern) => self.out.push_str(&pattern.with_slashes()),
            Value::Timestamp(_) | Value::Timespan(_) | Value::SemVer(_) | Value::SemVerRange(_) => {
                self.out.push('\'');
                self.out.push_str(&super::plain(value));
                self.out.push('\'');
            }
            Value::Uri(text) => self.out.push_str(&uri(text)),
            Value::Type(of) => self.out.push_str(&Brief(of).to_string()),
            Value::Array(items) => self.items(items),
            Value::Hash(entries) => {
                self.entries(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            Value::Object(object) => self.object(object),
            other => {
                self.out.push_str("Instance of ");
                self.out.push_str(&Brief(&crate::types::infer(other)).to_string());
            }
        }
    }

    fn items(&mut self, items: &[Value]) {
        self.out.push('[');
        let lines = self.indent.is_some_and(|indent| !is_short(items, indent));
        self.indent = self.indent.map(|indent| indent + usize::from(lines));
        for (index, item) in items.iter().enumerate() {
            if lines {
                self.separate(index);
                self.newline();
            } else if index > 0 {
                self.out.push_str(", ");
            }
            self.value(item);
        }
        self.indent = self.indent.map(|indent| indent - usize::from(lines));
        if lines {
            self.newline();
        }
        self.out.push(']');
    }

    fn entries(&mut self, entries: impl Iterator<Item = (Value, Value)>) {
        self.out.push('{');
        self.indent = self.indent.map(|indent| indent + 1);
        for (index, (key, value)) in entries.enumerate() {
            if self.indent.is_some() {
                self.separate(index);
                self.newline();
            } else if index > 0 {
                self.out.push_str(", ");
            }
            self.value(&key);
            self.out.push_str(" => ");
            self.value(&value);
        }
        self.indent = self.indent.map(|indent| indent - 1);
        if self.indent.is_some() {
            self.newline();
        }
        self.out.push('}');
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
    }

    fn newline(&mut self) {
        let length = self.out.trim_end().len();
        self.out.truncate(length);
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.indent.unwrap_or(0)));
    }
}

/// Whether a list fits on one line.
fn is_short(items: &[Value], indent: usize) -> bool {
    let length: usize = items
        .iter()
        .map(|item| match item {
            Value::Boolean(_) | Value::Undef | Value::Integer(_) | Value::Float(_) | Value::Default => {
                super::ruby_inspect(item).len()
            }
            Value::String(text) => 2 + text.chars().count(),
            Value::Array(items) if items.is_empty() => 2,
            Value::Hash(entries) if entries.is_empty() => 2,
            _ => 1000,
        })
        .sum();
    items.is_empty() || (100_usize).saturating_sub(indent * 2) > length
}
