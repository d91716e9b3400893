//! Functions on arrays and hashes.

use super::{Call, Function, ruby_text, strings};
use crate::error::{Failure, Stop};
use crate::hiera::{self, Segment};
use crate::signature::{Declared, optional, repeated, required};
use crate::types;
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("keys", &[Declared::new(&[required("hsh", "Hash")])], |call| {
        Ok(Value::array(call.argument(0).as_hash().into_iter().flat_map(Hash::keys).cloned().collect()))
    }),
    Function::new("values", &[Declared::new(&[required("hsh", "Hash")])], |call| {
        Ok(Value::array(call.argument(0).as_hash().into_iter().flat_map(Hash::values).cloned().collect()))
    }),
    Function::new(
        "length",
        &[
            Declared::new(&[required("arg", "Collection")]),
            Declared::new(&[required("arg", "String")]),
            Declared::new(&[required("arg", "Binary")]),
        ],
        |call| Ok(Value::Integer(length(call.argument(0)) as i64)),
    ),
    Function::new("size", &[Declared::new(&[required("arg", "Variant[Collection, String, Binary]")])], |call| {
        Ok(Value::Integer(length(call.argument(0)) as i64))
    }),
    Function::new(
        "empty",
        &[
            Declared::new(&[required("coll", "Collection")]),
            Declared::new(&[required("str", "Sensitive[String]")]),
            Declared::new(&[required("str", "String")]),
            Declared::new(&[required("num", "Numeric")]),
            Declared::new(&[required("bin", "Binary")]),
            Declared::new(&[required("x", "Undef")]),
        ],
        empty,
    ),
    Function::new("flatten", &[Declared::new(&[repeated("args", "Any")])], |call| {
        Ok(Value::array(strings::flat(&call.arguments)))
    }),
    Function::new(
        "unique",
        &[
            Declared::new(&[required("string", "String")]).block(optional("block", "Callable[String]")),
            Declared::new(&[required("hash", "Hash")]).block(optional("block", "Callable[Any]")),
            Declared::new(&[required("array", "Array")]).block(optional("block", "Callable[Any]")),
            Declared::new(&[required("iterable", "Iterable")]).block(optional("block", "Callable[Any]")),
        ],
        unique,
    ),
    Function::new(
        "dig",
        &[Declared::new(&[required("data", "Optional[Collection]"), repeated("arg", "Any")])],
        |call| {
            let data = call.take(0);
            dig(data, call.arguments.get(1..).unwrap_or_default())
        },
    ),
    Function::new(
        "get",
        &[Declared::new(&[
            required("value", "Any"),
            required("dotted_string", "String"),
            optional("default_value", "Any"),
        ])
        .block(optional("block", "Callable[1,1]"))],
        |call| {
            let (value, path, default) = (call.take(0), call.text(1).to_owned(), call.take(2));
            get(call, value, &path, default)
        },
    ),
    Function::new(
        "getvar",
        &[
            Declared::new(&[
                required("get_string", r"Pattern[/\A(?:::)?(?:[a-z]\w*::)*[a-z_]\w*(?:\.|\Z)/]"),
                optional("default_value", "Any"),
            ])
            .block(optional("block", "Callable[1,1]")),
            Declared::new(&[required("get_string", "String"), optional("default_value", "Any")])
                .block(optional("block", "Callable"))
                .complains(),
        ],
        getvar,
    ),
];

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Hash(entries) => entries.len(),
        Value::Binary(bytes) => bytes.len(),
        _ => 0,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
fn empty(call: &mut Call<'_>) -> Result<Value, Stop> {
    let empty = match call.argument(0) {
        Value::Sensitive(inner) => inner.as_str().is_some_and(str::is_empty),
        Value::Integer(_) | Value::Float(_) => {
            let place = call.caller.call_site().map(|place| super::place_text(&place));
            let place = place.unwrap_or_else(|| "(file & line not available)".to_owned());
            let key = format!("empty-from-{place}");
            let message = format!("Calling function empty() with Numeric value is deprecated.\n   {place}");
            call.caller.warn_once(&key, message);
            false
        }
        Value::Undef => true,
        other => length(other) == 0,
    };
    Ok(Value::Boolean(empty))
}

fn unique(call: &mut Call<'_>) -> Result<Value, Stop> {
    let items: Vec<Value> = match call.argument(0) {
        Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        Value::Hash(_) => return unique_hash(call),
        Value::Array(items) => items.to_vec(),
        other => crate::iterator::iterable(other).map(|items| items.to_vec()).transpose()?.unwrap_or_default(),
    };
    let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
    let mut kept = Vec::new();
    for item in items {
        let mark = if call.block.is_some() { call.run_block(vec![item.clone()])? } else { item.clone() };
        if seen.insert(mark) {
            kept.push(item);
        }
    }
    if matches!(call.argument(0), Value::String(_)) {
        return Ok(Value::from(kept.iter().filter_map(Value::as_str).collect::<String>()));
    }
    Ok(Value::array(kept))
}

/// Keys with the same value together, as `[keys] => [values]`.
fn unique_hash(call: &mut Call<'_>) -> Result<Value, Stop> {
    let entries = call.argument(0).as_hash().cloned().unwrap_or_default();
    let mut groups: indexmap::IndexMap<Value, (Vec<Value>, Vec<Value>), rustc_hash::FxBuildHasher> =
        indexmap::IndexMap::default();
    for (key, value) in entries {
        let mark = if call.block.is_some() { call.run_block(vec![value.clone()])? } else { value.clone() };
        let (keys, values) = groups.entry(mark).or_default();
        keys.push(key);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(Value::hash(groups.into_values().map(|(keys, values)| (Value::array(keys), Value::array(values))).collect()))
}

/// An error of `dig`, with what a block of `get` is told about it.
struct NotDug {
    message: String,
    issue_code: &'static str,
    details: Hash,
}

pub(super) fn dig(data: Value, path: &[Value]) -> Result<Value, Stop> {
    walk(data, path).map_err(|error| Failure::argument(error.message).into())
}

fn walk(mut data: Value, path: &[Value]) -> Result<Value, NotDug> {
    for (index, step) in path.iter().enumerate() {
        if data.is_undef() || step.is_undef() {
            return Ok(Value::Undef);
        }
        let walked = |upto: usize| Value::array(path[..upto].to_vec());
        data = match (&data, step) {
            (Value::Hash(entries), step) => entries.get(step).cloned().unwrap_or(Value::Undef),
            (Value::Array(items), Value::Integer(at)) => {
                let at = if *at < 0 { items.len() as i64 + at } else { *at };
                usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Value::Undef)
            }
            (Value::Array(_), step) => {
                let (walked, of) = (walked(index + 1), types::infer(step));
                return Err(NotDug {
                    message: format!(
                        "The given data requires an Integer index at {}, got '{of}'",
                        ruby_text::inspect(&walked)
                    ),
                    issue_code: "EXPECTED_INTEGER_INDEX",
                    details: details(walked, "index_type", &of),
                });
            }
            (other, _) => {
                let (walked, of) = (walked(index), types::infer(other));
                return Err(NotDug {
                    message: format!(
                        "The given data does not contain a Collection at {}, got '{of}'",
                        ruby_text::inspect(&walked)
                    ),
                    issue_code: "EXPECTED_COLLECTION",
                    details: details(walked, "value_type", &of),
                });
            }
        };
    }
    Ok(data)
}

fn details(walked: Value, name: &str, of: &types::Type) -> Hash {
    Hash::from_iter([(Value::from("walked_path"), walked), (Value::from(name), Value::from(of.to_string()))])
}

fn get(call: &mut Call<'_>, value: Value, path: &str, default: Value) -> Result<Value, Stop> {
    if value.is_undef() {
        return Ok(default);
    }
    if path.is_empty() {
        return Ok(value);
    }
    let segments = hiera::split_key(&format!("x.{path}"))
        .map_err(|_| Failure::argument("Syntax error in dotted-navigation string"))?;
    let steps: Vec<Value> = segments
        .into_iter()
        .map(|segment| match segment {
            Segment::Name(name) => Value::String(name.into()),
            Segment::Index(index) => Value::Integer(index),
        })
        .collect();
    if !matches!(value, Value::Array(_) | Value::Hash(_)) {
        // The original calls `dig`, whose signature says so.
        return call.caller.call_function("dig", [vec![value], steps].concat(), None);
    }
    match walk(value, &steps) {
        Ok(Value::Undef) => Ok(default),
        Ok(found) => Ok(found),
        Err(error) if call.block.is_some() => {
            let details = Value::hash(error.details);
            let error = crate::types::object::error(&error.message, "SLICE_ERROR", details, error.issue_code);
            call.run_block(vec![error])
        }
        Err(error) => Err(Failure::argument(error.message).into()),
    }
}

fn getvar(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.dispatch == 1 {
        return Err(Failure::argument("'getvar' The given string does not start with a valid variable name").into());
    }
    let text = call.text(0).to_owned();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = match rest.strip_prefix('.') {
        Some(path) => path,
        None if rest.is_empty() => "",
        None => {
            let first = rest.chars().next().unwrap_or_default();
            return Err(Failure::argument(format!(
                "First character after var name in get string must be a '.' - got {first}"
            ))
            .into());
        }
    };
    let default = call.take(1);
    match call.caller.variable(name)? {
        Some(value) => get(call, value, path, default),
        None => Ok(default),
    }
}
