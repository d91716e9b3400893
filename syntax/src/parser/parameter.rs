//! Parameters of definitions, lambdas and templates.

use super::{Parsed, Parser};
use crate::ast::{Expr, ExprKind, Parameter};
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// `( … )`, or nothing.
    pub(super) fn parameter_list(&mut self) -> Parsed<Vec<Parameter>> {
        if !matches!(self.kind(), T::LParen | T::WsLParen) {
            return Ok(Vec::new());
        }
        self.bump();
        self.parameters(T::RParen)
    }

    /// What stands between bars, of which the first has been read.
    pub(super) fn piped_parameters(&mut self) -> Parsed<Vec<Parameter>> {
        self.parameters(T::Pipe)
    }

    fn parameters(&mut self, closing: T) -> Parsed<Vec<Parameter>> {
        let mut parameters = Vec::new();
        if self.eat(closing).is_some() {
            return Ok(parameters);
        }
        loop {
            parameters.push(self.parameter()?);
            let comma = self.eat(T::Comma).is_some();
            if self.eat(closing).is_some() {
                return Ok(parameters);
            }
            if !comma {
                return Err(self.unexpected());
            }
        }
    }

    fn parameter(&mut self) -> Parsed<Parameter> {
        let type_expr = if self.kind() == T::ClassRef { Some(self.parameter_type()?) } else { None };
        let captures_rest = self.eat(T::Times).is_some();
        if self.kind() != T::Variable {
            return Err(self.unexpected());
        }
        let variable = self.bump();
        let default = if self.eat(T::Equals).is_some() { Some(self.expression()?) } else { None };
        let name = variable.value.unwrap_or_default();
        Ok(Parameter { span: variable.span, name, type_expr, default, captures_rest })
    }

    /// `Name` or `Name[…]`; here no comma may follow the last key.
    pub(super) fn parameter_type(&mut self) -> Parsed<Expr> {
        let reference = self.type_reference()?;
        if self.eat(T::LBrack).is_none() {
            return Ok(reference);
        }
        let keys = self.nested(Self::access_keys)?;
        if self.eat(T::Comma).is_some() {
            return Err(self.unexpected());
        }
        let close = self.expect(T::RBrack)?;
        Ok(Expr { span: reference.span.to(close), kind: ExprKind::Access { left: Box::new(reference), keys } })
    }

    pub(super) fn type_reference(&mut self) -> Parsed<Expr> {
        if self.kind() != T::ClassRef {
            return Err(self.unexpected());
        }
        let token = self.bump();
        Ok(Expr { span: token.span, kind: ExprKind::QualifiedReference(token.value.unwrap_or_default()) })
    }

    /// `>> Type`, or nothing.
    pub(super) fn return_type(&mut self) -> Parsed<Option<Expr>> {
        match self.eat(T::RShift) {
            Some(_) => self.parameter_type().map(Some),
            None => Ok(None),
        }
    }
}
