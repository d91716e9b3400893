//! Type expressions as a tree of their own, from text or from a program.

use std::sync::Arc;

use syntax::ast::{Expr, ExprKind};

/// A part of a type expression, and where it stands in the text.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    Reference(Arc<str>),
    Access(Box<Node>, Vec<Node>),
    /// A string or a lower-case name.
    Text(Arc<str>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Regexp(Arc<str>),
    Default,
    Undef,
    Array(Vec<Node>),
    Hash(Vec<(Node, Node)>),
    /// What no type is made of.
    Other,
}

/// Deeper nesting is not read.
const MAX_DEPTH: usize = 200;

/// From an expression of a program.
pub(super) fn from_expression(expr: &Expr) -> Node {
    let kind = match &expr.kind {
        ExprKind::QualifiedReference(name) => Kind::Reference(name.clone()),
        ExprKind::QualifiedName(name) => Kind::Text(name.clone()),
        ExprKind::String(text) => Kind::Text(text.clone()),
        ExprKind::Heredoc { text, .. } => from_expression(text).kind,
        ExprKind::Access { left, keys } => {
            Kind::Access(Box::new(from_expression(left)), keys.iter().map(from_expression).collect())
        }
        ExprKind::Integer { value, .. } => Kind::Integer(*value),
        ExprKind::Float(value) => Kind::Float(*value),
        ExprKind::Boolean(value) => Kind::Boolean(*value),
        ExprKind::Regexp(source) => Kind::Regexp(source.clone()),
        ExprKind::Default => Kind::Default,
        ExprKind::Undef => Kind::Undef,
        ExprKind::UnaryMinus(inner) => match from_expression(inner).kind {
            Kind::Integer(value) => Kind::Integer(-value),
            Kind::Float(value) => Kind::Float(-value),
            _ => Kind::Other,
        },
        ExprKind::Array(items) => Kind::Array(items.iter().map(from_expression).collect()),
        ExprKind::Hash(entries) => Kind::Hash(
            entries.iter().map(|entry| (from_expression(&entry.key), from_expression(&entry.value))).collect(),
        ),
        _ => Kind::Other,
    };
    Node { kind, start: expr.span.start as usize, end: expr.span.end as usize }
}

/// From text; `None` where it is no type expression.
pub(super) fn from_text(text: &str) -> Option<Node> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.node(0)?;
    reader.blanks();
    (reader.at == text.len()).then_some(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn node(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        let start = self.at;
        let kind = self.primary(depth)?;
        let mut node = Node { kind, start, end: self.at };
        let mut depth = depth;
        while self.rest().starts_with('[') {
            // What `A[1][1]` makes is nested as well.
            depth += 1;
            if depth > MAX_DEPTH {
                return None;
            }
            self.at += 1;
            let keys = self.list(']', depth, Self::node)?;
            node = Node { kind: Kind::Access(Box::new(node), keys), start, end: self.at };
        }
        Some(node)
    }

    fn primary(&mut self, depth: usize) -> Option<Kind> {
        match self.rest().chars().next()? {
            'A'..='Z' => Some(Kind::Reference(self.name().into())),
            ':' if self.rest().starts_with("::") => {
                self.at += 2;
                Some(Kind::Reference(self.name().into()))
            }
            'a'..='z' | '_' => Some(match self.name() {
                "default" => Kind::Default,
                "undef" => Kind::Undef,
                "true" => Kind::Boolean(true),
                "false" => Kind::Boolean(false),
                name => Kind::Text(name.into()),
            }),
            '0'..='9' | '-' | '+' => self.number(),
            '\'' => self.single_quoted(),
            '"' => self.double_quoted(),
            '/' => self.regexp(),
            '[' => {
                self.at += 1;
                self.list(']', depth, Self::node).map(Kind::Array)
            }
            '{' => {
                self.at += 1;
                self.list('}', depth, Self::entry).map(Kind::Hash)
            }
            _ => None,
        }
    }

    fn entry(&mut self, depth: usize) -> Option<(Node, Node)> {
        let key = self.node(depth)?;
        self.blanks();
        self.at += self.rest().starts_with("=>").then_some(2)?;
        Some((key, self.node(depth)?))
    }

    fn list<T>(&mut self, close: char, depth: usize, item: fn(&mut Self, usize) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        loop {
            self.blanks();
            if self.rest().starts_with(close) {
                self.at += 1;
                return Some(items);
            }
            items.push(item(self, depth + 1)?);
            self.blanks();
            if self.rest().starts_with(',') {
                self.at += 1;
            } else if !self.rest().starts_with(close) {
                return None;
            }
        }
    }

    fn name(&mut self) -> &str {
        let start = self.at;
        loop {
            let word = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest().len());
            self.at += word;
            if self.rest().starts_with("::") && self.rest()[2..].starts_with(|c: char| c.is_alphabetic()) {
                self.at += 2;
            } else {
                return &self.text[start..self.at];
            }
        }
    }

    fn number(&mut self) -> Option<Kind> {
        let start = self.at;
        self.at += 1;
        while self.rest().starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
            || self.rest().starts_with('-') && self.text[..self.at].ends_with(['e', 'E'])
        {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        match crate::operators::number(text)? {
            crate::value::Value::Integer(value) => Some(Kind::Integer(value)),
            crate::value::Value::Float(value) => Some(Kind::Float(value)),
            _ => None,
        }
    }

    fn single_quoted(&mut self) -> Option<Kind> {
        let mut content = String::new();
        let mut letters = self.rest()[1..].char_indices();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '\'' => {
                    self.at += index + 2;
                    return Some(Kind::Text(content.into()));
                }
                '\\' => match letters.next()?.1 {
                    quoted @ ('\'' | '\\') => content.push(quoted),
                    other => content.extend(['\\', other]),
                },
                other => content.push(other),
            }
        }
        None
    }

    fn double_quoted(&mut self) -> Option<Kind> {
        let mut content = String::new();
        let mut letters = self.rest()[1..].char_indices();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += index + 2;
                    return Some(Kind::Text(content.into()));
                }
                '\\' => content.push(match letters.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    's' => ' ',
                    other => other,
                }),
                '$' => return None,
                other => content.push(other),
            }
        }
        None
    }

    fn regexp(&mut self) -> Option<Kind> {
        let mut content = String::new();
        let mut letters = self.rest()[1..].char_indices();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '/' => {
                    self.at += index + 2;
                    return Some(Kind::Regexp(content.into()));
                }
                '\\' => match letters.next()?.1 {
                    '/' => content.push('/'),
                    other => content.extend(['\\', other]),
                },
                other => content.push(other),
            }
        }
        None
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }
}
