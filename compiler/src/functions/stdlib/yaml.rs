//! Values as YAML, laid out as Ruby's Psych does.

use std::fmt::Write as _;

use crate::data;
use crate::functions::ruby_text;
use crate::value::{Hash, Value};

/// A document. `options` may hold `indentation` and `line_width` (-1: lines of any length).
pub(crate) fn write(value: &Value, options: &Value) -> String {
    let number = |name: &str| options.get(name).and_then(Value::as_integer);
    let mut writer = Writer {
        out: "---".to_owned(),
        indentation: number("indentation")
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| (2..10).contains(n))
            .unwrap_or(2),
        width: match number("line_width") {
            Some(width) if width < 0 => usize::MAX,
            Some(width) if width > 0 => width as usize,
            _ => 80,
        },
        folds_beyond: number("line_width").and_then(|width| usize::try_from(width).ok()),
    };
    match value {
        Value::Hash(entries) if !entries.is_empty() => {
            writer.out.push('\n');
            writer.mapping(entries, 0, false);
        }
        Value::Array(items) if !items.is_empty() => {
            writer.out.push('\n');
            writer.sequence(items, 0, false);
        }
        other => writer.value(other, 0),
    }
    writer.out
}

struct Writer {
    out: String,
    indentation: usize,
    width: usize,
    /// Texts of more characters become folded blocks.
    folds_beyond: Option<usize>,
}

impl Writer {
    /// The entries, each on a line of its own; the first goes on where the writer stands when `inline`.
    fn mapping(&mut self, entries: &Hash, indent: usize, inline: bool) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 || !inline {
                self.pad(indent);
            }
            self.key(key);
            self.out.push(':');
            match value {
                Value::Hash(inner) if !inner.is_empty() => {
                    self.out.push('\n');
                    self.mapping(inner, indent + self.indentation, false);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    self.out.push('\n');
                    self.sequence(inner, indent, false);
                }
                other => self.value(other, indent),
            }
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, inline: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !inline {
                self.pad(indent);
            }
            self.out.push('-');
            match item {
                Value::Hash(inner) if !inner.is_empty() => {
                    self.gap();
                    self.mapping(inner, indent + self.indentation, true);
                }
                Value::Array(inner) if !inner.is_empty() => {
                    self.gap();
                    self.sequence(inner, indent + self.indentation, true);
                }
                other => self.value(other, indent),
            }
        }
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// From the dash to what it stands before.
    fn gap(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.indentation - 1));
    }

    fn key(&mut self, key: &Value) {
        match key {
            Value::String(text) => self.text(text, 0, false),
            Value::Undef => self.out.push_str("! ''"),
            other => self.out.push_str(&plain(other)),
        }
    }

    /// Something that stands on the line of its key or dash.
    fn value(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Undef => {}
            Value::String(text) => {
                self.out.push(' ');
                self.text(text, indent + self.indentation, true);
            }
            other => {
                self.out.push(' ');
                self.out.push_str(&plain(other));
            }
        }
        self.out.push('\n');
    }

    fn text(&mut self, text: &str, indent: usize, breaks: bool) {
        match Style::of(text) {
            Style::Literal if breaks => self.literal(text, indent),
            Style::Plain | Style::Single | Style::Double if breaks && self.is_long(text) => self.block(text, indent),
            Style::Plain => self.folded(text, indent, breaks, String::push),
            Style::Tagged => self.out.push_str("!!str '<<'"),
            Style::Single => {
                self.out.push('\'');
                if let Some(line) = text.strip_suffix('\n') {
                    self.folded(line, indent, breaks, single);
                    self.out.push_str("\n\n");
                    self.pad(indent);
                } else {
                    self.folded(text, indent, breaks, single);
                }
                self.out.push('\'');
            }
            Style::Literal | Style::Double => {
                self.out.push('"');
                self.folded_double(text, indent, breaks);
                self.out.push('"');
            }
        }
    }

    fn is_long(&self, text: &str) -> bool {
        !matches!(text, "y" | "n" | "Y" | "N") && self.folds_beyond.is_some_and(|most| text.chars().count() > most)
    }

    /// A folded block.
    fn block(&mut self, text: &str, indent: usize) {
        self.out.push('>');
        self.chomping(text);
        self.out.push('\n');
        self.pad(indent);
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.folded(text, indent, true, String::push);
    }

    /// How the end of a block is to be read.
    fn chomping(&mut self, text: &str) {
        if text.starts_with([' ', '\n']) {
            self.out.push_str(&self.indentation.to_string());
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text.ends_with("\n\n") {
            self.out.push('+');
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        self.chomping(text);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.pad(indent);
                self.out.push_str(line);
            }
        }
    }

    /// Characters, broken at single spaces once the line is too long.
    fn folded(&mut self, text: &str, indent: usize, breaks: bool, put: impl Fn(&mut String, char)) {
        let mut column = self.column();
        let characters: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (at, c) in characters.iter().enumerate() {
            let inner = at > 0 && at + 1 < characters.len() && characters[at + 1] != ' ';
            if *c == ' ' && breaks && !spaces && column > self.width && inner {
                self.out.push('\n');
                self.pad(indent);
                column = indent;
            } else {
                put(&mut self.out, *c);
                column += 1;
            }
            spaces = *c == ' ';
        }
    }

    fn folded_double(&mut self, text: &str, indent: usize, breaks: bool) {
        let mut column = self.column();
        let characters: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (at, c) in characters.iter().enumerate() {
            let inner = at > 0 && at + 1 < characters.len();
            if *c == ' ' && breaks && !spaces && column > self.width && inner {
                self.out.push('\n');
                self.pad(indent);
                column = indent;
                if characters[at + 1] == ' ' {
                    self.out.push('\\');
                    column += 1;
                }
                spaces = true;
                continue;
            }
            let before = self.out.len();
            double(&mut self.out, *c);
            column += self.out[before..].chars().count();
            spaces = *c == ' ';
        }
    }

    fn column(&self) -> usize {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }
}

fn single(out: &mut String, c: char) {
    out.push(c);
    if c == '\'' {
        out.push(c);
    }
}

fn double(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\0' => out.push_str("\\0"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{b}' => out.push_str("\\v"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\u{1b}' => out.push_str("\\e"),
        '\u{85}' => out.push_str("\\N"),
        c if !printable(c) => {
            let code = c as u32;
            // Writing into a string cannot fail.
            let _ = if code <= 0xff { write!(out, "\\x{code:02X}") } else { write!(out, "\\u{code:04X}") };
        }
        c => out.push(c),
    }
}

fn printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..) && c != '\u{feff}'
}

/// Numbers, truth, empty collections.
fn plain(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Hash(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Float(number) if number.is_infinite() => if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Value::Float(number) if number.is_nan() => ".nan".to_owned(),
        Value::Default => ":default".to_owned(),
        other => ruby_text::to_s(other),
    }
}

/// How a text is written.
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Tagged,
}

impl Style {
    fn of(text: &str) -> Self {
        let inner = text.strip_suffix('\n').unwrap_or(text);
        if text == "<<" {
            return Self::Tagged;
        }
        if inner.trim_end_matches('\n').contains('\n') {
            return if text.chars().all(|c| printable(c) || c == '\t') { Self::Literal } else { Self::Double };
        }
        let first_is_word = text.chars().next().is_none_or(|c| c.is_alphanumeric() || c == '_');
        if matches!(text, "y" | "n") || (!first_is_word && !text.contains('"')) {
            return Self::Double;
        }
        if text.ends_with("\n\n") || !text.chars().all(printable) {
            return Self::Double;
        }
        let octal_like = text.starts_with('0') && {
            let rest = text[1..].trim_start_matches(|c| matches!(c, '0'..='7'));
            rest.starts_with(['8', '9'])
        };
        if text.is_empty() || octal_like || !matches!(data::plain(text), Ok(Value::String(_))) || !allowed_plain(text) {
            return Self::Single;
        }
        Self::Plain
    }
}

/// Whether a text can stand without quotes.
fn allowed_plain(text: &str) -> bool {
    let indicator = text.starts_with(|c| "#,[]{}&*!|>'\"%@`".contains(c));
    let lone = text.starts_with(['-', '?', ':']) && text[1..].chars().next().is_none_or(|c| c == ' ');
    !(indicator
        || lone
        || text.starts_with("---")
        || text.starts_with("...")
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.contains('\n'))
}

#[cfg(test)]
mod tests;
