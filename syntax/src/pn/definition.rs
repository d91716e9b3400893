//! Definitions, their parameters, and templates.

use super::Printer;
use crate::ast::{Definition, Expr, ExprKind, NodeDefinition, Parameter, TypeDefinition};

impl Printer {
    pub(super) fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::Class(class) => {
                self.head("class", &class.name);
                if let Some(parent) = &class.parent {
                    self.text(" :parent ");
                    self.quoted(parent);
                }
                self.tail(&class.parameters, &class.body, None);
            }
            Definition::Define(define) => {
                self.head("define", &define.name);
                self.tail(&define.parameters, &define.body, None);
            }
            Definition::Function(function) => {
                self.head("function", &function.name);
                self.tail(&function.parameters, &function.body, function.return_type.as_ref());
            }
            Definition::Plan(plan) => {
                self.head("plan", &plan.name);
                self.tail(&plan.parameters, &plan.body, plan.return_type.as_ref());
            }
            Definition::Node(node) => self.node(node),
            Definition::TypeAlias(alias) => {
                self.text("(type-alias ");
                self.quoted(&alias.name);
                self.text(" ");
                self.expr(&alias.type_expr);
                self.text(")");
            }
            Definition::TypeMapping(mapping) => self.pair("type-mapping", &mapping.type_expr, &mapping.mapping),
            Definition::TypeDefinition(definition) => self.type_definition(definition),
        }
    }

    fn head(&mut self, kind: &str, name: &str) {
        self.text("(");
        self.text(kind);
        self.text(" {:name ");
        self.quoted(name);
    }

    fn tail(&mut self, parameters: &[Parameter], body: &Expr, returns: Option<&Expr>) {
        self.parameters(parameters);
        self.body("body", body);
        if let Some(returns) = returns {
            self.text(" :returns ");
            self.expr(returns);
        }
        self.text("})");
    }

    /// ` :params {…}`, or nothing.
    pub(super) fn parameters(&mut self, parameters: &[Parameter]) {
        if parameters.is_empty() {
            return;
        }
        self.text(" :params {");
        self.separated(parameters, Self::parameter);
        self.text("}");
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.text(":");
        self.text(&parameter.name);
        self.text(" {");
        let mut blank = "";
        if let Some(type_expr) = &parameter.type_expr {
            self.text(":type ");
            self.expr(type_expr);
            blank = " ";
        }
        if parameter.captures_rest {
            self.text(blank);
            self.text(":splat true");
            blank = " ";
        }
        if let Some(default) = &parameter.default {
            self.text(blank);
            self.text(":value ");
            self.expr(default);
        }
        self.text("}");
    }

    fn node(&mut self, node: &NodeDefinition) {
        self.text("(node {:matches [");
        self.separated(&node.matches, Self::expr);
        self.text("]");
        if let Some(parent) = &node.parent {
            self.text(" :parent ");
            self.expr(parent);
        }
        self.body("body", &node.body);
        self.text("})");
    }

    fn type_definition(&mut self, definition: &TypeDefinition) {
        self.text("(type-definition ");
        self.quoted(&definition.name);
        self.text(" ");
        match &definition.parent {
            Some(parent) => self.quoted(parent),
            None => self.text("nil"),
        }
        self.text(" ");
        self.expr(&definition.body);
        self.text(")");
    }

    /// A template is a lambda around its text.
    pub(super) fn template(&mut self, parameters: &[Parameter], body: &Expr) {
        self.text("(lambda {");
        if !parameters.is_empty() {
            self.text(":params {");
            self.separated(parameters, Self::parameter);
            self.text("} ");
        }
        self.text(":body [");
        match &body.kind {
            ExprKind::Nop => self.text("(epp)"),
            ExprKind::Block(statements) => self.call("epp", statements),
            _ => self.wrap("epp", body),
        }
        self.text("]})");
    }
}
