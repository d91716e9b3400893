//! Arrays.

use std::rc::Rc;

use super::{Call, Method, enumerable, method, open};
use crate::interpreter::{Outcome, Stop};
use crate::limits::MOST_LEVELS;
use crate::value::compare::equal;
use crate::value::{Key, List, Value};

pub(super) const METHODS: &[Method] = &[
    method("[]", 1, 2, index),
    method("slice", 1, 2, index),
    method("[]=", 2, 2, |call| {
        let at = call.integer_argument(0)?;
        let value = call.argument(1);
        let list = this(call);
        let length = list.len() as i64;
        let at = if at < 0 { at + length } else { at };
        let Ok(at) = usize::try_from(at) else { return Err(call.ruby.raise("IndexError", "index out of range")) };
        call.ruby.spend(at.saturating_mul(size_of::<Value>()))?;
        list.change(|items| {
            if items.len() <= at {
                items.resize(at + 1, Value::Nil);
            }
            items[at] = value.clone();
        });
        Ok(value)
    }),
    method("at", 1, 1, index),
    method("dig", 1, 1, index),
    method("fetch", 1, 2, |call| {
        let at = call.integer_argument(0)?;
        let items = this(call).items();
        let place = if at < 0 { at + items.len() as i64 } else { at };
        match usize::try_from(place).ok().and_then(|place| items.get(place)) {
            Some(item) => Ok(item.clone()),
            None if call.arguments.len() > 1 => Ok(call.argument(1)),
            None => {
                let length = items.len();
                Err(call.ruby.raise(
                    "IndexError",
                    format!("index {at} outside of array bounds: {}...{length}", -(length as i64)),
                ))
            }
        }
    }),
    open("values_at", 0, |call| {
        let items = this(call).items();
        let mut found = Vec::new();
        for index in 0..call.arguments.len() {
            let at = call.integer_argument(index)?;
            let at = if at < 0 { at + items.len() as i64 } else { at };
            found.push(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Value::Nil));
        }
        Ok(Value::array(found))
    }),
    open("push", 0, push),
    open("append", 0, push),
    method("<<", 1, 1, push),
    method("pop", 0, 0, |call| Ok(this(call).change(Vec::pop).unwrap_or(Value::Nil))),
    method("shift", 0, 0, |call| {
        Ok(this(call).change(|items| if items.is_empty() { Value::Nil } else { items.remove(0) }))
    }),
    open("unshift", 0, |call| {
        let mut items = std::mem::take(&mut call.arguments);
        call.ruby.spend(items.len() * size_of::<Value>())?;
        items.extend(this(call).items());
        this(call).set(items);
        Ok(call.this.clone())
    }),
    open("concat", 0, |call| {
        for index in 0..call.arguments.len() {
            let more = call.list_argument(index)?;
            call.ruby.spend(more.len() * size_of::<Value>())?;
            this(call).change(|items| items.extend(more));
        }
        Ok(call.this.clone())
    }),
    method("+", 1, 1, |call| {
        let more = call.list_argument(0)?;
        let mut items = this(call).items();
        items.extend(more);
        Ok(Value::array(items))
    }),
    method("-", 1, 1, |call| {
        let without: Vec<Key> = call.list_argument(0)?.iter().map(Key::of).collect();
        Ok(Value::array(this(call).items().into_iter().filter(|item| !without.contains(&Key::of(item))).collect()))
    }),
    method("&", 1, 1, |call| {
        let also: Vec<Key> = call.list_argument(0)?.iter().map(Key::of).collect();
        let items = this(call).items().into_iter().filter(|item| also.contains(&Key::of(item))).collect();
        Ok(Value::array(enumerable::distinct(items)))
    }),
    method("|", 1, 1, |call| {
        let mut items = this(call).items();
        items.extend(call.list_argument(0)?);
        Ok(Value::array(enumerable::distinct(items)))
    }),
    method("*", 1, 1, |call| match call.argument(0) {
        Value::Integer(times) => {
            let items = this(call).items();
            let times = times.max(0) as usize;
            call.ruby.spend(items.len().saturating_mul(times).saturating_mul(size_of::<Value>()))?;
            Ok(Value::array(items.iter().cycle().take(items.len() * times).cloned().collect()))
        }
        _ => join(call),
    }),
    method("join", 0, 1, join),
    method("to_a", 0, 0, |call| Ok(call.this.clone())),
    method("to_ary", 0, 0, |call| Ok(call.this.clone())),
    method("length", 0, 0, |call| Ok(Value::from(this(call).len()))),
    method("size", 0, 0, |call| Ok(Value::from(this(call).len()))),
    method("empty?", 0, 0, |call| Ok(Value::Boolean(this(call).is_empty()))),
    method("last", 0, 1, |call| {
        let mut items = this(call).items();
        if call.arguments.is_empty() {
            return Ok(items.pop().unwrap_or(Value::Nil));
        }
        let count = call.integer_argument(0)?.max(0) as usize;
        Ok(Value::array(items.split_off(items.len().saturating_sub(count))))
    }),
    method("flatten", 0, 1, |call| flattened(call).map(|(items, _)| Value::array(items))),
    method("flatten!", 0, 1, |call| {
        let (items, changed) = flattened(call)?;
        this(call).set(items);
        Ok(if changed { call.this.clone() } else { Value::Nil })
    }),
    method("compact", 0, 0, |call| {
        Ok(Value::array(this(call).items().into_iter().filter(|item| !item.is_nil()).collect()))
    }),
    method("compact!", 0, 0, |call| {
        let kept: Vec<Value> = this(call).items().into_iter().filter(|item| !item.is_nil()).collect();
        changed_to(call, kept)
    }),
    method("uniq!", 0, 0, |call| {
        let kept = enumerable::distinct(this(call).items());
        changed_to(call, kept)
    }),
    method("reverse", 0, 0, |call| Ok(Value::array(this(call).items().into_iter().rev().collect()))),
    method("rotate", 0, 1, |call| {
        let mut items = this(call).items();
        let by = if call.arguments.is_empty() { 1 } else { call.integer_argument(0)? };
        if !items.is_empty() {
            let by = by.rem_euclid(items.len() as i64) as usize;
            items.rotate_left(by);
        }
        Ok(Value::array(items))
    }),
    method("delete", 1, 1, |call| {
        let value = call.argument(0);
        let items = this(call).items();
        let kept: Vec<Value> = items.iter().filter(|item| !equal(item, &value)).cloned().collect();
        let found = kept.len() < items.len();
        this(call).set(kept);
        Ok(if found { value } else { Value::Nil })
    }),
    method("delete_at", 1, 1, |call| {
        let at = call.integer_argument(0)?;
        Ok(this(call).change(|items| {
            let at = if at < 0 { at + items.len() as i64 } else { at };
            match usize::try_from(at) {
                Ok(at) if at < items.len() => items.remove(at),
                _ => Value::Nil,
            }
        }))
    }),
    method("delete_if", 0, 0, |call| kept(call, false, true)),
    method("reject!", 0, 0, |call| kept(call, false, false)),
    method("select!", 0, 0, |call| kept(call, true, false)),
    method("keep_if", 0, 0, |call| kept(call, true, true)),
    method("map!", 0, 0, |call| in_place(call, "map")),
    method("collect!", 0, 0, |call| in_place(call, "map")),
    method("sort!", 0, 0, |call| in_place(call, "sort")),
    method("sort_by!", 0, 0, |call| in_place(call, "sort_by")),
    method("reverse!", 0, 0, |call| in_place(call, "reverse")),
    method("clear", 0, 0, |call| {
        this(call).set(Vec::new());
        Ok(call.this.clone())
    }),
    method("replace", 1, 1, |call| {
        let items = call.list_argument(0)?;
        this(call).set(items);
        Ok(call.this.clone())
    }),
    method("index", 0, 1, find_index),
    method("find_index", 0, 1, find_index),
    method("each_index", 0, 0, |call| {
        let block = call.needed_block()?;
        for index in 0..this(call).len() {
            call.run(&block, Value::from(index))?;
        }
        Ok(call.this.clone())
    }),
    method("transpose", 0, 0, |call| {
        let mut columns: Vec<Vec<Value>> = Vec::new();
        for (row, item) in this(call).items().into_iter().enumerate() {
            let Value::Array(cells) = item else { return Err(call.no_conversion(&item, "Array")) };
            let cells = cells.items();
            if row == 0 {
                columns = vec![Vec::new(); cells.len()];
            }
            if cells.len() != columns.len() {
                let message = format!("element size differs ({} should be {})", cells.len(), columns.len());
                return Err(call.ruby.raise("IndexError", message));
            }
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.push(cell);
            }
        }
        Ok(Value::array(columns.into_iter().map(Value::array).collect()))
    }),
];

fn this(call: &Call<'_, '_>) -> Rc<List> {
    match &call.this {
        Value::Array(list) => list.clone(),
        _ => Rc::new(List::new(Vec::new())),
    }
}

pub(super) fn new(call: &mut Call<'_, '_>) -> Outcome {
    if let Value::Array(list) = call.argument(0) {
        return Ok(Value::array(list.items()));
    }
    let count = if call.arguments.is_empty() { 0 } else { call.integer_argument(0)?.max(0) as usize };
    call.ruby.spend(count.saturating_mul(size_of::<Value>()))?;
    let mut items = Vec::new();
    for index in 0..count {
        items.push(match call.block.clone() {
            Some(block) => call.run(&block, Value::from(index))?,
            None => call.argument(1),
        });
    }
    Ok(Value::array(items))
}

fn index(call: &mut Call<'_, '_>) -> Outcome {
    let list = this(call);
    if let Value::Range(range) = call.argument(0) {
        let items = list.read();
        return Ok(range
            .slice(items.len())
            .map_or(Value::Nil, |(from, count)| Value::array(items[from..from + count].to_vec())));
    }
    let at = call.integer_argument(0)?;
    let items = list.read();
    let length = items.len() as i64;
    let at = if at < 0 { at + length } else { at };
    if call.arguments.len() > 1 {
        let count = call.integer_argument(1)?;
        if at < 0 || at > length || count < 0 {
            return Ok(Value::Nil);
        }
        let to = at.saturating_add(count).min(length);
        return Ok(Value::array(items[at as usize..to as usize].to_vec()));
    }
    Ok(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Value::Nil))
}

fn push(call: &mut Call<'_, '_>) -> Outcome {
    let more = std::mem::take(&mut call.arguments);
    call.ruby.spend(more.len() * size_of::<Value>())?;
    this(call).change(|items| items.extend(more));
    Ok(call.this.clone())
}

fn join(call: &mut Call<'_, '_>) -> Outcome {
    let by = if call.argument(0).is_nil() { "".into() } else { call.text_argument(0)? };
    let mut out = String::new();
    let mut first = true;
    joined(call, &this(call).items(), &by, &mut out, &mut first, 0)?;
    Ok(Value::from(out))
}

fn joined(
    call: &mut Call<'_, '_>,
    items: &[Value],
    by: &str,
    out: &mut String,
    first: &mut bool,
    level: u32,
) -> Result<(), Stop> {
    if level > MOST_LEVELS {
        return Err(call.ruby.argument_error("recursive array join"));
    }
    for item in items {
        if let Value::Array(inner) = item {
            joined(call, &inner.items(), by, out, first, level + 1)?;
            continue;
        }
        if !*first {
            out.push_str(by);
        }
        *first = false;
        call.ruby.append(out, item)?;
        call.ruby.spend(by.len())?;
    }
    Ok(())
}

fn flattened(call: &mut Call<'_, '_>) -> Result<(Vec<Value>, bool), Stop> {
    let depth = if call.arguments.is_empty() { i64::MAX } else { call.integer_argument(0)? };
    let mut out = Vec::new();
    let mut changed = false;
    flatten(call, &this(call).items(), depth, &mut out, &mut changed, 0)?;
    Ok((out, changed))
}

fn flatten(
    call: &mut Call<'_, '_>,
    items: &[Value],
    depth: i64,
    out: &mut Vec<Value>,
    changed: &mut bool,
    level: u32,
) -> Result<(), Stop> {
    if level > MOST_LEVELS {
        return Err(call.ruby.argument_error("tried to flatten recursive array"));
    }
    for item in items {
        call.ruby.step()?;
        match item {
            Value::Array(inner) if depth > 0 => {
                *changed = true;
                flatten(call, &inner.items(), depth - 1, out, changed, level + 1)?;
            }
            other => out.push(other.clone()),
        }
    }
    Ok(())
}

fn changed_to(call: &mut Call<'_, '_>, items: Vec<Value>) -> Outcome {
    let changed = items.len() != this(call).len();
    this(call).set(items);
    Ok(if changed { call.this.clone() } else { Value::Nil })
}

fn kept(call: &mut Call<'_, '_>, wanted: bool, always: bool) -> Outcome {
    let block = call.needed_block()?;
    let mut items = Vec::new();
    for item in this(call).items() {
        if call.run(&block, item.clone())?.is_truthy() == wanted {
            items.push(item);
        }
    }
    let outcome = changed_to(call, items)?;
    Ok(if always { call.this.clone() } else { outcome })
}

fn in_place(call: &mut Call<'_, '_>, name: &str) -> Outcome {
    let block = call.block.clone();
    if let Value::Array(list) = call.ruby.send(call.this.clone(), name, Vec::new(), block)? {
        this(call).set(list.items());
    }
    Ok(call.this.clone())
}

fn find_index(call: &mut Call<'_, '_>) -> Outcome {
    for (index, item) in this(call).items().into_iter().enumerate() {
        let found = if let Some(wanted) = call.given(0) {
            equal(&item, wanted)
        } else {
            let block = call.needed_block()?;
            call.run(&block, item)?.is_truthy()
        };
        if found {
            return Ok(Value::from(index));
        }
    }
    Ok(Value::Nil)
}
