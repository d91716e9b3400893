//! `/`: a regular expression or a division.

use super::Lexer;
use crate::token::TokenKind;

impl Lexer<'_> {
    pub(super) fn slash(&mut self) {
        let start = self.pos;
        let text = self.text;
        let acceptable = regexp_acceptable(self.after);
        if acceptable && let Some(length) = pattern_length(&text.as_bytes()[start + 1..]) {
            let pattern = &text[start + 1..start + 1 + length];
            self.pos = start + length + 2;
            self.matched = Some((start, self.pos));
            let value = if pattern.contains("\\/") {
                self.shared_text(&pattern.replace("\\/", "/"))
            } else {
                self.shared_text(pattern)
            };
            self.push(TokenKind::Regex, start, Some(value));
            return;
        }
        if acceptable {
            self.matched = None;
        }
        self.pos += 1;
        self.push(TokenKind::Div, start, None);
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
