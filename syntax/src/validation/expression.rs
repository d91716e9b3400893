//! The checks of each kind of expression.

use super::Checker;
use super::label::{a_an, a_an_upper, label};
use super::names;
use super::node::Node;
use crate::ast::{Call, Case, Collect, Expr, ExprKind, Selector};
use crate::error::Diagnostic;
use crate::issue::Issue;

impl<'a> Checker<'a, '_> {
    pub(super) fn expression(&mut self, expr: &'a Expr) -> Result<(), Box<Diagnostic>> {
        if self.options.tasks && self.script(expr) {
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Integer { .. } => self.integer(expr),
            ExprKind::Variable(name) => self.variable(expr, name),
            ExprKind::ReservedWord { word, future } => {
                let word = word.to_string();
                if *future {
                    self.report(crate::Severity::Deprecation, &Issue::FutureReservedWord { word }, expr.span);
                } else {
                    self.error(&Issue::ReservedWord { word }, expr.span);
                }
            }
            ExprKind::Heredoc { syntax, text } => return self.heredoc(syntax, text),
            ExprKind::Array(values) => values.iter().for_each(|value| self.rvalue(value)),
            ExprKind::Hash(entries) => self.hash(entries),
            ExprKind::Block(statements) => self.block(expr, statements),
            ExprKind::Text(inner)
            | ExprKind::Parenthesized(inner)
            | ExprKind::Not(inner)
            | ExprKind::UnaryMinus(inner)
            | ExprKind::Unfold(inner)
            | ExprKind::Render(inner) => self.rvalue(inner),
            ExprKind::Binary { left, right, .. } => {
                self.rvalue(left);
                self.rvalue(right);
            }
            ExprKind::Relationship { left, right, .. } => {
                self.relation(left);
                self.relation(right);
            }
            ExprKind::Assignment { op, left, right } => self.assignment(expr, *op, left, right),
            ExprKind::Call(call) => self.call(expr, call),
            ExprKind::If(conditional) | ExprKind::Unless(conditional) => self.rvalue(&conditional.test),
            ExprKind::Case(case) => self.case(expr, case),
            ExprKind::Selector(selector) => self.selector(expr, selector),
            ExprKind::Resource(resource) => self.resource(expr, resource),
            ExprKind::ResourceDefaults(defaults) => self.regular_form(expr, defaults.form),
            ExprKind::ResourceOverride(over) => self.regular_form(expr, over.form),
            ExprKind::Collect(collect) => self.collect(expr, collect),
            ExprKind::Definition(definition) => self.definition(expr, definition),
            ExprKind::Epp { parameters, .. } => self.template(expr, parameters),
            ExprKind::Nop
            | ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Boolean(_)
            | ExprKind::Float(_)
            | ExprKind::String(_)
            | ExprKind::Regexp(_)
            | ExprKind::QualifiedName(_)
            | ExprKind::QualifiedReference(_)
            | ExprKind::Concatenated(_)
            | ExprKind::Access { .. }
            | ExprKind::NamedAccess { .. }
            | ExprKind::CallMethod(_)
            | ExprKind::RenderString(_)
            | ExprKind::Apply { .. } => {}
        }
        Ok(())
    }

    /// What stands where a value is needed must give one.
    pub(super) fn rvalue(&mut self, expr: &'a Expr) {
        let mut expr = expr;
        loop {
            expr = match &expr.kind {
                ExprKind::Text(inner)
                | ExprKind::Parenthesized(inner)
                | ExprKind::Not(inner)
                | ExprKind::UnaryMinus(inner)
                | ExprKind::Unfold(inner)
                | ExprKind::Render(inner) => inner,
                ExprKind::Collect(_) | ExprKind::Definition(_) => {
                    return self.error(&Issue::NotRvalue { what: a_an_upper(Node::Expr(expr)) }, expr.span);
                }
                _ => return,
            };
        }
    }

    fn relation(&mut self, side: &'a Expr) {
        if !matches!(side.kind, ExprKind::Collect(_) | ExprKind::Relationship { .. }) {
            self.rvalue(side);
        }
    }

    fn integer(&mut self, expr: &'a Expr) {
        if let Some((_, value)) = self.overflows.iter().find(|(span, _)| *span == expr.span) {
            let issue = Issue::NumericOverflow { what: a_an_upper(Node::Expr(expr)), value: value.clone() };
            self.error(&issue, expr.span);
        }
    }

    fn variable(&mut self, expr: &'a Expr, name: &str) {
        let owned = || name.to_owned();
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            if !names::is_match_variable(name) {
                self.error(&Issue::IllegalNumericVarName { name: owned() }, expr.span);
            }
        } else if !names::is_variable_name(name) {
            self.error(&Issue::IllegalVarName { name: owned() }, expr.span);
        }
    }

    fn call(&mut self, expr: &'a Expr, call: &'a Call) {
        let functor = match &call.functor.kind {
            ExprKind::Access { left, .. } if matches!(left.kind, ExprKind::QualifiedReference(_)) => left,
            _ => &call.functor,
        };
        match &functor.kind {
            ExprKind::QualifiedReference(_) | ExprKind::QualifiedName(_) => {}
            ExprKind::RenderString(_) => self.error(&Issue::IllegalEppParameters, expr.span),
            _ => self.illegal(functor, "function name", expr),
        }
    }

    fn illegal(&mut self, expr: &'a Expr, feature: &'static str, container: &'a Expr) {
        let what = a_an_upper(Node::Expr(expr));
        let container = a_an(Node::Expr(container));
        self.error(&Issue::IllegalExpression { what, feature, container }, expr.span);
    }

    fn case(&mut self, expr: &'a Expr, case: &'a Case) {
        self.rvalue(&case.test);
        let values = case.options.iter().flat_map(|option| &option.values);
        for duplicate in values.filter(|value| matches!(value.kind, ExprKind::Default)).skip(1) {
            self.duplicate_default(duplicate, expr);
        }
    }

    fn selector(&mut self, expr: &'a Expr, selector: &'a Selector) {
        self.rvalue(&selector.left);
        let matches = selector.entries.iter().map(|entry| &entry.matching);
        if let Some(duplicate) = matches.filter(|value| matches!(value.kind, ExprKind::Default)).nth(1) {
            self.duplicate_default(duplicate, expr);
        }
    }

    fn duplicate_default(&mut self, duplicate: &'a Expr, container: &'a Expr) {
        let issue = Issue::DuplicateDefault { container: label(Node::Expr(container)) };
        self.error(&issue, duplicate.span);
    }

    fn collect(&mut self, expr: &'a Expr, collect: &'a Collect) {
        if !matches!(collect.type_expr.kind, ExprKind::QualifiedReference(_)) {
            self.illegal(&collect.type_expr, "type name", expr);
        }
    }
}
