//! Resources, defaults, overrides and collectors.

use std::sync::Arc;

use super::statement::is_statement_function;
use super::{Parsed, Parser, block_or_expression};
use crate::ast::{
    AttributeOperation, AttributeOperationKind, Call, Collect, Expr, ExprKind, KeyedEntry, Query, Resource,
    ResourceBody, ResourceDefaults, ResourceForm, ResourceOverride,
};
use crate::source::Span;
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// An expression, and as many pairs of braces after it as there are.
    pub(super) fn resource(&mut self) -> Parsed<Expr> {
        let mut left = match self.kind() {
            T::At => return self.marked(ResourceForm::Virtual),
            T::AtAt => return self.marked(ResourceForm::Exported),
            T::Class if self.next_kind() == T::LBrace => self.class_resource()?,
            _ => self.binary(0)?,
        };
        while self.kind() == T::LBrace {
            left = self.braces(left)?;
            self.grow()?;
        }
        Ok(left)
    }

    fn marked(&mut self, marked: ResourceForm) -> Parsed<Expr> {
        let at = self.bump().span;
        let mut resource = self.nested(Self::resource)?;
        self.whole_text()?;
        let form = match &mut resource.kind {
            ExprKind::Resource(resource) => &mut resource.form,
            ExprKind::ResourceDefaults(defaults) => &mut defaults.form,
            ExprKind::ResourceOverride(over) => &mut over.form,
            _ => {
                let what = if marked == ResourceForm::Virtual { "Virtual (@)" } else { "Exported (@@)" };
                return Err(self.uncoded(format!("{what} can only be applied to a Resource Expression"), at));
            }
        };
        *form = marked;
        resource.span = at.to(resource.span);
        Ok(resource)
    }

    /// `class { 'name': … }`
    fn class_resource(&mut self) -> Parsed<Expr> {
        let class = self.expect(T::Class)?;
        self.expect(T::LBrace)?;
        let bodies = self.resource_bodies(Vec::new())?;
        let span = class.to(self.expect(T::RBrace)?);
        let type_name = Expr { span: class, kind: ExprKind::QualifiedName(Arc::from("class")) };
        let resource = Resource { form: ResourceForm::Regular, type_name, bodies };
        Ok(Expr { span, kind: ExprKind::Resource(Box::new(resource)) })
    }

    /// What stands in braces after an expression: titled bodies, or attributes alone.
    fn braces(&mut self, left: Expr) -> Parsed<Expr> {
        let open = self.expect(T::LBrace)?;
        let attributes = match self.kind() {
            // These keywords start no expression.
            T::RBrace | T::Comma | T::And | T::Or | T::In | T::Else | T::Elsif | T::Inherits => true,
            T::Times | T::Name => matches!(self.next_kind(), T::FArrow | T::PArrow),
            kind => kind.is_attribute_keyword() && matches!(self.next_kind(), T::FArrow | T::PArrow),
        };
        if attributes {
            let operations = self.operations()?;
            let close = self.expect(T::RBrace)?;
            return self.untitled(left, operations, open, close);
        }
        let title = self.expression()?;
        let body = self.resource_body(title)?;
        let bodies = if self.eat(T::Semic).is_some() && self.kind() != T::RBrace {
            self.resource_bodies(vec![body])?
        } else {
            vec![body]
        };
        let span = left.span.to(self.expect(T::RBrace)?);
        let resource = Resource { form: ResourceForm::Regular, type_name: left, bodies };
        Ok(Expr { span, kind: ExprKind::Resource(Box::new(resource)) })
    }

    /// Bodies with semicolons between, one at least; a semicolon may follow the last.
    fn resource_bodies(&mut self, mut bodies: Vec<ResourceBody>) -> Parsed<Vec<ResourceBody>> {
        loop {
            let title = self.expression()?;
            bodies.push(self.resource_body(title)?);
            if self.eat(T::Semic).is_none() || self.kind() == T::RBrace {
                return Ok(bodies);
            }
        }
    }

    fn resource_body(&mut self, title: Expr) -> Parsed<ResourceBody> {
        let colon = self.expect(T::Colon)?;
        let operations = self.operations()?;
        let end = operations.last().map_or(colon, |last| last.span);
        Ok(ResourceBody { span: title.span.to(end), title, operations })
    }

    /// Attributes without a title: defaults, an override, or a hash after a function's name.
    fn untitled(&self, left: Expr, operations: Vec<AttributeOperation>, open: Span, close: Span) -> Parsed<Expr> {
        let span = left.span.to(close);
        let form = ResourceForm::Regular;
        let kind = match left.kind {
            ExprKind::QualifiedReference(_) => {
                ExprKind::ResourceDefaults(Box::new(ResourceDefaults { form, type_ref: left, operations }))
            }
            ExprKind::Access { .. } => {
                ExprKind::ResourceOverride(Box::new(ResourceOverride { form, resources: left, operations }))
            }
            ExprKind::QualifiedName(_) => return self.name_and_hash(left, operations, open, close),
            _ => {
                let message = "Expression is not valid as a resource, resource-default, or resource-override";
                return Err(self.uncoded(message, left.span));
            }
        };
        Ok(Expr { span, kind })
    }

    fn name_and_hash(&self, name: Expr, operations: Vec<AttributeOperation>, open: Span, close: Span) -> Parsed<Expr> {
        let mut entries = Vec::with_capacity(operations.len());
        for operation in operations {
            let span = operation.span;
            let nothing = || Expr { span, kind: ExprKind::Nop };
            let (key, value) = match operation.kind {
                AttributeOperationKind::Set { name, value } => (Expr { span, kind: ExprKind::String(name) }, value),
                AttributeOperationKind::Splat { value } => (nothing(), value),
                AttributeOperationKind::Append { .. } => {
                    return Err(self.uncoded("Syntax error resource body without title or hash with +>", open));
                }
            };
            entries.push(KeyedEntry { span, key, value });
        }
        let span = name.span.to(close);
        let hash = Expr { span: open.to(close), kind: ExprKind::Hash(entries) };
        if is_statement_function(&name) {
            let call = Call { functor: name, arguments: vec![hash], lambda: None, rvalue: false };
            return Ok(Expr { span, kind: ExprKind::Call(Box::new(call)) });
        }
        Ok(block_or_expression(vec![name, hash], Some(span)))
    }

    /// `File <| … |> { … }`
    pub(super) fn collector(&mut self, type_expr: Expr) -> Parsed<Expr> {
        let open = self.bump();
        let (exported, closing) = match open.kind {
            T::LLCollect => (true, T::RRCollect),
            _ => (false, T::RCollect),
        };
        let expr = if self.kind() == closing { self.nop() } else { self.expression()? };
        let query = Query { span: open.span.to(self.expect(closing)?), exported, expr };
        let mut span = type_expr.span.to(query.span);
        let mut operations = Vec::new();
        if self.eat(T::LBrace).is_some() {
            operations = self.operations()?;
            span = span.to(self.expect(T::RBrace)?);
        }
        Ok(Expr { span, kind: ExprKind::Collect(Box::new(Collect { type_expr, query, operations })) })
    }

    /// Attribute operations, none or more; commas may stand before and after.
    fn operations(&mut self) -> Parsed<Vec<AttributeOperation>> {
        let mut operations = Vec::new();
        if self.starts_operation() {
            operations.push(self.operation()?);
        }
        while self.eat(T::Comma).is_some() {
            if !self.starts_operation() {
                break;
            }
            operations.push(self.operation()?);
        }
        Ok(operations)
    }

    fn starts_operation(&self) -> bool {
        let kind = self.kind();
        matches!(kind, T::Name | T::Times) || kind.is_attribute_keyword()
    }

    fn operation(&mut self) -> Parsed<AttributeOperation> {
        let token = self.bump();
        let operator = self.kind();
        if !(operator == T::FArrow || operator == T::PArrow && token.kind != T::Times) {
            return Err(self.unexpected());
        }
        self.bump();
        let value = self.expression()?;
        let span = token.span.to(value.span);
        let name = || token.value.clone().unwrap_or_else(|| Arc::from(token.kind.text()));
        let kind = match operator {
            _ if token.kind == T::Times => AttributeOperationKind::Splat { value },
            T::PArrow => AttributeOperationKind::Append { name: name(), value },
            _ => AttributeOperationKind::Set { name: name(), value },
        };
        Ok(AttributeOperation { span, kind })
    }
}
