//! `=~`, `in`, and options of `case`.

use crate::error::{Failure, Place};
use crate::operators::{Matched, inner_equals};
use crate::regexp::Regexp;
use crate::types::is_instance;
use crate::value::label::a_an;
use crate::value::{Value, ruby_class};
use crate::version_range::VersionRange;

/// `=~`
pub fn matches(left: &Value, right: &Value) -> Result<Matched, Failure> {
    let not_a_pattern = |detail: &str| {
        let message = format!("Can not convert right match operand to a regular expression. Caused by '{detail}'.");
        Failure::new("MATCH_NOT_REGEXP", message).at(Place::Right)
    };
    let compiled;
    let pattern = match right {
        Value::Type(of) => return Ok(is_instance(of, left).into()),
        Value::SemVerRange(range) => return Ok(range_includes(range, left).into()),
        Value::Regexp(pattern) => pattern,
        Value::String(source) => {
            compiled = Regexp::shared(source).map_err(|failure| not_a_pattern(&failure.message))?;
            &compiled
        }
        other => {
            let class = match other {
                Value::Undef => "nil".into(),
                Value::Boolean(true) => "true".into(),
                Value::Boolean(false) => "false".into(),
                other => ruby_class(other),
            };
            return Err(not_a_pattern(&format!("no implicit conversion of {class} into String")));
        }
    };
    match left {
        Value::String(text) => search(pattern, text),
        other => {
            let message = format!("Left match operand must result in a String value. Got {}.", a_an(&other.label()));
            Err(Failure::new("MATCH_NOT_STRING", message).at(Place::Left))
        }
    }
}

/// Whether an option of `case` or a selector takes a value (patterns, types, lists within).
pub fn option_matches(option: &Value, value: &Value) -> Result<Matched, Failure> {
    Ok(match (option, value) {
        (Value::Regexp(pattern), Value::String(text)) => search(pattern, text)?,
        (Value::Regexp(_), _) => Matched::No,
        (Value::Type(of), _) => is_instance(of, value).into(),
        (Value::SemVer(version), Value::SemVer(other)) => (version == other).into(),
        (Value::SemVer(version), Value::String(text)) => {
            semver::Version::parse(text).is_ok_and(|other| other == **version).into()
        }
        (Value::SemVer(_), _) => Matched::No,
        (Value::SemVerRange(range), _) => range_includes(range, value).into(),
        (Value::Array(options), Value::Array(items)) if options.len() == items.len() => {
            let mut found = Matched::Yes;
            for (option, item) in options.iter().zip(items.iter()) {
                match option_matches(option, item)? {
                    Matched::No => return Ok(Matched::No),
                    Matched::Yes => {}
                    captures @ Matched::Captures(_) => found = captures,
                }
            }
            found
        }
        (Value::Array(_), _) => Matched::No,
        (Value::Hash(options), Value::Hash(entries)) => {
            let mut found = Matched::Yes;
            for (key, option) in options.iter() {
                match option_matches(option, entries.get(key).unwrap_or(&Value::Undef))? {
                    Matched::No => return Ok(Matched::No),
                    Matched::Yes => {}
                    captures @ Matched::Captures(_) => found = captures,
                }
            }
            found
        }
        (Value::Hash(_), _) => Matched::No,
        (Value::Default, _) => Matched::Yes,
        _ => inner_equals(value, option).into(),
    })
}

/// `in`: whether `haystack` contains `needle`; a pattern as needle sets match variables.
pub fn contains(haystack: &Value, needle: &Value) -> Result<Matched, Failure> {
    Ok(match (haystack, needle) {
        (Value::String(text), Value::String(part)) => text.to_lowercase().contains(&part.to_lowercase()).into(),
        (Value::String(text), Value::Regexp(pattern)) => search(pattern, text)?,
        (Value::Binary(bytes), Value::Binary(part)) => contains_bytes(bytes, part).into(),
        (Value::Binary(bytes), Value::String(part)) => contains_bytes(bytes, part.as_bytes()).into(),
        (Value::Binary(bytes), Value::Integer(_) | Value::Float(_)) => {
            bytes.iter().any(|&byte| inner_equals(&Value::Integer(byte.into()), needle)).into()
        }
        (Value::Array(items), _) => among(items.iter(), needle)?,
        (Value::Hash(entries), _) => among(entries.keys(), needle)?,
        (Value::SemVerRange(range), _) => range_includes(range, needle).into(),
        _ => Matched::No,
    })
}

fn among<'a>(mut items: impl Iterator<Item = &'a Value>, needle: &Value) -> Result<Matched, Failure> {
    Ok(match needle {
        Value::Regexp(pattern) => {
            for text in items.filter_map(Value::as_str) {
                let found = search(pattern, text)?;
                if found.is_match() {
                    return Ok(found);
                }
            }
            Matched::No
        }
        Value::String(_) | Value::SemVer(_) => {
            for item in items {
                // Patterns and types in the list are asked whether they take the text.
                let found = option_matches(item, needle)?;
                if found.is_match() {
                    return Ok(found);
                }
            }
            Matched::No
        }
        Value::Type(of) => items.any(|item| is_instance(of, item)).into(),
        _ => items.any(|item| inner_equals(item, needle)).into(),
    })
}

fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

fn search(pattern: &Regexp, text: &str) -> Result<Matched, Failure> {
    Ok(pattern.captures(text)?.map_or(Matched::No, Matched::Captures))
}

fn range_includes(range: &VersionRange, value: &Value) -> bool {
    match value {
        Value::SemVer(version) => range.includes(version),
        Value::String(text) => semver::Version::parse(text).is_ok_and(|version| range.includes(&version)),
        _ => false,
    }
}
