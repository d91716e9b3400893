//! Numbers and what is wrong with those that are none.

use super::name::is_word_byte;
use super::{Fault, Lexer};
use crate::issue::Issue;
use crate::token::TokenKind;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        let text = self.text;
        let Some(length) = number(&text.as_bytes()[start..]) else { return Err(self.no_number(start)) };
        self.pos += length;
        self.matched = Some((start, self.pos));
        if let Some(issue) = fault_of(&text[start..self.pos]) {
            return Err(self.fault_at(issue, start));
        }
        let value = self.shared_text(&text[start..self.pos]);
        self.push(TokenKind::Number, start, Some(value));
        Ok(())
    }

    /// Digits run into letters. Digits and a dot before them belong to the bad number.
    fn no_number(&self, start: usize) -> Fault {
        let bytes = self.text.as_bytes();
        let end = start + bytes[start..].iter().take_while(|&&b| is_word_byte(b)).count();
        let mut begin = start;
        if start > 1 && bytes[start - 1] == b'.' {
            let digits = bytes[..start - 1].iter().rev().take_while(|b| b.is_ascii_digit()).count();
            if digits > 0 {
                begin = start - 1 - digits;
            }
        }
        let value = self.text[begin..end].to_owned();
        match fault_of(&value) {
            Some(issue) => self.fault_at(issue, begin),
            None => self.fault_at(Issue::IllegalNumber { value }, begin + 1),
        }
    }
}

/// Length of the number at the start of a text: the longest that ends where a word ends.
fn number(text: &[u8]) -> Option<usize> {
    if text.len() > 2 && text[0] == b'0' && (text[1] | 0x20) == b'x' && text[2].is_ascii_hexdigit() {
        let end = 2 + run(&text[2..], u8::is_ascii_hexdigit);
        if ends_word(text, end) {
            return Some(end);
        }
    }
    let whole = run(text, u8::is_ascii_digit);
    let fraction = match text.get(whole) {
        Some(b'.') => run(&text[whole + 1..], u8::is_ascii_digit),
        _ => 0,
    };
    let mantissa = if fraction > 0 { whole + 1 + fraction } else { whole };
    [exponent(text, mantissa), Some(mantissa), exponent(text, whole), Some(whole)]
        .into_iter()
        .flatten()
        .find(|&end| ends_word(text, end))
}

/// Where an exponent after `end` ends.
fn exponent(text: &[u8], end: usize) -> Option<usize> {
    if text.get(end).is_none_or(|b| (b | 0x20) != b'e') {
        return None;
    }
    let digits = if text.get(end + 1) == Some(&b'-') { end + 2 } else { end + 1 };
    let length = run(text.get(digits..)?, u8::is_ascii_digit);
    (length > 0).then_some(digits + length)
}

fn run(text: &[u8], accept: fn(&u8) -> bool) -> usize {
    text.iter().take_while(|b| accept(b)).count()
}

fn ends_word(text: &[u8], end: usize) -> bool {
    // Letters of all scripts make words here, unlike in names.
    match text.get(end) {
        Some(b) if b.is_ascii() => !is_word_byte(*b),
        Some(_) => !text[end..]
            .utf8_chunks()
            .next()
            .and_then(|chunk| chunk.valid().chars().next())
            .is_some_and(char::is_alphanumeric),
        None => true,
    }
}

/// What is wrong with a text that should be a number.
fn fault_of(value: &str) -> Option<Issue> {
    let bytes = value.as_bytes();
    let digits = run(bytes, u8::is_ascii_digit);
    let owned = || value.to_owned();
    if bytes.len() > 1 && bytes[0] == b'0' && (bytes[1] | 0x20) == b'x' {
        let hex = &bytes[2..];
        return (hex.is_empty() || !hex.iter().all(u8::is_ascii_hexdigit))
            .then(|| Issue::InvalidHexNumber { value: owned() });
    }
    if bytes.len() > 1 && bytes[0] == b'0' && bytes[1] != b'.' {
        return (!bytes.iter().all(|b| (b'0'..=b'7').contains(b)))
            .then(|| Issue::InvalidOctalNumber { value: owned() });
    }
    if digits > 0 && digits < bytes.len() && matches!(bytes[digits], b'e' | b'E' | b'.') {
        return (number(bytes) != Some(bytes.len())).then(|| Issue::InvalidDecimalNumber { value: owned() });
    }
    (digits != bytes.len()).then(|| Issue::IllegalNumber { value: owned() })
}
