//! Patterns on strings: searching, cutting and replacing.

use std::rc::Rc;
use std::sync::Arc;

use super::{Call, Method, method, string};
use crate::interpreter::{Interpreter, Outcome, Stop};
use crate::regexp::{Match, Regexp, escape};
use crate::value::{Key, Value};

pub(super) const METHODS: &[Method] = &[
    method("sub", 1, 2, |call| replaced(call, false).map(|(text, _)| Value::from(text))),
    method("gsub", 1, 2, |call| replaced(call, true).map(|(text, _)| Value::from(text))),
    method("sub!", 1, 2, |call| replaced_in_place(call, false)),
    method("gsub!", 1, 2, |call| replaced_in_place(call, true)),
    method("=~", 1, 1, |call| match call.argument(0) {
        Value::Nil => Ok(Value::Nil),
        pattern => {
            let text = call.text();
            super::regexp::position(call.ruby, &pattern, &text)
        }
    }),
    method("match", 1, 1, |call| {
        let pattern = pattern(call, 0, false)?;
        let text = call.text();
        super::regexp::matched(call.ruby, &pattern, &text)
    }),
    method("match?", 1, 1, |call| {
        let pattern = pattern(call, 0, false)?;
        Ok(Value::Boolean(find(call.ruby, &pattern, &call.text(), 0)?.is_some()))
    }),
    method("[]", 1, 2, index),
    method("slice", 1, 2, index),
    method("split", 0, 2, split),
    method("scan", 1, 1, scan),
    method("index", 1, 1, |call| {
        let pattern = pattern(call, 0, true)?;
        let text = call.text();
        let found = find(call.ruby, &pattern, &text, 0)?;
        Ok(found.map_or(Value::Nil, |found| Value::from(text[..found.span().0].chars().count())))
    }),
    method("partition", 1, 1, |call| {
        let pattern = pattern(call, 0, true)?;
        let text = call.text();
        let parts = match find(call.ruby, &pattern, &text, 0)? {
            Some(found) => vec![found.before().into(), found.group(0).into(), found.after().into()],
            None => vec![Value::string(text), Value::from(""), Value::from("")],
        };
        Ok(Value::array(parts))
    }),
    method("rpartition", 1, 1, |call| {
        let part = call.text_argument(0)?;
        let text = call.text();
        Ok(Value::array(match text.rfind(&*part) {
            Some(at) => vec![text[..at].into(), Value::string(part.clone()), text[at + part.len()..].into()],
            None => vec![Value::from(""), Value::from(""), Value::string(text)],
        }))
    }),
    method("count", 1, 1, |call| {
        let set = call.text_argument(0)?;
        let text = call.text();
        Ok(Value::from(text.chars().filter(|c| in_set(&set, *c)).count()))
    }),
    method("delete", 1, 1, |call| {
        let set = call.text_argument(0)?;
        Ok(Value::from(call.text().chars().filter(|c| !in_set(&set, *c)).collect::<String>()))
    }),
    method("squeeze", 0, 1, |call| {
        let set = if call.arguments.is_empty() { None } else { Some(call.text_argument(0)?) };
        let mut out = String::new();
        for letter in call.text().chars() {
            let squeezes = set.as_ref().is_none_or(|set| in_set(set, letter));
            if !(squeezes && out.ends_with(letter)) {
                out.push(letter);
            }
        }
        Ok(Value::from(out))
    }),
    method("tr", 2, 2, |call| {
        let (from, to) = (call.text_argument(0)?, call.text_argument(1)?);
        Ok(Value::from(translated(&call.text(), &from, &to)))
    }),
];

/// An argument as a pattern; with `literal`, a text stands for itself (so it does for `gsub`).
fn pattern(call: &mut Call<'_, '_>, index: usize, literal: bool) -> Result<Arc<Regexp>, Stop> {
    match call.argument(index) {
        Value::Regexp(pattern) => Ok(pattern),
        Value::String(text) => {
            let source = if literal { escape(&text.read()) } else { text.read().to_owned() };
            match call.ruby.regexp(&source, "")? {
                Value::Regexp(pattern) => Ok(pattern),
                _ => Err(call.ruby.type_error("no pattern")),
            }
        }
        other => {
            let class = if other.is_nil() { "nil".into() } else { other.class() };
            Err(call.ruby.type_error(format!("wrong argument type {class} (expected Regexp)")))
        }
    }
}

pub(super) fn find(
    ruby: &mut Interpreter<'_>,
    pattern: &Regexp,
    text: &Arc<str>,
    from: usize,
) -> Result<Option<Match>, Stop> {
    ruby.step()?;
    pattern.find(text, from).map_err(|message| Stop::Limit(ruby.line, format!("{message}: {}", pattern.inspect())))
}

/// All matches, one after the other.
fn matches(ruby: &mut Interpreter<'_>, pattern: &Regexp, text: &Arc<str>, all: bool) -> Result<Vec<Match>, Stop> {
    let mut found = Vec::new();
    let mut at = 0;
    while at <= text.len() {
        let Some(next) = find(ruby, pattern, text, at)? else { break };
        let (from, to) = next.span();
        at = if to > from { to } else { to + text[to..].chars().next().map_or(1, char::len_utf8) };
        ruby.spend(64)?;
        found.push(next);
        if !all {
            break;
        }
    }
    Ok(found)
}

/// The text with matches replaced, and whether there were any.
fn replaced(call: &mut Call<'_, '_>, all: bool) -> Result<(String, bool), Stop> {
    let pattern = pattern(call, 0, true)?;
    let text = call.text();
    let found = matches(call.ruby, &pattern, &text, all)?;
    let mut out = String::new();
    let mut at = 0;
    for one in &found {
        let (from, to) = one.span();
        out.push_str(&text[at..from]);
        match call.argument(1) {
            Value::Hash(hash) => {
                let key = Key::String(one.group(0).unwrap_or_default().into());
                out.push_str(&hash.get(&key).unwrap_or(Value::Nil).to_s());
            }
            _ if call.arguments.len() > 1 => expand(&mut out, &call.text_argument(1)?, one),
            _ => {
                let block = call.needed_block()?;
                call.ruby.last_match = Some(Rc::new(one.clone()));
                let value = call.run(&block, Value::from(one.group(0)))?;
                out.push_str(&value.to_s());
            }
        }
        call.ruby.spend(out.len().saturating_sub(at).min(4096))?;
        at = to;
    }
    out.push_str(&text[at..]);
    call.ruby.last_match = found.last().cloned().map(Rc::new);
    Ok((out, !found.is_empty()))
}

fn replaced_in_place(call: &mut Call<'_, '_>, all: bool) -> Outcome {
    let (text, any) = replaced(call, all)?;
    if !any {
        return Ok(Value::Nil);
    }
    string::in_place(call, |_| text)?;
    Ok(call.this.clone())
}

/// `\1`, `\0`, `\k<name>` of a replacement.
fn expand(out: &mut String, replacement: &str, found: &Match) {
    let mut letters = replacement.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some(digit @ '0'..='9') => out.push_str(found.group(digit as usize - '0' as usize).unwrap_or_default()),
            Some('&') => out.push_str(found.group(0).unwrap_or_default()),
            Some('`') => out.push_str(found.before()),
            Some('\'') => out.push_str(found.after()),
            Some('k') => {
                let name: String = letters.by_ref().skip(1).take_while(|c| *c != '>').collect();
                out.push_str(found.named(&name).unwrap_or_default());
            }
            Some('\\') | None => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
        }
    }
}

/// `text[…]`
fn index(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.text();
    match call.argument(0) {
        Value::String(part) => {
            let part = part.shared();
            Ok(if text.contains(&*part) { Value::string(part) } else { Value::Nil })
        }
        Value::Regexp(pattern) => {
            let found = find(call.ruby, &pattern, &text, 0)?;
            call.ruby.last_match = found.clone().map(Rc::new);
            let Some(found) = found else { return Ok(Value::Nil) };
            Ok(match call.argument(1) {
                Value::Integer(group) => usize::try_from(group).map_or(Value::Nil, |group| found.group(group).into()),
                Value::Nil => found.group(0).into(),
                name => found.named(&name.to_s()).into(),
            })
        }
        Value::Range(range) => {
            let letters: Vec<char> = text.chars().collect();
            Ok(range.slice(letters.len()).map_or(Value::Nil, |(from, count)| {
                Value::from(letters[from..from + count].iter().collect::<String>())
            }))
        }
        _ => {
            let letters: Vec<char> = text.chars().collect();
            let mut from = call.integer_argument(0)?;
            if from < 0 {
                from += letters.len() as i64;
            }
            let single = call.arguments.len() < 2;
            let count = if single { 1 } else { call.integer_argument(1)? };
            let length = letters.len() as i64;
            if from < 0 || from > length || single && from == length || count < 0 {
                return Ok(Value::Nil);
            }
            let to = from.saturating_add(count).min(length);
            Ok(Value::from(letters[from as usize..to as usize].iter().collect::<String>()))
        }
    }
}

fn split(call: &mut Call<'_, '_>) -> Outcome {
    let text = call.text();
    let limit = if call.arguments.len() > 1 { call.integer_argument(1)? } else { 0 };
    let on_blanks = match call.argument(0) {
        Value::Nil => true,
        Value::String(by) => *by.read() == *" ",
        _ => false,
    };
    let mut parts: Vec<Value> = Vec::new();
    if on_blanks && limit == 0 {
        parts.extend(text.split_ascii_whitespace().map(Value::from));
        return Ok(Value::array(parts));
    }
    let pattern = if on_blanks { call.ruby.regexp("\\s+", "")? } else { Value::Regexp(pattern(call, 0, true)?) };
    let Value::Regexp(pattern) = pattern else { return Ok(Value::Nil) };
    let mut at = 0;
    for found in matches(call.ruby, &pattern, &text, true)? {
        let (from, to) = found.span();
        if limit > 0 && parts.len() as i64 + 1 >= limit {
            break;
        }
        if to == from && (from == 0 || from >= text.len()) {
            continue;
        }
        parts.push(text[at..from].into());
        parts.extend((1..found.groups.len()).filter_map(|group| found.group(group)).map(Value::from));
        at = to;
    }
    if !text.is_empty() {
        parts.push(text[at..].into());
    }
    if limit == 0 {
        while parts.last().is_some_and(|part| matches!(part, Value::String(text) if text.is_empty())) {
            parts.pop();
        }
    }
    Ok(Value::array(parts))
}

fn scan(call: &mut Call<'_, '_>) -> Outcome {
    let pattern = pattern(call, 0, true)?;
    let text = call.text();
    let mut items = Vec::new();
    for found in matches(call.ruby, &pattern, &text, true)? {
        let item = if found.groups.len() > 1 {
            Value::array((1..found.groups.len()).map(|group| found.group(group).into()).collect())
        } else {
            found.group(0).into()
        };
        call.ruby.last_match = Some(Rc::new(found));
        match call.block.clone() {
            Some(block) => {
                call.run(&block, item)?;
            }
            None => items.push(item),
        }
    }
    Ok(if call.block.is_some() { call.this.clone() } else { Value::array(items) })
}

/// The letters that a set such as `a-z^` stands for.
fn set_letters(set: &str) -> Vec<char> {
    let letters: Vec<char> = set.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match (letters.get(at + 1), letters.get(at + 2)) {
            _ if letters[at] == '\\' && at + 1 < letters.len() => {
                out.push(letters[at + 1]);
                at += 2;
            }
            (Some('-'), Some(to)) if *to >= letters[at] && (*to as u32 - letters[at] as u32) < 0x1000 => {
                out.extend(letters[at]..=*to);
                at += 3;
            }
            _ => {
                out.push(letters[at]);
                at += 1;
            }
        }
    }
    out
}

fn in_set(set: &str, letter: char) -> bool {
    match set.strip_prefix('^').filter(|rest| !rest.is_empty()) {
        Some(rest) => !set_letters(rest).contains(&letter),
        None => set_letters(set).contains(&letter),
    }
}

fn translated(text: &str, from: &str, to: &str) -> String {
    let to = set_letters(to);
    let negated = from.starts_with('^') && from.len() > 1;
    let from = set_letters(if negated { &from[1..] } else { from });
    let replace = |letter: char| {
        let place = from.iter().position(|known| *known == letter);
        match (place, negated) {
            (None, true) => to.last().copied(),
            (Some(place), false) => to.get(place).or(to.last()).copied(),
            _ => Some(letter),
        }
    };
    text.chars().filter_map(replace).collect()
}
