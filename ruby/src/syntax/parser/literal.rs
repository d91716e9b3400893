//! Literals.

use std::sync::Arc;

use super::Parser;
use crate::error::Error;
use crate::regexp::Regexp;
use crate::syntax::lexer::{Part, Tok, Token};
use crate::syntax::tree::Node;

impl Parser {
    pub(super) fn literal(&mut self, line: u32) -> Result<Node, Error> {
        let node = match self.advance() {
            Tok::Integer(number) => Node::Integer(number),
            Tok::Float(number) => Node::Float(number),
            Tok::Symbol(name) => Node::Symbol(name),
            Tok::QuotedSymbol(parts) => self.symbol_of(parts)?,
            Tok::Text(mut parts) => {
                // Texts one after the other are one.
                while let Tok::Text(more) = self.tok().clone() {
                    self.at += 1;
                    parts.extend(more);
                }
                self.text(parts)?
            }
            Tok::Words(words) => Node::Array(words.into_iter().map(|word| self.text(word)).collect::<Result<_, _>>()?),
            Tok::Symbols(words) => {
                Node::Array(words.into_iter().map(|word| self.symbol_of(word)).collect::<Result<_, _>>()?)
            }
            Tok::Regexp(parts, flags) => self.regexp(parts, flags, line)?,
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        Ok(node)
    }

    fn text(&mut self, parts: Vec<Part>) -> Result<Node, Error> {
        Ok(match self.pieces(parts)? {
            Pieces::Plain(text) => Node::Text(text),
            Pieces::Joined(nodes) => Node::Joined(nodes),
        })
    }

    pub(super) fn symbol_of(&mut self, parts: Vec<Part>) -> Result<Node, Error> {
        Ok(match self.pieces(parts)? {
            Pieces::Plain(text) => Node::Symbol(text),
            Pieces::Joined(nodes) => Node::JoinedSymbol(nodes),
        })
    }

    fn regexp(&mut self, parts: Vec<Part>, flags: Arc<str>, line: u32) -> Result<Node, Error> {
        Ok(match self.pieces(parts)? {
            Pieces::Plain(source) => {
                let regexp = Regexp::parse(&source, &flags).map_err(|message| Error::Unsupported {
                    line,
                    what: format!("the pattern /{source}/ ({message})"),
                })?;
                Node::Regexp(Arc::new(regexp))
            }
            Pieces::Joined(nodes) => Node::JoinedRegexp(nodes, flags),
        })
    }

    fn pieces(&mut self, parts: Vec<Part>) -> Result<Pieces, Error> {
        let mut nodes = Vec::new();
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(more) => text.push_str(&more),
                Part::Code(tokens) => {
                    if !text.is_empty() {
                        nodes.push(Node::Text(std::mem::take(&mut text).into()));
                    }
                    nodes.push(self.inner_program(tokens)?);
                }
            }
        }
        if nodes.is_empty() {
            return Ok(Pieces::Plain(text.into()));
        }
        if !text.is_empty() {
            nodes.push(Node::Text(text.into()));
        }
        Ok(Pieces::Joined(nodes))
    }

    /// The statements of an interpolation: they see the variables around them.
    fn inner_program(&mut self, tokens: Vec<Token>) -> Result<Node, Error> {
        let tokens = std::mem::replace(&mut self.tokens, tokens);
        let at = std::mem::replace(&mut self.at, 0);
        let start = self.statement_start;
        let result = self.enclosed(|parser| {
            let node = parser.statements(&[])?;
            if matches!(parser.tok(), Tok::Eof) { Ok(node) } else { Err(parser.unexpected()) }
        });
        self.tokens = tokens;
        self.at = at;
        self.statement_start = start;
        result
    }
}

enum Pieces {
    Plain(Arc<str>),
    Joined(Vec<Node>),
}
