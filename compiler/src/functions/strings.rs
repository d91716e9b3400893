//! Functions on text.

use super::{Call, Function, ruby_text};
use crate::error::{Failure, Stop};
use crate::regexp::Regexp;
use crate::signature::{Declared, optional, required};
use crate::types::Type;
use crate::value::{Hash, Value};

/// A number (unchanged), a text, or a list of these.
const EACH_TEXT: &[Declared] = &[
    Declared::new(&[required("arg", "Numeric")]),
    Declared::new(&[required("arg", "String")]),
    Declared::new(&[required("arg", "Iterable[Variant[String, Numeric]]")]),
];

/// A number (unchanged), a text, or data made of these.
const DEEP_TEXT: &[Declared] = &[
    Declared::new(&[required("arg", "Numeric")]),
    Declared::new(&[required("arg", "String")]),
    Declared::new(&[required("arg", "Array[StringData]")]).aliases(STRING_DATA),
    Declared::new(&[required("arg", "Hash[StringData, StringData]")]).aliases(STRING_DATA),
];

// The original's alias names itself; deeper levels are checked as they are reached.
const STRING_DATA: &[(&str, &str)] = &[("StringData", "Variant[String, Numeric, Array, Hash]")];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("upcase", DEEP_TEXT, |call| deep(call.argument(0), &|text| text.to_uppercase())),
    Function::new("downcase", DEEP_TEXT, |call| deep(call.argument(0), &|text| text.to_lowercase())),
    Function::new("capitalize", EACH_TEXT, |call| each_text(call, &capitalized)),
    Function::new("camelcase", EACH_TEXT, |call| each_text(call, &|text| text.split('_').map(capitalized).collect())),
    Function::new("strip", EACH_TEXT, |call| each_text(call, &|text| text.trim_matches(is_blank).to_owned())),
    Function::new("lstrip", EACH_TEXT, |call| each_text(call, &|text| text.trim_start_matches(is_blank).to_owned())),
    Function::new("rstrip", EACH_TEXT, |call| each_text(call, &|text| text.trim_end_matches(is_blank).to_owned())),
    Function::new("chomp", EACH_TEXT, |call| each_text(call, &|text| chomped(text).to_owned())),
    Function::new("chop", EACH_TEXT, |call| each_text(call, &|text| chopped(text).to_owned())),
    Function::new("join", &[Declared::new(&[required("arg", "Array"), optional("delimiter", "String")])], |call| {
        let mut out = String::new();
        join(&mut out, call.items(0), call.text(1), &mut true)?;
        // What comes first decides.
        Ok(match flat(call.items(0)).first() {
            Some(Value::String(first)) => Value::String(first.derived(out)),
            _ => Value::from(out),
        })
    }),
    Function::new(
        "split",
        &[
            Declared::new(&[required("str", "String"), required("pattern", "String")]),
            Declared::new(&[required("str", "String"), required("pattern", "Regexp")]),
            Declared::new(&[required("str", "String"), required("pattern", "Type[Regexp]")]),
        ],
        split,
    ),
    Function::new(
        "regsubst",
        &[
            Declared::new(&[
                required("target", "Variant[Array[String],String]"),
                required("pattern", "String"),
                required("replacement", "Variant[String,Hash[String,String]]"),
                optional("flags", "Optional[Pattern[/^[GEIM]*$/]]"),
                optional("encoding", "Enum['N','E','S','U']"),
            ]),
            Declared::new(&[
                required("target", "Variant[Array[String],String]"),
                required("pattern", "Variant[Regexp,Type[Regexp]]"),
                required("replacement", "Variant[String,Hash[String,String]]"),
                optional("flags", "Pattern[/^G?$/]"),
            ]),
        ],
        regsubst,
    ),
    Function::new(
        "match",
        &[
            Declared::new(&[required("string", "String"), required("pattern", "Variant[Any, Type]")]),
            Declared::new(&[required("string", "Array[String]"), required("pattern", "Variant[Any, Type]")]),
        ],
        |call| match call.argument(0) {
            Value::Array(texts) => {
                let matches = texts.iter().map(|text| matched(text.as_str().unwrap_or_default(), call.argument(1)));
                Ok(Value::array(matches.collect::<Result<_, _>>()?))
            }
            text => matched(text.as_str().unwrap_or_default(), call.argument(1)),
        },
    ),
    Function::legacy("sprintf", 1, None, |call| {
        if call.argument(0).as_str().is_none() {
            let class = match call.argument(0) {
                Value::Boolean(truth) => truth.to_string(),
                Value::Sensitive(_) => "Puppet::Pops::Types::PSensitiveType::Sensitive".to_owned(),
                other => ruby_class(other),
            };
            return Err(Failure::argument(format!("no implicit conversion of {class} into String")).into());
        }
        let arguments = call.arguments.get(1..).unwrap_or_default();
        Ok(Value::from(crate::format::sprintf(call.text(0), arguments)?))
    }),
    Function::legacy("shellquote", 0, None, |call| {
        let given = flat(&call.arguments);
        let mut words = Vec::new();
        for word in &given {
            if word.as_str().is_none() && !word.is_undef() {
                let (shown, class) = (ruby_text::inspect(word), ruby_class(word));
                return Err(Failure::argument(format!("undefined method `length' for {shown}:{class}")).into());
            }
            words.push(shell_quoted(&ruby_text::to_s(word)));
        }
        let quoted = words.join(" ");
        Ok(match given.first() {
            // What comes first decides: the word, or a quotation mark.
            Some(Value::String(first)) if quoted.starts_with(&**first) => Value::String(first.derived(quoted)),
            _ => Value::from(quoted),
        })
    }),
];

fn each_text(call: &Call<'_>, change: &dyn Fn(&str) -> String) -> Result<Value, Stop> {
    let one = |value: &Value| match value {
        Value::String(text) => Value::String(text.derived(change(text))),
        other => other.clone(),
    };
    let value = call.argument(0);
    if call.dispatch < 2 {
        return Ok(one(value));
    }
    let elements = crate::iterator::iterable(value).map(|elements| elements.to_vec()).transpose()?;
    Ok(Value::array(elements.unwrap_or_default().iter().map(one).collect()))
}

fn deep(value: &Value, change: &dyn Fn(&str) -> String) -> Result<Value, Stop> {
    Ok(match value {
        Value::String(text) => Value::String(text.derived(change(text))),
        Value::Array(items) => Value::array(items.iter().map(|item| deep(item, change)).collect::<Result<_, _>>()?),
        Value::Hash(entries) => {
            let mut result = Hash::default();
            for (key, value) in entries.iter() {
                result.insert(deep(key, change)?, deep(value, change)?);
            }
            Value::hash(result)
        }
        other => other.clone(),
    })
}

pub(super) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(characters.as_str().to_lowercase().chars()).collect(),
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, '\0' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

pub(super) fn chomped(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).or_else(|| text.strip_suffix('\r')).unwrap_or(text)
}

pub(super) fn chopped(text: &str) -> &str {
    if let Some(rest) = text.strip_suffix("\r\n") {
        return rest;
    }
    let mut characters = text.chars();
    characters.next_back();
    characters.as_str()
}

/// Ruby's `Array#join`: lists within lists count element by element.
pub(super) fn join(out: &mut String, items: &[Value], delimiter: &str, first: &mut bool) -> Result<(), Failure> {
    for item in items {
        if !std::mem::take(first) {
            out.push_str(delimiter);
        }
        if let Value::Array(inner) = item {
            join(out, inner, delimiter, &mut true)?;
            continue;
        }
        out.push_str(&ruby_text::to_s(item));
        bounded(out)?;
    }
    Ok(())
}

/// Refuses a text that has become too long.
fn bounded(text: &str) -> Result<(), Failure> {
    check_length(text.len())
}

/// Refuses a text of so many bytes when that is too long.
pub(super) fn check_length(bytes: usize) -> Result<(), Failure> {
    if bytes > MOST_BYTES {
        return Err(Failure::argument(format!("the result has more than {MOST_BYTES} bytes")));
    }
    Ok(())
}

pub(super) fn flat(items: &[Value]) -> Vec<Value> {
    let mut result = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Array(inner) => result.extend(flat(inner)),
            other => result.push(other.clone()),
        }
    }
    result
}

fn split(call: &mut Call<'_>) -> Result<Value, Stop> {
    let parts = match call.argument(1) {
        Value::String(pattern) => split_text(call.text(0), &*Regexp::shared(pattern)?)?,
        Value::Regexp(pattern) => split_text(call.text(0), pattern)?,
        Value::Type(Type::Regexp(Some(pattern))) => split_text(call.text(0), pattern)?,
        _ => split_text(call.text(0), &*Regexp::shared("")?)?,
    };
    let Value::String(text) = call.argument(0) else { return Ok(Value::array(Vec::new())) };
    Ok(Value::array(parts.into_iter().map(|part| Value::String(text.derived(part))).collect()))
}

/// Ruby's `String#split` with a pattern: groups are part of the result, empty parts at the end are not.
pub(super) fn split_text(text: &str, pattern: &Regexp) -> Result<Vec<String>, Stop> {
    let mut parts: Vec<String> = Vec::new();
    let (mut begin, mut start) = (0, 0);
    let mut after_empty = false;
    while start <= text.len() {
        let found = pattern.captures_from(text, start)?;
        let Some(groups) = found else { break };
        let Some(whole) = groups.get(0) else { break };
        if whole.start() == whole.end() && whole.start() == start {
            if text.is_empty() {
                parts.push(String::new());
                break;
            }
            let next = |at: usize| text[at..].chars().next().map_or(1, char::len_utf8);
            if !after_empty {
                start += next(start);
                after_empty = true;
                continue;
            }
            let end = (begin + next(begin)).min(text.len());
            parts.push(text[begin..end].to_owned());
            begin = start;
        } else {
            parts.push(text[begin..whole.start()].to_owned());
            begin = whole.end();
            start = begin;
        }
        after_empty = false;
        parts.extend(groups.iter().skip(1).flatten().map(|group| group.as_str().to_owned()));
    }
    if !text.is_empty() && begin <= text.len() {
        parts.push(text[begin..].to_owned());
    }
    while parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    Ok(parts)
}

fn regsubst(call: &mut Call<'_>) -> Result<Value, Stop> {
    let flags = call.text(3);
    let parsed;
    let pattern = match call.argument(1) {
        Value::String(source) => {
            let options: String = [('E', 'x'), ('I', 'i'), ('M', 'm')]
                .iter()
                .filter(|(flag, _)| flags.contains(*flag))
                .map(|(_, option)| option)
                .collect();
            let source = if options.is_empty() { source.to_string() } else { format!("(?{options}:{source})") };
            parsed = Regexp::shared(&source)?;
            &parsed
        }
        Value::Regexp(pattern) => pattern,
        Value::Type(Type::Regexp(Some(pattern))) => pattern,
        _ => {
            parsed = Regexp::shared("")?;
            &parsed
        }
    };
    let all = flags.contains('G');
    let one = |text: &Value| {
        let changed = substitute(text.as_str().unwrap_or_default(), pattern, call.argument(2), all)?;
        Ok(match (text, changed) {
            (Value::String(text), Value::String(changed)) => Value::String(text.derived(changed.letters().clone())),
            (_, changed) => changed,
        })
    };
    match call.argument(0) {
        Value::Array(texts) => Ok(Value::array(texts.iter().map(one).collect::<Result<_, Stop>>()?)),
        text => one(text),
    }
}

/// A function may make this much text.
const MOST_BYTES: usize = 256 << 20;

/// Ruby's `sub` and `gsub`; `replacement` is a text with `\1` and the like, or a hash by match.
pub(super) fn substitute(text: &str, pattern: &Regexp, replacement: &Value, all: bool) -> Result<Value, Stop> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at <= text.len() {
        let found = pattern.captures_from(text, at)?;
        let Some(groups) = found else { break };
        let Some(whole) = groups.get(0) else { break };
        out.push_str(&text[at..whole.start()]);
        match replacement {
            Value::Hash(by_match) => {
                if let Some(value) = by_match.get(&Value::from(whole.as_str())) {
                    out.push_str(&ruby_text::to_s(value));
                }
            }
            other => expand(&mut out, other.as_str().unwrap_or_default(), text, &groups),
        }
        bounded(&out)?;
        at = whole.end();
        if !all {
            break;
        }
        if whole.start() == whole.end() {
            let Some(next) = text[at..].chars().next() else { break };
            out.push(next);
            at += next.len_utf8();
        }
    }
    if at <= text.len() {
        out.push_str(&text[at..]);
    }
    Ok(Value::from(out))
}

fn expand(out: &mut String, template: &str, text: &str, groups: &fancy_regex::Captures<'_, str>) {
    let mut rest = template;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let whole = groups.get(0);
        match next {
            '0'..='9' => {
                let index = next as usize - '0' as usize;
                out.push_str(groups.get(index).map_or("", |group| group.as_str()));
            }
            '&' => out.push_str(whole.map_or("", |group| group.as_str())),
            '`' => out.push_str(whole.map_or("", |group| &text[..group.start()])),
            '\'' => out.push_str(whole.map_or("", |group| &text[group.end()..])),
            '\\' => out.push('\\'),
            'k' if rest.starts_with("k<") && rest.contains('>') => {
                let end = rest.find('>').unwrap_or(rest.len());
                out.push_str(groups.name(&rest[2..end]).map_or("", |group| group.as_str()));
                rest = &rest[end + 1..];
                continue;
            }
            other => {
                out.push('\\');
                out.push(other);
            }
        }
        rest = &rest[next.len_utf8()..];
    }
    out.push_str(rest);
}

fn matched(text: &str, pattern: &Value) -> Result<Value, Stop> {
    let by = |pattern: &Regexp| {
        Ok(pattern.captures(text)?.map_or(Value::Undef, |found| {
            Value::array(found.groups.into_iter().map(|group| group.map_or(Value::Undef, Value::string)).collect())
        }))
    };
    match pattern {
        Value::String(source) => by(&*Regexp::shared(source)?),
        Value::Regexp(pattern) => by(pattern),
        Value::Array(patterns) => {
            for pattern in flat(patterns) {
                let found = matched(text, &pattern)?;
                if found.is_truthy() {
                    return Ok(found);
                }
            }
            Ok(Value::Undef)
        }
        Value::Type(of) => matched_by_type(of, &by),
        other => Err(not_a_pattern(&ruby_class(other))),
    }
}

fn matched_by_type(of: &Type, by: &dyn Fn(&Regexp) -> Result<Value, Stop>) -> Result<Value, Stop> {
    match of {
        Type::Regexp(Some(pattern)) => by(pattern),
        Type::Regexp(None) => Err(Failure::argument("Given Regexp Type has no regular expression").into()),
        Type::Pattern(patterns) => {
            for pattern in patterns.iter() {
                let found = by(pattern)?;
                if found.is_truthy() {
                    return Ok(found);
                }
            }
            Ok(Value::Undef)
        }
        Type::Variant(types) => {
            for of in types.iter() {
                let found = matched_by_type(of, by)?;
                if found.is_truthy() {
                    return Ok(found);
                }
            }
            Ok(Value::Undef)
        }
        Type::Alias(alias) => match alias.target.get() {
            Some(target) => matched_by_type(target, by),
            None => Ok(Value::Undef),
        },
        other => {
            let name = other.to_string();
            let name = name.split('[').next().unwrap_or_default();
            Err(not_a_pattern(&format!("Puppet::Pops::Types::P{name}Type")))
        }
    }
}

fn not_a_pattern(class: &str) -> Stop {
    Failure::argument(format!(
        "match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got {class}"
    ))
    .into()
}

/// The class of the value in Ruby, as texts of the original name it.
pub(super) fn ruby_class(value: &Value) -> String {
    match value {
        Value::Undef => "NilClass".to_owned(),
        Value::Boolean(true) => "TrueClass".to_owned(),
        Value::Boolean(false) => "FalseClass".to_owned(),
        Value::Default => "Symbol".to_owned(),
        other => other.type_name().to_owned(),
    }
}

fn shell_quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@%_+=:,./-".contains(c);
    let dangerous = ['!', '"', '`', '$', '\\'];
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else if !word.contains(dangerous) {
        format!("\"{word}\"")
    } else if !word.contains('\'') {
        format!("'{word}'")
    } else {
        let mut quoted = String::from("\"");
        for c in word.chars() {
            if dangerous.contains(&c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        quoted.push('"');
        quoted
    }
}
