//! Definitions: their place, names, parameters and types.

use super::Checker;
use super::label::{a_an, a_an_upper, the};
use super::names;
use super::node::Node;
use crate::ast::{Definition, Expr, ExprKind, Lambda, NodeDefinition, Parameter, TypeMapping};
use crate::error::Severity;
use crate::issue::Issue;
use crate::source::Span;

impl<'a> Checker<'a, '_> {
    pub(super) fn definition(&mut self, expr: &'a Expr, definition: &'a Definition) {
        let node = Node::Expr(expr);
        match definition {
            Definition::Class(class) => {
                self.named(expr, definition, &class.name);
                self.parameters(node, &class.parameters);
                self.idle_end(node, &class.body);
            }
            Definition::Define(define) => {
                self.named(expr, definition, &define.name);
                self.parameters(node, &define.parameters);
                self.idle_end(node, &define.body);
            }
            Definition::Function(function) | Definition::Plan(function) => {
                self.named(expr, definition, &function.name);
                self.return_type(node, function.return_type.as_ref());
                self.unique_parameters(&function.parameters);
            }
            Definition::Node(host) => self.node(expr, definition, host),
            Definition::TypeAlias(alias) => {
                self.place(expr, definition);
                if !names::is_type_name(&alias.name) {
                    self.bad_name(expr, &alias.name);
                }
                self.type_reference(node, &alias.type_expr);
            }
            Definition::TypeMapping(mapping) => {
                self.place(expr, definition);
                self.type_mapping(expr, mapping);
            }
            Definition::TypeDefinition(_) => {
                self.place(expr, definition);
                self.error(&Issue::UnsupportedExpression { what: a_an(node) }, expr.span);
            }
        }
    }

    fn named(&mut self, expr: &'a Expr, definition: &'a Definition, name: &str) {
        self.place(expr, definition);
        if !names::is_definition_name(name) {
            self.bad_name(expr, name);
        }
        if names::is_reserved_type(name) {
            let issue = Issue::ReservedTypeName { name: name.to_owned(), what: a_an(Node::Expr(expr)) };
            self.error(&issue, expr.span);
        }
        self.future_word(name, expr.span);
    }

    fn bad_name(&mut self, expr: &'a Expr, name: &str) {
        let issue = Issue::IllegalDefinitionName { name: name.to_owned(), what: a_an(Node::Expr(expr)) };
        self.error(&issue, expr.span);
    }

    fn future_word(&mut self, name: &str, span: Span) {
        if names::is_future_word(name) {
            self.report(Severity::Deprecation, &Issue::FutureReservedWord { word: name.to_owned() }, span);
        }
    }

    /// Definitions stand at the top of a file or in classes; functions and types only at the top.
    fn place(&mut self, expr: &'a Expr, definition: &Definition) {
        let absolute = matches!(
            definition,
            Definition::Function(_) | Definition::Plan(_) | Definition::TypeAlias(_) | Definition::TypeDefinition(_)
        );
        let mut around = self.path.iter().rev().peekable();
        while let Some(node) = around.next() {
            match node {
                Node::Program(_) => return,
                Node::ApplyBlock(_) => {}
                Node::Expr(Expr {
                    kind: ExprKind::Definition(Definition::Class(_)) | ExprKind::Apply { .. }, ..
                }) => {
                    return;
                }
                Node::Expr(Expr { kind: ExprKind::Block(_), .. }) => {}
                _ => return self.error(&Issue::NotTopLevel, expr.span),
            }
            if absolute && !matches!(around.peek(), Some(Node::Program(_))) {
                let what = a_an_upper(Node::Expr(expr));
                return self.error(&Issue::NotAbsoluteTopLevel { what }, expr.span);
            }
        }
    }

    fn parameters(&mut self, definition: Node<'a>, parameters: &'a [Parameter]) {
        self.no_rest(definition, parameters);
        self.unique_parameters(parameters);
        for parameter in parameters.iter().filter(|parameter| matches!(&*parameter.name, "name" | "title")) {
            let issue = Issue::ReservedParameter { name: parameter.name.to_string(), container: the(definition) };
            self.error(&issue, parameter.span);
        }
    }

    fn no_rest(&mut self, container: Node<'a>, parameters: &'a [Parameter]) {
        for parameter in parameters.iter().filter(|parameter| parameter.captures_rest) {
            let issue =
                Issue::CapturesRestNotSupported { name: parameter.name.to_string(), container: a_an(container) };
            self.error(&issue, parameter.span);
        }
    }

    fn unique_parameters(&mut self, parameters: &'a [Parameter]) {
        let mut seen = rustc_hash::FxHashSet::default();
        for parameter in parameters {
            if !seen.insert(&parameter.name) {
                self.error(&Issue::DuplicateParameter { name: parameter.name.to_string() }, parameter.span);
            }
        }
    }

    pub(super) fn parameter(&mut self, parameter: &'a Parameter) {
        let name = || parameter.name.to_string();
        if names::is_numeric_parameter(&parameter.name) {
            self.error(&Issue::IllegalNumericParameter { name: name() }, parameter.span);
        }
        if !names::is_parameter_name(&parameter.name) {
            self.error(&Issue::IllegalParamName { name: name() }, parameter.span);
        }
        if let Some(default) = &parameter.default {
            self.no_assignments(default);
        }
    }

    pub(super) fn lambda(&mut self, lambda: &'a Lambda, node: Node<'a>) {
        self.rest_is_last(&lambda.parameters);
        self.return_type(node, lambda.return_type.as_ref());
    }

    pub(super) fn template_parameters(&mut self, template: &'a Expr) {
        if let ExprKind::Epp { parameters, .. } = &template.kind {
            self.rest_is_last(parameters);
        }
    }

    pub(super) fn template(&mut self, template: &'a Expr, parameters: &'a [Parameter]) {
        self.no_rest(Node::Expr(template), parameters);
        self.unique_parameters(parameters);
    }

    fn rest_is_last(&mut self, parameters: &'a [Parameter]) {
        let before_last = parameters.len().saturating_sub(1);
        for parameter in parameters[..before_last].iter().filter(|parameter| parameter.captures_rest) {
            self.error(&Issue::CapturesRestNotLast { name: parameter.name.to_string() }, parameter.span);
        }
    }

    fn return_type(&mut self, container: Node<'a>, return_type: Option<&'a Expr>) {
        if let Some(return_type) = return_type {
            self.type_reference(container, return_type);
        }
    }

    fn type_reference(&mut self, container: Node<'a>, type_expr: &'a Expr) {
        let head = match &type_expr.kind {
            ExprKind::Access { left, .. } => left,
            _ => type_expr,
        };
        if let ExprKind::QualifiedReference(name) = &head.kind {
            return self.future_word(&name.to_lowercase(), type_expr.span);
        }
        let issue = Issue::IllegalExpression {
            what: a_an_upper(Node::Expr(type_expr)),
            feature: "a type reference",
            container: a_an(container),
        };
        self.error(&issue, type_expr.span);
    }

    /// `type Runtime[ruby, 'Name'] = Type`, or a pattern with a replacement on both sides.
    fn type_mapping(&mut self, expr: &'a Expr, mapping: &'a TypeMapping) {
        let what = || a_an_upper(Node::Expr(expr));
        let keys = match &mapping.type_expr.kind {
            ExprKind::Access { left, keys } if matches!(&left.kind, ExprKind::QualifiedReference(name) if &**name == "Runtime") => {
                keys
            }
            _ => {
                let what = a_an(Node::Expr(expr));
                return self.error(&Issue::UnsupportedExpression { what }, expr.span);
            }
        };
        let pattern = keys.len() == 2 && is_replacement(&keys[1]);
        let issue = if is_replacement(&mapping.mapping) {
            if pattern {
                return;
            }
            Issue::IllegalSingleTypeMapping { what: what() }
        } else if is_type(&mapping.mapping) {
            if !pattern {
                return;
            }
            Issue::IllegalRegexpTypeMapping { what: what() }
        } else if pattern {
            Issue::IllegalRegexpTypeMapping { what: what() }
        } else {
            Issue::IllegalSingleTypeMapping { what: what() }
        };
        self.error(&issue, expr.span);
    }

    fn node(&mut self, expr: &'a Expr, definition: &'a Definition, node: &'a NodeDefinition) {
        for host in &node.matches {
            self.hostname(expr, host);
        }
        self.place(expr, definition);
        self.idle_end(Node::Expr(expr), &node.body);
        if let Some(parent) = &node.parent {
            self.error(&Issue::IllegalNodeInheritance, parent.span);
        }
    }

    fn hostname(&mut self, node: &'a Expr, host: &'a Expr) {
        match &host.kind {
            ExprKind::String(name) if !names::is_hostname(name) => {
                self.error(&Issue::IllegalHostnameChars { hostname: name.to_string() }, host.span);
            }
            ExprKind::String(_) | ExprKind::Default | ExprKind::Regexp(_) => {}
            ExprKind::Concatenated(segments) => {
                let embedded = segments.iter().find_map(|segment| match &segment.kind {
                    ExprKind::Text(inner) => Some(inner.span),
                    _ => None,
                });
                self.error(&Issue::IllegalHostnameInterpolation, embedded.unwrap_or(host.span));
            }
            _ => {
                let issue = Issue::IllegalExpression {
                    what: a_an_upper(Node::Expr(host)),
                    feature: "hostname",
                    container: a_an(Node::Expr(node)),
                };
                self.error(&issue, host.span);
            }
        }
    }
}

/// `[/pattern/, 'replacement']`
fn is_replacement(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Array(values) => matches!(
            values.as_slice(),
            [Expr { kind: ExprKind::Regexp(_), .. }, Expr { kind: ExprKind::String(_), .. }]
        ),
        _ => false,
    }
}

fn is_type(expr: &Expr) -> bool {
    let head = match &expr.kind {
        ExprKind::Access { left, .. } => left,
        _ => expr,
    };
    matches!(head.kind, ExprKind::QualifiedReference(_))
}
