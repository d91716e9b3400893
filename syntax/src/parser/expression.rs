//! Operators: assignment, relationships, and the binary and unary ones.

use super::{Parsed, Parser};
use crate::ast::{AssignOp, BinaryOp, Expr, ExprKind, RelationshipOp, Selector, SelectorEntry};
use crate::source::Span;
use crate::token::TokenKind as T;

/// How tight `?` binds; see [`operator`].
const SELECTOR: u8 = 3;

impl Parser<'_> {
    /// Anything that gives a value or stands as a statement.
    pub(super) fn assignment(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            let left = parser.relationship()?;
            let op = match parser.kind() {
                T::Equals => AssignOp::Set,
                T::Appends => AssignOp::Append,
                T::Deletes => AssignOp::Remove,
                _ => return Ok(left),
            };
            let span = parser.bump().span;
            let right = parser.assignment()?;
            let kind = ExprKind::Assignment { op, left: Box::new(left), right: Box::new(right) };
            Ok(Expr { span, kind })
        })
    }

    fn relationship(&mut self) -> Parsed<Expr> {
        let mut left = self.resource()?;
        loop {
            let op = match self.kind() {
                T::InEdge => RelationshipOp::Before,
                T::InEdgeSub => RelationshipOp::Notify,
                T::OutEdge => RelationshipOp::After,
                T::OutEdgeSub => RelationshipOp::Subscribe,
                _ => return Ok(left),
            };
            let span = self.bump().span;
            let right = self.nested(Self::resource)?;
            self.grow()?;
            let kind = ExprKind::Relationship { op, left: Box::new(left), right: Box::new(right) };
            left = Expr { span, kind };
        }
    }

    /// An expression: no assignment, relationship or resource, unless in parentheses.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| parser.binary(0))
    }

    pub(super) fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let left = self.operand()?;
        self.binary_from(left, least)
    }

    /// Goes on after a left operand with the operators that bind at least as tight as `least`.
    pub(super) fn binary_from(&mut self, mut left: Expr, least: u8) -> Parsed<Expr> {
        loop {
            if self.kind() == T::QMark && least <= SELECTOR {
                left = self.selector(left)?;
                continue;
            }
            let Some((op, tightness)) = operator(self.kind()).filter(|&(_, tightness)| tightness >= least) else {
                return Ok(left);
            };
            let span = self.bump().span;
            let right = self.nested(|parser| parser.binary(tightness + 1))?;
            self.grow()?;
            left = Expr { span, kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) } };
        }
    }

    /// A value with the unary operators before it and all that hangs on it behind.
    pub(super) fn operand(&mut self) -> Parsed<Expr> {
        let wrap: fn(Box<Expr>) -> ExprKind = match self.kind() {
            T::Minus => ExprKind::UnaryMinus,
            T::Times => ExprKind::Unfold,
            T::Not => ExprKind::Not,
            _ => {
                let primary = self.primary()?;
                return self.suffixes(primary);
            }
        };
        let span = self.bump().span;
        let operand = self.nested(Self::operand)?;
        Ok(Expr { span, kind: wrap(Box::new(operand)) })
    }

    /// Accesses, calls and collectors: these bind tighter than any operator.
    pub(super) fn suffixes(&mut self, mut left: Expr) -> Parsed<Expr> {
        loop {
            left = match self.kind() {
                T::LBrack => self.access(left)?,
                T::Dot => self.method_call(left)?,
                T::LParen => self.call(left)?,
                T::LCollect | T::LLCollect => self.collector(left)?,
                _ => return Ok(left),
            };
            self.grow()?;
        }
    }

    fn access(&mut self, left: Expr) -> Parsed<Expr> {
        self.expect(T::LBrack)?;
        let keys = self.access_keys()?;
        self.eat(T::Comma);
        let close = self.expect(T::RBrack)?;
        Ok(Expr { span: left.span.to(close), kind: ExprKind::Access { left: Box::new(left), keys } })
    }

    /// `value ? { … }` or `value ? match => result`.
    fn selector(&mut self, left: Expr) -> Parsed<Expr> {
        self.expect(T::QMark)?;
        let mut entries = Vec::new();
        if self.eat(T::SelBrace).is_some() {
            entries.push(self.selector_entry()?);
            while self.eat(T::Comma).is_some() && self.kind() != T::RBrace {
                entries.push(self.selector_entry()?);
            }
            self.expect(T::RBrace)?;
        } else {
            entries.push(self.selector_entry()?);
        }
        self.grow()?;
        let selector = Expr { span: left.span, kind: ExprKind::Selector(Box::new(Selector { left, entries })) };
        self.suffixes(selector)
    }

    fn selector_entry(&mut self) -> Parsed<SelectorEntry> {
        let matching = self.expression()?;
        let span: Span = self.expect(T::FArrow)?;
        let value = self.expression()?;
        Ok(SelectorEntry { span, matching, value })
    }
}

/// The operator of a token and how tight it binds. All associate to the left.
const fn operator(kind: T) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        T::Or => (BinaryOp::Or, 1),
        T::And => (BinaryOp::And, 2),
        T::GreaterThan => (BinaryOp::Greater, 4),
        T::GreaterEqual => (BinaryOp::GreaterOrEqual, 4),
        T::LessThan => (BinaryOp::Less, 4),
        T::LessEqual => (BinaryOp::LessOrEqual, 4),
        T::IsEqual => (BinaryOp::Equal, 5),
        T::NotEqual => (BinaryOp::NotEqual, 5),
        T::LShift => (BinaryOp::ShiftLeft, 6),
        T::RShift => (BinaryOp::ShiftRight, 6),
        T::Plus => (BinaryOp::Add, 7),
        T::Minus => (BinaryOp::Subtract, 7),
        T::Times => (BinaryOp::Multiply, 8),
        T::Div => (BinaryOp::Divide, 8),
        T::Modulo => (BinaryOp::Modulo, 8),
        T::Match => (BinaryOp::Match, 9),
        T::NoMatch => (BinaryOp::NotMatch, 9),
        T::In => (BinaryOp::In, 10),
        _ => return None,
    })
}
