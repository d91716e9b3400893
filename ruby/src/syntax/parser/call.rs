//! Calls: arguments with and without parentheses, blocks.

use std::sync::Arc;

use super::Parser;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Block, Call, Node, Place};

impl Parser {
    /// What follows a method's name.
    pub(super) fn call(
        &mut self,
        receiver: Option<Node>,
        name: Arc<str>,
        safe: bool,
        line: u32,
    ) -> Result<Node, Error> {
        let mut given = super::argument::Arguments::default();
        let mut is_word = receiver.is_none();
        if self.is_operator("(") && !self.token().space {
            self.at += 1;
            given = self.enclosed(|parser| parser.arguments(")"))?;
            is_word = false;
        } else if self.opens_argument() || name.ends_with(['?', '!']) && self.opens_value() {
            given = self.nested(|parser| parser.without_do(Self::bare_arguments))?;
            is_word = false;
        }
        let written = self.opt_block()?;
        if written.is_some() && given.block.is_some() {
            return Err(Error::Syntax { line, message: "both block arg and actual block given".to_owned() });
        }
        is_word &= written.is_none();
        let block = written.or(given.block);
        let node = Call { receiver, name, arguments: given.nodes, block, safe, is_word, line };
        Ok(self.rendering(node))
    }

    /// Whether a value begins here: after `include?` it is an argument even without white space.
    fn opens_value(&self) -> bool {
        matches!(
            self.tok(),
            Tok::Name(_) | Tok::Constant(_) | Tok::Instance(_) | Tok::Global(_) | Tok::Integer(_) | Tok::Text(_)
        )
    }

    /// Whether an argument without parentheses begins here.
    fn opens_argument(&self) -> bool {
        let (space_before, space_after) = self.spaced();
        if !space_before {
            // What cannot belong to the name before it: `include?name`, `puts"text"`.
            return matches!(self.tok(), Tok::Name(_) | Tok::Constant(_) | Tok::Instance(_) | Tok::Text(_));
        }
        match self.tok() {
            Tok::Name(_)
            | Tok::Constant(_)
            | Tok::Label(_)
            | Tok::QuotedLabel(_)
            | Tok::Instance(_)
            | Tok::Global(_)
            | Tok::Integer(_)
            | Tok::Float(_)
            | Tok::Text(_)
            | Tok::Symbol(_)
            | Tok::QuotedSymbol(_)
            | Tok::Regexp(..)
            | Tok::Words(_)
            | Tok::Symbols(_) => true,
            Tok::Keyword(keyword) => matches!(
                keyword,
                Keyword::Nil
                    | Keyword::True
                    | Keyword::False
                    | Keyword::SelfRef
                    | Keyword::Defined
                    | Keyword::Not
                    | Keyword::Case
                    | Keyword::Yield
                    | Keyword::Line
            ),
            Tok::Operator("(" | "->") => true,
            Tok::Operator("[" | "!" | "-" | "*" | "&" | "**" | "::") => !space_after,
            _ => false,
        }
    }

    /// `{ |a| … }`, `do |a| … end`
    fn opt_block(&mut self) -> Result<Option<Block>, Error> {
        let closes_with_brace = match self.tok() {
            Tok::Operator("{") => true,
            Tok::Keyword(Keyword::Do) if !self.no_do => false,
            _ => return Ok(None),
        };
        self.at += 1;
        let function = self.enclosed(|parser| parser.block_function(closes_with_brace))?;
        Ok(Some(Block::Written(Arc::new(function))))
    }

    /// What `return`, `break` and `next` may carry.
    pub(super) fn jump_value(&mut self) -> Result<Option<Box<Node>>, Error> {
        let mut values = self.jump_arguments()?;
        Ok(match values.len() {
            0 => None,
            1 if !matches!(values[0], Node::Splat(_)) => values.pop().map(Box::new),
            _ => Some(Box::new(Node::Array(values))),
        })
    }

    pub(super) fn jump_arguments(&mut self) -> Result<Vec<Node>, Error> {
        if self.is_operator("(") && !self.token().space {
            self.at += 1;
            return Ok(self.enclosed(|parser| parser.arguments(")"))?.nodes);
        }
        let is_value = self.opens_argument() || self.is_operator("[") || self.is_operator("{");
        if !is_value {
            return Ok(Vec::new());
        }
        Ok(self.nested(|parser| parser.without_do(Self::bare_arguments))?.nodes)
    }
}

/// The variable that a template is written to.
const OUTPUT: &str = "_erbout";

impl Parser {
    /// Calls that write to what is rendered have nodes of their own.
    fn rendering(&self, mut call: Call) -> Node {
        let Some(Node::Local(place)) = call.receiver else { return Node::Call(Box::new(call)) };
        if !self.is_output(place) || &*call.name != "<<" || call.arguments.len() != 1 {
            return Node::Call(Box::new(call));
        }
        let line = call.line;
        match call.arguments.pop() {
            Some(Node::Call(inner)) if inner.arguments.is_empty() && inner.block.is_none() && !inner.safe => {
                match (&*inner.name, inner.receiver) {
                    ("freeze", Some(Node::Text(text))) => Node::Put(place, text),
                    ("to_s", Some(value)) => Node::Output(place, Box::new(value), inner.line),
                    (_, receiver) => {
                        let inner = Call { receiver, ..*inner };
                        Node::Call(Box::new(Call { arguments: vec![Node::Call(Box::new(inner))], line, ..call }))
                    }
                }
            }
            argument => {
                call.arguments.extend(argument);
                Node::Call(Box::new(call))
            }
        }
    }

    fn is_output(&self, place: Place) -> bool {
        let outermost = self.scopes.len() == place.level as usize + 1;
        outermost && place.index == 0 && self.scopes[0].names.first().is_some_and(|name| &**name == OUTPUT)
    }
}
