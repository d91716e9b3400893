//! Arguments of calls and elements of lists.

use super::Parser;
use crate::error::Error;
use crate::syntax::lexer::Tok;
use crate::syntax::tree::{Block, Node, Pair};

/// What is given to a call.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) nodes: Vec<Node>,
    /// `&block`
    pub(super) block: Option<Block>,
}

impl Parser {
    /// Arguments up to the closing operator, which is read as well.
    pub(super) fn arguments(&mut self, close: &str) -> Result<Arguments, Error> {
        self.nested(|parser| {
            let mut given = Arguments::default();
            let mut pairs = Vec::new();
            loop {
                parser.skip_newlines();
                if parser.takes_operator(close) {
                    break;
                }
                parser.argument(&mut given, &mut pairs)?;
                parser.skip_newlines();
                if parser.takes_operator(",") {
                    continue;
                }
                parser.operator(close)?;
                break;
            }
            if !pairs.is_empty() {
                given.nodes.push(Node::Hash(pairs));
            }
            Ok(given)
        })
    }

    /// Arguments without parentheses.
    pub(super) fn bare_arguments(&mut self) -> Result<Arguments, Error> {
        let mut given = Arguments::default();
        let mut pairs = Vec::new();
        loop {
            self.argument(&mut given, &mut pairs)?;
            if !self.takes_operator(",") {
                break;
            }
            self.skip_newlines();
        }
        if !pairs.is_empty() {
            given.nodes.push(Node::Hash(pairs));
        }
        Ok(given)
    }

    /// One argument; those of a hash without braces are gathered in `pairs`.
    fn argument(&mut self, given: &mut Arguments, pairs: &mut Vec<Pair>) -> Result<(), Error> {
        if self.is_operator("*") {
            let splat = self.splat()?;
            given.nodes.push(splat);
            return Ok(());
        }
        if self.takes_operator("&") {
            given.block = Some(Block::Passed(self.expression()?));
            return Ok(());
        }
        if let Some(pair) = self.opt_labelled_pair()? {
            pairs.push(pair);
            return Ok(());
        }
        let start = self.statement_start;
        let value = if matches!(self.tok(), Tok::Keyword(crate::syntax::lexer::Keyword::Not)) {
            self.expression_statement()?
        } else {
            self.expression()?
        };
        self.statement_start = start;
        if self.takes_operator("=>") {
            self.skip_newlines();
            let entry = self.expression()?;
            pairs.push(Pair::Entry(value, entry));
        } else {
            given.nodes.push(value);
        }
        Ok(())
    }

    /// `name: value`, `"text": value`, `**hash`
    pub(super) fn opt_labelled_pair(&mut self) -> Result<Option<Pair>, Error> {
        let key = match self.tok().clone() {
            Tok::Label(name) => {
                self.at += 1;
                self.skip_newlines();
                let alone = matches!(self.tok(), Tok::Operator("," | ")" | "}" | "]") | Tok::Newline | Tok::Eof);
                if alone {
                    // `{a:}` takes the value of what is called so.
                    let line = self.line();
                    let value = match self.local(&name) {
                        Some(place) => Node::Local(place),
                        None => self.call(None, name.clone(), false, line)?,
                    };
                    return Ok(Some(Pair::Entry(Node::Symbol(name), value)));
                }
                Node::Symbol(name)
            }
            Tok::QuotedLabel(parts) => {
                self.at += 1;
                self.skip_newlines();
                self.symbol_of(parts)?
            }
            Tok::Operator("**") => {
                self.at += 1;
                return Ok(Some(Pair::Splat(self.expression()?)));
            }
            _ => return Ok(None),
        };
        Ok(Some(Pair::Entry(key, self.expression()?)))
    }

    /// `{ a => b, c: d }`
    pub(super) fn hash(&mut self) -> Result<Node, Error> {
        self.operator("{")?;
        self.nested(|parser| parser.enclosed(Self::entries))
    }

    fn entries(&mut self) -> Result<Node, Error> {
        let mut pairs = Vec::new();
        loop {
            self.skip_newlines();
            if self.takes_operator("}") {
                break;
            }
            let pair = if let Some(pair) = self.opt_labelled_pair()? {
                pair
            } else {
                let key = self.expression()?;
                self.skip_newlines();
                self.operator("=>")?;
                self.skip_newlines();
                Pair::Entry(key, self.expression()?)
            };
            pairs.push(pair);
            self.skip_newlines();
            if !self.takes_operator(",") {
                self.operator("}")?;
                break;
            }
        }
        Ok(Node::Hash(pairs))
    }
}
