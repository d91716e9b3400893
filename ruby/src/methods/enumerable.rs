//! What arrays, hashes and ranges share.

use std::cmp::Ordering;

use super::{Call, Method, method, open};
use crate::interpreter::{Outcome, Stop};
use crate::value::compare::{compare, equal};
use crate::value::{Key, Value};

pub(super) const METHODS: &[Method] = &[
    method("each", 0, 0, |call| {
        let block = call.needed_block()?;
        for item in items(call)? {
            call.run(&block, item)?;
        }
        Ok(call.this.clone())
    }),
    method("reverse_each", 0, 0, |call| {
        let block = call.needed_block()?;
        for item in items(call)?.into_iter().rev() {
            call.run(&block, item)?;
        }
        Ok(call.this.clone())
    }),
    method("each_with_index", 0, 0, |call| {
        let block = call.needed_block()?;
        for (index, item) in items(call)?.into_iter().enumerate() {
            call.ruby.call_proc(&block, vec![item, Value::from(index)])?;
        }
        Ok(call.this.clone())
    }),
    method("each_with_object", 1, 1, |call| {
        let block = call.needed_block()?;
        let object = call.argument(0);
        for item in items(call)? {
            call.ruby.call_proc(&block, vec![item, object.clone()])?;
        }
        Ok(object)
    }),
    method("each_slice", 1, 1, |call| {
        let size = call.integer_argument(0)?.max(1) as usize;
        let slices: Vec<Value> = items(call)?.chunks(size).map(|slice| Value::array(slice.to_vec())).collect();
        let Some(block) = call.block.clone() else { return Ok(Value::array(slices)) };
        for slice in slices {
            call.run(&block, slice)?;
        }
        Ok(call.this.clone())
    }),
    method("map", 0, 0, map),
    method("collect", 0, 0, map),
    method("flat_map", 0, 0, |call| {
        let mapped = map(call)?;
        call.send(mapped, "flatten", vec![Value::Integer(1)])
    }),
    method("select", 0, 0, |call| filtered(call, true)),
    method("filter", 0, 0, |call| filtered(call, true)),
    method("find_all", 0, 0, |call| filtered(call, true)),
    method("reject", 0, 0, |call| filtered(call, false)),
    method("filter_map", 0, 0, |call| {
        let block = call.needed_block()?;
        let mut kept = Vec::new();
        for item in items(call)? {
            let value = call.run(&block, item)?;
            if value.is_truthy() {
                kept.push(value);
            }
        }
        Ok(Value::array(kept))
    }),
    method("find", 0, 0, find),
    method("detect", 0, 0, find),
    method("any?", 0, 1, |call| Ok(Value::Boolean(count_fitting(call, true)? > 0))),
    method("none?", 0, 1, |call| Ok(Value::Boolean(count_fitting(call, true)? == 0))),
    method("all?", 0, 1, |call| Ok(Value::Boolean(count_fitting(call, false)? == 0))),
    method("one?", 0, 1, |call| Ok(Value::Boolean(count_fitting(call, true)? == 1))),
    method("count", 0, 1, |call| {
        if let Some(wanted) = call.given(0).cloned() {
            return Ok(Value::from(items(call)?.iter().filter(|item| equal(item, &wanted)).count()));
        }
        if call.block.is_none() {
            return Ok(Value::from(items(call)?.len()));
        }
        Ok(Value::from(count_fitting(call, true)?))
    }),
    method("include?", 1, 1, includes),
    method("member?", 1, 1, includes),
    method("inject", 0, 2, inject),
    method("reduce", 0, 2, inject),
    method("sum", 0, 1, |call| {
        let mut sum = call.given(0).cloned().unwrap_or(Value::Integer(0));
        for item in items(call)? {
            let item = match call.block.clone() {
                Some(block) => call.run(&block, item)?,
                None => item,
            };
            sum = call.send(sum, "+", vec![item])?;
        }
        Ok(sum)
    }),
    method("sort", 0, 0, |call| {
        let list = items(call)?;
        match call.block.clone() {
            None => sorted(call, list, |item| Ok(item.clone())).map(Value::array),
            Some(block) => {
                let mut error = None;
                let mut list = list;
                merge_sort(&mut list, &mut |a, b| {
                    if error.is_some() {
                        return Ordering::Equal;
                    }
                    match call.ruby.call_proc(&block, vec![a.clone(), b.clone()]) {
                        Ok(Value::Integer(order)) => order.cmp(&0),
                        Ok(_) => {
                            let message = format!("comparison of {} with {} failed", a.class(), b.class());
                            error = Some(call.ruby.argument_error(message));
                            Ordering::Equal
                        }
                        Err(stop) => {
                            error = Some(stop);
                            Ordering::Equal
                        }
                    }
                });
                error.map_or(Ok(Value::array(list)), Err)
            }
        }
    }),
    method("sort_by", 0, 0, |call| {
        let block = call.needed_block()?;
        let mut keyed = Vec::new();
        for item in items(call)? {
            keyed.push(Value::array(vec![call.run(&block, item.clone())?, item]));
        }
        let sorted = sorted(call, keyed, |pair| Ok(part(pair, 0)))?;
        Ok(Value::array(sorted.iter().map(|pair| part(pair, 1)).collect()))
    }),
    method("min", 0, 0, |call| extreme(call, Ordering::Less)),
    method("max", 0, 0, |call| extreme(call, Ordering::Greater)),
    method("min_by", 0, 0, |call| extreme_by(call, Ordering::Less)),
    method("max_by", 0, 0, |call| extreme_by(call, Ordering::Greater)),
    method("uniq", 0, 0, |call| match call.block.clone() {
        None => Ok(Value::array(distinct(items(call)?))),
        Some(block) => {
            let mut seen: Vec<Key> = Vec::new();
            let mut kept = Vec::new();
            for item in items(call)? {
                let key = Key::of(&call.run(&block, item.clone())?);
                if !seen.contains(&key) {
                    seen.push(key);
                    kept.push(item);
                }
            }
            Ok(Value::array(kept))
        }
    }),
    method("group_by", 0, 0, |call| {
        let block = call.needed_block()?;
        let mut groups: indexmap::IndexMap<Key, Vec<Value>> = indexmap::IndexMap::new();
        for item in items(call)? {
            let key = Key::of(&call.run(&block, item.clone())?);
            groups.entry(key).or_default().push(item);
        }
        Ok(Value::hash(groups.into_iter().map(|(key, items)| (key.to_value(), Value::array(items)))))
    }),
    method("partition", 0, 0, |call| {
        let block = call.needed_block()?;
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for item in items(call)? {
            if call.run(&block, item.clone())?.is_truthy() { yes.push(item) } else { no.push(item) }
        }
        Ok(Value::array(vec![Value::array(yes), Value::array(no)]))
    }),
    open("zip", 0, |call| {
        let mut others = Vec::new();
        for other in std::mem::take(&mut call.arguments) {
            others.push(call.ruby.elements(&other)?);
        }
        let rows = items(call)?.into_iter().enumerate().map(|(index, item)| {
            let more = others.iter().map(|other| other.get(index).cloned().unwrap_or(Value::Nil));
            Value::array(std::iter::once(item).chain(more).collect())
        });
        Ok(Value::array(rows.collect()))
    }),
    method("first", 0, 1, |call| {
        let mut list = items(call)?;
        if call.arguments.is_empty() {
            return Ok(list.into_iter().next().unwrap_or(Value::Nil));
        }
        list.truncate(call.integer_argument(0)?.max(0) as usize);
        Ok(Value::array(list))
    }),
    method("take", 1, 1, |call| {
        let mut list = items(call)?;
        list.truncate(call.integer_argument(0)?.max(0) as usize);
        Ok(Value::array(list))
    }),
    method("drop", 1, 1, |call| {
        let count = call.integer_argument(0)?.max(0) as usize;
        Ok(Value::array(items(call)?.into_iter().skip(count).collect()))
    }),
    method("to_a", 0, 0, |call| Ok(Value::array(items(call)?))),
    method("entries", 0, 0, |call| Ok(Value::array(items(call)?))),
    method("to_h", 0, 0, |call| {
        let mut pairs = Vec::new();
        for item in items(call)? {
            let item = match call.block.clone() {
                Some(block) => call.run(&block, item)?,
                None => item,
            };
            pairs.push((part(&item, 0), part(&item, 1)));
        }
        Ok(Value::hash(pairs))
    }),
];

fn items(call: &mut Call<'_, '_>) -> Result<Vec<Value>, Stop> {
    call.ruby.elements(&call.this.clone())
}

/// Elements without those that came before; the first of each stays.
pub(super) fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut seen = rustc_hash::FxHashSet::default();
    items.into_iter().filter(|item| seen.insert(Key::of(item))).collect()
}

fn part(pair: &Value, index: usize) -> Value {
    match pair {
        Value::Array(list) => list.read().get(index).cloned().unwrap_or(Value::Nil),
        _ => Value::Nil,
    }
}

fn map(call: &mut Call<'_, '_>) -> Outcome {
    let block = call.needed_block()?;
    let mut mapped = Vec::new();
    for item in items(call)? {
        mapped.push(call.run(&block, item)?);
    }
    Ok(Value::array(mapped))
}

fn filtered(call: &mut Call<'_, '_>, wanted: bool) -> Outcome {
    let block = call.needed_block()?;
    let mut kept = Vec::new();
    for item in items(call)? {
        if call.run(&block, item.clone())?.is_truthy() == wanted {
            kept.push(item);
        }
    }
    Ok(Value::array(kept))
}

fn find(call: &mut Call<'_, '_>) -> Outcome {
    let block = call.needed_block()?;
    for item in items(call)? {
        if call.run(&block, item.clone())?.is_truthy() {
            return Ok(item);
        }
    }
    Ok(Value::Nil)
}

/// How many elements pass the test (or fail it).
fn count_fitting(call: &mut Call<'_, '_>, wanted: bool) -> Result<usize, Stop> {
    let mut count = 0;
    for item in items(call)? {
        let fits = match (call.given(0).cloned(), call.block.clone()) {
            (Some(pattern), _) => call.send(pattern, "===", vec![item])?,
            (None, Some(block)) => call.run(&block, item)?,
            (None, None) => item,
        };
        count += usize::from(fits.is_truthy() == wanted);
    }
    Ok(count)
}

fn includes(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.argument(0);
    Ok(Value::Boolean(items(call)?.iter().any(|item| equal(item, &wanted))))
}

fn inject(call: &mut Call<'_, '_>) -> Outcome {
    let mut list = items(call)?.into_iter();
    let operator = match call.arguments.last() {
        Some(Value::Symbol(name)) if call.block.is_none() => Some(name.clone()),
        _ => None,
    };
    let has_start = call.arguments.len() > usize::from(operator.is_some());
    let mut sum = if has_start { call.argument(0) } else { list.next().unwrap_or(Value::Nil) };
    for item in list {
        sum = if let Some(operator) = &operator {
            call.send(sum, operator, vec![item])?
        } else {
            let block = call.needed_block()?;
            call.ruby.call_proc(&block, vec![sum, item])?
        };
    }
    Ok(sum)
}

fn sorted(call: &mut Call<'_, '_>, mut list: Vec<Value>, key: fn(&Value) -> Outcome) -> Result<Vec<Value>, Stop> {
    let mut wrong = None;
    merge_sort(&mut list, &mut |a, b| {
        let (a, b) = (key(a).unwrap_or(Value::Nil), key(b).unwrap_or(Value::Nil));
        compare(&a, &b).unwrap_or_else(|| {
            wrong.get_or_insert((a, b));
            Ordering::Equal
        })
    });
    match wrong {
        None => Ok(list),
        Some((a, b)) => Err(incomparable(call, &a, &b)),
    }
}

fn incomparable(call: &Call<'_, '_>, a: &Value, b: &Value) -> Stop {
    let shown = match b {
        Value::Nil | Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => b.inspect(),
        other => other.class().to_string(),
    };
    call.ruby.argument_error(format!("comparison of {} with {shown} failed", a.class()))
}

/// Sorts by an order that need not be total: a sort of the library may refuse such.
fn merge_sort(list: &mut Vec<Value>, order: &mut dyn FnMut(&Value, &Value) -> Ordering) {
    if list.len() < 2 {
        return;
    }
    let mut right = list.split_off(list.len() / 2);
    merge_sort(list, order);
    merge_sort(&mut right, order);
    let left = std::mem::take(list);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if order(a, b) == Ordering::Greater { right.next() } else { left.next() };
        list.extend(next);
    }
    list.extend(left);
    list.extend(right);
}

fn extreme(call: &mut Call<'_, '_>, wanted: Ordering) -> Outcome {
    if call.block.is_some() {
        return Err(call.ruby.unsupported("min or max with a block"));
    }
    let mut best: Option<Value> = None;
    for item in items(call)? {
        best = Some(match best {
            None => item,
            Some(found) => match compare(&item, &found) {
                Some(order) if order == wanted => item,
                Some(_) => found,
                None => return Err(incomparable(call, &item, &found)),
            },
        });
    }
    Ok(best.unwrap_or(Value::Nil))
}

fn extreme_by(call: &mut Call<'_, '_>, wanted: Ordering) -> Outcome {
    let block = call.needed_block()?;
    let mut best: Option<(Value, Value)> = None;
    for item in items(call)? {
        let key = call.run(&block, item.clone())?;
        let better = match &best {
            None => true,
            Some((found, _)) => compare(&key, found) == Some(wanted),
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Value::Nil, |(_, item)| item))
}
