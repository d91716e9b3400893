//! Where the text of an expression begins and ends.

use crate::ast::{Expr, ExprKind};
use crate::source::Span;
use crate::validation::node::Node;

/// From the first to the last place of all that is in an expression, as the original cuts out the sources of defaults.
///
/// A closing parenthesis or brace that no node is placed at is not part of it: `(1)` gives `(1`.
pub fn of(expr: &Expr) -> Span {
    let mut extent = Span::new(expr.span.start, expr.span.start);
    let mut open = vec![Node::Expr(expr)];
    while let Some(node) = open.pop() {
        if let Some(span) = place(node) {
            extent = Span::new(extent.start.min(span.start), extent.end.max(span.end));
        }
        node.children(&mut open);
    }
    extent
}

fn place(node: Node<'_>) -> Option<Span> {
    Some(match node {
        Node::Program(_) => return None,
        Node::Expr(expr) | Node::EppLambda(expr) | Node::ApplyBlock(expr) => of_itself(expr),
        Node::KeyedEntry(entry) => entry.span,
        Node::CaseOption(option) => option.span,
        Node::SelectorEntry(entry) => entry.span,
        Node::ResourceBody(body) => body.span,
        Node::AttributeOperation(operation) => operation.span,
        Node::Query(query) => query.span,
        Node::Lambda(lambda) => lambda.span,
        Node::Parameter(parameter) => parameter.span,
    })
}

fn of_itself(expr: &Expr) -> Span {
    match &expr.kind {
        // It ends where the last of its branches does.
        ExprKind::If(conditional) | ExprKind::Unless(conditional)
            if !matches!(conditional.otherwise.kind, ExprKind::Nop) =>
        {
            Span::new(expr.span.start, expr.span.start)
        }
        _ => expr.span,
    }
}
