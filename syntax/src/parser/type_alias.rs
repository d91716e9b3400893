//! `type` statements: aliases, mappings and (reserved) definitions.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{Definition, Expr, ExprKind, KeyedEntry, TypeAlias, TypeDefinition, TypeMapping};
use crate::source::Span;
use crate::token::TokenKind as T;

impl Parser<'_> {
    pub(super) fn type_statement(&mut self) -> Parsed<Expr> {
        let keyword = self.expect(T::Type)?;
        let left = self.parameter_type()?;
        if matches!(left.kind, ExprKind::QualifiedReference(_)) && matches!(self.kind(), T::LBrace | T::Inherits) {
            return self.type_definition(keyword, left);
        }
        self.expect(T::Equals)?;
        // The statement is placed at the name, not at the keyword, and so is what is read into the right side.
        let name = Span::new(left.span.start, left.span.start);
        let (right, end) = self.aliased(name)?;
        let span = left.span.to(end);
        let source = Arc::clone(self.source);
        let definition = match left.kind {
            ExprKind::QualifiedReference(name) => {
                Definition::TypeAlias(Arc::new(TypeAlias { span, source, name, type_expr: right }))
            }
            _ => Definition::TypeMapping(Arc::new(TypeMapping { span, source, type_expr: left, mapping: right })),
        };
        Ok(self.define(span.start, definition, span))
    }

    fn type_definition(&mut self, keyword: Span, left: Expr) -> Parsed<Expr> {
        let ExprKind::QualifiedReference(name) = left.kind else { return Err(self.unexpected()) };
        let mut parent = None;
        if self.eat(T::Inherits).is_some() {
            if self.kind() != T::ClassRef {
                return Err(self.unexpected());
            }
            parent = Some(self.bump().value.unwrap_or_default());
        }
        let (body, braces) = self.body()?;
        let span = keyword.to(braces);
        let source = Arc::clone(self.source);
        let definition = TypeDefinition { span, source, name, parent, body };
        Ok(self.define(span.start, Definition::TypeDefinition(Arc::new(definition)), span))
    }

    /// The right side: a type, a type with keys or with a hash of features, a hash, or an array.
    fn aliased(&mut self, place: Span) -> Parsed<(Expr, Span)> {
        match self.kind() {
            T::LBrace => {
                let hash = self.nested(Self::hash)?;
                let end = hash.span;
                Ok((access(object(place), hash, place), end))
            }
            T::LBrack | T::ListStart => {
                let array = self.nested(Self::array)?;
                let end = array.span;
                Ok((array, end))
            }
            _ => {
                let reference = self.type_reference()?;
                match self.kind() {
                    T::LBrace => self.object_with_parent(reference, place),
                    T::LBrack => self.keyed(reference, place),
                    _ => {
                        let end = reference.span;
                        Ok((reference, end))
                    }
                }
            }
        }
    }

    fn keyed(&mut self, reference: Expr, place: Span) -> Parsed<(Expr, Span)> {
        self.expect(T::LBrack)?;
        let keys = self.nested(Self::access_keys)?;
        self.eat(T::Comma);
        let end = self.expect(T::RBrack)?;
        Ok((Expr { span: place, kind: ExprKind::Access { left: Box::new(reference), keys } }, end))
    }

    /// `Parent { features }` is short for `Object[{ features, parent => Parent }]`.
    fn object_with_parent(&mut self, reference: Expr, place: Span) -> Parsed<(Expr, Span)> {
        let mut hash = self.nested(Self::hash)?;
        let end = hash.span;
        let itself =
            matches!(&reference.kind, ExprKind::QualifiedReference(name) if matches!(&**name, "Object" | "TypeSet"));
        if itself {
            return Ok((access(reference, hash, place), end));
        }
        let span = hash.span;
        if let ExprKind::Hash(entries) = &mut hash.kind {
            let key = Expr { span, kind: ExprKind::QualifiedName(Arc::from("parent")) };
            entries.push(KeyedEntry { span, key, value: reference });
        }
        Ok((access(object(place), hash, place), end))
    }
}

fn object(span: Span) -> Expr {
    Expr { span, kind: ExprKind::QualifiedReference(Arc::from("Object")) }
}

fn access(left: Expr, key: Expr, span: Span) -> Expr {
    Expr { span, kind: ExprKind::Access { left: Box::new(left), keys: vec![key] } }
}
