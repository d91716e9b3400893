//! `a = 1`, `a += 1`, `a, (b, *c) = list`

use std::sync::Arc;

use super::Parser;
use super::statement::rescued;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Node, Target, Targets};

impl Parser {
    /// What follows an operand that can be assigned to: the assignment, or the operand itself.
    pub(super) fn opt_assignment(&mut self, node: Node, start: usize) -> Result<Node, Error> {
        let Tok::Operator(operator) = *self.tok() else { return Ok(node) };
        let line = self.line();
        if operator == "=" {
            let Some(target) = self.opt_target(node)? else { return Err(self.unexpected()) };
            self.at += 1;
            let value = self.assigned_value(start)?;
            return Ok(Node::Assign(Box::new(target), Box::new(value)));
        }
        let Some(operator) = operator.strip_suffix('=').filter(|op| {
            matches!(*op, "+" | "-" | "*" | "/" | "%" | "**" | "||" | "&&" | "|" | "&" | "^" | "<<" | ">>")
        }) else {
            return Ok(node);
        };
        let Some(target) = self.opt_target(node)? else { return Err(self.unexpected()) };
        self.at += 1;
        let value = Box::new(self.assigned_value(start)?);
        Ok(Node::AssignOperator { target: Box::new(target), operator: operator.into(), value, line })
    }

    /// The right side; a statement may have several values there.
    fn assigned_value(&mut self, start: usize) -> Result<Node, Error> {
        self.skip_newlines();
        let is_statement = start == self.statement_start;
        if is_statement {
            self.statement_start = self.at;
        }
        let first = self.nested(|parser| if parser.is_operator("*") { parser.splat() } else { parser.expression() })?;
        let mut value = first;
        if is_statement && (self.is_operator(",") || matches!(value, Node::Splat(_))) {
            let mut items = vec![value];
            while self.takes_operator(",") {
                self.skip_newlines();
                items.push(if self.is_operator("*") { self.splat()? } else { self.expression()? });
            }
            value = Node::Array(items);
        }
        if self.takes_keyword(Keyword::Rescue) {
            let otherwise = self.expression()?;
            value = rescued(value, otherwise);
        }
        Ok(value)
    }

    pub(super) fn splat(&mut self) -> Result<Node, Error> {
        self.operator("*")?;
        Ok(Node::Splat(Box::new(self.nested(Self::ternary)?)))
    }

    /// The operand as something to assign to.
    fn opt_target(&mut self, node: Node) -> Result<Option<Target>, Error> {
        Ok(Some(match node {
            Node::Local(place) => Target::Local(place),
            Node::Instance(name) => Target::Instance(name),
            Node::Global(name) => Target::Global(name),
            Node::Constant(..) => return Err(self.unsupported("the assignment of a constant")),
            Node::Call(call) if call.is_word => Target::Local(self.declare(&call.name)),
            Node::Call(call) if &*call.name == "[]" => match call.receiver {
                Some(receiver) => Target::Index { receiver, arguments: call.arguments, line: call.line },
                None => return Ok(None),
            },
            Node::Call(call) if call.arguments.is_empty() && call.block.is_none() => match call.receiver {
                Some(receiver) => {
                    let name: Arc<str> = format!("{}=", call.name).into();
                    Target::Attribute { receiver, name, line: call.line, safe: call.safe }
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    /// Whether a list of targets and `=` begin here.
    pub(super) fn opens_targets(&self) -> bool {
        if self.at != self.statement_start {
            return false;
        }
        let starts = matches!(self.tok(), Tok::Name(_) | Tok::Instance(_) | Tok::Global(_))
            || self.is_operator("*")
            || self.is_operator("(");
        if !starts {
            return false;
        }
        let mut depth = 0_u32;
        let mut commas = self.is_operator("*");
        for token in &self.tokens[self.at..] {
            match &token.tok {
                Tok::Operator("(" | "[" | "{") => depth += 1,
                Tok::Operator(")" | "]" | "}") if depth == 0 => return false,
                Tok::Operator(")" | "]" | "}") => depth -= 1,
                Tok::Operator(",") if depth == 0 => commas = true,
                Tok::Operator("=") if depth == 0 => return commas,
                Tok::Newline | Tok::Eof if depth == 0 => return false,
                Tok::Eof => return false,
                Tok::Keyword(keyword) if depth == 0 && *keyword != Keyword::SelfRef => return false,
                Tok::Operator(operator) if depth == 0 && !matches!(*operator, "." | "*" | "&.") => return false,
                Tok::Name(_)
                    if depth == 0 && token.space && !commas
                    // `puts a, b = 1` is a call.
                    && token.line == self.line() && !std::ptr::eq(token, self.token()) =>
                {
                    return false;
                }
                _ => {}
            }
        }
        false
    }

    /// `a, *b = value, …`
    pub(super) fn assignment_of_many(&mut self) -> Result<Node, Error> {
        let targets = self.targets(&["="])?;
        self.operator("=")?;
        self.skip_newlines();
        let mut items = vec![if self.is_operator("*") { self.splat()? } else { self.expression()? }];
        while self.takes_operator(",") {
            self.skip_newlines();
            items.push(if self.is_operator("*") { self.splat()? } else { self.expression()? });
        }
        let is_list = items.len() > 1 || matches!(items.first(), Some(Node::Splat(_)));
        let value = if is_list { Node::Array(items) } else { items.pop().unwrap_or(Node::Nil) };
        Ok(Node::AssignMany(Box::new(targets), Box::new(value)))
    }

    /// Targets with commas between them, up to one of the operators (which stays) or `in`.
    pub(super) fn targets(&mut self, ends: &[&str]) -> Result<Targets, Error> {
        let mut targets = Targets::default();
        loop {
            let is_end = matches!(self.tok(), Tok::Operator(found) if ends.contains(found));
            if is_end || self.is_keyword(Keyword::In) {
                break;
            }
            if self.takes_operator("*") {
                let names_one = !matches!(self.tok(), Tok::Operator(_)) && !self.is_keyword(Keyword::In);
                targets.rest = Some(if names_one { Some(Box::new(self.target()?)) } else { None });
            } else {
                let target = self.target()?;
                if targets.rest.is_some() { targets.after.push(target) } else { targets.before.push(target) }
            }
            if !self.takes_operator(",") {
                break;
            }
        }
        Ok(targets)
    }

    fn target(&mut self) -> Result<Target, Error> {
        if self.takes_operator("(") {
            let targets = self.nested(|parser| parser.targets(&[")"]))?;
            self.operator(")")?;
            return Ok(Target::Many(targets));
        }
        let node = self.primary_with_suffixes()?;
        match self.opt_target(node)? {
            Some(target) => Ok(target),
            None => Err(self.unexpected()),
        }
    }
}
