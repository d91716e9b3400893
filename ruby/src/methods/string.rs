//! Strings and symbols.

use super::{Call, Method, convert, method, open};
use crate::interpreter::Outcome;
use crate::value::compare::compare;
use crate::value::{Key, Value};

pub(super) const OF_SYMBOLS: &[Method] = &[
    method("to_sym", 0, 0, |call| Ok(call.this.clone())),
    method("to_proc", 0, 0, |call| {
        let kind = crate::interpreter::ProcKind::Symbol(call.text());
        Ok(Value::Proc(call.ruby.proc(kind, true)))
    }),
    method("length", 0, 0, |call| Ok(Value::from(call.text().chars().count()))),
    method("size", 0, 0, |call| Ok(Value::from(call.text().chars().count()))),
    method("upcase", 0, 0, |call| Ok(Value::symbol(&call.text().to_uppercase()))),
    method("downcase", 0, 0, |call| Ok(Value::symbol(&call.text().to_lowercase()))),
    method("name", 0, 0, |call| Ok(Value::string(call.text()))),
];

pub(super) const METHODS: &[Method] = &[
    method("+", 1, 1, |call| {
        let more = call.text_argument(0)?;
        call.ruby.spend(more.len())?;
        Ok(Value::from(format!("{}{more}", call.text())))
    }),
    method("*", 1, 1, |call| {
        let times = call.integer_argument(0)?;
        let Ok(times) = usize::try_from(times) else {
            return Err(call.ruby.argument_error("argument must be non-negative"));
        };
        let text = call.text();
        call.ruby.spend(text.len().saturating_mul(times))?;
        Ok(Value::from(text.repeat(times)))
    }),
    method("%", 1, 1, |call| {
        let arguments = match call.argument(0) {
            Value::Array(list) => list.items(),
            other => vec![other],
        };
        let pattern = call.text();
        crate::format::sprintf(call.ruby, &pattern, arguments).map(Value::from)
    }),
    method("<<", 1, 1, append),
    open("concat", 0, append),
    method("+@", 0, 0, |call| Ok(call.this.clone())),
    method("-@", 0, 0, |call| Ok(call.this.clone())),
    method("prepend", 1, 1, |call| change(call, |text, more| format!("{more}{text}"))),
    method("replace", 1, 1, |call| change(call, |_, more| more.to_owned())),
    method("===", 1, 1, |call| Ok(Value::Boolean(crate::value::compare::equal(&call.this, &call.argument(0))))),
    method("<", 1, 1, |call| ordered(call, "<")),
    method(">", 1, 1, |call| ordered(call, ">")),
    method("<=", 1, 1, |call| ordered(call, "<=")),
    method(">=", 1, 1, |call| ordered(call, ">=")),
    method("length", 0, 0, |call| Ok(Value::from(call.text().chars().count()))),
    method("size", 0, 0, |call| Ok(Value::from(call.text().chars().count()))),
    method("bytesize", 0, 0, |call| Ok(Value::from(call.text().len()))),
    method("empty?", 0, 0, |call| Ok(Value::Boolean(call.text().is_empty()))),
    method("to_str", 0, 0, |call| Ok(call.this.clone())),
    method("to_s", 0, 0, |call| Ok(call.this.clone())),
    method("to_sym", 0, 0, |call| Ok(Value::Symbol(call.text()))),
    method("intern", 0, 0, |call| Ok(Value::Symbol(call.text()))),
    method("to_i", 0, 1, |call| {
        let radix = if call.arguments.is_empty() { 10 } else { call.integer_argument(0)? };
        if !(2..=36).contains(&radix) {
            return Err(call.ruby.argument_error(format!("invalid radix {radix}")));
        }
        let number = convert::leading_integer(&call.text(), radix as u32);
        number.map(Value::Integer).ok_or_else(|| call.ruby.unsupported("an integer of more than 64 bits"))
    }),
    method("to_f", 0, 0, |call| Ok(Value::Float(crate::value::leading_float(&call.text())))),
    method("upcase", 0, 0, |call| Ok(Value::from(call.text().to_uppercase()))),
    method("downcase", 0, 0, |call| Ok(Value::from(call.text().to_lowercase()))),
    method("capitalize", 0, 0, |call| Ok(Value::from(capitalized(&call.text())))),
    method("swapcase", 0, 0, |call| {
        let swap = |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
        Ok(Value::from(call.text().chars().map(swap).collect::<String>()))
    }),
    method("upcase!", 0, 0, |call| in_place(call, str::to_uppercase)),
    method("downcase!", 0, 0, |call| in_place(call, str::to_lowercase)),
    method("capitalize!", 0, 0, |call| in_place(call, capitalized)),
    method("strip", 0, 0, |call| Ok(Value::from(strip(&call.text(), true, true)))),
    method("lstrip", 0, 0, |call| Ok(Value::from(strip(&call.text(), true, false)))),
    method("rstrip", 0, 0, |call| Ok(Value::from(strip(&call.text(), false, true)))),
    method("strip!", 0, 0, |call| in_place(call, |text| strip(text, true, true))),
    method("lstrip!", 0, 0, |call| in_place(call, |text| strip(text, true, false))),
    method("rstrip!", 0, 0, |call| in_place(call, |text| strip(text, false, true))),
    method("chomp", 0, 1, |call| {
        let ending = call.given(0).and_then(Value::as_text);
        Ok(Value::from(chomp(&call.text(), ending.as_deref())))
    }),
    method("chomp!", 0, 1, |call| {
        let ending = call.given(0).and_then(Value::as_text);
        in_place(call, |text| chomp(text, ending.as_deref()))
    }),
    method("chop", 0, 0, |call| {
        let text = call.text();
        let mut letters = text.chars();
        letters.next_back();
        Ok(Value::from(letters.as_str()))
    }),
    method("chars", 0, 0, |call| Ok(Value::array(call.text().chars().map(|c| Value::from(c.to_string())).collect()))),
    method("lines", 0, 0, |call| Ok(Value::array(call.text().split_inclusive('\n').map(Value::from).collect()))),
    method("bytes", 0, 0, |call| Ok(Value::array(call.text().bytes().map(|b| Value::Integer(b.into())).collect()))),
    method("each_line", 0, 0, |call| {
        let block = call.needed_block()?;
        for line in call.text().split_inclusive('\n') {
            call.run(&block, Value::from(line))?;
        }
        Ok(call.this.clone())
    }),
    method("each_char", 0, 0, |call| {
        let block = call.needed_block()?;
        for letter in call.text().chars() {
            call.run(&block, Value::from(letter.to_string()))?;
        }
        Ok(call.this.clone())
    }),
    method("reverse", 0, 0, |call| Ok(Value::from(call.text().chars().rev().collect::<String>()))),
    method("include?", 1, 1, |call| {
        let part = call.text_argument(0)?;
        Ok(Value::Boolean(call.text().contains(&*part)))
    }),
    open("start_with?", 0, |call| {
        let text = call.text();
        for index in 0..call.arguments.len() {
            let found = match call.argument(index) {
                Value::Regexp(pattern) => {
                    let found = pattern.find(&text, 0).map_err(|message| call.ruby.raise("RegexpError", message))?;
                    found.is_some_and(|found| found.span().0 == 0)
                }
                _ => text.starts_with(&*call.text_argument(index)?),
            };
            if found {
                return Ok(Value::Boolean(true));
            }
        }
        Ok(Value::Boolean(false))
    }),
    open("end_with?", 0, |call| {
        for index in 0..call.arguments.len() {
            if call.text().ends_with(&*call.text_argument(index)?) {
                return Ok(Value::Boolean(true));
            }
        }
        Ok(Value::Boolean(false))
    }),
    method("delete_prefix", 1, 1, |call| {
        let (text, part) = (call.text(), call.text_argument(0)?);
        Ok(Value::from(text.strip_prefix(&*part).unwrap_or(&text)))
    }),
    method("delete_suffix", 1, 1, |call| {
        let (text, part) = (call.text(), call.text_argument(0)?);
        Ok(Value::from(text.strip_suffix(&*part).unwrap_or(&text)))
    }),
    method("ljust", 1, 2, |call| justified(call, |missing| (0, missing))),
    method("rjust", 1, 2, |call| justified(call, |missing| (missing, 0))),
    method("center", 1, 2, |call| justified(call, |missing| (missing / 2, missing - missing / 2))),
    method("ord", 0, 0, |call| match call.text().chars().next() {
        Some(letter) => Ok(Value::Integer(letter as i64)),
        None => Err(call.ruby.argument_error("empty string")),
    }),
    method(
        "hex",
        0,
        0,
        |call| Ok(convert::leading_integer(&call.text(), 16).map_or(Value::Integer(0), Value::Integer)),
    ),
    method("succ", 0, 0, |call| Ok(Value::from(successor(&call.text())))),
    method("next", 0, 0, |call| Ok(Value::from(successor(&call.text())))),
    method("hash", 0, 0, |call| Err(call.ruby.unsupported("String#hash"))),
    method("casecmp", 1, 1, |call| {
        let other = Value::from(call.text_argument(0)?.to_ascii_lowercase());
        let order = compare(&Value::from(call.text().to_ascii_lowercase()), &other);
        Ok(order.map_or(Value::Nil, |order| Value::Integer(order as i64)))
    }),
    method("casecmp?", 1, 1, |call| {
        let other = call.text_argument(0)?;
        Ok(Value::Boolean(call.text().to_lowercase() == other.to_lowercase()))
    }),
    method("encoding", 0, 0, |call| Err(call.ruby.unsupported("String#encoding"))),
    method("force_encoding", 1, 1, |call| Ok(call.this.clone())),
    method("clear", 0, 0, |call| in_place(call, |_| String::new())),
    method("frozen?", 0, 0, |_| Ok(Value::Boolean(false))),
    method("eql?", 1, 1, |call| Ok(Value::Boolean(Key::of(&call.this) == Key::of(&call.argument(0))))),
];

/// The pieces of a text that `strip` takes off.
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\0')
}

fn strip(text: &str, left: bool, right: bool) -> String {
    let text = if left { text.trim_start_matches(is_blank) } else { text };
    let text = if right { text.trim_end_matches(is_blank) } else { text };
    text.to_owned()
}

fn chomp(text: &str, ending: Option<&str>) -> String {
    match ending {
        Some(ending) => text.strip_suffix(ending).unwrap_or(text),
        None => text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text),
    }
    .to_owned()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

fn append(call: &mut Call<'_, '_>) -> Outcome {
    for index in 0..call.arguments.len() {
        let more = match call.argument(index) {
            Value::Integer(code) => {
                u32::try_from(code).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
            }
            _ => call.text_argument(index)?.to_string(),
        };
        call.ruby.spend(more.len())?;
        if let Value::String(text) = &call.this {
            text.push(&more);
        }
    }
    Ok(call.this.clone())
}

fn change(call: &mut Call<'_, '_>, make: fn(&str, &str) -> String) -> Outcome {
    let new = make(&call.text(), &call.text_argument(0)?);
    call.ruby.spend(new.len())?;
    if let Value::String(text) = &call.this {
        text.set(new);
    }
    Ok(call.this.clone())
}

/// Changes the text; `nil` when nothing changed.
pub(super) fn in_place(call: &mut Call<'_, '_>, make: impl FnOnce(&str) -> String) -> Outcome {
    let old = call.text();
    let new = make(&old);
    if *new == *old {
        return Ok(Value::Nil);
    }
    if let Value::String(text) = &call.this {
        text.set(new);
    }
    Ok(call.this.clone())
}

fn ordered(call: &mut Call<'_, '_>, operator: &str) -> Outcome {
    let argument = call.argument(0);
    let Value::String(_) = argument else {
        let shown = match &argument {
            Value::Nil | Value::Boolean(_) | Value::Integer(_) => argument.inspect(),
            other => other.class().to_string(),
        };
        return Err(call.ruby.argument_error(format!("comparison of String with {shown} failed")));
    };
    call.send(call.this.clone(), operator, vec![argument])
}

fn justified(call: &mut Call<'_, '_>, split: fn(usize) -> (usize, usize)) -> Outcome {
    let width = call.integer_argument(0)?.max(0) as usize;
    call.ruby.spend(width)?;
    let padding = if call.arguments.len() > 1 { call.text_argument(1)? } else { " ".into() };
    if padding.is_empty() {
        return Err(call.ruby.argument_error("zero width padding"));
    }
    let text = call.text();
    let (left, right) = split(width.saturating_sub(text.chars().count()));
    let fill = |count: usize| padding.chars().cycle().take(count).collect::<String>();
    Ok(Value::from(format!("{}{text}{}", fill(left), fill(right))))
}

/// `succ`: the rightmost letters and digits count up.
pub(super) fn successor(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let has_words = letters.iter().any(char::is_ascii_alphanumeric);
    let mut carry_at = None;
    for at in (0..letters.len()).rev() {
        let letter = letters[at];
        if has_words && !letter.is_ascii_alphanumeric() {
            if carry_at.is_some() {
                break;
            }
            continue;
        }
        let (next, carries) = match letter {
            'z' => ('a', true),
            'Z' => ('A', true),
            '9' => ('0', true),
            other => (char::from_u32(other as u32 + 1).unwrap_or(other), false),
        };
        letters[at] = next;
        if !carries {
            return letters.into_iter().collect();
        }
        carry_at = Some(at);
    }
    if let Some(at) = carry_at {
        let first = if letters[at] == '0' { '1' } else { letters[at] };
        letters.insert(at, first);
    }
    letters.into_iter().collect()
}
