//! Lists and hashes.

use crate::convert::{Maker, cannot_convert};
use crate::error::Failure;
use crate::iterator::iterable;
use crate::signature::{Declared, Dispatches, optional, required};
use crate::types::{self, infer};
use crate::value::{Hash, Value};

static ARRAY_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("from", "Variant[Array,Hash,Binary,Iterable]"), optional("wrap", "Boolean[false]")]),
    Declared::new(&[required("from", "Any"), required("wrap", "Boolean[true]")]),
    Declared::new(&[required("from", "Any"), optional("wrap", "Boolean")]).complains(),
]);

pub(super) static ARRAY: Maker = Maker {
    name: "new_array",
    dispatches: &ARRAY_DISPATCHES,
    make: |index, arguments, _| match (index, &arguments[0]) {
        (1, list @ Value::Array(_)) => Ok(list.clone()),
        (1, other) => Ok(Value::array(vec![other.clone()])),
        (2, other) => {
            let of = types::generalize(&infer(other));
            Err(Failure::argument(format!("'new_array' Value of type {of} cannot be converted to Array")))
        }
        (_, list @ Value::Array(_)) => Ok(list.clone()),
        (_, Value::Binary(bytes)) => Ok(Value::array(bytes.iter().map(|&byte| Value::Integer(byte.into())).collect())),
        (_, other) => listed(other),
    },
};

/// Lists longer than this are not made out of ranges.
const MAX_LENGTH: u64 = 10_000_000;

fn listed(value: &Value) -> Result<Value, Failure> {
    let Some(items) = iterable(value) else { return Err(cannot_convert("new_array", value, "Array")) };
    if items.len() > MAX_LENGTH {
        return Err(Failure::argument(format!("more than {MAX_LENGTH} elements in an Array")));
    }
    Ok(Value::array(items.iter().collect()))
}

static HASH_DISPATCHES: Dispatches = Dispatches::new(&[
    Declared::new(&[required("from", "TreeArray"), optional("build_option", "NewHashOption")])
        .aliases(&[("TreeArray", "Array[Tuple[Array,Any],1]"), ("NewHashOption", "Enum[tree, hash_tree]")]),
    Declared::new(&[required("from", "KeyValueArray")]).aliases(&[("KeyValueArray", "Array[Tuple[Any,Any],1]")]),
    Declared::new(&[required("from", "Any")]),
]);

pub(super) static HASH: Maker = Maker {
    name: "new_hash",
    dispatches: &HASH_DISPATCHES,
    make: |index, arguments, _| match (index, arguments) {
        (0, [Value::Array(entries), Value::String(option)]) => tree(entries, &**option == "hash_tree"),
        (0 | 1, [Value::Array(pairs), ..]) => {
            let pairs = pairs.iter().filter_map(Value::as_array);
            Ok(Value::hash(pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect()))
        }
        (_, [Value::Array(items), ..]) => flat(items),
        (_, [hash @ Value::Hash(_), ..]) => Ok(hash.clone()),
        (_, [other, ..]) => {
            if let Ok(Value::Array(items)) = listed(other) {
                return flat(&items);
            }
            let of = types::generalize(&infer(other));
            Err(Failure::argument(format!("Value of type {of} cannot be converted to Hash")))
        }
        (_, []) => Ok(Value::hash(Hash::default())),
    },
};

/// `[a, 1, b, 2]`
fn flat(items: &[Value]) -> Result<Value, Failure> {
    if !items.len().is_multiple_of(2) {
        return Err(Failure::argument("odd number of arguments for Hash"));
    }
    Ok(Value::hash(items.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()))
}

/// Each step nests the result one level deeper.
const MOST_STEPS: usize = 1000;

/// `[[[a, b], 1], …]`: a value for each path. Lists stay lists unless all is to become hashes.
fn tree(entries: &[Value], all_hashes: bool) -> Result<Value, Failure> {
    let mut root = Value::hash(Hash::default());
    for entry in entries {
        let Some([Value::Array(path), value]) = entry.as_array() else { continue };
        if path.is_empty() {
            let added: Hash = match value {
                Value::Array(items) => (0..).map(Value::Integer).zip(items.iter().cloned()).collect(),
                Value::Hash(entries) => Hash::clone(entries),
                _ => continue,
            };
            if let Value::Hash(root) = &mut root {
                std::sync::Arc::make_mut(root).extend(added);
            }
            continue;
        }
        if path.len() > MOST_STEPS {
            return Err(Failure::argument(format!("a path of more than {MOST_STEPS} steps in a Hash")));
        }
        let value = if all_hashes { as_hashes(value) } else { value.clone() };
        insert(&mut root, path, value)?;
    }
    Ok(root)
}

fn insert(target: &mut Value, path: &[Value], value: Value) -> Result<(), Failure> {
    let Some((step, rest)) = path.split_first() else {
        *target = value;
        return Ok(());
    };
    match target {
        Value::Hash(entries) => {
            let entries = std::sync::Arc::make_mut(entries);
            let slot = entries.entry(step.clone()).or_insert_with(|| Value::hash(Hash::default()));
            insert(slot, rest, value)
        }
        Value::Array(items) => {
            let items = std::sync::Arc::make_mut(items);
            let index = step.as_integer().and_then(|index| usize::try_from(index).ok()).ok_or_else(|| {
                let class = crate::value::ruby_class(step);
                Failure::argument(format!("no implicit conversion of {class} into Integer"))
            })?;
            if index > items.len() + 100_000 {
                return Err(Failure::argument(format!("index {index} too big")));
            }
            if index >= items.len() {
                items.resize(index + 1, Value::Undef);
            }
            insert(&mut items[index], rest, value)
        }
        other => {
            let class = crate::value::ruby_class(other);
            Err(Failure::argument(format!("undefined method `[]=' for {class}")))
        }
    }
}

/// Lists as hashes by index.
fn as_hashes(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::hash((0..).map(Value::Integer).zip(items.iter().map(as_hashes)).collect()),
        other => other.clone(),
    }
}
