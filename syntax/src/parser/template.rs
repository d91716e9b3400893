//! EPP templates.

use super::{Parsed, Parser, block_or_expression};
use crate::ast::{Expr, ExprKind};
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// A whole template, with its parameters if it names any.
    pub(super) fn template(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::EppStart)?;
        let mut parameters = Vec::new();
        let parameters_specified = self.eat(T::Pipe).is_some();
        if parameters_specified {
            parameters = self.piped_parameters()?;
        }
        let body = if self.kind() == T::End {
            self.nop()
        } else {
            let statements = self.statements()?;
            Expr { span: start, kind: ExprKind::Block(statements) }
        };
        let kind = ExprKind::Epp { parameters_specified, parameters: parameters.into(), body: Box::new(body) };
        Ok(Expr { span: start, kind })
    }

    /// `<%= expression %>`, also `<%= { statements } %>`; only the first entry tells the latter from a hash.
    pub(super) fn render(&mut self) -> Parsed<Expr> {
        let start = self.expect(T::RenderExpr)?;
        let value = if self.kind() == T::LBrace && self.next_kind() != T::RBrace {
            self.nested(Self::rendered_braces)?
        } else {
            self.expression()?
        };
        if !matches!(self.kind(), T::EppEnd | T::EppEndTrim) {
            return Err(self.unexpected());
        }
        let end = self.bump().span;
        Ok(Expr { span: start.to(end), kind: ExprKind::Render(Box::new(value)) })
    }

    fn rendered_braces(&mut self) -> Parsed<Expr> {
        let open = self.expect(T::LBrace)?;
        let first = self.hash_item()?;
        if self.kind() == T::FArrow {
            let entries = vec![self.hash_entry(first)?];
            let hash = self.hash_rest(open, entries)?;
            let operand = self.suffixes(hash)?;
            return self.binary_from(operand, 0);
        }
        let statements = self.statements_from(first)?;
        let braces = open.to(self.expect(T::RBrace)?);
        Ok(block_or_expression(statements, Some(braces)))
    }
}
