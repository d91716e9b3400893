//! What an expression can start with.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{Expr, ExprKind};
use crate::token::TokenKind as T;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        match self.kind() {
            T::Variable | T::Name | T::ClassRef | T::Regex | T::True | T::False | T::Default | T::Undef => {
                Ok(self.atom())
            }
            T::Attr | T::Private => Ok(self.atom()),
            T::Number => Ok(self.number()),
            T::String | T::Word => Ok(self.plain_string()),
            T::DqPre => self.interpolated_string(),
            T::Heredoc => self.heredoc(),
            T::LBrack | T::ListStart => self.array(),
            T::LBrace => self.hash(),
            T::LParen | T::WsLParen => self.parenthesized(),
            T::If => self.if_expression(),
            T::Unless => self.unless_expression(),
            T::Case => self.case_expression(),
            T::Class => self.class(),
            T::Define => self.defined_type(),
            T::Node => self.node(),
            T::Function => self.function(),
            T::Plan => self.plan(),
            T::Apply => self.apply(),
            T::Type if self.next_kind() == T::LParen => Ok(self.type_function()),
            T::Type => self.type_statement(),
            T::RenderString => Ok(self.atom()),
            T::RenderExpr => self.render(),
            _ => Err(self.unexpected()),
        }
    }

    /// A node of one token.
    fn atom(&mut self) -> Expr {
        let token = self.bump();
        let text = || token.value.clone().unwrap_or_else(|| Arc::from(token.kind.text()));
        let kind = match token.kind {
            T::Variable => ExprKind::Variable(text()),
            T::Name => ExprKind::QualifiedName(text()),
            T::ClassRef => ExprKind::QualifiedReference(text()),
            T::Regex => ExprKind::Regexp(text()),
            T::True => ExprKind::Boolean(true),
            T::False => ExprKind::Boolean(false),
            T::Default => ExprKind::Default,
            T::Undef => ExprKind::Undef,
            T::RenderString => ExprKind::RenderString(text()),
            _ => ExprKind::ReservedWord { word: text(), future: false },
        };
        Expr { span: token.span, kind }
    }

    /// `type` as the name of a function.
    fn type_function(&mut self) -> Expr {
        let token = self.bump();
        Expr { span: token.span, kind: ExprKind::QualifiedName(Arc::from(token.text())) }
    }

    fn parenthesized(&mut self) -> Parsed<Expr> {
        let span = self.bump().span;
        let inner = self.assignment()?;
        self.expect(T::RParen)?;
        Ok(Expr { span, kind: ExprKind::Parenthesized(Box::new(inner)) })
    }
}
