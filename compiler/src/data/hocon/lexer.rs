//! Characters to tokens.

/// A token and the line that it ends on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Newline,
    Comment(String),
    /// Between tokens of which one is no simple value.
    Whitespace,
    /// Text without quotes; whitespace between simple values is text.
    Text(String),
    Quoted(String),
    Null,
    Boolean(bool),
    Number(String),
    Substitution {
        optional: bool,
        tokens: Vec<Token>,
    },
    Colon,
    Comma,
    Equals,
    PlusEquals,
    OpenCurly,
    CloseCurly,
    OpenSquare,
    CloseSquare,
    /// What cannot be read, and why. The parser says so where it meets it.
    Problem {
        what: String,
        message: String,
    },
    End,
}

impl Kind {
    /// Strings, numbers, truth and null.
    pub(super) fn is_value(&self) -> bool {
        matches!(self, Self::Quoted(_) | Self::Null | Self::Boolean(_) | Self::Number(_))
    }

    pub(super) fn is_simple(&self) -> bool {
        self.is_value() || matches!(self, Self::Text(_) | Self::Substitution { .. })
    }

    /// Whitespace that was taken for text.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Whitespace) || matches!(self, Self::Text(text) if text.chars().all(is_whitespace))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Newline => f.write_str("newline"),
            Self::Comment(text) => write!(f, "'#{text}' (COMMENT)"),
            Self::Whitespace => f.write_str("' ' (WHITESPACE)"),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Quoted(text) => write!(f, "'{text}' (STRING)"),
            Self::Null => f.write_str("'' (NULL)"),
            Self::Boolean(truth) => write!(f, "'{truth}' (BOOLEAN)"),
            Self::Number(text) => write!(f, "'{text}' (NUMBER)"),
            Self::Substitution { tokens, .. } => {
                f.write_str("'${")?;
                tokens.iter().try_for_each(|token| write!(f, "{}", token.kind))?;
                f.write_str("}'")
            }
            Self::Colon => f.write_str("':'"),
            Self::Comma => f.write_str("','"),
            Self::Equals => f.write_str("'='"),
            Self::PlusEquals => f.write_str("'+='"),
            Self::OpenCurly => f.write_str("'{'"),
            Self::CloseCurly => f.write_str("'}'"),
            Self::OpenSquare => f.write_str("'['"),
            Self::CloseSquare => f.write_str("']'"),
            Self::Problem { what, message } => write!(f, "'{what}' ({message})"),
            Self::End => f.write_str("end of file"),
        }
    }
}

/// All tokens; the last is [`Kind::End`] or the first problem.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: text, line: 1 };
    let mut tokens = Vec::new();
    let mut after_simple = false;
    loop {
        let is_last = lexer.push(&mut tokens, &mut after_simple);
        if is_last || matches!(tokens.last(), Some(Token { kind: Kind::Problem { .. }, .. })) {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

fn is_whitespace(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Characters that text without quotes cannot hold.
const RESERVED: &str = "$\"{}[]:=,+#`^?!@*&\\";

impl Lexer<'_> {
    /// The next token with the whitespace before it; answers whether it was the last.
    fn push(&mut self, tokens: &mut Vec<Token>, after_simple: &mut bool) -> bool {
        let start = self.rest;
        self.rest = start.trim_start_matches(|c| c != '\n' && is_whitespace(c));
        let blank = &start[..start.len() - self.rest.len()];
        let before = self.line;
        let kind = self.next().unwrap_or_else(|(what, message)| Kind::Problem { what, message });
        let line = if matches!(kind, Kind::Newline | Kind::Problem { .. }) { before } else { self.line };
        let is_simple = kind.is_simple();
        if !blank.is_empty() {
            let kind = if is_simple && *after_simple { Kind::Text(blank.to_owned()) } else { Kind::Whitespace };
            tokens.push(Token { kind, line });
        }
        *after_simple = is_simple;
        let is_last = kind == Kind::End;
        tokens.push(Token { kind, line });
        is_last
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn skip(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&mut self) -> Result<Kind, (String, String)> {
        if self.skip("//") || self.skip("#") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            let (comment, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(Kind::Comment(comment.to_owned()));
        }
        let before = self.rest;
        let Some(c) = self.take() else { return Ok(Kind::End) };
        Ok(match c {
            '\n' => Kind::Newline,
            '"' if self.skip("\"\"") => self.triple_quoted()?,
            '"' => self.quoted()?,
            '$' => self.substitution()?,
            ':' => Kind::Colon,
            ',' => Kind::Comma,
            '=' => Kind::Equals,
            '{' => Kind::OpenCurly,
            '}' => Kind::CloseCurly,
            '[' => Kind::OpenSquare,
            ']' => Kind::CloseSquare,
            '+' if self.skip("=") => Kind::PlusEquals,
            '+' => {
                let next = self.shown();
                return Err((next.clone(), format!("'+' not followed by =, '{next}' not allowed after '+'")));
            }
            '0'..='9' | '-' => {
                let end = before.find(|c: char| !"0123456789eE+-.".contains(c)).unwrap_or(before.len());
                self.rest = &before[end..];
                number(&before[..end])?
            }
            c if RESERVED.contains(c) => {
                return Err((c.to_string(), format!("Reserved character '{c}' is not allowed outside quotes")));
            }
            _ => {
                self.rest = before;
                self.unquoted()
            }
        })
    }

    /// The next character, as errors show it.
    fn shown(&self) -> String {
        self.rest.chars().next().map_or_else(|| "-1".to_owned(), String::from)
    }

    fn unquoted(&mut self) -> Kind {
        for (word, kind) in [("true", Kind::Boolean(true)), ("false", Kind::Boolean(false)), ("null", Kind::Null)] {
            if self.skip(word) {
                return kind;
            }
        }
        let ends =
            |(at, c): &(usize, char)| RESERVED.contains(*c) || is_whitespace(*c) || self.rest[*at..].starts_with("//");
        let end = self.rest.char_indices().find(ends).map_or(self.rest.len(), |(at, _)| at);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Kind::Text(text.to_owned())
    }

    fn quoted(&mut self) -> Result<Kind, (String, String)> {
        let mut text = String::new();
        loop {
            match self.take() {
                None => return Err(("-1".to_owned(), "End of input but string quote was still open".to_owned())),
                Some('"') => return Ok(Kind::Quoted(text)),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c.is_control() => {
                    let message =
                        format!("JSON does not allow unescaped {c} in quoted strings, use a backslash escape");
                    return Err((c.to_string(), message));
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, (String, String)> {
        Ok(match self.take() {
            None => {
                let message = "End of input but backslash in string had nothing after it";
                return Err((String::new(), message.to_owned()));
            }
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = self.unit()?;
                let both = if (0xd800..0xdc00).contains(&first) && self.skip("\\u") {
                    vec![first, self.unit()?]
                } else {
                    vec![first]
                };
                char::decode_utf16(both).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(c) => {
                let message = format!(
                    "backslash followed by '{c}', this is not a valid escape sequence (quoted strings use JSON \
                     escaping, so use double-backslash \\ for literal backslash)"
                );
                return Err((String::new(), message));
            }
        })
    }

    fn unit(&mut self) -> Result<u16, (String, String)> {
        let digits: String = self.rest.chars().take(4).collect();
        let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
        let message = || format!("Malformed hex digits after \\u escape in string: '{digits}'");
        let unit = unit.ok_or_else(|| (digits.clone(), message()))?;
        self.rest = &self.rest[4..];
        Ok(unit)
    }

    /// To the last of the quotes that close it: those before three belong to the text.
    fn triple_quoted(&mut self) -> Result<Kind, (String, String)> {
        let open = || ("-1".to_owned(), "End of input but triple-quoted string was still open".to_owned());
        let end = self.rest.find("\"\"\"").ok_or_else(open)?;
        let more = self.rest[end..].chars().take_while(|c| *c == '"').count();
        let (text, rest) = self.rest.split_at(end + more - 3);
        self.line += text.matches('\n').count();
        self.rest = &rest[3..];
        Ok(Kind::Quoted(text.to_owned()))
    }

    fn substitution(&mut self) -> Result<Kind, (String, String)> {
        if !self.skip("{") {
            let next = self.shown();
            return Err((next.clone(), format!("'$' not followed by {{, '{next}' not allowed after '$'")));
        }
        let optional = self.skip("?");
        let (mut tokens, mut after_simple) = (Vec::new(), false);
        loop {
            // A path has no substitution in it, so nothing nests.
            if self.rest.starts_with('$') {
                return Err(("$".to_owned(), "Reserved character '$' is not allowed outside quotes".to_owned()));
            }
            let is_last = self.push(&mut tokens, &mut after_simple);
            match tokens.last_mut().map(|token| &mut token.kind) {
                Some(Kind::CloseCurly) => {
                    tokens.pop();
                    return Ok(Kind::Substitution { optional, tokens });
                }
                Some(Kind::Problem { what, message }) => {
                    return Err((std::mem::take(what), std::mem::take(message)));
                }
                _ if is_last => {
                    return Err(("end of file".to_owned(), "Substitution ${ was not closed with a }".to_owned()));
                }
                _ => {}
            }
        }
    }
}

/// What Ruby takes for a number; other such characters are text.
fn number(text: &str) -> Result<Kind, (String, String)> {
    if super::number_value(text).is_some() {
        return Ok(Kind::Number(text.to_owned()));
    }
    match text.chars().find(|c| RESERVED.contains(*c)) {
        Some(c) => Err((c.to_string(), format!("Reserved character '{c}'is not allowed outside quotes"))),
        None => Ok(Kind::Text(text.to_owned())),
    }
}
