//! `if`, `unless`, `case`.

use super::{Parsed, Parser};
use crate::ast::{Case, CaseOption, Conditional, Expr, ExprKind};
use crate::source::Span;
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// `if` with all its `elsif`: read in a loop, nested afterwards, so that long chains need no stack.
    pub(super) fn if_expression(&mut self) -> Parsed<Expr> {
        let mut arms = Vec::new();
        let mut start = self.expect(T::If)?;
        let (otherwise, end) = loop {
            let test = self.expression()?;
            let (then, braces) = self.branch()?;
            arms.push((start, test, then, braces));
            match self.kind() {
                T::Elsif => {
                    self.grow()?;
                    start = self.bump().span;
                }
                T::Else => {
                    self.bump();
                    break self.branch()?;
                }
                _ => break (self.nop(), braces),
            }
        };
        let chain = arms.into_iter().rev().fold(otherwise, |otherwise, (start, test, then, _)| {
            let kind = ExprKind::If(Box::new(Conditional { test, then, otherwise }));
            Expr { span: start.to(end), kind }
        });
        Ok(chain)
    }

    pub(super) fn unless_expression(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Unless)?;
        let test = self.expression()?;
        let (then, braces) = self.branch()?;
        let (otherwise, end) = match self.eat(T::Else) {
            Some(_) => self.branch()?,
            None => (self.nop(), braces),
        };
        let kind = ExprKind::Unless(Box::new(Conditional { test, then, otherwise }));
        Ok(Expr { span: start.to(end), kind })
    }

    pub(super) fn case_expression(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::Case)?;
        let test = self.expression()?;
        self.expect(T::LBrace)?;
        let mut options = vec![self.case_option()?];
        while self.kind() != T::RBrace {
            options.push(self.case_option()?);
        }
        let span: Span = start.to(self.expect(T::RBrace)?);
        Ok(Expr { span, kind: ExprKind::Case(Box::new(Case { test, options })) })
    }

    fn case_option(&mut self) -> Parsed<CaseOption> {
        let mut values = vec![self.expression()?];
        while self.eat(T::Comma).is_some() {
            values.push(self.expression()?);
        }
        let colon = self.expect(T::Colon)?;
        let (then, braces) = self.body()?;
        Ok(CaseOption { span: colon.to(braces), values, then })
    }
}
