//! Expressions without effect where only an effect would make sense.

use super::Checker;
use super::label::{a_an_upper, label};
use super::node::Node;
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    /// The first statement, the last aside, that has no effect.
    pub(super) fn idle_statements(&mut self, statements: &'a [Expr]) {
        let before_last = statements.len().saturating_sub(1);
        if let Some(statement) = statements[..before_last].iter().find(|statement| is_idle(statement)) {
            let issue = Issue::IdemExpressionNotLast { label: label(Node::Expr(statement)) };
            self.error(&issue, statement.span);
        }
    }

    pub(super) fn block(&mut self, expr: &'a Expr, statements: &'a [Expr]) {
        if let Some(name) = self.untitled_resource(expr) {
            return self.error(&Issue::ResourceWithoutTitle { name: name.to_owned() }, expr.span);
        }
        self.idle_statements(statements);
    }

    /// A body whose value nobody gets must end in an effect.
    pub(super) fn idle_end(&mut self, definition: Node<'a>, body: &'a Expr) {
        let last = match &body.kind {
            ExprKind::Nop => return,
            ExprKind::Block(statements) => statements.last(),
            _ => Some(body),
        };
        let Some(last) = last.filter(|last| is_idle(last) && self.untitled_resource(last).is_none()) else { return };
        let label = label(Node::Expr(last));
        let container = a_an_upper(definition);
        self.error(&Issue::IdemNotAllowedLast { label, container }, last.span);
    }

    /// The name in `name { attribute => value }`, which is a name and a hash to the grammar.
    fn untitled_resource(&self, expr: &'a Expr) -> Option<&'a str> {
        let ExprKind::Block(statements) = &expr.kind else { return None };
        match statements.as_slice() {
            [Expr { kind: ExprKind::QualifiedName(name), .. }, Expr { kind: ExprKind::Hash(_), .. }]
                if !self.options.tasks =>
            {
                Some(name)
            }
            _ => None,
        }
    }
}

/// Whether evaluation is known to change nothing. Conditionals are, if all their parts are.
fn is_idle(expr: &Expr) -> bool {
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        match &expr.kind {
            ExprKind::Nop
            | ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Boolean(_)
            | ExprKind::Integer { .. }
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Regexp(_)
            | ExprKind::QualifiedName(_)
            | ExprKind::QualifiedReference(_)
            | ExprKind::ReservedWord { .. }
            | ExprKind::Variable(_)
            | ExprKind::Concatenated(_)
            | ExprKind::Text(_)
            | ExprKind::Heredoc { .. }
            | ExprKind::Array(_)
            | ExprKind::Hash(_)
            | ExprKind::Access { .. }
            | ExprKind::NamedAccess { .. }
            | ExprKind::Not(_)
            | ExprKind::UnaryMinus(_)
            | ExprKind::Unfold(_)
            | ExprKind::Selector(_) => {}
            // A match sets the match variables.
            ExprKind::Binary { op: BinaryOp::Match | BinaryOp::NotMatch, .. } => return false,
            ExprKind::Binary { .. } => {}
            ExprKind::Parenthesized(inner) => pending.push(inner),
            ExprKind::Block(statements) => pending.extend(statements),
            ExprKind::If(conditional) | ExprKind::Unless(conditional) => {
                pending.extend([&conditional.test, &conditional.then, &conditional.otherwise]);
            }
            ExprKind::Case(case) => {
                pending.push(&case.test);
                for option in &case.options {
                    pending.extend(&option.values);
                    pending.push(&option.then);
                }
            }
            _ => return false,
        }
    }
    true
}
