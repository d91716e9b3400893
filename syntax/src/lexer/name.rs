//! Names, type references, keywords and variables.

use super::{Fault, Lexer};
use crate::issue::Issue;
use crate::token::TokenKind;

impl Lexer<'_> {
    /// A word in lower case: keyword, name, or bare word.
    pub(super) fn name(&mut self) {
        let start = self.pos;
        let length = bare_word(&self.text.as_bytes()[start..]);
        self.pos += length;
        self.matched = Some((start, self.pos));
        let word = &self.text[start..self.pos];
        if !is_name(word) {
            return self.word(TokenKind::Word, start);
        }
        match TokenKind::keyword(word, self.shared.tasks) {
            Some(keyword) => self.push(keyword, start, None),
            None => self.word(TokenKind::Name, start),
        }
    }

    pub(super) fn class_reference(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += class_reference(&self.text.as_bytes()[start..]);
        self.matched = Some((start, self.pos));
        if self.text[self.pos..].starts_with("::") {
            return Err(self.fault_at(Issue::IllegalClassReference, self.pos + 1));
        }
        self.word(TokenKind::ClassRef, start);
        Ok(())
    }

    /// What starts with `::`.
    pub(super) fn qualified(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        let rest = &self.text.as_bytes()[start..];
        if self.byte(2).is_ascii_uppercase() {
            self.pos += class_reference(rest);
            self.matched = Some((start, self.pos));
            if self.text[self.pos..].starts_with("::") {
                return Err(self.fault_at(Issue::IllegalFullyQualifiedClassReference, self.pos + 3));
            }
            self.word(TokenKind::ClassRef, start);
            return Ok(());
        }
        let length = bare_word(rest);
        if length == 0 {
            return Err(self.fault_at(Issue::IllegalFullyQualifiedName, self.pos + 2));
        }
        self.pos += length;
        self.matched = Some((start, self.pos));
        let kind = if is_name(&self.text[start..self.pos]) { TokenKind::Name } else { TokenKind::Word };
        self.word(kind, start);
        Ok(())
    }

    /// `$name`. A dollar before anything else gives an empty name, which validation refuses.
    pub(super) fn variable(&mut self) {
        let start = self.pos;
        let length = variable_name(&self.text.as_bytes()[start + 1..]);
        self.pos += 1 + length;
        self.matched = (length > 0).then_some((start, self.pos));
        let text = self.text;
        let name = self.shared_text(&text[start + 1..self.pos]);
        self.push(TokenKind::Variable, start, Some(name));
    }

    fn word(&mut self, kind: TokenKind, start: usize) {
        let text = self.text;
        let value = self.shared_text(&text[start..self.pos]);
        self.push(kind, start, Some(value));
    }
}

pub(super) fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Length of segments joined by `::`, each starting with a lower-case letter or underscore, with
/// hyphens inside.
fn bare_word(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let start = if text[end..].starts_with(b"::") { end + 2 } else { end };
        if !text.get(start).is_some_and(|&b| b.is_ascii_lowercase() || b == b'_') {
            return end;
        }
        end = start + 1;
        let run = text[end..].iter().take_while(|&&b| is_word_byte(b) || b == b'-').count();
        end += text[end..end + run].iter().rposition(|&b| is_word_byte(b)).map_or(0, |last| last + 1);
    }
}

/// Length of segments that each start with an upper-case letter.
fn class_reference(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let start = if text[end..].starts_with(b"::") { end + 2 } else { end };
        if !text.get(start).is_some_and(u8::is_ascii_uppercase) {
            return end;
        }
        end = start + text[start..].iter().take_while(|&&b| is_word_byte(b)).count();
    }
}

/// Length of a variable's name; 0 where none stands.
pub(super) fn variable_name(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let start = if text[end..].starts_with(b"::") { end + 2 } else { end };
        if start == end && end > 0 {
            return end;
        }
        let run = text[start..].iter().take_while(|&&b| is_word_byte(b)).count();
        if run == 0 {
            return end;
        }
        end = start + run;
    }
}

/// Whether a bare word is a name: each segment starts with a letter, no hyphens.
fn is_name(word: &str) -> bool {
    word.strip_prefix("::")
        .unwrap_or(word)
        .split("::")
        .all(|segment| segment.starts_with(|c: char| c.is_ascii_lowercase()) && segment.bytes().all(is_word_byte))
}
