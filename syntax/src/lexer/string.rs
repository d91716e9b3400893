//! Text between quotes: where it ends and what its escapes stand for.

use super::{Escapes, Fault, Lexer};
use crate::issue::Issue;
use crate::token::TokenKind;

impl Escapes {
    const BACKSLASH: Self = Self(1);
    const DOLLAR: Self = Self(1 << 1);
    const SINGLE: Self = Self(1 << 2);
    const DOUBLE: Self = Self(1 << 3);
    const CARRIAGE_RETURN: Self = Self(1 << 4);
    const NEWLINE: Self = Self(1 << 5);
    const TAB: Self = Self(1 << 6);
    const SPACE: Self = Self(1 << 7);
    const UNICODE: Self = Self(1 << 8);
    const LINE_END: Self = Self(1 << 9);

    /// All that double quotes know.
    const DOUBLE_QUOTED: Self = Self((1 << 10) - 1);
    /// What a heredoc with any escapes has besides those that it names.
    pub(super) const HEREDOC_BASE: Self = Self::BACKSLASH;

    /// The escape of a heredoc's list: `t`, `r`, `n`, `s`, `u`, `L` or `$`.
    pub(super) fn heredoc(letter: char) -> Option<Self> {
        if letter == 'L' { Some(Self::LINE_END) } else { Self::of(letter).filter(|_| "trnsu$".contains(letter)) }
    }

    fn of(c: char) -> Option<Self> {
        Some(match c {
            '\\' => Self::BACKSLASH,
            '$' => Self::DOLLAR,
            '\'' => Self::SINGLE,
            '"' => Self::DOUBLE,
            'r' => Self::CARRIAGE_RETURN,
            'n' => Self::NEWLINE,
            't' => Self::TAB,
            's' => Self::SPACE,
            'u' => Self::UNICODE,
            _ => return None,
        })
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What delimits a text with interpolations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    Double,
    /// The end of the heredoc's own text.
    Heredoc,
}

/// What a piece of text ended with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Terminator {
    End,
    Dollar,
    DollarBrace,
}

impl Lexer<'_> {
    pub(super) fn single_quoted(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += 1;
        let text = self.text;
        let bytes = text.as_bytes();
        let mut at = self.pos + quote_as_text(&bytes[self.pos..], |b| b == b'\'');
        loop {
            match bytes.get(at) {
                None => {
                    let followed_by = self.followed_by();
                    return Err(self.fault(Issue::UnclosedQuote { after: "\"'\"".to_owned(), followed_by }));
                }
                Some(b'\'') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        let raw = &text[self.pos..at];
        self.pos = at + 1;
        self.matched = Some((before_terminator(raw) + start + 1, self.pos));
        let value =
            if raw.contains('\\') { self.shared_text(&single_quoted_escapes(raw)) } else { self.shared_text(raw) };
        self.push(TokenKind::String, start, Some(value));
        Ok(())
    }

    /// The text up to the next terminator, escapes resolved, added to `into`. Moves past the terminator.
    pub(super) fn slurp(&mut self, quote: Quote, into: &mut String) -> Result<Terminator, Fault> {
        let text = self.text;
        let bytes = text.as_bytes();
        let start = self.pos;
        let (interpolate, backslash, escapes) = match quote {
            Quote::Double => (true, true, Escapes::DOUBLE_QUOTED),
            Quote::Heredoc => {
                let heredoc = self.heredoc;
                (heredoc.interpolate, heredoc.escapes.has(Escapes::DOLLAR), heredoc.escapes)
            }
        };
        let mut at = start;
        if quote == Quote::Double {
            at += quote_as_text(&bytes[start..], |b| matches!(b, b'"' | b'$'));
        }
        let terminator = loop {
            match bytes.get(at) {
                None if quote == Quote::Double => return Err(self.unclosed()),
                None => break Terminator::End,
                Some(b'"') if quote == Quote::Double => break Terminator::End,
                Some(b'$') if interpolate && bytes.get(at + 1) == Some(&b'{') => break Terminator::DollarBrace,
                Some(b'$') if interpolate => break Terminator::Dollar,
                Some(b'\\') if backslash => at += 2,
                Some(_) => at += 1,
            }
        };
        let end = at.min(text.len());
        let length = match terminator {
            Terminator::End => usize::from(quote == Quote::Double),
            Terminator::Dollar => 1,
            Terminator::DollarBrace => 2,
        };
        self.pos = end + length;
        let raw = &text[start..end];
        self.matched = Some((start + before_terminator(raw), self.pos));
        if raw.contains('\\') && escapes != Escapes::default() {
            self.resolve(raw, escapes, quote == Quote::Double, into)?;
        } else {
            into.push_str(raw);
        }
        Ok(terminator)
    }

    fn unclosed(&self) -> Fault {
        let after = match self.matched.map_or("", |(start, end)| &self.text[start..end]) {
            "'" => "\"'\"".to_owned(),
            last => format!("'{last}'"),
        };
        self.fault(Issue::UnclosedQuote { after, followed_by: self.followed_by() })
    }

    fn resolve(&mut self, raw: &str, escapes: Escapes, warn: bool, into: &mut String) -> Result<(), Fault> {
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            into.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(c) = rest.chars().next() else {
                into.push('\\');
                break;
            };
            let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(c == '\n') };
            if line_end > 0 {
                if escapes.has(Escapes::LINE_END) {
                    rest = &rest[line_end..];
                } else {
                    into.push('\\');
                }
                continue;
            }
            if c == '\r' {
                into.push('\\');
                continue;
            }
            let Some(_) = Escapes::of(c).filter(|&escape| escapes.has(escape)) else {
                if warn {
                    self.warn(Issue::UnrecognizedEscape { ch: c.to_string() });
                }
                into.push('\\');
                into.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            };
            rest = &rest[c.len_utf8()..];
            match c {
                'r' => into.push('\r'),
                'n' => into.push('\n'),
                't' => into.push('\t'),
                's' => into.push(' '),
                'u' => {
                    let Some((code, length)) = unicode_escape(rest) else {
                        self.warn(Issue::IllegalUnicodeEscape);
                        into.push_str("\\u");
                        continue;
                    };
                    into.push(char::from_u32(code).ok_or_else(|| self.fault(Issue::IllegalUnicodeEscape))?);
                    rest = &rest[length..];
                }
                other => into.push(other),
            }
        }
        into.push_str(rest);
        Ok(())
    }
}

/// A terminator right at the start is text, if another one follows at once: `'''` holds one quote. That is
/// how the original reads it. Returns how many bytes to pass over.
fn quote_as_text(text: &[u8], terminates: fn(u8) -> bool) -> usize {
    let Some((&first, rest)) = text.split_first() else { return 0 };
    let backslashes = rest.iter().take_while(|&&b| b == b'\\').count();
    let next = rest.get(backslashes).is_some_and(|&b| terminates(b));
    if terminates(first) && next && backslashes % 2 == 0 { 1 + backslashes } else { 0 }
}

/// Where the pattern for a terminator starts to match: at the last character before it, escaped
/// backslashes aside.
fn before_terminator(raw: &str) -> usize {
    raw.trim_end_matches('\\').char_indices().next_back().map_or(0, |(at, _)| at)
}

fn single_quoted_escapes(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.as_bytes().first() {
            Some(&b @ (b'\\' | b'\'')) => {
                text.push(char::from(b));
                rest = &rest[1..];
            }
            _ => text.push('\\'),
        }
    }
    text.push_str(rest);
    text
}

/// Four hexadecimal digits, or one to six in braces: the code point and how much of the text it takes.
fn unicode_escape(text: &str) -> Option<(u32, usize)> {
    let hex = |digits: &str| {
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    if let Some(braced) = text.strip_prefix('{') {
        let length = braced.find('}').filter(|length| (1..=6).contains(length))?;
        return Some((hex(&braced[..length])?, length + 2));
    }
    Some((hex(text.get(..4)?)?, 4))
}
