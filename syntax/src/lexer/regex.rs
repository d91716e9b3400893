//! `/`: a regular expression or a division.

use super::{Fault, Lexer};
use crate::issue::Issue;
use crate::token::TokenKind;

impl Lexer<'_> {
    pub(super) fn slash(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        let text = self.text;
        let acceptable = regexp_acceptable(self.after);
        if acceptable && let Some(length) = pattern_length(&text.as_bytes()[start + 1..]) {
            let pattern = &text[start + 1..start + 1 + length];
            if let Some(message) = fault(pattern) {
                let message = format!("{message}: /{pattern}/");
                return Err(self.fault_at(Issue::Uncoded { message }, start));
            }
            self.pos = start + length + 2;
            self.matched = Some((start, self.pos));
            let value = if pattern.contains("\\/") {
                self.shared_text(&pattern.replace("\\/", "/"))
            } else {
                self.shared_text(pattern)
            };
            self.push(TokenKind::Regex, start, Some(value));
            return Ok(());
        }
        if acceptable {
            self.matched = None;
        }
        self.pos += 1;
        self.push(TokenKind::Div, start, None);
        Ok(())
    }
}

/// Length up to the closing slash: the first that no backslash escapes.
fn pattern_length(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, &b) in text.iter().enumerate() {
        match b {
            b'/' if !escaped => return Some(at),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// What Ruby says about a pattern whose brackets do not match. Other faults show when it is used.
fn fault(pattern: &str) -> Option<&'static str> {
    let bytes = pattern.as_bytes();
    let (mut groups, mut at) = (0usize, 0);
    while let Some(&b) = bytes.get(at) {
        at += 1;
        match b {
            b'\\' => at += 1,
            b'(' => groups += 1,
            b')' if groups == 0 => return Some("unmatched close parenthesis"),
            b')' => groups -= 1,
            b'[' => match class_end(bytes, at) {
                Some(end) => at = end,
                None => return Some("premature end of char-class"),
            },
            _ => {}
        }
    }
    (groups > 0).then_some("end pattern with unmatched parenthesis")
}

/// Just past the bracket that closes a class of characters; classes nest.
fn class_end(pattern: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut open = 1usize;
    let mut first = true;
    while open > 0 {
        let b = *pattern.get(at)?;
        at += 1;
        match b {
            b'^' if first => continue,
            b'\\' => at += 1,
            b'[' if pattern.get(at) == Some(&b':') => {
                let named = pattern[at..].windows(2).position(|pair| pair == b":]");
                match named {
                    Some(length) => at += length + 2,
                    None => open += 1,
                }
            }
            b'[' => {
                open += 1;
                first = true;
                continue;
            }
            // A closing bracket at the start is a character, if another one follows.
            b']' if first && pattern[at..].contains(&b']') => {}
            b']' => open -= 1,
            _ => {}
        }
        first = false;
    }
    Some(at)
}

/// Whether a value may start here; after a value a slash divides.
fn regexp_acceptable(after: Option<TokenKind>) -> bool {
    use TokenKind as T;
    !matches!(
        after,
        Some(
            T::RParen
                | T::RBrack
                | T::RRCollect
                | T::RCollect
                | T::Name
                | T::ClassRef
                | T::Number
                | T::String
                | T::True
                | T::False
                | T::DqPre
                | T::DqMid
                | T::DqPost
                | T::Heredoc
                | T::Regex
                | T::Variable
                | T::Word
        )
    )
}
