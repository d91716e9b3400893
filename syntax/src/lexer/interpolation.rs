//! Strings with `$name` and `${ … }` in them, as runs of `DQPRE … DQMID … DQPOST`.

use std::sync::Arc;

use super::name::variable_name;
use super::string::{Quote, Terminator};
use super::{Fault, Lexer};
use crate::token::TokenKind;

impl Lexer<'_> {
    pub(super) fn double_quoted(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += 1;
        self.matched = Some((start, self.pos));
        self.interpolate(Quote::Double, start)
    }

    /// Lexes to the end of the string. One plain `STRING` where nothing is interpolated.
    pub(super) fn interpolate(&mut self, quote: Quote, start: usize) -> Result<(), Fault> {
        let mut start = start;
        let (mut open, mut end) = (TokenKind::DqPre, TokenKind::String);
        loop {
            let mut text = String::new();
            let terminator = self.segment(quote, &mut text)?;
            let text = self.shared_text(&text);
            match terminator {
                Terminator::End => {
                    self.push(end, start, Some(text));
                    return Ok(());
                }
                Terminator::DollarBrace => {
                    self.push(open, start, Some(text));
                    self.embedded()?;
                }
                Terminator::Dollar => {
                    let dollar = self.pos - 1;
                    let span = self.span(start, dollar);
                    self.tokens.push(crate::token::Token { kind: open, span, value: Some(text) });
                    self.pos += variable_name(&self.text.as_bytes()[self.pos..]);
                    self.matched = Some((dollar + 1, self.pos));
                    let source = self.text;
                    let name = self.shared_text(&source[dollar + 1..self.pos]);
                    self.push(TokenKind::Variable, dollar, Some(name));
                }
            }
            start = self.pos;
            (open, end) = (TokenKind::DqMid, TokenKind::DqPost);
        }
    }

    /// Text up to the end or to an interpolation; dollars that start no variable are text.
    fn segment(&mut self, quote: Quote, text: &mut String) -> Result<Terminator, Fault> {
        loop {
            let terminator = self.slurp(quote, text)?;
            if terminator != Terminator::Dollar || variable_name(&self.text.as_bytes()[self.pos..]) > 0 {
                return Ok(terminator);
            }
            self.matched = None;
            text.push('$');
        }
    }

    /// Tokens up to the brace that closes `${`. At the end of the text the caller finds what is missing.
    fn embedded(&mut self) -> Result<(), Fault> {
        self.origin.depth = self.deeper()?;
        let braces = self.brace_count;
        self.brace_count += 1;
        let first = self.tokens.len();
        self.white_space();
        while self.pos < self.text.len() {
            let before = self.tokens.len();
            self.step()?;
            let closed = self.tokens.len() == before + 1
                && self.tokens[before].kind == TokenKind::RBrace
                && self.brace_count == braces;
            if closed {
                self.tokens.pop();
                self.name_to_variable(first);
                break;
            }
            if self.tokens.len() == before {
                self.white_space();
            }
        }
        self.origin.depth -= 1;
        Ok(())
    }

    /// A name that stands alone in `${ … }`, or before `.` or `[`, means the variable.
    fn name_to_variable(&mut self, first: usize) {
        let applies = match self.tokens.get(first + 1) {
            Some(next) => matches!(next.kind, TokenKind::Dot | TokenKind::LBrack),
            None => true,
        };
        let Some(token) = self.tokens.get_mut(first).filter(|_| applies) else { return };
        let named = matches!(token.kind, TokenKind::Number | TokenKind::Name | TokenKind::Word);
        if named || token.kind.is_keyword() {
            token.value = Some(token.value.take().unwrap_or_else(|| Arc::from(token.kind.text())));
            token.kind = TokenKind::Variable;
        }
    }
}
