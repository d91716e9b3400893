//! Hashes.

use std::rc::Rc;

use super::{Call, Method, method, open};
use crate::interpreter::{Outcome, Stop};
use crate::value::compare::equal;
use crate::value::{Hash, Key, Value};

pub(super) const METHODS: &[Method] = &[
    method("[]", 1, 1, |call| {
        let key = call.argument(0);
        fetch(call, &key)
    }),
    method("[]=", 2, 2, store),
    method("store", 2, 2, store),
    method("fetch", 1, 2, |call| {
        let key = call.argument(0);
        if let Some(value) = this(call).get(&Key::of(&key)) {
            return Ok(value);
        }
        if let Some(block) = call.block.clone() {
            return call.run(&block, key);
        }
        if call.arguments.len() > 1 {
            return Ok(call.argument(1));
        }
        Err(call.ruby.raise("KeyError", format!("key not found: {}", key.inspect())))
    }),
    open("dig", 1, |call| {
        let mut value = call.this.clone();
        for key in std::mem::take(&mut call.arguments) {
            if value.is_nil() {
                break;
            }
            value = call.send(value, "[]", vec![key])?;
        }
        Ok(value)
    }),
    method("key?", 1, 1, has_key),
    method("has_key?", 1, 1, has_key),
    method("include?", 1, 1, has_key),
    method("member?", 1, 1, has_key),
    method("value?", 1, 1, has_value),
    method("has_value?", 1, 1, has_value),
    method("key", 1, 1, |call| {
        let wanted = call.argument(0);
        Ok(this(call).pairs().into_iter().find(|(_, value)| equal(value, &wanted)).map_or(Value::Nil, |(key, _)| key))
    }),
    method("keys", 0, 0, |call| Ok(Value::array(this(call).read().keys().map(Key::to_value).collect()))),
    method("values", 0, 0, |call| Ok(Value::array(this(call).read().values().cloned().collect()))),
    open("values_at", 0, |call| {
        let mut found = Vec::new();
        for key in std::mem::take(&mut call.arguments) {
            found.push(fetch(call, &key)?);
        }
        Ok(Value::array(found))
    }),
    method("length", 0, 0, |call| Ok(Value::from(this(call).len()))),
    method("size", 0, 0, |call| Ok(Value::from(this(call).len()))),
    method("empty?", 0, 0, |call| Ok(Value::Boolean(this(call).is_empty()))),
    method("to_h", 0, 0, |call| match call.block.clone() {
        None => Ok(call.this.clone()),
        Some(_) => Err(call.ruby.unsupported("Hash#to_h with a block")),
    }),
    method("to_hash", 0, 0, |call| Ok(call.this.clone())),
    method("delete", 1, 1, |call| {
        let key = Key::of(&call.argument(0));
        Ok(this(call).change(|entries| entries.shift_remove(&key)).unwrap_or(Value::Nil))
    }),
    open("merge", 0, |call| {
        let merged = Value::hash(this(call).pairs());
        merge(call, &merged)?;
        Ok(merged)
    }),
    open("merge!", 0, |call| {
        let this = call.this.clone();
        merge(call, &this)?;
        Ok(this)
    }),
    open("update", 0, |call| {
        let this = call.this.clone();
        merge(call, &this)?;
        Ok(this)
    }),
    method("each_pair", 0, 0, |call| {
        let block = call.block.take();
        call.ruby.send(call.this.clone(), "each", Vec::new(), block)
    }),
    method("each_key", 0, 0, |call| {
        let block = call.needed_block()?;
        for (key, _) in this(call).pairs() {
            call.run(&block, key)?;
        }
        Ok(call.this.clone())
    }),
    method("each_value", 0, 0, |call| {
        let block = call.needed_block()?;
        for (_, value) in this(call).pairs() {
            call.run(&block, value)?;
        }
        Ok(call.this.clone())
    }),
    method("select", 0, 0, |call| chosen(call, true).map(Value::hash)),
    method("filter", 0, 0, |call| chosen(call, true).map(Value::hash)),
    method("reject", 0, 0, |call| chosen(call, false).map(Value::hash)),
    method("delete_if", 0, 0, |call| keep(call, false)),
    method("reject!", 0, 0, |call| keep(call, false)),
    method("select!", 0, 0, |call| keep(call, true)),
    method("keep_if", 0, 0, |call| keep(call, true)),
    method("compact", 0, 0, |call| {
        Ok(Value::hash(this(call).pairs().into_iter().filter(|(_, value)| !value.is_nil())))
    }),
    method("invert", 0, 0, |call| Ok(Value::hash(this(call).pairs().into_iter().map(|(key, value)| (value, key))))),
    open("slice", 0, |call| {
        let wanted: Vec<Key> = call.arguments.iter().map(Key::of).collect();
        let entries = this(call);
        Ok(Value::hash(wanted.iter().filter_map(|key| Some((key.to_value(), entries.get(key)?)))))
    }),
    open("except", 0, |call| {
        let unwanted: Vec<Key> = call.arguments.iter().map(Key::of).collect();
        Ok(Value::hash(this(call).pairs().into_iter().filter(|(key, _)| !unwanted.contains(&Key::of(key)))))
    }),
    method("transform_values", 0, 0, |call| {
        let block = call.needed_block()?;
        let mut pairs = Vec::new();
        for (key, value) in this(call).pairs() {
            pairs.push((key, call.run(&block, value)?));
        }
        Ok(Value::hash(pairs))
    }),
    method("transform_keys", 0, 0, |call| {
        let block = call.needed_block()?;
        let mut pairs = Vec::new();
        for (key, value) in this(call).pairs() {
            pairs.push((call.run(&block, key)?, value));
        }
        Ok(Value::hash(pairs))
    }),
    method("clear", 0, 0, |call| {
        this(call).change(indexmap::IndexMap::clear);
        Ok(call.this.clone())
    }),
];

fn this(call: &Call<'_, '_>) -> Rc<Hash> {
    match &call.this {
        Value::Hash(hash) => hash.clone(),
        _ => Rc::new(Hash::new([])),
    }
}

pub(super) fn new(call: &mut Call<'_, '_>) -> Outcome {
    let hash = Hash::new([]);
    if let Some(block) = call.block.clone() {
        call.ruby.keep(&block);
        hash.set_block(block);
    } else if let Some(value) = call.given(0) {
        hash.set_default_value(value.clone());
    }
    Ok(Value::Hash(Rc::new(hash)))
}

fn fetch(call: &mut Call<'_, '_>, key: &Value) -> Outcome {
    let hash = this(call);
    if let Some(value) = hash.get(&Key::of(key)) {
        return Ok(value);
    }
    match (hash.default_value(), hash.default_block()) {
        (_, Some(block)) => call.ruby.call_proc(&block, vec![call.this.clone(), key.clone()]),
        (value, None) => Ok(value),
    }
}

fn store(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.argument(1);
    call.ruby.spend(2 * size_of::<Value>())?;
    this(call).insert(Key::of(&call.argument(0)), value.clone());
    Ok(value)
}

fn has_key(call: &mut Call<'_, '_>) -> Outcome {
    Ok(Value::Boolean(this(call).get(&Key::of(&call.argument(0))).is_some()))
}

fn has_value(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.argument(0);
    Ok(Value::Boolean(this(call).read().values().any(|value| equal(value, &wanted))))
}

fn merge(call: &mut Call<'_, '_>, into: &Value) -> Result<(), Stop> {
    let Value::Hash(into) = into else { return Ok(()) };
    for index in 0..call.arguments.len() {
        let Value::Hash(other) = call.argument(index) else {
            return Err(call.no_conversion(&call.argument(index), "Hash"));
        };
        for (key, mut value) in other.pairs() {
            let place = Key::of(&key);
            if let (Some(block), Some(old)) = (call.block.clone(), into.get(&place)) {
                value = call.ruby.call_proc(&block, vec![key, old, value])?;
            }
            into.insert(place, value);
        }
        call.ruby.spend(other.len() * 2 * size_of::<Value>())?;
    }
    Ok(())
}

fn chosen(call: &mut Call<'_, '_>, wanted: bool) -> Result<Vec<(Value, Value)>, Stop> {
    let block = call.needed_block()?;
    let mut pairs = Vec::new();
    for (key, value) in this(call).pairs() {
        if call.ruby.call_proc(&block, vec![key.clone(), value.clone()])?.is_truthy() == wanted {
            pairs.push((key, value));
        }
    }
    Ok(pairs)
}

fn keep(call: &mut Call<'_, '_>, wanted: bool) -> Outcome {
    let pairs = chosen(call, wanted)?;
    let entries = pairs.into_iter().map(|(key, value)| (Key::of(&key), value)).collect();
    this(call).change(|body| *body = entries);
    Ok(call.this.clone())
}
