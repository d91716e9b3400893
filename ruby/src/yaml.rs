//! YAML as Ruby's Psych lays it out, and what it takes plain scalars for.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::value::float_text;

mod scalar;

pub use scalar::{Scalar, scalar};

/// A node of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    /// Stands as it is: a number, truth, a symbol.
    Plain(String),
    Text(Arc<str>),
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
    /// A collection that may stand in several places, with its identity: an anchor marks the first.
    Shared(usize, Box<Node>),
}

/// How a document is laid out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// 2 to 9; any other number counts as 2.
    pub indentation: i64,
    /// The column after which lines are broken, -1 for never; `None` is 80.
    pub line_width: Option<i64>,
}

impl Node {
    pub fn float(number: f64) -> Self {
        Self::Plain(match number {
            number if number.is_nan() => ".nan".to_owned(),
            f64::INFINITY => ".inf".to_owned(),
            f64::NEG_INFINITY => "-.inf".to_owned(),
            number => float_text(number),
        })
    }

    pub fn symbol(name: &str) -> Self {
        Self::Plain(format!(":{name}"))
    }
}

/// A document.
pub fn write(node: &Node, layout: Layout) -> String {
    let mut writer = Writer {
        out: "---".to_owned(),
        indentation: usize::try_from(layout.indentation).ok().filter(|n| (2..10).contains(n)).unwrap_or(2),
        width: match layout.line_width {
            Some(width) if width < 0 => usize::MAX,
            Some(width) if width > 0 => width as usize,
            _ => 80,
        },
        folds_beyond: layout.line_width.and_then(|width| usize::try_from(width).ok()),
        anchors: FxHashMap::default(),
        written: FxHashSet::default(),
    };
    writer.number(node, &mut FxHashSet::default());
    match writer.place(node) {
        Some((_, Node::Mapping(entries))) if !entries.is_empty() => {
            writer.out.push('\n');
            writer.mapping(entries, 0, false);
        }
        Some((_, Node::Sequence(items))) if !items.is_empty() => {
            writer.out.push('\n');
            writer.sequence(items, 0, false);
        }
        Some((_, other)) => writer.value(other, 0),
        None => writer.out.push('\n'),
    }
    writer.out
}

struct Writer {
    out: String,
    indentation: usize,
    width: usize,
    /// Texts of more characters become folded blocks.
    folds_beyond: Option<usize>,
    /// The numbers of the collections that stand in several places.
    anchors: FxHashMap<usize, usize>,
    written: FxHashSet<usize>,
}

impl Writer {
    /// Numbers what stands in several places, in the order in which it comes up again.
    fn number(&mut self, node: &Node, seen: &mut FxHashSet<usize>) {
        match node {
            Node::Null | Node::Plain(_) | Node::Text(_) => {}
            Node::Sequence(items) => items.iter().for_each(|item| self.number(item, seen)),
            Node::Mapping(entries) => entries.iter().for_each(|(_, value)| self.number(value, seen)),
            Node::Shared(identity, node) => {
                if seen.insert(*identity) {
                    self.number(node, seen);
                } else {
                    let next = self.anchors.len() + 1;
                    self.anchors.entry(*identity).or_insert(next);
                }
            }
        }
    }

    /// Writes the anchor of what is shared and answers whether there was one, and the node itself; of
    /// what was written before, the alias, and there is no more to write.
    fn place<'n>(&mut self, node: &'n Node) -> Option<(bool, &'n Node)> {
        let Node::Shared(identity, inner) = node else { return Some((false, node)) };
        let Some(number) = self.anchors.get(identity).copied() else { return Some((false, inner)) };
        let is_first = self.written.insert(*identity);
        // Writing into a string cannot fail.
        let _ = write!(self.out, " {}{number}", if is_first { '&' } else { '*' });
        is_first.then_some((true, inner))
    }

    /// The entries, each on a line of its own; the first goes on where the writer stands when `inline`.
    fn mapping(&mut self, entries: &[(Node, Node)], indent: usize, inline: bool) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 || !inline {
                self.pad(indent);
            }
            self.key(key);
            self.out.push(':');
            match self.place(value) {
                Some((_, Node::Mapping(inner))) if !inner.is_empty() => {
                    self.out.push('\n');
                    self.mapping(inner, indent + self.indentation, false);
                }
                Some((_, Node::Sequence(inner))) if !inner.is_empty() => {
                    self.out.push('\n');
                    self.sequence(inner, indent, false);
                }
                Some((_, other)) => self.value(other, indent),
                None => self.out.push('\n'),
            }
        }
    }

    fn sequence(&mut self, items: &[Node], indent: usize, inline: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || !inline {
                self.pad(indent);
            }
            self.out.push('-');
            match self.place(item) {
                Some((is_marked, Node::Mapping(inner))) if !inner.is_empty() => {
                    self.gap(is_marked);
                    self.mapping(inner, indent + self.indentation, !is_marked);
                }
                Some((is_marked, Node::Sequence(inner))) if !inner.is_empty() => {
                    self.gap(is_marked);
                    self.sequence(inner, indent + self.indentation, !is_marked);
                }
                Some((_, other)) => self.value(other, indent),
                None => self.out.push('\n'),
            }
        }
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// From the dash to what it stands before; beyond an anchor that is the next line.
    fn gap(&mut self, is_marked: bool) {
        if is_marked {
            self.out.push('\n');
        } else {
            self.out.extend(std::iter::repeat_n(' ', self.indentation - 1));
        }
    }

    fn key(&mut self, key: &Node) {
        match key {
            Node::Text(text) => self.text(text, 0, false),
            Node::Null => self.out.push_str("! ''"),
            other => self.out.push_str(plain(other)),
        }
    }

    /// Something that stands on the line of its key or dash.
    fn value(&mut self, value: &Node, indent: usize) {
        match value {
            Node::Null => {}
            Node::Text(text) => {
                self.out.push(' ');
                self.text(text, indent + self.indentation, true);
            }
            other => {
                self.out.push(' ');
                self.out.push_str(plain(other));
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

/// What stands on one line without being a text.
fn plain(node: &Node) -> &str {
    match node {
        Node::Plain(text) => text,
        Node::Sequence(_) => "[]",
        Node::Mapping(_) => "{}",
        Node::Null | Node::Text(_) | Node::Shared(..) => "",
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
        if text.is_empty()
            || octal_like
            || !matches!(scalar(text), Ok(Scalar::Text(_) | Scalar::Symbol(_)))
            || !allowed_plain(text)
        {
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
