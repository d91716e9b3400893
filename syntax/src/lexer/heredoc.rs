//! `@(TAG:syntax/escapes)` and the text on the lines after it.

use super::string::Quote;
use super::{Escapes, Fault, HeredocText, Lexer, Origin, is_blank};
use crate::issue::Issue;
use crate::token::{Token, TokenKind};

/// What stands in the parentheses.
struct Head<'a> {
    tag: &'a str,
    syntax: &'a str,
    escapes: Option<&'a str>,
    interpolate: bool,
}

/// What the closing line says.
struct EndLine<'a> {
    leading: &'a str,
    margin: bool,
    remove_break: bool,
}

impl Lexer<'_> {
    pub(super) fn heredoc(&mut self) -> Result<(), Fault> {
        let start = self.pos;
        let text = self.text;
        let Some(length) = text[start..].find(')') else {
            let followed_by = self.followed_by();
            return Err(self.fault(Issue::HeredocUnclosedParenthesis { followed_by }));
        };
        let after_head = start + length + 1;
        self.pos = after_head;
        // The original looks for a head anywhere before the parenthesis.
        let written = &text[start..after_head];
        let head = written
            .match_indices("@(")
            .find_map(|(at, _)| head(&written[at..]))
            .ok_or_else(|| self.fault(Issue::HeredocInvalidSyntax))?;
        if head.tag.is_empty() {
            return Err(self.fault(Issue::HeredocEmptyEndtag));
        }
        let escapes = self.heredoc_escapes(head.escapes)?;
        let syntax = self.shared_text(head.syntax);
        self.push(TokenKind::Heredoc, start, Some(syntax));

        let body = match self.newline_jump {
            Some(jump) => jump,
            None => match text[self.pos..].find('\n') {
                Some(line_end) => self.pos + line_end + 1,
                None => return Err(self.fault(Issue::HeredocWithoutText)),
            },
        };
        self.pos = body;
        let Some((lines, end)) = self.heredoc_lines(body, head.tag) else {
            return Err(self.fault_at(Issue::HeredocWithoutEnd, body));
        };
        self.heredoc_text(body, &lines, &end, HeredocText { escapes, interpolate: head.interpolate })?;
        self.pos = after_head;
        Ok(())
    }

    fn heredoc_escapes(&self, list: Option<&str>) -> Result<Escapes, Fault> {
        let Some(list) = list else { return Ok(Escapes::default()) };
        let list = if list.is_empty() { "trnsuL$" } else { list };
        if list.chars().enumerate().any(|(at, c)| list.chars().take(at).any(|earlier| earlier == c)) {
            let escapes = list.chars().map(String::from).collect::<Vec<_>>().join(", ");
            return Err(self.fault(Issue::HeredocMultipleEscapes { escapes }));
        }
        list.chars().try_fold(Escapes::HEREDOC_BASE, |escapes, letter| {
            Escapes::heredoc(letter)
                .map(|escape| escapes.and(escape))
                .ok_or_else(|| self.fault(Issue::HeredocInvalidEscape { actual: letter }))
        })
    }
}

impl<'a> Lexer<'a> {
    /// The lines up to the one with the tag, which is where the next heredoc of the line starts.
    fn heredoc_lines(&mut self, body: usize, tag: &str) -> Option<(Vec<&'a str>, EndLine<'a>)> {
        let text = self.text;
        let mut lines = Vec::new();
        let mut at = body;
        while at < text.len() {
            let next = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
            let line = &text[at..next];
            if let Some(end) = end_line(line, tag) {
                self.newline_jump = Some(next);
                return Some((lines, end));
            }
            lines.push(line);
            at = next;
        }
        None
    }

    /// Takes the margin off the lines and lexes what remains, with every offset traced to the source.
    fn heredoc_text(&mut self, body: usize, lines: &[&str], end: &EndLine<'_>, kind: HeredocText) -> Result<(), Fault> {
        let mut text = String::new();
        let mut runs = vec![(0, self.whole(body))];
        let mut at = body;
        for line in lines {
            // Lines with text in the margin stay whole, as the original leaves them.
            let content = if end.margin { line.strip_prefix(end.leading).unwrap_or(line) } else { line };
            let here = text.len() as u32;
            let there = self.whole(at + line.len() - content.len());
            // The first offset stands for the heredoc as a whole and points at its first line.
            runs.push(if here == 0 { (1, there + 1) } else { (here, there) });
            text.push_str(content);
            at += line.len();
        }
        if end.remove_break && text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        let span = self.span(body, at);
        self.tokens.push(Token { kind: TokenKind::Sublocate, span, value: None });
        let depth = self.deeper()?;
        let mut inner = Lexer::new(&text, self.shared, Origin { depth, runs });
        inner.heredoc = kind;
        let outcome = inner.interpolate(Quote::Heredoc, 0);
        let tokens = std::mem::take(&mut inner.tokens);
        self.tokens.extend(tokens);
        outcome
    }
}

/// Takes `@(tag:syntax/escapes)` apart.
fn head(text: &str) -> Option<Head<'_>> {
    let inner = text.strip_prefix("@(")?.strip_suffix(')')?;
    let tag_length = inner.find([':', '/', '\r', '\n']).unwrap_or(inner.len());
    let (tag, mut rest) = inner.split_at(tag_length);
    if tag.is_empty() {
        return None;
    }
    let mut syntax = "";
    if let Some(after) = rest.strip_prefix(':') {
        let after = after.trim_start_matches(is_blank);
        let length = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '+')).unwrap_or(after.len());
        (syntax, rest) = after.split_at(length);
        if length < 2 || !syntax.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        rest = rest.trim_start_matches(is_blank);
    }
    let mut escapes = None;
    if let Some(after) = rest.strip_prefix('/') {
        let length = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$')).unwrap_or(after.len());
        escapes = Some(&after[..length]);
        rest = after[length..].trim_start_matches(is_blank);
    }
    if !rest.is_empty() {
        return None;
    }
    let tag = tag.trim();
    let quoted = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    Some(Head { tag: quoted.map_or(tag, str::trim), syntax, escapes, interpolate: quoted.is_some() })
}

/// Reads a line as `LEADING | - TAG`. Text may stand before it: only the end of the line counts.
fn end_line<'a>(line: &'a str, tag: &str) -> Option<EndLine<'a>> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let before = line.trim_end_matches(is_blank).strip_suffix(tag)?;
    let mut rest = before.trim_end_matches(is_blank);
    let mut blanks = &before[rest.len()..];
    let remove_break = rest.ends_with('-');
    if remove_break {
        rest = &rest[..rest.len() - 1];
        let trimmed = rest.trim_end_matches(is_blank);
        blanks = &rest[trimmed.len()..];
        rest = trimmed;
    }
    let margin = rest.ends_with('|');
    if margin {
        rest = &rest[..rest.len() - 1];
        blanks = &rest[rest.trim_end_matches(is_blank).len()..];
    }
    Some(EndLine { leading: blanks, margin, remove_break })
}
