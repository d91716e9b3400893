//! Hash keys that are written twice.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Checker;
use crate::ast::{ExprKind, KeyedEntry};
use crate::issue::Issue;

/// A value that is known without evaluation.
#[derive(PartialEq, Eq, Hash)]
enum Literal {
    Undef,
    Default,
    Boolean(bool),
    Integer(i64),
    Float(u64),
    Text(Arc<str>),
    Regexp(Arc<str>),
    Array(Vec<Literal>),
    Hash(Vec<(Literal, Literal)>),
}

impl<'a> Checker<'a, '_> {
    pub(super) fn hash(&mut self, entries: &'a [KeyedEntry]) {
        let Some(severity) = self.strict().filter(|_| entries.len() > 1) else { return };
        let mut seen = FxHashSet::default();
        for entry in entries {
            let Some(key) = literal(&entry.key.kind) else { continue };
            let shown = key.shown();
            if !seen.insert(key) {
                self.report(severity, &Issue::DuplicateKey { key: shown }, entry.span);
            }
        }
    }
}

/// Depth is bounded by the parser's limit on nesting.
fn literal(kind: &ExprKind) -> Option<Literal> {
    Some(match kind {
        ExprKind::Undef => Literal::Undef,
        ExprKind::Default => Literal::Default,
        ExprKind::Boolean(value) => Literal::Boolean(*value),
        ExprKind::Integer { value, .. } => Literal::Integer(*value),
        ExprKind::Float(value) => Literal::Float(value.to_bits()),
        ExprKind::String(text) | ExprKind::QualifiedName(text) => Literal::Text(Arc::clone(text)),
        ExprKind::Regexp(pattern) => Literal::Regexp(Arc::clone(pattern)),
        ExprKind::Concatenated(segments) => match segments.as_slice() {
            [only] if matches!(only.kind, ExprKind::String(_)) => return literal(&only.kind),
            _ => return None,
        },
        ExprKind::Array(values) => {
            Literal::Array(values.iter().map(|value| literal(&value.kind)).collect::<Option<_>>()?)
        }
        ExprKind::Hash(entries) => Literal::Hash(
            entries
                .iter()
                .map(|entry| Some((literal(&entry.key.kind)?, literal(&entry.value.kind)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

impl Literal {
    fn shown(&self) -> String {
        match self {
            Self::Undef => String::new(),
            Self::Text(text) => text.to_string(),
            Self::Regexp(pattern) => format!("(?-mix:{pattern})"),
            _ => {
                let mut out = String::new();
                self.inspect(&mut out);
                out.strip_prefix(':').map(str::to_owned).unwrap_or(out)
            }
        }
    }

    /// As Ruby's `inspect`.
    fn inspect(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Undef => out.write_str("nil"),
            Self::Default => out.write_str(":default"),
            Self::Boolean(value) => write!(out, "{value}"),
            Self::Integer(value) => write!(out, "{value}"),
            Self::Float(bits) => out.write_str(&crate::pn::float(f64::from_bits(*bits))),
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Regexp(pattern) => write!(out, "/{pattern}/"),
            Self::Array(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    value.inspect(out);
                }
                out.write_str("]")
            }
            Self::Hash(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    key.inspect(out);
                    out.push_str("=>");
                    value.inspect(out);
                }
                out.write_str("}")
            }
        };
    }
}
