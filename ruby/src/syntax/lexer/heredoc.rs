//! `<<~END`, `<<-END`, `<<END`

use super::{Before, Lexer, Part, Tok};
use crate::error::Error;

impl Lexer {
    pub(super) fn opens_heredoc(&self, space: bool) -> bool {
        if self.peek(1) != Some('<') {
            return false;
        }
        let next = match self.peek(2) {
            Some('~' | '-') => self.peek(3),
            other => other,
        };
        let names =
            next.is_some_and(|c| c == '_' || c.is_uppercase() || matches!(c, '"' | '\'') && self.peek(2) != next);
        names
            && match self.before {
                Before::Operator | Before::Line => true,
                Before::Name => space && !self.follows_variable(),
                _ => false,
            }
    }

    pub(super) fn heredoc(&mut self, space: bool) -> Result<(), Error> {
        self.at += 2;
        let sign = self.peek(0).filter(|c| matches!(c, '~' | '-'));
        self.at += usize::from(sign.is_some());
        let quote = self.peek(0).filter(|c| matches!(c, '"' | '\''));
        self.at += usize::from(quote.is_some());
        let mut name = String::new();
        while let Some(letter) = self.peek(0) {
            let belongs = quote.map_or(letter == '_' || letter.is_alphanumeric(), |quote| letter != quote);
            if !belongs {
                break;
            }
            name.push(letter);
            self.at += 1;
        }
        self.at += usize::from(quote.is_some());
        let (start, first_line) = self.after_heredocs.unwrap_or_else(|| (self.line_end() + 1, self.line + 1));
        let (lines, end) = self.heredoc_lines(start, &name, sign.is_some())?;
        self.after_heredocs = Some((end, first_line + lines.len() as u32 + 1));
        let lines = if sign == Some('~') { dedented(lines) } else { lines };
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        let parts = if quote == Some('\'') {
            vec![Part::Text(text)]
        } else {
            let mut inner = Self::new(text.chars().chain(['\0']).collect(), first_line, self.nesting + 1);
            inner.parts('\0', None, true)?
        };
        self.value(Tok::Text(parts), space);
        Ok(())
    }

    fn line_end(&self) -> usize {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        self.at + rest.iter().position(|c| *c == '\n').unwrap_or(rest.len())
    }

    /// The lines before the one that holds the name alone, and where the text goes on.
    fn heredoc_lines(&self, start: usize, name: &str, indented: bool) -> Result<(Vec<String>, usize), Error> {
        let mut lines = Vec::new();
        let mut at = start;
        while at < self.letters.len() {
            let rest = &self.letters[at..];
            let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
            let line: String = rest[..length].iter().collect();
            at += length + 1;
            let candidate = if indented { line.trim_start() } else { &line };
            if candidate.trim_end_matches('\r') == name {
                return Ok((lines, at));
            }
            lines.push(line);
        }
        Err(self.syntax(&format!("can't find string \"{name}\" anywhere before EOF")))
    }
}

/// Lines without the white space that all of them begin with.
fn dedented(lines: Vec<String>) -> Vec<String> {
    let width = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| width(line)).min().unwrap_or(0);
    lines.into_iter().map(|line| line[margin.min(width(&line))..].to_owned()).collect()
}
