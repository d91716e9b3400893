//! Where the reader stands in a text.

use super::error::{Error, Kind, Place};

/// Nested deeper than this, an expression is refused.
const MOST_LEVELS: usize = 64;

pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, column: 1, depth: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the next one.
    pub(super) fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        Some(c)
    }

    /// Goes over `expected` if it is next.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.skip(expected.len());
        }
        found
    }

    /// Goes over `bytes` bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        let end = self.at + bytes;
        while self.at < end && self.next().is_some() {}
    }

    /// Goes over what fits, and gives it.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.skip(length);
        &rest[..length]
    }

    pub(super) fn at_line_start(&self) -> bool {
        self.column == 1
    }

    pub(super) fn place(&self) -> Place {
        Place { line: self.line, column: self.column }
    }

    /// Blanks, and line ends that a backslash hides. Says whether there were any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let from = self.at;
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}'));
            if !self.eat("\\\n") && !self.eat("\\\r\n") {
                return self.at > from;
            }
        }
    }

    /// Blanks, line ends and comments.
    pub(super) fn skip_lines(&mut self) -> Result<(), Error> {
        loop {
            self.skip_blanks();
            match self.peek() {
                Some('\n') => {
                    self.next();
                }
                Some('#') => {
                    self.take_while(|c| c != '\n');
                }
                Some('=') if self.at_line_start() && self.opens_block_comment() => self.skip_block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn opens_block_comment(&self) -> bool {
        let after = self.rest().strip_prefix("=begin");
        after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r', '\n']))
    }

    fn skip_block_comment(&mut self) -> Result<(), Error> {
        let place = self.place();
        loop {
            let line = self.take_while(|c| c != '\n');
            let ends = line.strip_prefix("=end");
            if ends.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r'])) {
                return Ok(());
            }
            if self.next().is_none() {
                return Err(Error::new(Kind::Syntax, "embedded document meets end of file", place));
            }
        }
    }

    /// One level deeper; [`Cursor::leave`] is called where this was not an error.
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MOST_LEVELS {
            let message = format!("expressions are nested deeper than {MOST_LEVELS} levels");
            return Err(Error::new(Kind::Bound, message, self.place()));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// What stands here was not expected.
    pub(super) fn unexpected(&self) -> Error {
        let found = match self.peek() {
            None => "end of file".to_owned(),
            Some('\n' | '\r') => "end of line".to_owned(),
            Some(c) => {
                let word: String =
                    self.rest().chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(40).collect();
                format!("'{}'", if word.is_empty() { c.to_string() } else { word })
            }
        };
        Error::new(Kind::Syntax, format!("syntax error, unexpected {found}"), self.place())
    }

    /// Real Ruby stands at `place`: `what` names it.
    pub(super) fn logic(what: &str, place: Place) -> Error {
        let message = format!(
            "{what} is Ruby that has to be run, and Puppetfiles are read without Ruby: write out what it gives"
        );
        Error::new(Kind::Logic, message, place)
    }
}
