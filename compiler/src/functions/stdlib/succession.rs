//! Ranges of numbers and of texts, with Ruby's idea of the text that comes next.

use super::{expect, refuse};
use crate::error::{Failure, Stop};
use crate::functions::digests::ruby_integer;
use crate::functions::{Call, ruby_text};
use crate::value::Value;

/// A range may have this many members.
const MOST: usize = 1_000_000;

/// `range(first, last, step)`, `range('first..last')`
pub(super) fn range(call: &mut Call<'_>) -> Result<Value, Stop> {
    expect(call, !call.arguments.is_empty(), |_| "range(): Wrong number of arguments given (0 for 1)".to_owned())?;
    let (start, stop, exclusive, stride) = if call.arguments.len() > 1 {
        let stride = call.arguments.get(2).map_or(1, |stride| ruby_integer(stride).unsigned_abs());
        if stride == 0 {
            return refuse("range(): 3rd arg (step size) must be a non zero integer (e.g. 1 or -1)");
        }
        (ruby_text::to_s(call.argument(0)), ruby_text::to_s(call.argument(1)), false, stride)
    } else {
        let text = ruby_text::to_s(call.argument(0));
        match ends(&text) {
            Some((start, mark, stop)) => (start.to_owned(), stop.to_owned(), mark == "...", 1),
            None if text.is_empty() => return refuse(format!("range(): Unknown range format: {text}")),
            None => return refuse(format!("range(): Unable to compute range from the value: {text}")),
        }
    };
    let stride = usize::try_from(stride).unwrap_or(usize::MAX);
    if !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |text: &str| ruby_integer(&Value::from(text));
        let (start, stop) = (number(&start), number(&stop) - i64::from(exclusive));
        let members: Vec<Value> = (start..=stop).step_by(stride).take(MOST + 1).map(Value::Integer).collect();
        if members.len() > MOST {
            return Err(Failure::argument(format!("range(): more than {MOST} members")).into());
        }
        return Ok(Value::array(members));
    }
    let members = texts(call, &start, &stop, exclusive)?;
    Ok(Value::array(members.into_iter().step_by(stride).map(Value::from).collect()))
}

/// Both ends of `1..3`, `1...3` and `1-3`, and the mark between them.
pub(super) fn ends(text: &str) -> Option<(&str, &str, &str)> {
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    ["...", "..", "-"].into_iter().find_map(|mark| {
        let (start, stop) = text.split_once(mark)?;
        (word(start) && word(stop)).then_some((start, mark, stop))
    })
}

fn texts(call: &mut Call<'_>, start: &str, stop: &str, exclusive: bool) -> Result<Vec<String>, Stop> {
    let mut members = Vec::new();
    if start.is_empty() || start > stop {
        return Ok(members);
    }
    let mut next = start.to_owned();
    while next.len() <= stop.len() {
        let last = next == stop;
        if last && exclusive {
            break;
        }
        call.caller.spend(next.len())?;
        members.push(next.clone());
        if last {
            break;
        }
        if members.len() >= MOST {
            return Err(Failure::argument(format!("range(): more than {MOST} members")).into());
        }
        next = successor(&next);
    }
    Ok(members)
}

/// Ruby's `succ`: the last letter or digit goes up, carrying to the left.
fn successor(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let Some(mut at) = characters.iter().rposition(char::is_ascii_alphanumeric) else {
        return text.to_owned();
    };
    loop {
        let (wrapped, carry) = match characters[at] {
            'z' => ('a', Some('a')),
            'Z' => ('A', Some('A')),
            '9' => ('0', Some('1')),
            other => (char::from_u32(other as u32 + 1).unwrap_or(other), None),
        };
        characters[at] = wrapped;
        let Some(carry) = carry else { break };
        match characters[..at].iter().rposition(char::is_ascii_alphanumeric) {
            Some(before) if before + 1 == at => at = before,
            _ => {
                characters.insert(at, carry);
                break;
            }
        }
    }
    characters.into_iter().collect()
}
