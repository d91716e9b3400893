//! What may stand between `<|` and `|>`.

use super::Checker;
use super::label::a_an_upper;
use super::node::Node;
use crate::ast::{BinaryOp, Expr, ExprKind, Query};
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    pub(super) fn query(&mut self, query: &'a Query) {
        let mut pending: Vec<&'a Expr> = vec![&query.expr];
        while let Some(expr) = pending.pop() {
            match &expr.kind {
                ExprKind::Nop
                | ExprKind::Variable(_)
                | ExprKind::QualifiedName(_)
                | ExprKind::Integer { .. }
                | ExprKind::Float(_)
                | ExprKind::String(_)
                | ExprKind::Boolean(_)
                | ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, .. } => {}
                ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } => {
                    pending.extend([right, left].map(|side| &**side));
                }
                ExprKind::Parenthesized(inner) => pending.push(inner),
                _ => {
                    let issue = Issue::IllegalQueryExpression { what: a_an_upper(Node::Expr(expr)) };
                    self.error(&issue, expr.span);
                }
            }
        }
    }
}
