//! From tokens to a tree: recursive descent, one function for each production.
//!
//! Names follow one rule: `x` always reads one; `opt_x` may find none.

use std::sync::Arc;

use super::Program;
use super::lexer::{Keyword, Tok, Token};
use super::tree::{Node, Place};
use crate::error::Error;
use crate::limits::{MOST_LINKS, MOST_NESTING};

mod argument;
mod assignment;
mod call;
mod control;
mod definition;
mod expression;
mod literal;
mod primary;
mod statement;

pub(super) fn parse(tokens: Vec<Token>) -> Result<Program, Error> {
    let mut parser = Parser {
        tokens,
        at: 0,
        scopes: vec![Scope::default()],
        nesting: 0,
        links: 0,
        no_do: false,
        statement_start: usize::MAX,
    };
    let body = parser.statements(&[])?;
    if !matches!(parser.tok(), Tok::Eof) {
        return Err(parser.unexpected());
    }
    let locals = parser.leave();
    Ok(Program { body, locals })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    scopes: Vec<Scope>,
    nesting: u32,
    links: u32,
    /// Whether `do` belongs to a loop or call further out.
    no_do: bool,
    /// The token at which the statement being read begins.
    statement_start: usize,
}

/// Local variables of a program, method or block.
#[derive(Default)]
struct Scope {
    names: Vec<Arc<str>>,
    /// Blocks see the variables around them.
    is_block: bool,
}

impl Parser {
    fn tok(&self) -> &Tok {
        &self.tokens[self.at.min(self.tokens.len() - 1)].tok
    }

    fn tok_after(&self, offset: usize) -> &Tok {
        &self.tokens[(self.at + offset).min(self.tokens.len() - 1)].tok
    }

    fn token(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn line(&self) -> u32 {
        self.token().line
    }

    /// Whether white space stands before the token, and whether after it.
    fn spaced(&self) -> (bool, bool) {
        let after = self.tokens.get(self.at + 1).is_none_or(|token| token.space || matches!(token.tok, Tok::Newline));
        (self.token().space, after)
    }

    fn advance(&mut self) -> Tok {
        let tok = self.tok().clone();
        self.at += 1;
        tok
    }

    fn is_operator(&self, operator: &str) -> bool {
        matches!(self.tok(), Tok::Operator(found) if *found == operator)
    }

    fn is_keyword(&self, keyword: Keyword) -> bool {
        matches!(self.tok(), Tok::Keyword(found) if *found == keyword)
    }

    fn takes_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    fn takes_keyword(&mut self, keyword: Keyword) -> bool {
        let found = self.is_keyword(keyword);
        self.at += usize::from(found);
        found
    }

    fn operator(&mut self, operator: &str) -> Result<(), Error> {
        if self.takes_operator(operator) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn keyword(&mut self, keyword: Keyword) -> Result<(), Error> {
        if self.takes_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn skip_newlines(&mut self) {
        while matches!(self.tok(), Tok::Newline) {
            self.at += 1;
        }
    }

    /// Reads something nested in what is being read.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.nesting >= MOST_NESTING {
            return Err(self.too_deep());
        }
        self.nesting += 1;
        let links = std::mem::replace(&mut self.links, 0);
        let result = read(self);
        self.links = links;
        self.nesting -= 1;
        result
    }

    /// Counts a link of a chain, whose tree gets deeper with each.
    fn link(&mut self) -> Result<(), Error> {
        self.links += 1;
        if self.links > MOST_LINKS { Err(self.too_deep()) } else { Ok(()) }
    }

    /// Reads with `do` taken for the innermost call again.
    fn enclosed<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let no_do = std::mem::replace(&mut self.no_do, false);
        let result = read(self);
        self.no_do = no_do;
        result
    }

    /// Reads with `do` left to what is outside.
    fn without_do<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let no_do = std::mem::replace(&mut self.no_do, true);
        let result = read(self);
        self.no_do = no_do;
        result
    }

    fn enter(&mut self, is_block: bool) {
        self.scopes.push(Scope { names: Vec::new(), is_block });
    }

    fn leave(&mut self) -> Arc<[Arc<str>]> {
        self.scopes.pop().map(|scope| scope.names).unwrap_or_default().into()
    }

    /// The variable of this name that is visible here.
    fn local(&self, name: &str) -> Option<Place> {
        for (level, scope) in self.scopes.iter().rev().enumerate() {
            if let Some(index) = scope.names.iter().position(|known| &**known == name) {
                return Some(Place { level: level as u32, index: index as u32 });
            }
            if !scope.is_block {
                return None;
            }
        }
        None
    }

    /// The variable of this name, made here if there is none yet.
    fn declare(&mut self, name: &Arc<str>) -> Place {
        self.local(name).unwrap_or_else(|| self.declare_here(name))
    }

    /// A variable of the innermost level.
    fn declare_here(&mut self, name: &Arc<str>) -> Place {
        let Some(scope) = self.scopes.last_mut() else { return Place { level: 0, index: 0 } };
        let index = scope.names.iter().position(|known| known == name).unwrap_or_else(|| {
            scope.names.push(name.clone());
            scope.names.len() - 1
        });
        Place { level: 0, index: index as u32 }
    }

    fn unexpected(&self) -> Error {
        let what = match self.tok() {
            Tok::Eof => "end-of-input".to_owned(),
            Tok::Newline => "end of line".to_owned(),
            Tok::Operator(operator) => format!("'{operator}'"),
            Tok::Keyword(keyword) => format!("`{}'", keyword.text()),
            Tok::Name(name) | Tok::Constant(name) => format!("name '{name}'"),
            Tok::Label(name) => format!("label '{name}:'"),
            Tok::Text(_) | Tok::QuotedLabel(_) => "string literal".to_owned(),
            _ => "literal".to_owned(),
        };
        Error::Syntax { line: self.line(), message: format!("unexpected {what}") }
    }

    fn unsupported(&self, what: &str) -> Error {
        Error::Unsupported { line: self.line(), what: what.to_owned() }
    }

    fn too_deep(&self) -> Error {
        Error::Limit { line: self.line(), message: "the source is nested too deeply".to_owned() }
    }
}

/// One expression for several.
fn sequence(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return node;
    }
    if nodes.is_empty() { Node::Nil } else { Node::Sequence(nodes) }
}
