//! Numbers, arrays and hashes.

use std::fmt::Write as _;

use super::{Parsed, Parser};
use crate::ast::{Expr, ExprKind, KeyedEntry, Radix};
use crate::token::TokenKind as T;

impl Parser<'_> {
    pub(super) fn number(&mut self) -> Expr {
        let token = self.bump();
        let text = token.text();
        let (digits, radix) = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => (&text[2..], Radix::Hexadecimal),
            [b'0', _, ..] if !text.contains(['.', 'e', 'E']) => (&text[1..], Radix::Octal),
            _ => (text, Radix::Decimal),
        };
        if radix == Radix::Decimal && text.contains(['.', 'e', 'E']) {
            return Expr { span: token.span, kind: ExprKind::Float(text.parse().unwrap_or(f64::INFINITY)) };
        }
        let value = i64::from_str_radix(digits, base(radix)).unwrap_or_else(|_| {
            self.overflows.push((token.span, hexadecimal(digits, base(radix))));
            i64::MAX
        });
        Expr { span: token.span, kind: ExprKind::Integer { value, radix } }
    }

    pub(super) fn array(&mut self) -> Parsed<Expr> {
        let open = self.bump().span;
        let mut elements = Vec::new();
        if self.kind() != T::RBrack {
            elements = self.elements()?;
            self.eat(T::Comma);
        }
        let close = self.expect(T::RBrack)?;
        Ok(Expr { span: open.to(close), kind: ExprKind::Array(elements) })
    }

    pub(super) fn hash(&mut self) -> Parsed<Expr> {
        let open = self.expect(T::LBrace)?;
        let mut entries = Vec::new();
        if self.kind() != T::RBrace {
            let key = self.hash_item()?;
            entries.push(self.hash_entry(key)?);
        }
        self.hash_rest(open, entries)
    }

    /// The rest of a hash after its first entry.
    pub(super) fn hash_rest(&mut self, open: crate::source::Span, mut entries: Vec<KeyedEntry>) -> Parsed<Expr> {
        while !entries.is_empty() && self.eat(T::Comma).is_some() && self.kind() != T::RBrace {
            let key = self.hash_item()?;
            entries.push(self.hash_entry(key)?);
        }
        let close = self.expect(T::RBrace)?;
        Ok(Expr { span: open.to(close), kind: ExprKind::Hash(entries) })
    }

    pub(super) fn hash_entry(&mut self, key: Expr) -> Parsed<KeyedEntry> {
        let span = self.expect(T::FArrow)?;
        let value = self.hash_item()?;
        Ok(KeyedEntry { span, key, value })
    }
}

const fn base(radix: Radix) -> u32 {
    match radix {
        Radix::Decimal => 10,
        Radix::Octal => 8,
        Radix::Hexadecimal => 16,
    }
}

/// Digits of any base as `+0x…`, however many there are.
fn hexadecimal(digits: &str, base: u32) -> String {
    // Least significant first, sixteen bits each.
    let mut limbs: Vec<u32> = vec![0];
    for digit in digits.chars().filter_map(|c| c.to_digit(base)) {
        let mut carry = digit;
        for limb in &mut limbs {
            let sum = *limb * base + carry;
            *limb = sum & 0xffff;
            carry = sum >> 16;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut high = String::new();
    for limb in limbs.iter().rev() {
        // Writing to a string cannot fail.
        let _ = write!(high, "{limb:04x}");
    }
    format!("+0x{}", high.trim_start_matches('0'))
}
