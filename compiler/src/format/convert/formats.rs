//! Formats, and which type each is for.

use std::sync::Arc;

use crate::error::Failure;
use crate::format::printf;
use crate::types::{Bounds, Type, is_assignable};
use crate::value::{Hash, Value};

/// `%<flags><width>.<precision><letter>`, and for lists and hashes what stands between entries.
#[derive(Clone, Debug)]
pub(super) struct Format {
    pub(super) text: String,
    pub(super) letter: char,
    pub(super) alternate: bool,
    pub(super) left: bool,
    pub(super) sign: Sign,
    pub(super) delimiter: Option<char>,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) separator: Option<Arc<str>>,
    pub(super) separator2: Option<Arc<str>>,
    pub(super) inside: Option<Formats>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    Negative,
    Always,
    Space,
}

const DELIMITERS: [char; 5] = ['[', '{', '(', '<', '|'];

impl Format {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let invalid = || {
            Failure::argument(format!(
                "The format '{text}' is not a valid format on the form '%<flags><width>.<prec><format>'"
            ))
        };
        let rest = text.strip_prefix('%').ok_or_else(invalid)?;
        let is_flag = |letter: char| letter.is_ascii_whitespace() || "[+#0{<(|-".contains(letter);
        let end = rest.find(|letter| !is_flag(letter)).unwrap_or(rest.len());
        let (flags, rest) = rest.split_at(end);
        let letter = rest.chars().next_back().filter(char::is_ascii_alphabetic).ok_or_else(invalid)?;
        let numbers = &rest[..rest.len() - 1];
        let (width, precision) = numbers.split_once('.').map_or((numbers, None), |(width, p)| (width, Some(p)));
        let number = |digits: &str| digits.parse::<usize>().map_err(|_| invalid());
        let width = if width.is_empty() { None } else { Some(number(width)?) };
        let precision = precision.map(number).transpose()?;
        let flags: Vec<char> = flags.chars().collect();
        if flags.iter().enumerate().any(|(index, flag)| flags[..index].contains(flag)) {
            return Err(Failure::argument(format!("The same flag can only be used once, got '{text}'")));
        }
        let mut delimiters = flags.iter().filter(|flag| DELIMITERS.contains(flag));
        let delimiter = delimiters.next().copied();
        if delimiters.next().is_some() {
            return Err(Failure::argument(format!(
                "Only one of the delimiters [ {{ ( < | can be given in the format flags, got '{text}'"
            )));
        }
        let has = |flag: char| flags.contains(&flag);
        let sign = if has(' ') {
            Sign::Space
        } else if has('+') {
            Sign::Always
        } else {
            Sign::Negative
        };
        Ok(Self {
            text: text.to_owned(),
            letter,
            alternate: has('#'),
            left: has('-'),
            sign,
            delimiter,
            width,
            precision,
            separator: None,
            separator2: None,
            inside: None,
        })
    }

    /// The format with another letter at its end.
    pub(super) fn as_letter(&self, letter: char) -> String {
        self.text.replace(self.letter, &letter.to_string())
    }

    pub(super) fn with(&self, letter: char, text: &str) -> Result<String, Failure> {
        printf::one(&self.as_letter(letter), &Value::from(text))
    }

    /// A text with width, precision and alignment only.
    pub(super) fn padded(&self, text: &str) -> Result<String, Failure> {
        if !self.left && self.width.is_none() && self.precision.is_none() {
            return Ok(text.to_owned());
        }
        let left = if self.left { "-" } else { "" };
        let width = self.width.map_or_else(String::new, |width| width.to_string());
        let precision = self.precision.map_or_else(String::new, |precision| format!(".{precision}"));
        printf::one(&format!("%{left}{width}{precision}s"), &Value::from(text))
    }

    pub(super) fn illegal(&self, of: &str, expected: &str) -> Failure {
        let letter = self.letter;
        Failure::argument(format!(
            "Illegal format '{letter}' specified for value of {of} type - expected one of the characters '{expected}'"
        ))
    }

    fn merge(lower: &Self, higher: &Self) -> Self {
        Self {
            separator: higher.separator.clone().or_else(|| lower.separator.clone()),
            separator2: higher.separator2.clone().or_else(|| lower.separator2.clone()),
            inside: match (&lower.inside, &higher.inside) {
                (Some(lower), Some(higher)) => Some(Formats::merge(lower, higher)),
                (lower, higher) => higher.clone().or_else(|| lower.clone()),
            },
            ..higher.clone()
        }
    }

    fn plain(letter: char) -> Self {
        Self {
            text: format!("%{letter}"),
            letter,
            alternate: false,
            left: false,
            sign: Sign::Negative,
            delimiter: None,
            width: None,
            precision: None,
            separator: None,
            separator2: None,
            inside: None,
        }
    }
}

/// Formats by type; the first type that takes a value decides.
#[derive(Clone, Debug)]
pub(super) struct Formats(Vec<(Type, Arc<Format>)>);

impl Formats {
    pub(super) fn defaults() -> Self {
        let container = |letter: char, separator2: &str| Format {
            separator: Some(Arc::from(", ")),
            separator2: Some(Arc::from(separator2)),
            inside: Some(Self::inside()),
            ..Format::plain(letter)
        };
        Self(vec![
            (Type::Object(None), Arc::new(Format::plain('p'))),
            (Type::Float(Bounds::NONE), Arc::new(Format::plain('f'))),
            (Type::Numeric, Arc::new(Format::plain('d'))),
            (Type::array(Type::Any, Bounds::NONE), Arc::new(container('a', ", "))),
            (Type::hash(Type::Any, Type::Any, Bounds::NONE), Arc::new(container('h', " => "))),
            (Type::Binary, Arc::new(Format::plain('B'))),
            (Type::Any, Arc::new(Format::plain('s'))),
        ])
    }

    pub(super) fn inside() -> Self {
        Self(vec![(Type::Any, Arc::new(Format::plain('p')))])
    }

    pub(super) fn single(of: Type, format: &str) -> Result<Self, Failure> {
        Ok(Self(vec![(of, Arc::new(Format::parse(format)?))]))
    }

    /// `{Type => format}`, `{Type => {format => .., separator => .., string_formats => ..}}`
    pub(super) fn from_hash(formats: &Hash) -> Result<Self, Failure> {
        let mut found = Vec::with_capacity(formats.len());
        for (key, value) in formats {
            let Value::Type(of) = key else {
                let class = crate::value::ruby_class(key);
                return Err(Failure::argument(format!(
                    "top level keys in the format hash must be data types, got instance of '{class}'"
                )));
            };
            let format = match value {
                Value::Hash(container) => Self::container(container)?,
                Value::String(format) => Format::parse(format)?,
                other => Format::parse(&crate::format::to_text(other))?,
            };
            found.push((of.clone(), Arc::new(format)));
        }
        Ok(Self(found))
    }

    fn container(given: &Hash) -> Result<Format, Failure> {
        let known =
            |key: &Value| matches!(key.as_str(), Some("separator" | "separator2" | "format" | "string_formats"));
        if !given.keys().all(known) {
            let given = crate::format::ruby_inspect(&Value::hash(given.clone()));
            return Err(Failure::argument(format!(
                "only 'separator', 'separator2', 'format', 'string_formats' are allowed in a container format, got {given}"
            )));
        }
        let text = |key: &str| match given.get(&Value::string(key)) {
            Some(Value::String(text)) => Some(text.letters().clone()),
            _ => None,
        };
        let mut format = Format::parse(text("format").as_deref().unwrap_or_default())?;
        format.separator = text("separator");
        format.separator2 = text("separator2");
        format.inside = match given.get(&Value::string("string_formats")) {
            Some(Value::Hash(formats)) => Some(Self::from_hash(formats)?),
            _ => None,
        };
        Ok(format)
    }

    pub(super) fn find(&self, of: &Type) -> Arc<Format> {
        let found = self.0.iter().find(|(key, _)| is_assignable(key, of));
        found.map_or_else(|| Arc::new(Format::plain('s')), |(_, format)| format.clone())
    }

    /// Both, the higher over the lower; the most special types first.
    pub(super) fn merge(lower: &Self, higher: &Self) -> Self {
        let hidden = |key: &Type| higher.0.iter().any(|(other, _)| other != key && is_assignable(other, key));
        let mut merged: Vec<(Type, Arc<Format>)> = lower.0.iter().filter(|(key, _)| !hidden(key)).cloned().collect();
        for (key, format) in &higher.0 {
            match merged.iter_mut().find(|(known, _)| known == key) {
                Some((_, lower)) => *lower = Arc::new(Format::merge(lower, format)),
                None => merged.push((key.clone(), format.clone())),
            }
        }
        Self(sort(merged))
    }
}

/// By insertion: the order is not a total one.
fn sort(formats: Vec<(Type, Arc<Format>)>) -> Vec<(Type, Arc<Format>)> {
    let mut sorted: Vec<(Type, Arc<Format>)> = Vec::with_capacity(formats.len());
    for entry in formats {
        let at = sorted.iter().position(|(other, _)| goes_before(&entry.0, other)).unwrap_or(sorted.len());
        sorted.insert(at, entry);
    }
    sorted
}

fn goes_before(a: &Type, b: &Type) -> bool {
    let (b_takes_a, a_takes_b) = (is_assignable(b, a), is_assignable(a, b));
    if a == b {
        return false;
    }
    match (b_takes_a, a_takes_b) {
        (true, false) => true,
        (false, true) => false,
        _ => match (rank(a), rank(b)) {
            (0, _) | (_, 0) => a.to_string() < b.to_string(),
            (a, b) => a < b,
        },
    }
}

fn rank(of: &Type) -> u8 {
    match of {
        Type::Struct(_) => 1,
        Type::Hash(_) => 2,
        Type::Tuple(_) => 3,
        Type::Array(_) => 4,
        Type::Pattern(_) => 10,
        Type::Enum(_) => 11,
        Type::String(_) | Type::Text(_) => 12,
        _ => 0,
    }
}
