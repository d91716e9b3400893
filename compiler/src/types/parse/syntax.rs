//! Type expressions as a tree of their own, from text or from a program.

use std::sync::Arc;

use syntax::ast::{AttributeOperation, AttributeOperationKind, Expr, ExprKind, ResourceDefaults};
use syntax::source::Source;

use crate::error::Failure;

/// A part of a type expression, and where it stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug)]
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
    /// `Parent { name => value }`, as the types of a type set may be written.
    Features(Box<Node>, Vec<(Node, Node)>),
    /// What no type is made of.
    Other,
}

/// From an expression of a program.
pub(super) fn from_expression(expr: &Expr) -> Node {
    // Looked at once: a row of signs would take twice as long with each.
    let negated = match &expr.kind {
        ExprKind::UnaryMinus(inner) => Some(from_expression(inner)),
        _ => None,
    };
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
        ExprKind::UnaryMinus(_) => match negated.as_ref().map(|operand| &operand.kind) {
            Some(Kind::Integer(value)) => Kind::Integer(-value),
            Some(Kind::Float(value)) => Kind::Float(-value),
            _ => Kind::Other,
        },
        ExprKind::Array(items) => Kind::Array(items.iter().map(from_expression).collect()),
        ExprKind::Hash(entries) => Kind::Hash(
            entries.iter().map(|entry| (from_expression(&entry.key), from_expression(&entry.value))).collect(),
        ),
        ExprKind::ResourceDefaults(defaults) => features(defaults),
        _ => Kind::Other,
    };
    let mut node = Node { kind, start: expr.span.start as usize, end: expr.span.end as usize };
    // An operator is placed at its sign; its text reaches over its operands.
    match &expr.kind {
        ExprKind::Binary { left, right, .. }
        | ExprKind::NamedAccess { left, right }
        | ExprKind::Assignment { left, right, .. }
        | ExprKind::Relationship { left, right, .. } => {
            node.reach(left);
            node.reach(right);
        }
        // A closing parenthesis is no part of it.
        ExprKind::Not(inner) | ExprKind::Unfold(inner) | ExprKind::Parenthesized(inner) => node.reach(inner),
        ExprKind::CallMethod(call) => node.reach(&call.functor),
        _ => {}
    }
    if let Some(operand) = &negated {
        node.around(operand);
    }
    node.around_parts()
}

fn features(defaults: &ResourceDefaults) -> Kind {
    let entry = |operation: &AttributeOperation| {
        let (start, end) = (operation.span.start as usize, operation.span.end as usize);
        match &operation.kind {
            AttributeOperationKind::Set { name, value } | AttributeOperationKind::Append { name, value } => {
                (Node { kind: Kind::Text(name.clone()), start, end }, from_expression(value))
            }
            AttributeOperationKind::Splat { value } => (Node { kind: Kind::Other, start, end }, from_expression(value)),
        }
    };
    Kind::Features(Box::new(from_expression(&defaults.type_ref)), defaults.operations.iter().map(entry).collect())
}

/// From text that holds one expression.
pub(super) fn from_text(text: &str) -> Result<Node, Failure> {
    let source = Arc::new(Source::new("", text));
    let parsed = syntax::check(source, &syntax::Options::default());
    let checked = parsed.map_err(|error| Failure::argument(error.to_string()))?;
    Ok(from_expression(&checked.program.body))
}

impl Node {
    /// Whether `Parent { parent => Other }` says twice what it inherits from.
    pub(super) fn repeats_parent(&self) -> bool {
        let Kind::Features(head, entries) = &self.kind else { return false };
        let is_plain = matches!(&head.kind, Kind::Reference(name) if matches!(&**name, "Object" | "TypeSet"));
        let is_parent = |key: &Self| matches!(&key.kind, Kind::Text(name) if &**name == "parent");
        !is_plain && entries.iter().any(|(key, _)| is_parent(key))
    }

    /// Makes the text reach over an operand.
    fn reach(&mut self, operand: &Expr) {
        self.around(&from_expression(operand));
    }

    fn around(&mut self, operand: &Self) {
        self.start = self.start.min(operand.start);
        self.end = self.end.max(operand.end);
    }

    /// The right side of a `type` statement is placed at the name; its text reaches over its parts.
    fn around_parts(mut self) -> Self {
        if let Kind::Access(left, keys) = &self.kind {
            let parts = || std::iter::once(&**left).chain(keys);
            self.start = parts().map(|part| part.start).fold(self.start, usize::min);
            self.end = parts().map(|part| part.end).fold(self.end, usize::max);
        }
        self
    }
}
