//! Texts, patterns and lists of words, with interpolation.

use super::{Before, Lexer, Part, Tok};
use crate::error::Error;

impl Lexer {
    /// `"…"`, `'…'`; a colon after it makes it a key.
    pub(super) fn quote(&mut self, quote: char, space: bool) -> Result<(), Error> {
        if quote == '`' {
            return Err(self.unsupported("a command in backquotes"));
        }
        self.at += 1;
        let line = self.line;
        let parts = self.parts(quote, None, quote == '"')?;
        let before_value = self.peek(1) != Some(':');
        let in_list = matches!(
            self.tokens.last().map(|token| &token.tok),
            Some(Tok::Operator("{" | "," | "(" | "|") | Tok::Name(_))
        );
        if self.peek(0) == Some(':') && before_value && in_list {
            self.at += 1;
            self.push(Tok::QuotedLabel(parts), space);
            self.before = Before::Operator;
            return Ok(());
        }
        self.value(Tok::Text(parts), space);
        if let Some(last) = self.tokens.last_mut() {
            last.line = line;
        }
        Ok(())
    }

    /// `?x`; answers whether it is one.
    pub(super) fn character(&mut self, space: bool) -> bool {
        let Some(letter) = self.peek(1).filter(|c| !c.is_whitespace() && *c != '\\') else { return false };
        if self.peek(2).is_some_and(|c| c == '_' || c.is_alphanumeric()) {
            return false;
        }
        self.at += 2;
        self.value(Tok::Text(vec![Part::Text(letter.to_string())]), space);
        true
    }

    /// Whether `%` opens a literal.
    pub(super) fn opens_percent(&self, space: bool) -> bool {
        let Some(next) = self.peek(1) else { return false };
        let opens = match next {
            'w' | 'W' | 'i' | 'I' | 'q' | 'Q' | 'r' | 's' | 'x' => {
                self.peek(2).is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace())
            }
            '(' | '[' | '{' | '<' | '|' | '!' | '/' | '^' => true,
            _ => false,
        };
        opens && self.before_value(space)
    }

    pub(super) fn percent(&mut self, space: bool) -> Result<(), Error> {
        self.at += 1;
        let mut kind = 'Q';
        if let Some(letter) = self.peek(0).filter(char::is_ascii_alphabetic) {
            kind = letter;
            self.at += 1;
        }
        let open = self.peek(0).unwrap_or_default();
        self.at += 1;
        let (close, nests) = match open {
            '(' => (')', Some('(')),
            '[' => (']', Some('[')),
            '{' => ('}', Some('{')),
            '<' => ('>', Some('<')),
            other => (other, None),
        };
        match kind {
            'w' | 'W' | 'i' | 'I' => {
                let words = self.words(close, nests, kind.is_ascii_uppercase())?;
                let tok = if matches!(kind, 'i' | 'I') { Tok::Symbols(words) } else { Tok::Words(words) };
                self.value(tok, space);
            }
            'r' => return self.regexp(close, nests, space),
            's' => {
                let parts = self.parts(close, nests, false)?;
                self.value(Tok::QuotedSymbol(parts), space);
            }
            'x' => return Err(self.unsupported("a command (%x)")),
            _ => {
                let parts = self.parts(close, nests, kind == 'Q')?;
                self.value(Tok::Text(parts), space);
            }
        }
        Ok(())
    }

    /// The letters up to `close`, which has been opened; `nests` opens one more.
    pub(super) fn parts(&mut self, close: char, nests: Option<char>, interpolates: bool) -> Result<Vec<Part>, Error> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut depth = 0_u32;
        loop {
            let Some(letter) = self.peek(0) else {
                return Err(self.syntax("unterminated string meets end of file"));
            };
            self.at += 1;
            match letter {
                letter if letter == close && depth == 0 => break,
                letter if letter == close => {
                    depth -= 1;
                    text.push(letter);
                }
                letter if Some(letter) == nests => {
                    depth += 1;
                    text.push(letter);
                }
                '\\' if interpolates => self.escape(&mut text)?,
                '\\' => match self.peek(0) {
                    Some(next) if next == close || next == '\\' || Some(next) == nests => {
                        text.push(next);
                        self.at += 1;
                    }
                    _ => text.push('\\'),
                },
                '#' if interpolates => self.interpolation(&mut text, &mut parts)?,
                '\n' => self.line_in_text(&mut text),
                other => text.push(other),
            }
        }
        if !text.is_empty() || parts.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(parts)
    }

    /// The end of a line within a text: texts of heredocs that began on it stand below.
    fn line_in_text(&mut self, text: &mut String) {
        text.push('\n');
        self.line += 1;
        if let Some((at, line)) = self.after_heredocs.take() {
            self.at = at;
            self.line = line;
        }
    }

    /// After `#`: code, a variable, or the letter itself.
    pub(super) fn interpolation(&mut self, text: &mut String, parts: &mut Vec<Part>) -> Result<(), Error> {
        let code = match self.peek(0) {
            Some('{') => {
                self.at += 1;
                self.inner_tokens()?
            }
            Some(sign @ ('@' | '$')) if self.peek(1).is_some_and(|c| c == '_' || c.is_alphabetic()) => {
                let mut inner = Self::new(self.letters.clone(), self.line, self.nesting + 1);
                inner.at = self.at;
                inner.sigil(sign, false)?;
                inner.push(Tok::Newline, false);
                inner.push(Tok::Eof, false);
                self.at = inner.at;
                inner.tokens
            }
            _ => {
                text.push('#');
                return Ok(());
            }
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(text)));
        }
        parts.push(Part::Code(code));
        Ok(())
    }

    /// The tokens through the brace that closes an interpolation.
    fn inner_tokens(&mut self) -> Result<Vec<super::Token>, Error> {
        let mut inner = Self::new(self.letters.clone(), self.line, self.nesting + 1);
        inner.at = self.at;
        inner.assigned = std::mem::take(&mut self.assigned);
        inner.run(true)?;
        self.at = inner.at;
        self.line = inner.line;
        self.assigned = inner.assigned;
        Ok(inner.tokens)
    }

    /// After a backslash, in a text that knows all escapes.
    pub(super) fn escape(&mut self, text: &mut String) -> Result<(), Error> {
        let Some(letter) = self.peek(0) else { return Ok(()) };
        self.at += 1;
        let plain = match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            's' => ' ',
            'e' => '\u{1b}',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0'..='7' => {
                self.at -= 1;
                self.code_point(8, 3)?
            }
            'x' => self.code_point(16, 2)?,
            'u' if self.peek(0) == Some('{') => {
                self.at += 1;
                return self.code_points(text);
            }
            'u' => self.code_point(16, 4)?,
            'c' | 'C' | 'M' => return Err(self.unsupported("an escape for a control character")),
            '\n' => {
                self.line += 1;
                return Ok(());
            }
            other => other,
        };
        text.push(plain);
        Ok(())
    }

    fn code_point(&mut self, radix: u32, most: usize) -> Result<char, Error> {
        let mut number = 0;
        let mut digits = 0;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(radix)).filter(|_| digits < most) {
            number = number * radix + digit;
            digits += 1;
            self.at += 1;
        }
        if digits == 0 {
            return Err(self.syntax("invalid hex escape"));
        }
        if most < 4 && number > 0x7f {
            return Err(self.unsupported("an escape for a byte"));
        }
        char::from_u32(number).ok_or_else(|| self.syntax("invalid Unicode codepoint"))
    }

    /// `\u{1F600 41}`
    fn code_points(&mut self, text: &mut String) -> Result<(), Error> {
        loop {
            while self.peek(0) == Some(' ') {
                self.at += 1;
            }
            if self.peek(0) == Some('}') {
                self.at += 1;
                return Ok(());
            }
            text.push(self.code_point(16, 6)?);
        }
    }

    /// The words of a list up to `close`.
    fn words(&mut self, close: char, nests: Option<char>, interpolates: bool) -> Result<Vec<Vec<Part>>, Error> {
        let mut words = Vec::new();
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut depth = 0_u32;
        loop {
            let Some(letter) = self.peek(0) else {
                return Err(self.syntax("unterminated list meets end of file"));
            };
            self.at += 1;
            match letter {
                letter if letter == close && depth == 0 => break,
                letter if letter.is_whitespace() => {
                    if letter == '\n' {
                        self.line += 1;
                    }
                    end_word(&mut words, &mut parts, &mut text);
                    continue;
                }
                letter if letter == close => depth -= 1,
                letter if Some(letter) == nests => depth += 1,
                '\\' if interpolates => {
                    self.escape(&mut text)?;
                    continue;
                }
                '\\' => {
                    let next =
                        self.peek(0).filter(|c| *c == close || *c == '\\' || c.is_whitespace() || Some(*c) == nests);
                    text.push(next.unwrap_or('\\'));
                    self.at += usize::from(next.is_some());
                    continue;
                }
                '#' if interpolates => {
                    self.interpolation(&mut text, &mut parts)?;
                    continue;
                }
                _ => {}
            }
            text.push(letter);
        }
        end_word(&mut words, &mut parts, &mut text);
        Ok(words)
    }

    /// A pattern whose opening has been read. Escapes stay as they are.
    pub(super) fn regexp(&mut self, close: char, nests: Option<char>, space: bool) -> Result<(), Error> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut depth = 0_u32;
        let line = self.line;
        loop {
            let Some(letter) = self.peek(0) else {
                return Err(self.syntax("unterminated regexp meets end of file"));
            };
            self.at += 1;
            match letter {
                letter if letter == close && depth == 0 => break,
                letter if letter == close => {
                    depth -= 1;
                    text.push(letter);
                }
                letter if Some(letter) == nests => {
                    depth += 1;
                    text.push(letter);
                }
                '\\' => {
                    let Some(next) = self.peek(0) else { continue };
                    self.at += 1;
                    if next != '/' {
                        text.push('\\');
                    }
                    text.push(next);
                }
                '#' => self.interpolation(&mut text, &mut parts)?,
                '\n' => self.line_in_text(&mut text),
                other => text.push(other),
            }
        }
        if !text.is_empty() || parts.is_empty() {
            parts.push(Part::Text(text));
        }
        let mut flags = String::new();
        while let Some(flag) = self.peek(0).filter(|c| matches!(c, 'i' | 'm' | 'x' | 'o' | 'u' | 'n')) {
            flags.push(flag);
            self.at += 1;
        }
        self.value(Tok::Regexp(parts, flags.into()), space);
        if let Some(last) = self.tokens.last_mut() {
            last.line = line;
        }
        Ok(())
    }
}

fn end_word(words: &mut Vec<Vec<Part>>, parts: &mut Vec<Part>, text: &mut String) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text)));
    }
    if !parts.is_empty() {
        words.push(std::mem::take(parts));
    }
}
