//! What may be assigned to, and where.

use super::Checker;
use super::label::a_an;
use super::names::is_match_variable;
use super::node::Node;
use crate::ast::{AssignOp, Expr, ExprKind};
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    pub(super) fn assignment(&mut self, expr: &'a Expr, op: AssignOp, left: &'a Expr, right: &'a Expr) {
        match op {
            AssignOp::Set => {
                self.assignable(left);
                self.rvalue(right);
            }
            AssignOp::Append => self.error(&Issue::AppendsDeletes { operator: "+=" }, expr.span),
            AssignOp::Remove => self.error(&Issue::AppendsDeletes { operator: "-=" }, expr.span),
        }
    }

    fn assignable(&mut self, left: &'a Expr) {
        let mut pending = vec![left];
        while let Some(expr) = pending.pop() {
            match &expr.kind {
                ExprKind::Variable(name) => {
                    if is_match_variable(name) {
                        self.error(&Issue::IllegalNumericAssignment { name: name.to_string() }, expr.span);
                    }
                    if name.contains("::") {
                        self.error(&Issue::CrossScopeAssignment { name: name.to_string() }, expr.span);
                    }
                }
                ExprKind::Access { .. } => self.error(&Issue::IllegalIndexedAssignment, expr.span),
                ExprKind::Array(values) => pending.extend(values.iter().rev()),
                _ => self.error(&Issue::IllegalAssignment { what: a_an(Node::Expr(expr)) }, expr.span),
            }
        }
    }

    /// No assignment may stand in a default value, except inside lambdas.
    pub(super) fn no_assignments(&mut self, default: &'a Expr) {
        let mut pending = vec![Node::Expr(default)];
        let mut children = Vec::new();
        while let Some(node) = pending.pop() {
            match node {
                Node::Expr(Expr { kind: ExprKind::Assignment { .. }, span }) => {
                    self.error(&Issue::IllegalAssignmentContext, *span);
                }
                Node::Lambda(_) => {}
                _ => {
                    node.children(&mut children);
                    pending.extend(children.drain(..).rev());
                }
            }
        }
    }
}
