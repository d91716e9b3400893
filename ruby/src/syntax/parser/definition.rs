//! Methods, blocks and lambdas with their parameters.

use std::sync::Arc;

use super::Parser;
use crate::error::Error;
use crate::syntax::lexer::{Keyword, Tok};
use crate::syntax::tree::{Function, Node, Parameters, Target};

impl Parser {
    /// After `def`.
    pub(super) fn method_definition(&mut self) -> Result<Node, Error> {
        let Tok::Name(name) = self.advance() else { return Err(self.unexpected()) };
        if self.is_operator(".") {
            return Err(self.unsupported("a singleton method"));
        }
        self.enter(false);
        let parameters = if self.takes_operator("(") {
            self.parameters(&[")"])?
        } else if matches!(self.tok(), Tok::Newline | Tok::Operator("=")) {
            Parameters::default()
        } else {
            self.parameters(&[])?
        };
        self.takes_operator(")");
        let body = if self.takes_operator("=") {
            self.statement()?
        } else {
            let begin = self.body_with_rescue()?;
            self.keyword(Keyword::End)?;
            Node::Begin(Box::new(begin))
        };
        let locals = self.leave();
        Ok(Node::Define(name, Arc::new(Function { parameters, locals, body })))
    }

    /// After `{` or `do`, through the end of the block.
    pub(super) fn block_function(&mut self, closes_with_brace: bool) -> Result<Function, Error> {
        self.enter(true);
        let parameters = if self.takes_operator("|") {
            let parameters = self.parameters(&["|"])?;
            self.operator("|")?;
            parameters
        } else {
            self.takes_operator("||");
            Parameters::default()
        };
        self.function_body(parameters, closes_with_brace)
    }

    /// `->(a, b) { … }`
    pub(super) fn lambda(&mut self) -> Result<Node, Error> {
        self.operator("->")?;
        self.enter(true);
        let parameters = if self.takes_operator("(") {
            let parameters = self.parameters(&[")"])?;
            self.operator(")")?;
            parameters
        } else if self.is_operator("{") || self.is_keyword(Keyword::Do) {
            Parameters::default()
        } else {
            self.parameters(&["{"])?
        };
        let closes_with_brace = self.takes_operator("{");
        if !closes_with_brace {
            self.keyword(Keyword::Do)?;
        }
        let function = self.enclosed(|parser| parser.function_body(parameters, closes_with_brace))?;
        Ok(Node::Lambda(Arc::new(function)))
    }

    fn function_body(&mut self, mut parameters: Parameters, closes_with_brace: bool) -> Result<Function, Error> {
        let body = if closes_with_brace {
            let body = self.statements(&[])?;
            self.operator("}")?;
            body
        } else {
            let begin = self.body_with_rescue()?;
            self.keyword(Keyword::End)?;
            Node::Begin(Box::new(begin))
        };
        let locals = self.leave();
        // `_1` and `it` without a list of parameters would be parameters themselves.
        if let Some(first) = locals.iter().position(|name| &**name == "_1") {
            let place = crate::syntax::tree::Place { level: 0, index: first as u32 };
            parameters.required.push(Target::Local(place));
        }
        Ok(Function { parameters, locals, body })
    }

    /// Parameters up to one of the operators (which stays).
    fn parameters(&mut self, ends: &[&str]) -> Result<Parameters, Error> {
        let mut parameters = Parameters::default();
        loop {
            self.skip_newlines_unless(ends.is_empty());
            let is_end = matches!(self.tok(), Tok::Operator(found) if ends.contains(found))
                || matches!(self.tok(), Tok::Newline);
            if is_end {
                break;
            }
            self.parameter(&mut parameters)?;
            if !self.takes_operator(",") {
                break;
            }
            if self.is_operator("|") {
                parameters.trailing_comma = true;
            }
        }
        if ends == ["|"] && matches!(self.tok(), Tok::Newline) {
            // `|a; local|`
            self.skip_newlines();
            while let Tok::Name(name) = self.tok().clone() {
                self.declare_here(&name);
                self.at += 1;
                self.takes_operator(",");
            }
        }
        Ok(parameters)
    }

    fn skip_newlines_unless(&mut self, ends_at_line: bool) {
        let ends_list = matches!(self.tok_after(1), Tok::Name(_)) && matches!(self.tok(), Tok::Newline);
        if !ends_at_line && !ends_list {
            self.skip_newlines();
        }
    }

    fn parameter(&mut self, parameters: &mut Parameters) -> Result<(), Error> {
        match self.advance() {
            Tok::Operator("*") => parameters.rest = Some(self.opt_parameter_name()),
            Tok::Operator("**") => parameters.keyword_rest = Some(self.opt_parameter_name()),
            Tok::Operator("&") => parameters.block = self.opt_parameter_name(),
            Tok::Operator("(") => {
                let targets = self.nested(super::Parser::inner_parameters)?;
                parameters.required.push(targets);
            }
            Tok::Label(name) => {
                let target = Target::Local(self.declare_here(&name));
                let ends = matches!(self.tok(), Tok::Operator("," | ")" | "|") | Tok::Newline);
                let default = if ends { None } else { Some(self.default_value()?) };
                parameters.keywords.push((name, target, default));
            }
            Tok::Name(name) => {
                let target = Target::Local(self.declare_here(&name));
                if self.takes_operator("=") {
                    let default = self.default_value()?;
                    parameters.optional.push((target, default));
                } else if parameters.rest.is_some() || !parameters.optional.is_empty() {
                    parameters.after.push(target);
                } else {
                    parameters.required.push(target);
                }
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        }
        Ok(())
    }

    /// A default value: `|` ends the list of a block's parameters and is no operator there.
    fn default_value(&mut self) -> Result<Node, Error> {
        self.nested(Self::default_operand)
    }

    fn opt_parameter_name(&mut self) -> Option<Target> {
        let Tok::Name(name) = self.tok().clone() else { return None };
        self.at += 1;
        Some(Target::Local(self.declare_here(&name)))
    }

    /// After `(` in a list of parameters.
    fn inner_parameters(&mut self) -> Result<Target, Error> {
        let mut targets = crate::syntax::tree::Targets::default();
        loop {
            match self.advance() {
                Tok::Operator("*") => targets.rest = Some(self.opt_parameter_name().map(Box::new)),
                Tok::Operator("(") => {
                    let inner = self.nested(super::Parser::inner_parameters)?;
                    targets.before.push(inner);
                }
                Tok::Name(name) => {
                    let target = Target::Local(self.declare_here(&name));
                    if targets.rest.is_some() { targets.after.push(target) } else { targets.before.push(target) }
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected());
                }
            }
            if !self.takes_operator(",") {
                break;
            }
        }
        self.operator(")")?;
        Ok(Target::Many(targets))
    }
}
