//! Names, constants, keywords, labels, symbols and variables with a sign.

use std::sync::Arc;

use super::{Before, Keyword, Lexer, Tok};
use crate::error::Error;

/// Operators that are names of symbols, longer ones first.
const SYMBOLS: [&str; 25] = [
    "[]=", "[]", "<=>", "===", "==", "=~", "!=", "!~", "**", "+@", "-@", "<<", ">>", "<=", ">=", "+", "-", "*", "/",
    "%", "<", ">", "!", "&", "|",
];

impl Lexer {
    pub(super) fn word(&mut self, space: bool) -> Result<(), Error> {
        let mut word = self.letters_of_word();
        let next = self.peek(0);
        let after = self.peek(1);
        let is_question = next == Some('?') && !(after == Some('=') && self.peek(2) != Some('='))
            || next == Some('?') && word == "defined";
        let is_bang = next == Some('!') && after != Some('=') && after != Some('~');
        let ends_ternary = is_question && after == Some(':') && self.peek(2) != Some(':');
        if is_question && !ends_ternary || is_bang {
            word.extend(next);
            self.at += 1;
        }
        let word: Arc<str> = word.into();
        if self.is_label() {
            self.at += 1;
            self.push(Tok::Label(word), space);
            self.before = Before::Operator;
            return Ok(());
        }
        if self.before == Before::Dot {
            self.push(Tok::Name(word), space);
            self.before = Before::Name;
            return Ok(());
        }
        if self.before == Before::Def {
            return self.defined_name(word, space);
        }
        if let Some(keyword) = Keyword::parse(&word) {
            return self.keyword(keyword, space);
        }
        if word.starts_with(char::is_uppercase) {
            self.push(Tok::Constant(word), space);
            self.before = Before::Name;
            return Ok(());
        }
        self.note_assigned(&word);
        self.push(Tok::Name(word), space);
        self.before = Before::Name;
        Ok(())
    }

    fn letters_of_word(&mut self) -> String {
        let mut word = String::new();
        while let Some(letter) = self.peek(0).filter(|c| *c == '_' || c.is_alphanumeric() || !c.is_ascii()) {
            word.push(letter);
            self.at += 1;
        }
        word
    }

    /// `name:` where it is neither `a ? b :c` nor `A::B`.
    fn is_label(&self) -> bool {
        if self.peek(0) != Some(':') || self.peek(1) == Some(':') {
            return false;
        }
        if self.before == Before::Dot || self.before == Before::Def {
            return false;
        }
        let follows_question = matches!(self.tokens.last().map(|token| &token.tok), Some(Tok::Operator("?")));
        !follows_question
    }

    /// Remembers a name that the next letters assign.
    fn note_assigned(&mut self, word: &Arc<str>) {
        let mut at = 0;
        while matches!(self.peek(at), Some(' ' | '\t')) {
            at += 1;
        }
        let next: String = (at..at + 3).filter_map(|offset| self.peek(offset)).collect();
        let is_plain =
            next.starts_with('=') && !next.starts_with("==") && !next.starts_with("=~") && !next.starts_with("=>");
        let is_operator =
            ["+=", "-=", "*=", "||=", "&&=", "<<=", "|=", "&=", "/=", "%="].iter().any(|op| next.starts_with(op));
        if is_plain || is_operator || self.in_parameters || next.starts_with(',') {
            self.assigned.insert(word.clone());
        }
    }

    /// The name after `def`.
    fn defined_name(&mut self, word: Arc<str>, space: bool) -> Result<(), Error> {
        if self.peek(0) == Some('=') && !matches!(self.peek(1), Some('=' | '~' | '>')) && self.peek(1) == Some('(') {
            return Err(self.unsupported("the definition of an assignment method"));
        }
        self.push(Tok::Name(word), space);
        self.before = Before::Value;
        Ok(())
    }

    fn keyword(&mut self, keyword: Keyword, space: bool) -> Result<(), Error> {
        self.push(Tok::Keyword(keyword), space);
        self.before = match keyword {
            Keyword::End
            | Keyword::SelfRef
            | Keyword::True
            | Keyword::False
            | Keyword::Nil
            | Keyword::File
            | Keyword::Line
            | Keyword::Method
            | Keyword::Redo
            | Keyword::Retry => Before::Value,
            Keyword::Def => Before::Def,
            Keyword::And | Keyword::Or | Keyword::Not => Before::Operator,
            Keyword::Yield | Keyword::Super | Keyword::Defined | Keyword::Return | Keyword::Break | Keyword::Next => {
                // These may stand alone on a line, and a value may follow them.
                if self.line_goes_on() { Before::Operator } else { Before::Value }
            }
            Keyword::Then | Keyword::Do | Keyword::Else | Keyword::Begin | Keyword::Ensure | Keyword::Rescue => {
                if self.line_goes_on() { Before::Operator } else { Before::Value }
            }
            _ => Before::Operator,
        };
        Ok(())
    }

    /// Whether more than white space and a comment stands on the rest of the line.
    fn line_goes_on(&self) -> bool {
        let mut at = self.at;
        while self.letters.get(at).is_some_and(|c| matches!(c, ' ' | '\t' | '\r')) {
            at += 1;
        }
        !matches!(self.letters.get(at), None | Some('\n' | '#' | ';'))
    }

    /// Whether `:` may begin a symbol here.
    pub(super) fn takes_symbol(&self) -> bool {
        match self.before {
            Before::Value => {
                // `x ? "a" :"b"`
                false
            }
            Before::Name => self.at > 0 && matches!(self.letters.get(self.at - 1), Some(' ' | '\t')),
            _ => true,
        }
    }

    /// `:name`, `:+`, `:[]`; answers whether there was one.
    pub(super) fn symbol(&mut self, space: bool) -> bool {
        let start = self.at;
        self.at += 1;
        let Some(first) = self.peek(0) else {
            self.at = start;
            return false;
        };
        if first == '_' || first.is_alphabetic() || !first.is_ascii() || matches!(first, '@' | '$') {
            let mut name = String::new();
            while let Some(sign) = self.peek(0).filter(|c| matches!(c, '@' | '$')) {
                name.push(sign);
                self.at += 1;
            }
            name.push_str(&self.letters_of_word());
            if let Some(end @ ('?' | '!')) = self.peek(0)
                && self.peek(1) != Some('=')
            {
                name.push(end);
                self.at += 1;
            } else if self.peek(0) == Some('=') && !matches!(self.peek(1), Some('=' | '~' | '>')) {
                name.push('=');
                self.at += 1;
            }
            self.value(Tok::Symbol(name.into()), space);
            return true;
        }
        if let Some(operator) = SYMBOLS.iter().find(|operator| self.rest_starts_with(operator)) {
            self.at += operator.len();
            self.value(Tok::Symbol((*operator).into()), space);
            return true;
        }
        self.at = start;
        false
    }

    /// `@name`, `@@name`, `$name`, `$1`, `$~`
    pub(super) fn sigil(&mut self, sign: char, space: bool) -> Result<(), Error> {
        self.at += 1;
        if sign == '@' {
            if self.peek(0) == Some('@') {
                return Err(self.unsupported("a class variable"));
            }
            let name = self.letters_of_word();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(self.syntax("'@' without identifiers is not allowed as an instance variable name"));
            }
            self.value(Tok::Instance(name.into()), space);
            return Ok(());
        }
        let mut name = self.letters_of_word();
        if name.is_empty() {
            let Some(letter) = self.peek(0) else {
                return Err(self.syntax("'$' without identifiers is not allowed as a global variable name"));
            };
            name.push(letter);
            self.at += 1;
        }
        self.value(Tok::Global(name.into()), space);
        Ok(())
    }
}
