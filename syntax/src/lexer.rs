//! Source text to tokens.
//!
//! The tokens do not depend on the parser: what decides between two readings of a character is the
//! token or the white space before it. Interpolated strings and heredocs come as flat runs of tokens.

mod epp;
mod heredoc;
mod interpolation;
mod name;
mod number;
mod regex;
mod string;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::error::{Diagnostic, Severity};
use crate::issue::Issue;
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::token::{Token, TokenKind};

/// What a text was taken apart into.
#[derive(Debug)]
pub struct Lexed {
    /// The tokens up to the end or to the first error; the last is always [`TokenKind::End`].
    pub tokens: Vec<Token>,
    /// Why the tokens stop early.
    pub error: Option<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
}

/// Lexes a manifest. `tasks` turns on the keywords of scripts (`plan`, `apply`).
pub fn lex(source: &Source, tasks: bool, limits: &Limits) -> Lexed {
    run(source, tasks, limits, false)
}

/// Lexes an EPP template.
pub fn lex_epp(source: &Source, tasks: bool, limits: &Limits) -> Lexed {
    run(source, tasks, limits, true)
}

fn run(source: &Source, tasks: bool, limits: &Limits, template: bool) -> Lexed {
    let mut shared = Shared { names: FxHashSet::default(), warnings: Vec::new(), tasks, max_depth: limits.max_depth };
    let mut lexer = Lexer::new(source.text(), &mut shared, Origin::default());
    let outcome = lexer.check_start(limits).and_then(|()| if template { lexer.scan_epp() } else { lexer.scan() });
    let mut tokens = std::mem::take(&mut lexer.tokens);
    let end = source.text().len() as u32;
    tokens.push(Token { kind: TokenKind::End, span: Span::new(end, end), value: None });
    let warnings = shared
        .warnings
        .iter()
        .map(|fault| Diagnostic::new(Severity::Warning, &fault.issue, fault.at.map(|at| Span::new(at, at)), source))
        .collect();
    let error = outcome
        .err()
        .map(|fault| Diagnostic::new(Severity::Error, &fault.issue, fault.at.map(|at| Span::new(at, at)), source));
    Lexed { tokens, error, warnings }
}

/// An issue and the offset in the whole text that it is reported at.
#[derive(Debug)]
struct Fault {
    issue: Issue,
    at: Option<u32>,
}

/// What the lexers of a text and of its heredocs have in common.
struct Shared {
    /// Texts of tokens seen so far, so that equal ones share memory.
    names: FxHashSet<Arc<str>>,
    warnings: Vec<Fault>,
    tasks: bool,
    max_depth: usize,
}

/// Where the lexer's text stands in the whole text.
#[derive(Clone, Debug, Default)]
struct Origin {
    /// Nesting of interpolations and heredocs.
    depth: usize,
    /// Per run of text: offset here, offset in the whole. Sorted; empty where both agree.
    runs: Vec<(u32, u32)>,
}

/// Escapes to resolve and where interpolation starts, in the text of a heredoc.
#[derive(Clone, Copy, Debug, Default)]
struct HeredocText {
    /// Escape letters that are live, as a set of bytes; `L` for line ends.
    escapes: Escapes,
    interpolate: bool,
}

/// A set of escape characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Escapes(u16);

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    tokens: Vec<Token>,
    shared: &'a mut Shared,
    origin: Origin,
    /// The kind before this place, as far as it decides about what follows.
    after: Option<TokenKind>,
    brace_count: usize,
    /// Start of the line, as far as tokens know: strings with line ends in them do not move it.
    line_start: usize,
    /// Where to go on at the next line end: after the heredocs of the line.
    newline_jump: Option<usize>,
    /// The last thing matched by a pattern; unclosed strings quote it.
    matched: Option<(usize, usize)>,
    heredoc: HeredocText,
    epp: Option<epp::Mode>,
    /// Whether a tag of a template is open.
    epp_open: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, shared: &'a mut Shared, origin: Origin) -> Self {
        Self {
            text,
            pos: 0,
            tokens: Vec::new(),
            shared,
            origin,
            after: None,
            brace_count: 0,
            line_start: 0,
            newline_jump: None,
            matched: None,
            heredoc: HeredocText::default(),
            epp: None,
            epp_open: false,
        }
    }

    fn check_start(&self, limits: &Limits) -> Result<(), Fault> {
        if self.text.len() > limits.max_bytes.min(u32::MAX as usize - 1) {
            let issue = Issue::SourceTooLarge { bytes: self.text.len(), max_bytes: limits.max_bytes };
            return Err(Fault { issue, at: None });
        }
        if self.text.starts_with('\u{feff}') {
            return Err(Fault { issue: Issue::IllegalBom, at: None });
        }
        Ok(())
    }

    fn scan(&mut self) -> Result<(), Fault> {
        while self.pos < self.text.len() {
            let before = self.tokens.len();
            if let Err(fault) = self.step() {
                // A string or heredoc is there as a whole or not at all.
                self.tokens.truncate(before);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Lexes what stands here: white space, a comment, or something that gives tokens.
    fn step(&mut self) -> Result<(), Fault> {
        let before = self.tokens.len();
        self.token()?;
        if self.tokens.len() > before {
            self.after = self.tokens.last().map(|token| token.kind);
        }
        Ok(())
    }

    fn token(&mut self) -> Result<(), Fault> {
        match (self.byte(0), self.byte(1), self.byte(2)) {
            (b' ' | b'\t' | b'\r', ..) => self.white_space(),
            (b'\n', ..) => self.line_end(),
            (b'#', ..) => self.comment(),
            (b'a'..=b'z' | b'_', ..) => self.name(),
            (b'A'..=b'Z', ..) => self.class_reference()?,
            (b'0'..=b'9', ..) => self.number()?,
            (b'$', ..) => self.variable(),
            (b'"', ..) => self.double_quoted()?,
            (b'\'', ..) => self.single_quoted()?,
            (b':', b':', _) => self.qualified()?,
            (b'/', b'*', _) => self.long_comment()?,
            (b'/', ..) => self.slash()?,
            (b'@', b'(', _) => self.heredoc()?,
            (b'%', b'>', _) if self.epp.is_some() => self.end_of_tag()?,
            (b'-', b'%', b'>') if self.epp.is_some() => self.trimming_end_of_tag()?,
            (first, second, third) => match punctuation(first, second, third) {
                Some(kind) => self.mark(kind),
                None => self.other(),
            },
        }
        Ok(())
    }

    /// An operator or bracket. White space before it, or the token before it, can make it another one.
    fn mark(&mut self, kind: TokenKind) {
        let kind = match kind {
            TokenKind::LBrace => {
                self.brace_count += 1;
                if self.after == Some(TokenKind::QMark) { TokenKind::SelBrace } else { kind }
            }
            TokenKind::RBrace => {
                self.brace_count = self.brace_count.saturating_sub(1);
                kind
            }
            TokenKind::LBrack if self.follows_white_space() => TokenKind::ListStart,
            TokenKind::LParen if self.starts_line() => TokenKind::WsLParen,
            _ => kind,
        };
        let start = self.pos;
        self.pos += kind.text().len();
        self.push(kind, start, None);
    }

    fn white_space(&mut self) {
        let start = self.pos;
        while matches!(self.byte(0), b' ' | b'\t' | b'\r') {
            self.pos += 1;
        }
        self.matched = (self.pos > start).then_some((start, self.pos));
    }

    fn line_end(&mut self) {
        self.pos = self.newline_jump.take().unwrap_or(self.pos + 1);
        self.line_start = self.pos;
    }

    fn comment(&mut self) {
        let start = self.pos;
        self.pos = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        self.matched = Some((start, self.pos));
    }

    fn long_comment(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        match self.text[start + 2..].find("*/") {
            Some(length) => {
                self.pos = start + 2 + length + 2;
                self.matched = Some((start, self.pos));
                Ok(())
            }
            None => Err(self.fault(Issue::UnclosedComment)),
        }
    }

    /// White space beyond ASCII, or a character that starts nothing.
    fn other(&mut self) {
        let start = self.pos;
        let Some(c) = self.text[start..].chars().next() else { return };
        self.pos += c.len_utf8();
        if is_blank(c) {
            self.matched = Some((start, self.pos));
        } else {
            self.push(TokenKind::Other, start, None);
        }
    }

    fn follows_white_space(&self) -> bool {
        self.text[..self.pos].chars().next_back().is_none_or(|c| c == '\n' || c == '\r' || is_blank(c))
    }

    fn starts_line(&self) -> bool {
        self.text[self.line_start.min(self.pos)..self.pos].chars().all(|c| c == '\r' || is_blank(c))
    }

    /// The byte `ahead` of the current one; 0 past the end.
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, start: usize, value: Option<Arc<str>>) {
        let span = self.span(start, self.pos);
        self.tokens.push(Token { kind, span, value });
    }

    /// Offsets of this lexer's text as a span of the whole text.
    fn span(&self, start: usize, end: usize) -> Span {
        let begin = self.whole(start);
        Span::new(begin, self.whole(end).max(begin))
    }

    /// An offset in the whole text.
    fn whole(&self, offset: usize) -> u32 {
        let offset = offset as u32;
        let run = self.origin.runs.partition_point(|&(here, _)| here <= offset);
        match run.checked_sub(1).map(|run| self.origin.runs[run]) {
            Some((here, whole)) => whole + (offset - here),
            None => offset,
        }
    }

    fn shared_text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.shared.names.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        self.shared.names.insert(Arc::clone(&fresh));
        fresh
    }

    /// An error here.
    fn fault(&self, issue: Issue) -> Fault {
        self.fault_at(issue, self.pos)
    }

    fn fault_at(&self, issue: Issue, offset: usize) -> Fault {
        Fault { issue, at: Some(self.whole(offset)) }
    }

    fn warn(&mut self, issue: Issue) {
        let fault = self.fault(issue);
        self.shared.warnings.push(fault);
    }

    /// The next characters, as errors show them.
    fn followed_by(&self) -> String {
        let rest = &self.text[self.pos..];
        if rest.is_empty() {
            return "<eof>".to_owned();
        }
        let mut shown: String = rest.chars().take(5).collect();
        shown.push_str("...");
        shown.replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
    }

    fn deeper(&self) -> Result<usize, Fault> {
        let depth = self.origin.depth + 1;
        if depth > self.shared.max_depth {
            return Err(self.fault(Issue::NestingTooDeep { max_depth: self.shared.max_depth }));
        }
        Ok(depth)
    }
}

/// Operators and brackets, longest first.
fn punctuation(first: u8, second: u8, third: u8) -> Option<TokenKind> {
    use TokenKind as T;
    Some(match (first, second, third) {
        (b'<', b'<', b'|') => T::LLCollect,
        (b'|', b'>', b'>') => T::RRCollect,
        (b'<', b'<', _) => T::LShift,
        (b'<', b'=', _) => T::LessEqual,
        (b'<', b'|', _) => T::LCollect,
        (b'<', b'-', _) => T::OutEdge,
        (b'<', b'~', _) => T::OutEdgeSub,
        (b'>', b'>', _) => T::RShift,
        (b'>', b'=', _) => T::GreaterEqual,
        (b'|', b'>', _) => T::RCollect,
        (b'=', b'=', _) => T::IsEqual,
        (b'=', b'>', _) => T::FArrow,
        (b'=', b'~', _) => T::Match,
        (b'!', b'=', _) => T::NotEqual,
        (b'!', b'~', _) => T::NoMatch,
        (b'+', b'=', _) => T::Appends,
        (b'+', b'>', _) => T::PArrow,
        (b'-', b'>', _) => T::InEdge,
        (b'-', b'=', _) => T::Deletes,
        (b'~', b'>', _) => T::InEdgeSub,
        (b'@', b'@', _) => T::AtAt,
        (b'<', ..) => T::LessThan,
        (b'>', ..) => T::GreaterThan,
        (b'|', ..) => T::Pipe,
        (b'=', ..) => T::Equals,
        (b'!', ..) => T::Not,
        (b'+', ..) => T::Plus,
        (b'-', ..) => T::Minus,
        (b'~', ..) => T::Tilde,
        (b'@', ..) => T::At,
        (b'.', ..) => T::Dot,
        (b',', ..) => T::Comma,
        (b'[', ..) => T::LBrack,
        (b']', ..) => T::RBrack,
        (b'(', ..) => T::LParen,
        (b')', ..) => T::RParen,
        (b'{', ..) => T::LBrace,
        (b'}', ..) => T::RBrace,
        (b';', ..) => T::Semic,
        (b'?', ..) => T::QMark,
        (b'*', ..) => T::Times,
        (b'%', ..) => T::Modulo,
        (b':', ..) => T::Colon,
        _ => return None,
    })
}

/// Space, tab and the spaces of other scripts; no line ends.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}
