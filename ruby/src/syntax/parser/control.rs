//! `if`, `unless`, `case`, loops, `begin`.

use super::Parser;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Begin, Node, Rescue};

impl Parser {
    /// After `if` or `elsif`.
    pub(super) fn conditional(&mut self) -> Result<Node, Error> {
        self.nested(|parser| {
            let condition = Box::new(parser.condition()?);
            let then = Box::new(parser.statements(&[Keyword::Elsif, Keyword::Else, Keyword::End])?);
            let otherwise = if parser.takes_keyword(Keyword::Elsif) {
                // The rest of the chain reads the `end`.
                return Ok(Node::If { condition, then, otherwise: Box::new(parser.conditional()?) });
            } else {
                parser.opt_else(&[Keyword::End])?.unwrap_or(Node::Nil)
            };
            parser.keyword(Keyword::End)?;
            Ok(Node::If { condition, then, otherwise: Box::new(otherwise) })
        })
    }

    /// After `unless`.
    pub(super) fn negative_conditional(&mut self) -> Result<Node, Error> {
        let condition = Box::new(self.condition()?);
        let otherwise = Box::new(self.statements(&[Keyword::Else, Keyword::End])?);
        let then = Box::new(self.opt_else(&[Keyword::End])?.unwrap_or(Node::Nil));
        self.keyword(Keyword::End)?;
        Ok(Node::If { condition, then, otherwise })
    }

    fn condition(&mut self) -> Result<Node, Error> {
        self.skip_newlines();
        let condition = self.expression_statement()?;
        self.takes_keyword(Keyword::Then);
        if !matches!(self.tok(), Tok::Newline) && !matches!(self.tok_before(), Some(Tok::Keyword(Keyword::Then))) {
            return Err(self.unexpected());
        }
        self.skip_newlines();
        self.takes_keyword(Keyword::Then);
        Ok(condition)
    }

    fn tok_before(&self) -> Option<&Tok> {
        Some(&self.tokens.get(self.at.checked_sub(1)?)?.tok)
    }

    fn opt_else(&mut self, ends: &[Keyword]) -> Result<Option<Node>, Error> {
        if !self.takes_keyword(Keyword::Else) {
            return Ok(None);
        }
        self.statements(ends).map(Some)
    }

    pub(super) fn while_loop(&mut self, until: bool) -> Result<Node, Error> {
        let condition = Box::new(self.without_do(Self::expression_statement)?);
        self.takes_keyword(Keyword::Do);
        let body = Box::new(self.statements(&[Keyword::End])?);
        self.keyword(Keyword::End)?;
        Ok(Node::While { condition, body, until, body_first: false })
    }

    /// `for a, b in list do … end`
    pub(super) fn for_loop(&mut self) -> Result<Node, Error> {
        let target = Box::new(self.targets(&[])?);
        self.keyword(Keyword::In)?;
        let list = Box::new(self.without_do(Self::expression_statement)?);
        self.takes_keyword(Keyword::Do);
        let body = Box::new(self.statements(&[Keyword::End])?);
        self.keyword(Keyword::End)?;
        Ok(Node::For { target, list, body })
    }

    pub(super) fn case(&mut self) -> Result<Node, Error> {
        let subject = if matches!(self.tok(), Tok::Newline | Tok::Keyword(Keyword::When)) {
            None
        } else {
            Some(Box::new(self.expression_statement()?))
        };
        self.skip_newlines();
        if self.is_keyword(Keyword::In) {
            return Err(self.unsupported("pattern matching (`case … in`)"));
        }
        let mut branches = Vec::new();
        while self.takes_keyword(Keyword::When) {
            let mut tests = Vec::new();
            loop {
                self.skip_newlines();
                tests.push(if self.is_operator("*") { self.splat()? } else { self.expression()? });
                if !self.takes_operator(",") {
                    break;
                }
            }
            self.takes_keyword(Keyword::Then);
            let body = self.statements(&[Keyword::When, Keyword::Else, Keyword::End])?;
            branches.push((tests, body));
        }
        if branches.is_empty() {
            return Err(self.unexpected());
        }
        let otherwise = Box::new(self.opt_else(&[Keyword::End])?.unwrap_or(Node::Nil));
        self.keyword(Keyword::End)?;
        Ok(Node::Case { subject, branches, otherwise })
    }

    pub(super) fn begin(&mut self) -> Result<Node, Error> {
        let begin = self.body_with_rescue()?;
        self.keyword(Keyword::End)?;
        Ok(Node::Begin(Box::new(begin)))
    }

    /// Statements with `rescue`, `else` and `ensure`, up to `end`.
    pub(super) fn body_with_rescue(&mut self) -> Result<Begin, Error> {
        const ENDS: [Keyword; 4] = [Keyword::Rescue, Keyword::Else, Keyword::Ensure, Keyword::End];
        let body = self.statements(&ENDS)?;
        let mut rescues = Vec::new();
        while self.takes_keyword(Keyword::Rescue) {
            rescues.push(self.rescue(&ENDS)?);
        }
        let otherwise = self.opt_else(&ENDS)?;
        let ensure = if self.takes_keyword(Keyword::Ensure) { Some(self.statements(&ENDS)?) } else { None };
        Ok(Begin { body, rescues, otherwise, ensure })
    }

    /// After `rescue`: `A, B => e`
    fn rescue(&mut self, ends: &[Keyword]) -> Result<Rescue, Error> {
        let mut classes = Vec::new();
        while !matches!(self.tok(), Tok::Newline | Tok::Operator("=>") | Tok::Keyword(Keyword::Then)) {
            classes.push(if self.is_operator("*") { self.splat()? } else { self.ternary()? });
            if !self.takes_operator(",") {
                break;
            }
        }
        let variable = if self.takes_operator("=>") {
            let mut targets = self.targets(&[])?;
            targets.before.pop()
        } else {
            None
        };
        self.takes_keyword(Keyword::Then);
        let body = self.statements(ends)?;
        Ok(Rescue { classes, variable, body })
    }
}
