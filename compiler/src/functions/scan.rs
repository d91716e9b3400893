//! `scanf`: reading values out of a text by a format.

use super::Function;
use crate::error::Stop;
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "scanf",
    &[Declared::new(&[required("data", "String"), required("format", "String")]).block(optional("block", "Callable"))],
    |call| -> Result<Value, Stop> {
        let found = Value::array(scan(call.text(0), call.text(1)));
        if call.block.is_some() { call.run_block(vec![found]) } else { Ok(found) }
    },
)];

/// What the format finds, as far as text and format agree.
fn scan(text: &str, format: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut text = text;
    let mut format = format;
    while let Some(next) = format.chars().next() {
        if next.is_whitespace() {
            text = text.trim_start();
            format = format.trim_start();
        } else if next == '%' && !format.starts_with("%%") {
            let Some((field, rest)) = Field::parse(&format[1..]) else { break };
            format = rest;
            let Some((value, rest)) = field.read(text) else { break };
            text = rest;
            if !field.skipped {
                found.push(value);
            }
        } else {
            format = &format[if next == '%' { 2 } else { next.len_utf8() }..];
            let Some(rest) = text.strip_prefix(next) else { break };
            text = rest;
        }
    }
    found
}

/// One `%…` of a format.
struct Field<'a> {
    skipped: bool,
    width: usize,
    kind: char,
    /// Of `%[…]`: the characters, and whether they are the ones not taken.
    set: (&'a str, bool),
}

impl<'a> Field<'a> {
    /// From what follows the percent sign; with the rest of the format.
    fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        let skipped = text.starts_with('*');
        let text = text.strip_prefix('*').unwrap_or(text);
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let width = text[..digits].parse().unwrap_or(usize::MAX);
        let text = &text[digits..];
        let kind = text.chars().next()?;
        let mut rest = &text[kind.len_utf8()..];
        let mut set = ("", false);
        if kind == '[' {
            let negated = rest.starts_with('^');
            let body = rest.strip_prefix('^').unwrap_or(rest);
            let end = body.char_indices().skip(1).find(|(_, c)| *c == ']').map(|(at, _)| at)?;
            set = (&body[..end], negated);
            rest = &body[end + 1..];
        }
        Some((Self { skipped, width, kind, set }, rest))
    }

    /// The value at the start of a text, and what follows.
    fn read<'t>(&self, text: &'t str) -> Option<(Value, &'t str)> {
        match self.kind {
            'c' => {
                let count = if self.width == usize::MAX { 1 } else { self.width };
                self.take(text, |at, _| at < count).map(|(taken, rest)| (Value::from(taken), rest))
            }
            '[' => self.take(text, |_, c| self.in_set(c)).map(|(taken, rest)| (Value::from(taken), rest)),
            's' => {
                let text = text.trim_start();
                self.take(text, |_, c| !c.is_whitespace()).map(|(taken, rest)| (Value::from(taken), rest))
            }
            'd' | 'u' => self.integer(text.trim_start(), 10),
            'x' | 'X' => self.integer(text.trim_start(), 16),
            'o' => self.integer(text.trim_start(), 8),
            'i' => {
                let text = text.trim_start();
                let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
                let radix = match unsigned.as_bytes() {
                    [b'0', b'x' | b'X', ..] => 16,
                    [b'0', b'0'..=b'7', ..] => 8,
                    _ => 10,
                };
                self.integer(text, radix)
            }
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' => self.float(text.trim_start()),
            _ => None,
        }
    }

    fn take<'t>(&self, text: &'t str, fits: impl Fn(usize, char) -> bool) -> Option<(&'t str, &'t str)> {
        let end = text
            .char_indices()
            .enumerate()
            .find(|(count, (_, c))| *count >= self.width || !fits(*count, *c))
            .map_or(text.len(), |(_, (at, _))| at);
        (end > 0).then(|| text.split_at(end))
    }

    fn in_set(&self, c: char) -> bool {
        let (set, negated) = self.set;
        let characters: Vec<char> = set.chars().collect();
        let mut inside = false;
        let mut at = 0;
        while at < characters.len() {
            if at + 2 < characters.len() && characters[at + 1] == '-' {
                inside |= (characters[at]..=characters[at + 2]).contains(&c);
                at += 3;
            } else {
                inside |= characters[at] == c;
                at += 1;
            }
        }
        inside != negated
    }

    fn integer<'t>(&self, text: &'t str, radix: u32) -> Option<(Value, &'t str)> {
        let sign = usize::from(text.starts_with(['-', '+']));
        let prefixed = radix == 16 && text[sign..].len() > 2 && text[sign..].get(..2)?.eq_ignore_ascii_case("0x");
        let start = sign + if prefixed { 2 } else { 0 };
        let digits = text[start..].find(|c: char| !c.is_digit(radix)).unwrap_or(text.len() - start);
        let end = (start + digits).min(self.width);
        if end <= start {
            return None;
        }
        let number = i64::from_str_radix(&text[start..end], radix).ok()?;
        let number = if text.starts_with('-') { -number } else { number };
        Some((Value::Integer(number), &text[end..]))
    }

    fn float<'t>(&self, text: &'t str) -> Option<(Value, &'t str)> {
        let limit = text.char_indices().nth(self.width).map_or(text.len(), |(at, _)| at);
        let shape = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let mut end = text[..limit].find(|c| !shape(c)).unwrap_or(limit);
        while end > 0 {
            if let Ok(number) = text[..end].parse() {
                return Some((Value::Float(number), &text[end..]));
            }
            end -= 1;
        }
        None
    }
}
