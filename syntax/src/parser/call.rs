//! Calls, their arguments, and lambdas.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{Call, Expr, ExprKind, KeyedEntry, Lambda};
use crate::source::Span;
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// `functor(arguments) |params| { body }`
    pub(super) fn call(&mut self, functor: Expr) -> Parsed<Expr> {
        self.expect(T::LParen)?;
        let arguments = if self.kind() == T::RParen { Vec::new() } else { self.arguments()? };
        if !arguments.is_empty() {
            self.eat(T::Comma);
        }
        let close = self.expect(T::RParen)?;
        let lambda = self.optional_lambda()?;
        let end = lambda.as_ref().map_or(close, |lambda| lambda.span);
        let span = functor.span.to(end);
        let call = Call { functor, arguments, lambda, rvalue: true };
        Ok(Expr { span, kind: ExprKind::Call(Box::new(call)) })
    }

    /// `receiver.name(arguments) |params| { body }`; parentheses may be missing.
    pub(super) fn method_call(&mut self, receiver: Expr) -> Parsed<Expr> {
        let dot = self.expect(T::Dot)?;
        if !matches!(self.kind(), T::Name | T::Type) {
            return Err(self.unexpected());
        }
        let name = self.bump();
        let right = Expr { span: name.span, kind: ExprKind::QualifiedName(Arc::from(name.text())) };
        let named = dot.to(name.span);
        let functor =
            Expr { span: named, kind: ExprKind::NamedAccess { left: Box::new(receiver), right: Box::new(right) } };
        let mut span = named;
        let mut arguments = Vec::new();
        if let Some(open) = self.eat(T::LParen) {
            if self.kind() != T::RParen {
                arguments = self.arguments()?;
            }
            // Here, unlike in other calls, no comma may follow the last argument.
            if self.eat(T::Comma).is_some() {
                return Err(self.unexpected());
            }
            span = open.to(self.expect(T::RParen)?);
        }
        let lambda = self.optional_lambda()?;
        let call = Call { functor, arguments, lambda, rvalue: true };
        Ok(Expr { span, kind: ExprKind::CallMethod(Box::new(call)) })
    }

    fn optional_lambda(&mut self) -> Parsed<Option<Arc<Lambda>>> {
        if self.kind() != T::Pipe {
            return Ok(None);
        }
        self.nested(Self::lambda).map(|lambda| Some(Arc::new(lambda)))
    }

    fn lambda(&mut self) -> Parsed<Lambda> {
        let open = self.expect(T::Pipe)?;
        let parameters = self.piped_parameters()?;
        let return_type = self.return_type()?;
        let (body, braces) = self.body()?;
        Ok(Lambda { span: open.to(braces), parameters, return_type, body })
    }

    /// Arguments of a call; a comma may be left behind them.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.comma_list(Self::argument)
    }

    /// Keys of an access; a comma may be left behind them.
    pub(super) fn access_keys(&mut self) -> Parsed<Vec<Expr>> {
        self.comma_list(|parser| {
            let argument = parser.argument()?;
            let expression = !matches!(
                &argument,
                Argument::Value(Expr {
                    kind: ExprKind::Assignment { .. }
                        | ExprKind::Relationship { .. }
                        | ExprKind::Resource(_)
                        | ExprKind::ResourceDefaults(_)
                        | ExprKind::ResourceOverride(_)
                        | ExprKind::Block(_),
                    ..
                })
            );
            if expression { Ok(argument) } else { Err(parser.unexpected()) }
        })
    }

    /// Elements of an array; a comma may be left behind them.
    pub(super) fn elements(&mut self) -> Parsed<Vec<Expr>> {
        self.comma_list(|parser| {
            if let Some(word) = parser.keyword_element() {
                return match parser.eat(T::FArrow) {
                    Some(arrow) => parser.pair(word, arrow).map(Argument::Pair),
                    None => Ok(Argument::Value(word)),
                };
            }
            parser.argument()
        })
    }

    /// Items with commas between; neighbouring `key => value` pairs make one hash.
    fn comma_list(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<Argument>) -> Parsed<Vec<Expr>> {
        let mut items: Vec<Expr> = Vec::new();
        let mut open_hash = false;
        loop {
            match item(self)? {
                Argument::Value(value) => {
                    items.push(value);
                    open_hash = false;
                }
                Argument::Pair(entry) => match items.last_mut().map(|last| &mut last.kind) {
                    Some(ExprKind::Hash(entries)) if open_hash => entries.push(entry),
                    _ => {
                        items.push(Expr { span: entry.span, kind: ExprKind::Hash(vec![entry]) });
                        open_hash = true;
                    }
                },
            }
            if self.kind() != T::Comma || matches!(self.next_kind(), T::RParen | T::RBrack) {
                return Ok(items);
            }
            self.bump();
        }
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let key = match self.keyword_element() {
            Some(word) if self.kind() == T::FArrow => word,
            Some(_) => return Err(self.unexpected()),
            None => self.assignment()?,
        };
        match self.eat(T::FArrow) {
            Some(arrow) => self.pair(key, arrow).map(Argument::Pair),
            None => Ok(Argument::Value(key)),
        }
    }

    fn pair(&mut self, key: Expr, arrow: Span) -> Parsed<KeyedEntry> {
        let value = self.hash_item()?;
        Ok(KeyedEntry { span: arrow, key, value })
    }

    /// A key or value of a hash.
    pub(super) fn hash_item(&mut self) -> Parsed<Expr> {
        match self.keyword_element() {
            Some(word) => Ok(word),
            None => self.assignment(),
        }
    }

    /// `type` and `function` are plain words where they start no construct.
    fn keyword_element(&mut self) -> Option<Expr> {
        let plain = match self.kind() {
            T::Type => !matches!(self.next_kind(), T::LParen | T::ClassRef),
            T::Function => !matches!(self.next_kind(), T::Name | T::Word | T::ClassRef | T::Class | T::String),
            _ => false,
        };
        plain.then(|| {
            let token = self.bump();
            Expr { span: token.span, kind: ExprKind::String(Arc::from(token.text())) }
        })
    }
}

/// One item of an argument list.
enum Argument {
    Value(Expr),
    Pair(KeyedEntry),
}
