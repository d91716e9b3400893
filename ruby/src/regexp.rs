//! Regular expressions as Ruby has them.

use std::sync::Arc;

mod translate;

pub use translate::to_rust;

/// A pattern, compiled once.
#[derive(Debug)]
pub struct Regexp {
    source: Arc<str>,
    flags: Arc<str>,
    compiled: fancy_regex::Regex,
}

/// Steps of backtracking after which a match is given up.
const BACKTRACK_LIMIT: usize = 1_000_000;

impl Regexp {
    /// Compiles a pattern as it stands between slashes; `flags` may hold `i`, `m` and `x`.
    pub fn parse(source: &str, flags: &str) -> Result<Self, String> {
        let mut written = source.to_owned();
        let known: String = ['m', 'i', 'x'].into_iter().filter(|flag| flags.contains(*flag)).collect();
        if !known.is_empty() {
            // A comment at the end of an extended pattern must not swallow the parenthesis.
            written = format!("(?{known}:{source}{})", if known.contains('x') { "\n" } else { "" });
        }
        let translated = to_rust(&written)?;
        let compiled = fancy_regex::RegexBuilder::new(&translated)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { source: source.into(), flags: known.into(), compiled })
    }

    /// The pattern as written, without slashes.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// `i`, `m`, `x`, in the order in which Ruby shows them.
    pub fn flags(&self) -> &str {
        &self.flags
    }

    /// `/pattern/i`
    pub fn inspect(&self) -> String {
        let mut text = with_slashes(&self.source);
        text.push_str(&self.flags);
        text
    }

    /// `(?i-mx:pattern)`
    pub fn embedded(&self) -> String {
        let off: String = "mix".chars().filter(|flag| !self.flags.contains(*flag)).collect();
        let dash = if off.is_empty() { "" } else { "-" };
        format!("(?{}{dash}{off}:{})", self.flags, self.source)
    }

    /// The first match at or after a byte; an error when it takes too many steps.
    pub fn find(&self, text: &Arc<str>, from: usize) -> Result<Option<Match>, String> {
        if !text.is_char_boundary(from) {
            return Ok(None);
        }
        let found = self.compiled.captures_from_pos(&**text, from).map_err(|error| error.to_string())?;
        let Some(found) = found else { return Ok(None) };
        let groups = found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect();
        let names = self.compiled.capture_names().map(|name| name.map(Arc::from)).collect();
        Ok(Some(Match { text: text.clone(), groups, names }))
    }

    pub fn is_match(&self, text: &str) -> Result<bool, String> {
        self.compiled.is_match(text).map_err(|error| error.to_string())
    }
}

/// What a match found.
#[derive(Clone, Debug)]
pub struct Match {
    pub text: Arc<str>,
    /// Bytes from and to of the whole and of each group.
    pub groups: Vec<Option<(usize, usize)>>,
    pub names: Vec<Option<Arc<str>>>,
}

impl Match {
    /// The text of a group; 0 is the whole.
    pub fn group(&self, index: usize) -> Option<&str> {
        let (from, to) = (*self.groups.get(index)?)?;
        self.text.get(from..to)
    }

    pub fn named(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().rposition(|known| known.as_deref() == Some(name))?;
        self.group(index)
    }

    /// Bytes from and to of the whole match.
    pub fn span(&self) -> (usize, usize) {
        self.groups.first().copied().flatten().unwrap_or((0, 0))
    }

    pub fn before(&self) -> &str {
        &self.text[..self.span().0]
    }

    pub fn after(&self) -> &str {
        &self.text[self.span().1..]
    }
}

/// A text as a pattern that matches just it.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\u{c}' => escaped.push_str("\\f"),
            '\u{b}' => escaped.push_str("\\v"),
            '[' | ']' | '{' | '}' | '(' | ')' | '|' | '-' | '*' | '.' | '\\' | '?' | '+' | '^' | '$' | ' ' | '#' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A pattern between slashes, those within escaped.
pub fn with_slashes(source: &str) -> String {
    let mut text = String::with_capacity(source.len() + 2);
    text.push('/');
    let mut letters = source.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                text.push('\\');
                text.extend(letters.next());
            }
            '/' => text.push_str("\\/"),
            _ => text.push(letter),
        }
    }
    text.push('/');
    text
}
