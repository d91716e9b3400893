//! Functions on arrays.

use std::sync::Arc;

use super::{expect, list, no_method, refuse, succession};
use crate::error::{Failure, Stop};
use crate::functions::digests::ruby_integer;
use crate::functions::iteration::ruby_equal;
use crate::functions::random::Random;
use crate::functions::strings::{flat, ruby_class};
use crate::functions::{Call, Function, ruby_text};
use crate::regexp::Regexp;
use crate::value::{Hash, Text, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("any2array", 0, None, |call| {
        Ok(match call.arguments.as_slice() {
            [array @ Value::Array(_)] => array.clone(),
            [Value::String(text)] if text.is_empty() => Value::array(Vec::new()),
            [Value::Hash(entries)] => {
                Value::array(entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect())
            }
            others => Value::array(others.to_vec()),
        })
    }),
    Function::legacy("concat", 0, None, |call| {
        let fits = call.arguments.len() >= 2;
        expect(call, fits, |n| format!("concat(): Wrong number of arguments given ({n} for < 2)"))?;
        if !matches!(call.argument(0), Value::Array(_)) {
            return refuse("concat(): Requires array to work with");
        }
        Ok(Value::array(
            call.arguments
                .iter()
                .flat_map(|argument| match argument {
                    Value::Array(items) => items.to_vec(),
                    other => vec![other.clone()],
                })
                .collect(),
        ))
    }),
    Function::legacy("member", 0, None, |call| {
        let fits = call.arguments.len() >= 2;
        expect(call, fits, |n| format!("member(): Wrong number of arguments given ({n} for 2)"))?;
        let Value::Array(items) = call.argument(0) else { return refuse("member(): Requires array to work with") };
        let wanted = match call.argument(1) {
            one @ (Value::String(_) | Value::Integer(_)) => vec![one.clone()],
            Value::Array(wanted) => wanted.to_vec(),
            _ => return refuse("member(): Item to search for must be a string, fixnum, or array"),
        };
        if wanted.is_empty() {
            return refuse("member(): You must provide item to search for within array given");
        }
        Ok(Value::Boolean(wanted.iter().all(|item| items.contains(item))))
    }),
    Function::legacy("union", 0, None, |call| {
        let fits = call.arguments.len() >= 2;
        expect(call, fits, |n| format!("union(): Wrong number of arguments given ({n} for < 2)"))?;
        if !call.arguments.iter().all(|argument| matches!(argument, Value::Array(_))) {
            return refuse("union(): Every parameter must be an array");
        }
        Ok(without_doubles(call.arguments.iter().flat_map(list)))
    }),
    Function::legacy("difference", 0, None, |call| {
        let fits = call.arguments.len() == 2;
        expect(call, fits, |n| format!("difference(): Wrong number of arguments given ({n} for 2)"))?;
        match (call.argument(0), call.argument(1)) {
            (Value::Array(first), Value::Array(second)) => {
                Ok(Value::array(first.iter().filter(|item| !second.contains(item)).cloned().collect()))
            }
            _ => refuse("difference(): Requires 2 arrays"),
        }
    }),
    Function::legacy("intersection", 0, None, |call| {
        let fits = call.arguments.len() == 2;
        expect(call, fits, |n| format!("intersection(): Wrong number of arguments given ({n} for 2)"))?;
        match (call.argument(0), call.argument(1)) {
            (Value::Array(first), Value::Array(second)) => {
                Ok(without_doubles(first.iter().filter(|item| second.contains(item)).cloned()))
            }
            (first, second) => refuse(format!(
                "intersection(): Requires 2 arrays, got {} and {}",
                ruby_class(first),
                ruby_class(second)
            )),
        }
    }),
    Function::legacy("prefix", 0, None, |call| affixed(call, |text, affix| format!("{affix}{text}").into())),
    Function::legacy("suffix", 0, None, |call| affixed(call, |text, affix| text.derived(format!("{text}{affix}")))),
    Function::legacy("range", 0, None, succession::range),
    Function::legacy("values_at", 0, None, values_at),
    Function::legacy("delete", 0, None, delete),
    Function::legacy("delete_regex", 0, None, delete_regex),
    Function::legacy("delete_at", 0, None, delete_at),
    Function::legacy("delete_undef_values", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("delete_undef_values(): Wrong number of arguments given ({n})")
        })?;
        match call.argument(0) {
            Value::Array(items) => Ok(Value::array(items.iter().filter(|item| !item.is_undef()).cloned().collect())),
            Value::Hash(entries) => Ok(Value::hash(kept(entries, |value| !value.is_undef()))),
            other => refuse(format!(
                "delete_undef_values(): expected an array or hash, got {} type  {} ",
                ruby_text::to_s(other),
                ruby_class(other)
            )),
        }
    }),
    Function::legacy("delete_values", 0, None, |call| {
        let fits = call.arguments.len() == 2;
        expect(call, fits, |n| format!("delete_values(): Wrong number of arguments given ({n} of 2)"))?;
        match call.argument(0) {
            Value::Hash(entries) => Ok(Value::hash(kept(entries, |value| !ruby_equal(value, call.argument(1))))),
            other => refuse(format!(
                "delete_values(): First argument must be a Hash. Given an argument of class {}.",
                ruby_class(other)
            )),
        }
    }),
    Function::legacy("zip", 0, None, |call| {
        let fits = call.arguments.len() >= 2;
        expect(call, fits, |n| format!("zip(): Wrong number of arguments given ({n} for 2)"))?;
        let (Value::Array(first), Value::Array(second)) = (call.argument(0), call.argument(1)) else {
            return refuse("zip(): Requires array to work with");
        };
        let pair = |(at, item): (usize, &Value)| {
            Value::array(vec![item.clone(), second.get(at).cloned().unwrap_or(Value::Undef)])
        };
        let pairs: Vec<Value> = first.iter().enumerate().map(pair).collect();
        let flatten = call.arguments.get(2).is_some_and(Value::is_truthy) && super::booleans::truth(call.argument(2))?;
        Ok(Value::array(if flatten { flat(&pairs) } else { pairs }))
    }),
    Function::legacy("count", 1, None, |call| {
        expect(call, call.arguments.len() <= 2, |n| {
            format!("count(): Wrong number of arguments given {n} for 1 or 2.")
        })?;
        let items = match call.argument(0) {
            Value::String(_) if call.argument(1).as_str().is_none() => {
                return refuse("wrong number of arguments (given 0, expected 1+)");
            }
            Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
            Value::Hash(entries) => {
                entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect()
            }
            other => list(other),
        };
        let count = match call.arguments.get(1).filter(|item| item.is_truthy()) {
            Some(wanted) => items.iter().filter(|item| ruby_equal(item, wanted)).count(),
            None => items.iter().filter(|item| !item.is_undef() && item.as_str() != Some("")).count(),
        };
        Ok(Value::Integer(count as i64))
    }),
    Function::legacy("grep", 0, None, |call| matching(call, true)),
    Function::legacy("reject", 0, None, |call| matching(call, false)),
    Function::legacy("hash", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| format!("hash(): Wrong number of arguments given ({n} for 1)"))?;
        let Value::Array(items) = call.argument(0) else { return refuse("hash(): Requires array to work with") };
        let items = flat(items);
        if items.len() % 2 == 1 {
            return refuse("hash(): Unable to compute hash from array given");
        }
        Ok(Value::hash(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()))
    }),
    Function::legacy("reverse", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |n| {
            format!("reverse(): Wrong number of arguments given ({n} for 1)")
        })?;
        match call.argument(0) {
            Value::String(text) => Ok(Value::String(text.derived(text.chars().rev().collect::<String>()))),
            Value::Array(items) => Ok(Value::array(items.iter().rev().cloned().collect())),
            _ => refuse("reverse(): Requires either array or string to work with"),
        }
    }),
    Function::legacy("shuffle", 0, None, |call| match call.argument(0) {
        _ if call.arguments.is_empty() => refuse("shuffle(): Wrong number of arguments given (0 for 1)"),
        Value::String(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            shuffle(call, &mut characters);
            Ok(Value::from(characters.into_iter().collect::<String>()))
        }
        Value::Array(items) => {
            let mut items = items.to_vec();
            shuffle(call, &mut items);
            Ok(Value::array(items))
        }
        _ => refuse("shuffle(): Requires either array or string to work with"),
    }),
    Function::legacy("clamp", 0, None, |call| {
        let values = flat(&call.arguments);
        if values.len() != 3 {
            return refuse("clamp(): Wrong number of arguments, need three to clamp");
        }
        for value in &values {
            if let Value::Hash(_) = value {
                return refuse(format!("clamp(): The Hash type is not allowed ({})", ruby_text::to_s(value)));
            }
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        for text in values.iter().filter_map(Value::as_str) {
            if !text.split('\n').any(digits) {
                return refuse(format!("clamp(): Required explicit numeric ({text}:String)"));
            }
        }
        let mut numbers: Vec<i64> = values.iter().map(ruby_integer).collect();
        numbers.sort_unstable();
        Ok(Value::Integer(numbers[1]))
    }),
    Function::legacy("pick", 0, None, |call| {
        let found = call.arguments.iter().find(|value| !value.is_undef() && value.as_str() != Some(""));
        found.cloned().ok_or_else(|| Failure::argument("pick(): must receive at least one non empty value").into())
    }),
    Function::legacy("pick_default", 0, None, |call| {
        let Some((default, values)) = call.arguments.split_last() else {
            return refuse("Must receive at least one argument.");
        };
        let found = values.iter().find(|value| !value.is_undef() && value.as_str() != Some(""));
        Ok(found.unwrap_or(default).clone())
    }),
];

/// Swaps each element with one that stands at its place or after it.
fn shuffle<T>(call: &Call<'_>, items: &mut [T]) {
    let mut random = Random::new(u128::from(call.caller.world().random()));
    for at in 0..items.len() {
        let other = random.below((items.len() - at) as u64) as usize + at;
        items.swap(at, other);
    }
}

fn without_doubles(values: impl Iterator<Item = Value>) -> Value {
    let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
    seen.extend(values);
    Value::array(seen.into_iter().collect())
}

fn kept(entries: &Hash, wanted: impl Fn(&Value) -> bool) -> Hash {
    entries.iter().filter(|(_, value)| wanted(value)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn affixed(call: &mut Call<'_>, join: impl Fn(&Text, &str) -> Text) -> Result<Value, Stop> {
    let name = call.name;
    expect(call, !call.arguments.is_empty(), |n| format!("{name}(): Wrong number of arguments given ({n} for 1)"))?;
    let affix = match call.arguments.get(1) {
        None | Some(Value::Boolean(false)) => Arc::from(""),
        Some(Value::String(text)) => text.letters().clone(),
        Some(other) => {
            let got = ruby_text::inspect(other);
            return refuse(format!("{name}(): expected second argument to be a String, got {got}"));
        }
    };
    let collection = call.take(0);
    let mut changed = |value: &Value| -> Result<Value, Stop> {
        let text = match value {
            Value::String(text) => join(text, &affix),
            other => join(&ruby_text::to_s(other).into(), &affix),
        };
        call.caller.spend(text.len())?;
        Ok(Value::String(text))
    };
    match collection {
        Value::Array(items) => Ok(Value::array(items.iter().map(changed).collect::<Result<_, _>>()?)),
        Value::Hash(entries) => {
            let changed = entries.iter().map(|(key, value)| Ok((changed(key)?, value.clone())));
            Ok(Value::hash(changed.collect::<Result<_, Stop>>()?))
        }
        other => {
            let got = ruby_text::inspect(&other);
            refuse(format!("{name}(): expected first argument to be an Array or a Hash, got {got}"))
        }
    }
}

fn values_at(call: &mut Call<'_>) -> Result<Value, Stop> {
    let fits = call.arguments.len() >= 2;
    expect(call, fits, |n| format!("values_at(): Wrong number of arguments given ({n} for 2)"))?;
    let Value::Array(items) = call.argument(0).clone() else {
        return refuse("values_at(): Requires array to work with");
    };
    let places = flat(&list(call.argument(1)));
    if places.is_empty() {
        return refuse("values_at(): You must provide at least one positive index to collect");
    }
    let mut chosen = Vec::new();
    for place in places {
        let text = ruby_text::to_s(&place);
        let unknown = || Failure::argument("values_at(): Unknown format of given index");
        let number = |text: &str| text.parse::<usize>().map_err(|_| unknown());
        if let Some((start, mark, stop)) = succession::ends(&text) {
            let (start, stop) = (number(start)?, number(stop)?);
            if start > stop {
                return refuse("values_at(): Stop index in given indices range is smaller than the start index");
            }
            if stop >= items.len() {
                return refuse("values_at(): Stop index in given indices range exceeds array size");
            }
            let stop = stop + usize::from(mark != "...");
            call.caller.spend((stop - start) * size_of::<Value>())?;
            chosen.extend(start..stop);
        } else {
            let index = number(&text)?;
            if index >= items.len() {
                return refuse("values_at(): Given index exceeds array size");
            }
            chosen.push(index);
        }
    }
    Ok(Value::array(chosen.into_iter().map(|index| items[index].clone()).filter(|item| !item.is_undef()).collect()))
}

fn delete(call: &mut Call<'_>) -> Result<Value, Stop> {
    let fits = call.arguments.len() == 2;
    expect(call, fits, |n| format!("delete(): Wrong number of arguments given {n} for 2"))?;
    let mut collection = call.take(0);
    for item in list(call.argument(1)) {
        collection = match collection {
            Value::Array(items) => {
                Value::array(items.iter().filter(|other| !ruby_equal(other, &item)).cloned().collect())
            }
            Value::Hash(entries) => {
                let mut entries = (*entries).clone();
                entries.shift_remove(&item);
                Value::hash(entries)
            }
            Value::String(text) => match &item {
                Value::String(part) => Value::from(text.replace(&**part, "")),
                other => return refuse(format!("wrong argument type {} (expected Regexp)", ruby_class(other))),
            },
            other => {
                return refuse(format!(
                    "delete(): First argument must be an Array, String, or Hash. Given an argument of class {}.",
                    ruby_class(&other)
                ));
            }
        };
    }
    Ok(collection)
}

fn delete_regex(call: &mut Call<'_>) -> Result<Value, Stop> {
    let fits = call.arguments.len() == 2;
    expect(call, fits, |n| format!("delete_regex(): Wrong number of arguments given {n} for 2"))?;
    let mut collection = call.take(0);
    for item in list(call.argument(1)) {
        let pattern = Regexp::parse(&format!(r"\b{}\b", ruby_text::to_s(&item)))?;
        let matches = |value: &Value| value.as_str().map_or(Ok(false), |text| pattern.is_match(text));
        collection = match collection {
            Value::Array(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for item in items.iter() {
                    if !matches(item)? {
                        kept.push(item.clone());
                    }
                }
                Value::array(kept)
            }
            Value::Hash(entries) => {
                let mut kept = Hash::default();
                for (key, value) in entries.iter() {
                    if !matches(key)? {
                        kept.insert(key.clone(), value.clone());
                    }
                }
                Value::hash(kept)
            }
            text @ Value::String(_) => return no_method("reject!", &text),
            other => {
                return refuse(format!(
                    "delete_regex(): First argument must be an Array, Hash, or String. Given an argument of class {}.",
                    ruby_class(&other)
                ));
            }
        };
    }
    Ok(collection)
}

fn delete_at(call: &mut Call<'_>) -> Result<Value, Stop> {
    let fits = call.arguments.len() >= 2;
    expect(call, fits, |n| format!("delete_at(): Wrong number of arguments given ({n} for 2)"))?;
    let Value::Array(items) = call.argument(0) else { return refuse("delete_at(): Requires array to work with") };
    if call.argument(1).as_str().is_some_and(|text| text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit())) {
        return refuse("delete_at(): You must provide non-negative numeric index");
    }
    let index = ruby_integer(call.argument(1));
    if index >= items.len() as i64 {
        return refuse("delete_at(): Given index exceeds size of array given");
    }
    let index = if index < 0 { index + items.len() as i64 } else { index };
    let mut rest = items.to_vec();
    if let Some(at) = usize::try_from(index).ok().filter(|at| *at < rest.len()) {
        rest.remove(at);
    }
    Ok(Value::array(rest))
}

fn matching(call: &Call<'_>, wanted: bool) -> Result<Value, Stop> {
    let name = call.name;
    let fits = call.arguments.len() == 2;
    expect(call, fits, |n| format!("{name}(): Wrong number of arguments given {n} for 2"))?;
    if call.argument(0).as_array().is_none() {
        return no_method(name, call.argument(0));
    }
    let parsed;
    let pattern = match call.argument(1) {
        Value::Regexp(pattern) => &**pattern,
        other => {
            parsed = Regexp::shared(&ruby_text::to_s(other))?;
            &parsed
        }
    };
    let mut found = Vec::new();
    for item in call.items(0) {
        if item.as_str().map_or(Ok(false), |text| pattern.is_match(text))? == wanted {
            found.push(item.clone());
        }
    }
    Ok(Value::array(found))
}
