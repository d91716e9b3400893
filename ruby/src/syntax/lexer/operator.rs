//! Operators and punctuation.

use super::{Before, Lexer, Tok};
use crate::error::Error;

/// Longer ones first.
const OPERATORS: [&str; 58] = [
    "**=", "<=>", "===", "...", "<<=", ">>=", "&&=", "||=", "&.", "**", "==", "!=", ">=", "<=", "&&", "||", "=~", "!~",
    "..", "::", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "->", "=>", "+", "-", "*", "/", "%", "&",
    "|", "^", "!", "~", "<", ">", "=", "?", ":", ",", ".", "(", ")", "[", "]", "{", "}", ";", "\\", "`",
];

impl Lexer {
    pub(super) fn operator(&mut self, space: bool) -> Result<(), Error> {
        let Some(operator) = OPERATORS.into_iter().find(|operator| self.rest_starts_with(operator)) else {
            let letter = self.peek(0).unwrap_or_default();
            return Err(self.syntax(&format!("unexpected '{letter}'")));
        };
        self.at += operator.len();
        if operator == ";" {
            self.push(Tok::Newline, space);
            self.before = Before::Line;
            return Ok(());
        }
        if self.before == Before::Def && operator != "(" {
            return Err(self.unsupported("the definition of an operator"));
        }
        self.note_parameters(operator);
        self.push(Tok::Operator(operator), space);
        self.before = match operator {
            ")" | "]" | "}" => Before::Value,
            "." | "&." => Before::Dot,
            "::" if self.peek(0).is_some_and(char::is_lowercase) => Before::Dot,
            _ => Before::Operator,
        };
        Ok(())
    }

    /// Whether the letters from here on stand between the bars of a block.
    fn note_parameters(&mut self, operator: &str) {
        if operator != "|" {
            return;
        }
        if self.in_parameters {
            self.in_parameters = false;
            return;
        }
        let opens = |tok: &Tok| matches!(tok, Tok::Operator("{") | Tok::Keyword(super::Keyword::Do));
        self.in_parameters = self.tokens.last().is_some_and(|token| opens(&token.tok));
    }
}
