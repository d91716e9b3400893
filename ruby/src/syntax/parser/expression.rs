//! Operators by how strongly they bind, the weakest first.

use super::Parser;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Call, Node};

/// Operators that are methods or shortcuts, and how strongly they bind.
const BINARY: [(&str, u8); 24] = [
    ("||", 1),
    ("&&", 2),
    ("<=>", 3),
    ("==", 3),
    ("===", 3),
    ("!=", 3),
    ("=~", 3),
    ("!~", 3),
    ("<", 4),
    ("<=", 4),
    (">", 4),
    (">=", 4),
    ("|", 5),
    ("^", 5),
    ("&", 6),
    ("<<", 7),
    (">>", 7),
    ("+", 8),
    ("-", 8),
    ("*", 9),
    ("/", 9),
    ("%", 9),
    ("**", 11),
    ("=>", 0),
];

impl Parser {
    /// Everything but `and`, `or`, `not` and modifiers.
    pub(super) fn expression(&mut self) -> Result<Node, Error> {
        self.nested(Self::ternary)
    }

    /// `a ? b : c`
    pub(super) fn ternary(&mut self) -> Result<Node, Error> {
        let condition = self.range()?;
        if !self.takes_operator("?") {
            return Ok(condition);
        }
        self.skip_newlines();
        let then = self.nested(Self::branch)?;
        self.skip_newlines();
        if let Tok::Label(_) = self.tok() {
            return Err(self.unexpected());
        }
        self.operator(":")?;
        self.skip_newlines();
        let otherwise = self.nested(Self::branch)?;
        Ok(Node::If { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) })
    }

    fn branch(&mut self) -> Result<Node, Error> {
        self.ternary()
    }

    /// `a..b`, `a...b`, `a..`
    fn range(&mut self) -> Result<Node, Error> {
        let from = if self.is_operator("..") || self.is_operator("...") { None } else { Some(self.binary(1)?) };
        let excludes_end = match self.tok() {
            Tok::Operator("..") => false,
            Tok::Operator("...") => true,
            _ => return from.map_or_else(|| Err(self.unexpected()), Ok),
        };
        self.at += 1;
        let ends = matches!(
            self.tok(),
            Tok::Newline | Tok::Eof | Tok::Operator(")" | "]" | ",") | Tok::Keyword(Keyword::Then)
        );
        let to = if ends { None } else { Some(Box::new(self.binary(1)?)) };
        Ok(Node::Range { from: from.map(Box::new), to, excludes_end })
    }

    /// Operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Result<Node, Error> {
        let mut left = self.unary()?;
        loop {
            let Tok::Operator(operator) = *self.tok() else { return Ok(left) };
            let Some((_, strength)) = BINARY.iter().find(|(known, strength)| *known == operator && *strength > 0)
            else {
                return Ok(left);
            };
            if *strength < least {
                return Ok(left);
            }
            self.link()?;
            let line = self.line();
            self.at += 1;
            self.skip_newlines();
            // `**` groups to the right.
            let next = if operator == "**" { *strength } else { strength + 1 };
            let right = self.nested(|parser| parser.binary(next))?;
            left = operation(operator, left, right, line);
        }
    }

    /// A default value of a parameter: `|` is no operator there.
    pub(super) fn default_operand(&mut self) -> Result<Node, Error> {
        self.binary(6)
    }

    /// `!a`, `-a`, `~a`, `defined? a`
    fn unary(&mut self) -> Result<Node, Error> {
        let line = self.line();
        match *self.tok() {
            Tok::Operator("!") => {
                self.at += 1;
                self.nested(|parser| Ok(Node::Not(Box::new(parser.unary()?))))
            }
            Tok::Operator("-") => {
                self.at += 1;
                self.negative(line)
            }
            Tok::Operator(sign @ ("+" | "~")) => {
                self.at += 1;
                let name = if sign == "+" { "+@" } else { "~" };
                self.nested(|parser| Ok(method(parser.unary()?, name, Vec::new(), line)))
            }
            Tok::Operator("&") => Err(self.unexpected()),
            Tok::Keyword(Keyword::Defined) if !matches!(self.tok_after(1), Tok::Operator("(")) => {
                self.at += 1;
                self.nested(|parser| Ok(Node::Defined(Box::new(parser.unary()?))))
            }
            _ => self.operand(),
        }
    }

    /// After `-`: a number takes the sign, unless it is raised to a power.
    fn negative(&mut self, line: u32) -> Result<Node, Error> {
        let is_power = matches!(self.tok_after(1), Tok::Operator("**"));
        match *self.tok() {
            Tok::Integer(number) if !is_power => {
                self.tokens[self.at].tok = Tok::Integer(number.wrapping_neg());
                self.operand()
            }
            Tok::Float(number) if !is_power => {
                self.tokens[self.at].tok = Tok::Float(-number);
                self.operand()
            }
            _ => self.nested(|parser| Ok(method(parser.binary(10)?, "-@", Vec::new(), line))),
        }
    }

    /// A primary with what hangs on it, or an assignment to it.
    fn operand(&mut self) -> Result<Node, Error> {
        let start = self.at;
        let node = self.primary_with_suffixes()?;
        self.opt_assignment(node, start)
    }
}

fn operation(operator: &str, left: Node, right: Node, line: u32) -> Node {
    match operator {
        "&&" => Node::And(Box::new(left), Box::new(right)),
        "||" => Node::Or(Box::new(left), Box::new(right)),
        "!=" => Node::Not(Box::new(method(left, "==", vec![right], line))),
        "!~" => Node::Not(Box::new(method(left, "=~", vec![right], line))),
        operator => method(left, operator, vec![right], line),
    }
}

pub(super) fn method(receiver: Node, name: &str, arguments: Vec<Node>, line: u32) -> Node {
    Node::Call(Box::new(Call {
        receiver: Some(receiver),
        name: name.into(),
        arguments,
        block: None,
        safe: false,
        is_word: false,
        line,
    }))
}
