//! Numbers.

use super::{Lexer, Tok};
use crate::error::Error;

impl Lexer {
    pub(super) fn number(&mut self, space: bool) -> Result<(), Error> {
        let radix = match (self.peek(0), self.peek(1)) {
            (Some('0'), Some('x' | 'X')) => Some((16, 2)),
            (Some('0'), Some('b' | 'B')) => Some((2, 2)),
            (Some('0'), Some('o' | 'O')) => Some((8, 2)),
            (Some('0'), Some('0'..='9' | '_')) => Some((8, 1)),
            _ => None,
        };
        if let Some((radix, skipped)) = radix {
            self.at += skipped;
            let digits = self.digits();
            let number = i64::from_str_radix(&digits, radix).map_err(|_| self.odd_number(&digits))?;
            self.value(Tok::Integer(number), space);
            return Ok(());
        }
        let mut text = self.digits();
        let mut is_float = false;
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            is_float = true;
            self.at += 1;
            text.push('.');
            text.push_str(&self.digits());
        }
        if matches!(self.peek(0), Some('e' | 'E')) && self.has_exponent() {
            is_float = true;
            self.at += 1;
            text.push('e');
            if let Some(sign @ ('+' | '-')) = self.peek(0) {
                text.push(sign);
                self.at += 1;
            }
            text.push_str(&self.digits());
        }
        if is_float {
            let number = text.parse().map_err(|_| self.syntax("numeric literal without digits"))?;
            self.value(Tok::Float(number), space);
        } else {
            let number = text.parse().map_err(|_| self.odd_number(&text))?;
            self.value(Tok::Integer(number), space);
        }
        Ok(())
    }

    fn has_exponent(&self) -> bool {
        match self.peek(1) {
            Some('+' | '-') => self.peek(2).is_some_and(|c| c.is_ascii_digit()),
            other => other.is_some_and(|c| c.is_ascii_digit()),
        }
    }

    /// Digits and letters that may be digits, underscores left out.
    fn digits(&mut self) -> String {
        let mut digits = String::new();
        let is_hex = self.at >= 2 && matches!(self.letters.get(self.at - 1), Some('x' | 'X'));
        while let Some(letter) = self.peek(0) {
            match letter {
                '_' => {}
                letter if letter.is_ascii_digit() || is_hex && letter.is_ascii_hexdigit() => digits.push(letter),
                _ => break,
            }
            self.at += 1;
        }
        digits
    }

    fn odd_number(&self, digits: &str) -> Error {
        if digits.len() > 15 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return self.unsupported("an integer of more than 64 bits");
        }
        self.syntax("numeric literal without digits")
    }
}
