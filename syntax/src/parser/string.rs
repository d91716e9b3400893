//! Strings with interpolations, and heredocs.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{Expr, ExprKind};
use crate::token::TokenKind as T;

impl Parser<'_> {
    pub(super) fn plain_string(&mut self) -> Expr {
        let token = self.bump();
        let text = token.value.unwrap_or_else(|| Arc::from(""));
        Expr { span: token.span, kind: ExprKind::String(text) }
    }

    /// `DQPRE expression (DQMID expression)* DQPOST`
    pub(super) fn interpolated_string(&mut self) -> Parsed<Expr> {
        let mut span = self.span();
        let mut segments = Vec::new();
        loop {
            let text = self.plain_string();
            span = span.to(text.span);
            if !matches!(&text.kind, ExprKind::String(text) if text.is_empty()) {
                segments.push(text);
            }
            if self.tokens[self.at - 1].kind == T::DqPost {
                return Ok(Expr { span, kind: ExprKind::Concatenated(segments) });
            }
            let value = self.assignment()?;
            segments.push(Expr { span: value.span, kind: ExprKind::Text(Box::new(value)) });
            if !matches!(self.kind(), T::DqMid | T::DqPost) {
                return Err(self.unexpected());
            }
        }
    }

    pub(super) fn heredoc(&mut self) -> Parsed<Expr> {
        let head = self.bump();
        self.expect(T::Sublocate)?;
        let text = match self.kind() {
            T::DqPre => self.interpolated_string()?,
            T::String => self.plain_string(),
            _ => return Err(self.unexpected()),
        };
        let syntax = head.value.unwrap_or_else(|| Arc::from(""));
        Ok(Expr { span: head.span, kind: ExprKind::Heredoc { syntax, text: Box::new(text) } })
    }
}
