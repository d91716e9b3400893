//! Classes, defined types, nodes, functions, plans and `apply`.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{ClassDefinition, DefineDefinition, Definition, Expr, ExprKind, FunctionDefinition, NodeDefinition};
use crate::token::TokenKind as T;

impl Parser<'_> {
    pub(super) fn class(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Class)?;
        let name = self.definition_name()?;
        self.names.push(Arc::clone(&name));
        let parameters = self.parameter_list()?;
        let parent = match self.eat(T::Inherits) {
            Some(_) if self.kind() == T::Default => {
                self.bump();
                Some(Arc::from("default"))
            }
            Some(_) => Some(self.definition_name()?),
            None => None,
        };
        let (body, braces) = self.body()?;
        self.names.pop();
        let span = start.to(braces);
        let source = Arc::clone(self.source);
        let name = self.full_name(&name);
        let class = ClassDefinition { span, source, name, parameters, parent, body };
        Ok(self.define(start.start, Definition::Class(Arc::new(class)), span))
    }

    pub(super) fn defined_type(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Define)?;
        let name = self.definition_name()?;
        let parameters = self.parameter_list()?;
        let (body, braces) = self.body()?;
        let span = start.to(braces);
        let source = Arc::clone(self.source);
        let name = self.full_name(&name);
        let define = DefineDefinition { span, source, name, parameters, body };
        Ok(self.define(start.start, Definition::Define(Arc::new(define)), span))
    }

    pub(super) fn function(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Function)?;
        let name = self.definition_name()?;
        let parameters = self.parameter_list()?;
        let return_type = self.return_type()?;
        let (body, braces) = self.body()?;
        let span = start.to(braces);
        let source = Arc::clone(self.source);
        // Functions keep the name that is written, wherever they stand.
        let function = FunctionDefinition { span, source, name, parameters, return_type, body };
        Ok(self.define(start.start, Definition::Function(Arc::new(function)), span))
    }

    pub(super) fn plan(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Plan)?;
        let name = self.definition_name()?;
        self.names.push(Arc::clone(&name));
        let parameters = self.parameter_list()?;
        let (body, braces) = self.body()?;
        self.names.pop();
        let span = start.to(braces);
        let source = Arc::clone(self.source);
        let name = self.full_name(&name);
        let plan = FunctionDefinition { span, source, name, parameters, return_type: None, body };
        Ok(self.define(start.start, Definition::Plan(Arc::new(plan)), span))
    }

    /// `apply(targets) { … }` of a plan.
    pub(super) fn apply(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Apply)?;
        self.expect(T::LParen)?;
        let arguments = self.arguments()?;
        self.eat(T::Comma);
        self.expect(T::RParen)?;
        let (body, braces) = self.body()?;
        Ok(Expr { span: start.to(braces), kind: ExprKind::Apply { arguments, body: Arc::new(body) } })
    }

    pub(super) fn node(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Node)?;
        let mut matches = vec![self.hostname()?];
        while self.eat(T::Comma).is_some() && !matches!(self.kind(), T::LBrace | T::Inherits) {
            matches.push(self.hostname()?);
        }
        let parent = if self.eat(T::Inherits).is_some() { Some(self.hostname()?) } else { None };
        let (body, braces) = self.body()?;
        let span = start.to(braces);
        let source = Arc::clone(self.source);
        let node = NodeDefinition { span, source, matches, parent, body };
        Ok(self.define(start.start, Definition::Node(Arc::new(node)), span))
    }

    /// A name with dots, a string, `default`, or a regular expression.
    fn hostname(&mut self) -> Parsed<Expr> {
        match self.kind() {
            T::Name | T::Number => {
                let first = self.bump();
                let mut span = first.span;
                let mut name = first.text().to_owned();
                while self.eat(T::Dot).is_some() {
                    if !matches!(self.kind(), T::Name | T::Number) {
                        return Err(self.unexpected());
                    }
                    let part = self.bump();
                    span = span.to(part.span);
                    name.push('.');
                    name.push_str(part.text());
                }
                Ok(Expr { span, kind: ExprKind::String(name.into()) })
            }
            T::String | T::Word | T::DqPre | T::Heredoc | T::Default | T::Regex => self.primary(),
            _ => Err(self.unexpected()),
        }
    }

    fn definition_name(&mut self) -> Parsed<Arc<str>> {
        match self.kind() {
            T::Name | T::Word | T::ClassRef => Ok(self.bump().value.unwrap_or_default()),
            T::Class => Err(self.uncoded("'class' keyword not allowed at this location", self.span())),
            T::String => Err(self.uncoded("A quoted string is not valid as a name here", self.span())),
            _ => Err(self.unexpected()),
        }
    }

    /// A name with those of the classes around it.
    fn full_name(&self, name: &Arc<str>) -> Arc<str> {
        if self.names.is_empty() {
            return Arc::clone(name);
        }
        let outer = self.names.join("::");
        let full = format!("{outer}::{name}");
        Arc::from(full.strip_prefix("::").unwrap_or(&full))
    }
}
