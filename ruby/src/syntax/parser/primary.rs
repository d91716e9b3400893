//! What stands between operators, with the calls and indexes that hang on it.

use std::sync::Arc;

use super::Parser;
use super::expression::method;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Call, Node};

impl Parser {
    pub(super) fn primary_with_suffixes(&mut self) -> Result<Node, Error> {
        let mut node = self.primary()?;
        loop {
            let line = self.line();
            let (space, _) = self.spaced();
            node = match *self.tok() {
                Tok::Operator("." | "&.") => {
                    let safe = self.is_operator("&.");
                    self.at += 1;
                    self.method_call(node, safe)?
                }
                Tok::Operator("::")
                    if matches!(self.tok_after(1), Tok::Constant(_))
                        && !matches!(self.tok_after(2), Tok::Operator("(")) =>
                {
                    self.at += 1;
                    let Tok::Constant(name) = self.advance() else { return Err(self.unexpected()) };
                    Node::Constant(Some(Box::new(node)), name)
                }
                Tok::Operator("::") => {
                    self.at += 1;
                    self.method_call(node, false)?
                }
                Tok::Operator("[") if !space || can_be_indexed(&node) => {
                    self.at += 1;
                    let arguments = self.enclosed(|parser| parser.arguments("]"))?;
                    method(node, "[]", arguments.nodes, line)
                }
                _ => return Ok(node),
            };
            self.link()?;
        }
    }

    fn primary(&mut self) -> Result<Node, Error> {
        let line = self.line();
        match self.tok().clone() {
            Tok::Name(name) => self.name(name),
            Tok::Constant(name) => self.constant(name),
            Tok::Instance(name) => {
                self.at += 1;
                Ok(Node::Instance(name))
            }
            Tok::Global(name) => {
                self.at += 1;
                Ok(Node::Global(name))
            }
            Tok::Keyword(keyword) => self.keyword_expression(keyword),
            Tok::Operator("(") => self.parenthesized(),
            Tok::Operator("[") => {
                self.at += 1;
                let items = self.enclosed(|parser| parser.arguments("]"))?;
                Ok(Node::Array(items.nodes))
            }
            Tok::Operator("{") => self.hash(),
            Tok::Operator("->") => self.lambda(),
            Tok::Operator("::") => {
                self.at += 1;
                match self.advance() {
                    Tok::Constant(name) => Ok(Node::Constant(None, name)),
                    _ => Err(self.unexpected()),
                }
            }
            Tok::Operator(".." | "...") => Err(self.unsupported("a range without a beginning")),
            _ => self.literal(line),
        }
    }

    fn parenthesized(&mut self) -> Result<Node, Error> {
        self.operator("(")?;
        let start = self.statement_start;
        let node = self.enclosed(|parser| parser.statements(&[]))?;
        self.statement_start = start;
        self.operator(")")?;
        Ok(match node {
            // So that `(a)` is no word that could be assigned to or called with a block.
            Node::Call(call) if call.is_word => Node::Sequence(vec![Node::Call(call)]),
            node => node,
        })
    }

    /// A variable, or a call without a receiver.
    fn name(&mut self, name: Arc<str>) -> Result<Node, Error> {
        let line = self.line();
        self.at += 1;
        let has_parentheses = self.is_operator("(") && !self.token().space;
        if !has_parentheses && let Some(place) = self.local(&name) {
            return Ok(Node::Local(place));
        }
        self.call(None, name, false, line)
    }

    fn constant(&mut self, name: Arc<str>) -> Result<Node, Error> {
        let line = self.line();
        self.at += 1;
        let has_parentheses = self.is_operator("(") && !self.token().space;
        let has_text = matches!(self.tok(), Tok::Text(_)) && self.token().space;
        if has_parentheses || has_text {
            return self.call(None, name, false, line);
        }
        Ok(Node::Constant(None, name))
    }

    /// After `.`: the name and what is given to it.
    fn method_call(&mut self, receiver: Node, safe: bool) -> Result<Node, Error> {
        let line = self.line();
        self.skip_newlines();
        let name: Arc<str> = match self.tok() {
            Tok::Name(name) | Tok::Constant(name) => name.clone(),
            Tok::Operator("(") => "call".into(),
            Tok::Operator(
                operator @ ("+" | "-" | "*" | "/" | "%" | "<<" | ">>" | "==" | "<" | ">" | "<=" | ">=" | "<=>" | "==="
                | "=~" | "!" | "&" | "|" | "**"),
            ) => {
                let name = *operator;
                self.at += 1;
                return self.call(Some(receiver), name.into(), safe, line);
            }
            Tok::Label(name) => {
                // `a ? b.c: d`
                let name = name.clone();
                self.tokens[self.at].tok = Tok::Operator(":");
                return Ok(Node::Call(Box::new(Call {
                    receiver: Some(receiver),
                    name,
                    arguments: Vec::new(),
                    block: None,
                    safe,
                    is_word: false,
                    line,
                })));
            }
            _ => return Err(self.unexpected()),
        };
        if !self.is_operator("(") {
            self.at += 1;
        }
        self.call(Some(receiver), name, safe, line)
    }

    fn keyword_expression(&mut self, keyword: Keyword) -> Result<Node, Error> {
        let line = self.line();
        self.at += 1;
        match keyword {
            Keyword::Nil => Ok(Node::Nil),
            Keyword::True => Ok(Node::True),
            Keyword::False => Ok(Node::False),
            Keyword::SelfRef => Ok(Node::SelfRef),
            Keyword::Line => Ok(Node::Integer(line.into())),
            Keyword::If => self.enclosed(Self::conditional),
            Keyword::Unless => self.enclosed(Self::negative_conditional),
            Keyword::While => self.enclosed(|parser| parser.while_loop(false)),
            Keyword::Until => self.enclosed(|parser| parser.while_loop(true)),
            Keyword::For => self.enclosed(Self::for_loop),
            Keyword::Case => self.enclosed(Self::case),
            Keyword::Begin => self.enclosed(Self::begin),
            Keyword::Def => self.enclosed(Self::method_definition),
            Keyword::Yield => {
                let arguments = self.jump_arguments()?;
                Ok(Node::Yield(arguments, line))
            }
            Keyword::Return => Ok(Node::Return(self.jump_value()?)),
            Keyword::Break => Ok(Node::Break(self.jump_value()?)),
            Keyword::Next => Ok(Node::Next(self.jump_value()?)),
            Keyword::Retry => Ok(Node::Retry),
            Keyword::Not => self.nested(|parser| Ok(Node::Not(Box::new(parser.expression()?)))),
            Keyword::Defined => self.nested(|parser| Ok(Node::Defined(Box::new(parser.parenthesized()?)))),
            Keyword::File
            | Keyword::Method
            | Keyword::Class
            | Keyword::Module
            | Keyword::Alias
            | Keyword::Undef
            | Keyword::Super
            | Keyword::Redo
            | Keyword::BeginBlock
            | Keyword::EndBlock => {
                self.at -= 1;
                Err(self.unsupported(&format!("`{}`", keyword.text())))
            }
            Keyword::And
            | Keyword::Do
            | Keyword::Else
            | Keyword::Elsif
            | Keyword::End
            | Keyword::Ensure
            | Keyword::In
            | Keyword::Or
            | Keyword::Rescue
            | Keyword::Then
            | Keyword::When => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }
}

/// Whether `[` after white space still is an index: a call would take it for an argument.
fn can_be_indexed(node: &Node) -> bool {
    match node {
        Node::Call(call) => {
            !call.is_word && (call.receiver.is_none() || !call.arguments.is_empty() || &*call.name == "[]")
        }
        _ => true,
    }
}
