//! What scripts may not hold: all that makes a catalog, outside of `apply`.

use super::Checker;
use super::label::a_an_upper;
use super::node::Node;
use crate::ast::{Definition, Expr, ExprKind};
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    /// Whether the expression is done with: refused, or allowed without further checks.
    pub(super) fn script(&mut self, expr: &'a Expr) -> bool {
        let applied = self.path.iter().any(|node| matches!(node, Node::ApplyBlock(_)));
        let what = || a_an_upper(Node::Expr(expr));
        let refusal = match &expr.kind {
            ExprKind::Collect(collect) if applied && collect.query.exported => {
                Issue::NotSupportedWhenCompiling { what: what() }
            }
            ExprKind::Apply { .. } if applied => Issue::NotSupportedWhenCompiling { what: what() },
            ExprKind::Definition(Definition::Class(_) | Definition::Define(_)) => {
                Issue::NotSupportedWhenScripting { what: what() }
            }
            ExprKind::Collect(_)
            | ExprKind::Definition(Definition::Node(_))
            | ExprKind::Relationship { .. }
            | ExprKind::Resource(_)
            | ExprKind::ResourceDefaults(_)
            | ExprKind::ResourceOverride(_)
                if !applied =>
            {
                Issue::NotSupportedWhenScripting { what: what() }
            }
            _ => return false,
        };
        self.error(&refusal, expr.span);
        true
    }
}
