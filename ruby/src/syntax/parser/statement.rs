//! Statements: expressions one after the other, with modifiers.

use super::{Parser, sequence};
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Begin, Node, Rescue};

impl Parser {
    /// Statements up to one of the keywords, `}`, `)` or the end.
    pub(super) fn statements(&mut self, ends: &[Keyword]) -> Result<Node, Error> {
        self.nested(|parser| {
            let mut nodes = Vec::new();
            loop {
                parser.skip_newlines();
                match parser.tok() {
                    Tok::Eof | Tok::Operator("}" | ")") => break,
                    Tok::Keyword(keyword) if ends.contains(keyword) => break,
                    _ => {}
                }
                nodes.push(parser.statement()?);
                match parser.tok() {
                    Tok::Newline | Tok::Eof | Tok::Operator("}" | ")") => {}
                    Tok::Keyword(keyword) if ends.contains(keyword) => {}
                    _ => return Err(parser.unexpected()),
                }
            }
            Ok(sequence(nodes))
        })
    }

    /// An expression with its modifiers.
    pub(super) fn statement(&mut self) -> Result<Node, Error> {
        self.statement_start = self.at;
        let mut node = self.expression_statement()?;
        loop {
            let Tok::Keyword(keyword) = *self.tok() else { return Ok(node) };
            self.link()?;
            node = match keyword {
                Keyword::If => {
                    self.at += 1;
                    let condition = self.expression_statement()?;
                    Node::If { condition: Box::new(condition), then: Box::new(node), otherwise: Box::new(Node::Nil) }
                }
                Keyword::Unless => {
                    self.at += 1;
                    let condition = self.expression_statement()?;
                    Node::If { condition: Box::new(condition), then: Box::new(Node::Nil), otherwise: Box::new(node) }
                }
                Keyword::While | Keyword::Until => {
                    self.at += 1;
                    let condition = Box::new(self.expression_statement()?);
                    let body_first = matches!(node, Node::Begin(_));
                    let until = keyword == Keyword::Until;
                    Node::While { condition, body: Box::new(node), until, body_first }
                }
                Keyword::Rescue => {
                    self.at += 1;
                    let body = self.expression_statement()?;
                    rescued(node, body)
                }
                _ => return Ok(node),
            };
        }
    }

    /// `a and b`, `not a`, or an expression; at the start of a statement also `a, b = …`.
    pub(super) fn expression_statement(&mut self) -> Result<Node, Error> {
        let mut left = self.negation()?;
        loop {
            let is_and = match self.tok() {
                Tok::Keyword(Keyword::And) => true,
                Tok::Keyword(Keyword::Or) => false,
                _ => return Ok(left),
            };
            self.link()?;
            self.at += 1;
            self.skip_newlines();
            let right = Box::new(self.negation()?);
            left = if is_and { Node::And(Box::new(left), right) } else { Node::Or(Box::new(left), right) };
        }
    }

    fn negation(&mut self) -> Result<Node, Error> {
        if self.takes_keyword(Keyword::Not) {
            return self.nested(|parser| Ok(Node::Not(Box::new(parser.negation()?))));
        }
        if self.opens_targets() {
            return self.assignment_of_many();
        }
        self.expression()
    }
}

/// `node rescue body`
pub(super) fn rescued(node: Node, body: Node) -> Node {
    let rescue = Rescue { classes: Vec::new(), variable: None, body };
    Node::Begin(Box::new(Begin { body: node, rescues: vec![rescue], otherwise: None, ensure: None }))
}
