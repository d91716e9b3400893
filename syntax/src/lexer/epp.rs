//! Templates: text with `<% … %>` in it.

use super::{Fault, Lexer};
use crate::issue::Issue;
use crate::token::TokenKind;

/// What part of a template is being lexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Text,
    /// `<% … %>`
    Code,
    /// `<%= … %>`
    Expression,
}

impl Lexer<'_> {
    pub(super) fn scan_epp(&mut self) -> Result<(), Fault> {
        self.epp = Some(Mode::Text);
        self.push(TokenKind::EppStart, 0, None);
        self.after = Some(TokenKind::EppStart);
        self.template_text(false)?;
        self.after = self.tokens.last().map(|token| token.kind);
        self.scan()?;
        if self.epp_open {
            return Err(self.fault(Issue::EppUnbalancedTag));
        }
        Ok(())
    }

    /// `%>`
    pub(super) fn end_of_tag(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += 2;
        if self.epp == Some(Mode::Expression) {
            self.push(TokenKind::EppEnd, start, None);
        }
        self.epp = Some(Mode::Text);
        self.template_text(false)
    }

    /// `-%>`
    pub(super) fn trimming_end_of_tag(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += 3;
        if self.epp == Some(Mode::Expression) {
            self.push(TokenKind::EppEndTrim, start, None);
        }
        self.template_text(true)
    }

    /// Text up to the next tag or the end.
    fn template_text(&mut self, skip_leading: bool) -> Result<(), Fault> {
        let start = self.pos;
        let (text, mode) = self.scan_text(skip_leading)?;
        if let Some(text) = text.filter(|text| !text.is_empty() || mode == Mode::Text) {
            let value = self.shared_text(&text);
            self.push(TokenKind::RenderString, start, Some(value));
        }
        self.epp_open = mode != Mode::Text;
        if mode == Mode::Expression {
            let span = self.span(start, start);
            self.tokens.push(crate::token::Token { kind: TokenKind::RenderExpr, span, value: None });
        }
        if mode != Mode::Text {
            self.epp = Some(mode);
        }
        Ok(())
    }

    /// The text and what follows it. No text where none is left, and where the template ends in a
    /// comment or in `<%%`: the original drops the text before these, so we do.
    fn scan_text(&mut self, skip_leading: bool) -> Result<(Option<String>, Mode), Fault> {
        let source = self.text;
        let mut skip = skip_leading;
        let mut text = String::new();
        while self.pos < source.len() {
            let tag = source[self.pos..].find("<%").map(|length| self.pos + length);
            let mut part = &source[self.pos..tag.unwrap_or(source.len())];
            if std::mem::take(&mut skip) {
                part = after_line_end(part);
            }
            text.push_str(&part.replace("%%>", "%>"));
            let Some(tag) = tag else {
                self.pos = source.len();
                if text.ends_with("<%") {
                    return Err(self.fault(Issue::EppUnbalancedExpression));
                }
                return Ok((Some(text), Mode::Text));
            };
            self.pos = tag + 2;
            match self.byte(0) {
                _ if self.pos == source.len() => return Err(self.fault(Issue::EppUnbalancedExpression)),
                b'-' => {
                    self.pos += 1;
                    text.truncate(text.trim_end_matches([' ', '\t']).len());
                    return Ok((Some(text), Mode::Code));
                }
                b'%' => {
                    self.pos += 1;
                    text.push_str("<%");
                }
                b'=' => {
                    self.pos += 1;
                    return Ok((Some(text), Mode::Expression));
                }
                b'#' => {
                    let Some(length) = comment_length(&source.as_bytes()[self.pos..]) else {
                        return Err(self.fault(Issue::EppUnbalancedComment));
                    };
                    let comment = &source[self.pos..self.pos + length];
                    self.pos += length;
                    if comment.as_bytes().get(1) == Some(&b'-') {
                        text.truncate(text.trim_end_matches([' ', '\t']).len());
                    }
                    skip = comment.ends_with("-%>");
                }
                _ => return Ok((Some(text), Mode::Code)),
            }
        }
        Ok((None, Mode::Text))
    }
}

/// What remains after white space up to and with the first line end.
fn after_line_end(part: &str) -> &str {
    let part = part.trim_start_matches([' ', '\t']);
    let part = part.strip_prefix('\r').unwrap_or(part);
    part.strip_prefix('\n').unwrap_or(part)
}

/// Length of a comment with the `%>` that closes it; `%%>` closes nothing.
fn comment_length(text: &[u8]) -> Option<usize> {
    text.windows(3).position(|at| at[0] != b'%' && at[1..] == *b"%>").map(|start| start + 3)
}
