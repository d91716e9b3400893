//! From text to tokens.
//!
//! Ruby's tokens depend on what stands before them: whether `/` divides or opens a pattern,
//! whether a line goes on. [`Lexer::before`] keeps what has to be known of that.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::limits::{MOST_NESTING, MOST_SOURCE};

mod heredoc;
mod number;
mod operator;
mod quoted;
mod token;
mod word;

pub(crate) use token::{Keyword, Part, Tok, Token};

/// The tokens of a program, `Eof` last.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, Error> {
    if source.len() > MOST_SOURCE {
        return Err(Error::Limit { line: 1, message: format!("the source has more than {MOST_SOURCE} bytes") });
    }
    let mut lexer = Lexer::new(source.chars().collect(), 1, 0);
    lexer.run(false)?;
    Ok(lexer.tokens)
}

pub(super) struct Lexer {
    letters: Arc<[char]>,
    at: usize,
    line: u32,
    tokens: Vec<Token>,
    before: Before,
    /// Where the next line goes on, once the line has begun heredocs.
    after_heredocs: Option<(usize, u32)>,
    /// Names that have been assigned: an operator may follow them.
    assigned: FxHashSet<Arc<str>>,
    in_parameters: bool,
    nesting: u32,
}

/// What the token before means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// A value has to follow: the start, an operator, a keyword.
    Operator,
    /// A value has ended.
    Value,
    /// A name that may be a call whose arguments follow.
    Name,
    /// `.`: any word is a name.
    Dot,
    /// `def`: any word or operator is a name.
    Def,
    /// The start of a line.
    Line,
}

impl Lexer {
    pub(super) fn new(letters: Arc<[char]>, line: u32, nesting: u32) -> Self {
        Self {
            letters,
            at: 0,
            line,
            tokens: Vec::new(),
            before: Before::Line,
            after_heredocs: None,
            assigned: FxHashSet::default(),
            in_parameters: false,
            nesting,
        }
    }

    /// Reads to the end, or with `inner` through the `}` that closes an interpolation.
    fn run(&mut self, inner: bool) -> Result<(), Error> {
        if self.nesting > MOST_NESTING / 6 {
            return Err(self.limit("text is nested too deeply in text"));
        }
        let mut braces = 0_u32;
        loop {
            let space = self.skip_blanks();
            let Some(letter) = self.peek(0) else {
                if inner {
                    return Err(self.syntax("unterminated string meets end of file"));
                }
                self.push(Tok::Newline, space);
                self.push(Tok::Eof, false);
                return Ok(());
            };
            match letter {
                '}' if inner && braces == 0 => {
                    self.at += 1;
                    self.push(Tok::Newline, false);
                    self.push(Tok::Eof, false);
                    return Ok(());
                }
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                _ => {}
            }
            self.token(letter, space)?;
        }
    }

    /// One token (or none, where a line goes on).
    fn token(&mut self, letter: char, space: bool) -> Result<(), Error> {
        match letter {
            '\n' => self.newline(),
            '"' | '\'' | '`' => self.quote(letter, space),
            '0'..='9' => self.number(space),
            '@' | '$' => self.sigil(letter, space),
            letter if letter == '_' || letter.is_alphabetic() || !letter.is_ascii() => self.word(space),
            ':' if self.peek(1) == Some('"') && self.takes_symbol() => {
                self.at += 2;
                let parts = self.parts('"', None, true)?;
                self.value(Tok::QuotedSymbol(parts), space);
                Ok(())
            }
            ':' if self.peek(1) == Some('\'') && self.takes_symbol() => {
                self.at += 2;
                let parts = self.parts('\'', None, false)?;
                self.value(Tok::QuotedSymbol(parts), space);
                Ok(())
            }
            ':' if self.peek(1) != Some(':') && self.symbol(space) => Ok(()),
            '/' if self.opens_literal(space) => {
                self.at += 1;
                self.regexp('/', None, space)
            }
            '%' if self.opens_percent(space) => self.percent(space),
            '<' if self.opens_heredoc(space) => self.heredoc(space),
            '?' if self.before_value(space) && self.character(space) => Ok(()),
            _ => self.operator(space),
        }
    }

    fn newline(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.line += 1;
        if let Some((at, line)) = self.after_heredocs.take() {
            self.at = at;
            self.line = line;
        }
        if matches!(self.before, Before::Line) || matches!(self.before, Before::Operator | Before::Dot) {
            return Ok(());
        }
        if self.next_line_continues() {
            return Ok(());
        }
        let line = self.line - 1;
        self.tokens.push(Token { tok: Tok::Newline, line, space: false });
        self.before = Before::Line;
        Ok(())
    }

    /// Whether the next line begins with `.name`; comments may stand between.
    fn next_line_continues(&self) -> bool {
        let mut at = self.at;
        loop {
            while self.letters.get(at).is_some_and(|c| c.is_whitespace()) {
                at += 1;
            }
            match (self.letters.get(at), self.letters.get(at + 1)) {
                (Some('#'), _) => {
                    while self.letters.get(at).is_some_and(|c| *c != '\n') {
                        at += 1;
                    }
                }
                (Some('.'), Some('.')) => return false,
                (Some('.'), _) | (Some('&'), Some('.')) => return true,
                _ => return false,
            }
        }
    }

    /// Skips white space, comments and joined lines; answers whether there was any.
    fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        loop {
            match self.peek(0) {
                Some(' ' | '\t' | '\r' | '\u{b}' | '\u{c}') => self.at += 1,
                Some('\\') if self.peek(1) == Some('\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some('\\') if self.peek(1) == Some('\r') && self.peek(2) == Some('\n') => {
                    self.at += 3;
                    self.line += 1;
                }
                Some('#') => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                Some('=') if self.opens_comment() => self.skip_comment(),
                _ => return self.at > start,
            }
        }
    }

    /// `=begin` at the start of a line.
    fn opens_comment(&self) -> bool {
        let at_line_start = self.at == 0 || self.letters.get(self.at - 1) == Some(&'\n');
        at_line_start && self.rest_starts_with("=begin")
    }

    fn skip_comment(&mut self) {
        loop {
            while self.peek(0).is_some_and(|c| c != '\n') {
                self.at += 1;
            }
            if self.peek(0).is_none() {
                return;
            }
            self.at += 1;
            self.line += 1;
            if self.rest_starts_with("=end") {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                return;
            }
        }
    }

    fn rest_starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, letter)| self.peek(index) == Some(letter))
    }

    /// Whether a value has to come next, or may come as an argument without parentheses.
    fn before_value(&self, space: bool) -> bool {
        match self.before {
            Before::Operator | Before::Line => true,
            Before::Name => {
                space && !self.follows_variable() && self.peek(1).is_some_and(|c| !c.is_whitespace() && c != '=')
            }
            Before::Value | Before::Dot | Before::Def => false,
        }
    }

    fn opens_literal(&self, space: bool) -> bool {
        self.before_value(space)
    }

    /// Whether the token before is the name of a local variable.
    fn follows_variable(&self) -> bool {
        match self.tokens.last() {
            Some(Token { tok: Tok::Name(name), .. }) => self.assigned.contains(name),
            _ => false,
        }
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.letters.get(self.at + offset).copied()
    }

    fn push(&mut self, tok: Tok, space: bool) {
        self.tokens.push(Token { tok, line: self.line, space });
    }

    /// Adds a token that ends a value.
    fn value(&mut self, tok: Tok, space: bool) {
        self.push(tok, space);
        self.before = Before::Value;
    }

    fn syntax(&self, message: &str) -> Error {
        Error::Syntax { line: self.line, message: message.to_owned() }
    }

    fn unsupported(&self, what: &str) -> Error {
        Error::Unsupported { line: self.line, what: what.to_owned() }
    }

    fn limit(&self, message: &str) -> Error {
        Error::Limit { line: self.line, message: message.to_owned() }
    }
}
