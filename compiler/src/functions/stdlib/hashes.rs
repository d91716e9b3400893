//! Functions on hashes.

use super::{expect, refuse};
use crate::error::Stop;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, Level, ruby_text};
use crate::signature::{Declared, repeated, required};
use crate::value::{Hash, Value, extent};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "merge",
        &[
            Declared::new(&[repeated("args", "Variant[Hash[Scalar,Any], Undef, String[0,0]]")])
                .returns("Hash[Scalar,Any]"),
            Declared::new(&[repeated("args", "Iterable")]).block(required("block", "Callable[3,3]")).returns("Hash"),
            Declared::new(&[repeated("args", "Iterable")]).block(required("block", "Callable[2,2]")).returns("Hash"),
        ],
        merge,
    ),
    Function::legacy("deep_merge", 0, None, |call| {
        let fits = call.arguments.len() >= 2;
        expect(call, fits, |n| format!("deep_merge(): wrong number of arguments ({n}; must be at least 2)"))?;
        let mut result = Hash::default();
        for argument in &call.arguments {
            match argument {
                Value::String(text) if text.is_empty() => {}
                Value::Hash(entries) => merge_deep(&mut result, entries),
                other => {
                    return refuse(format!(
                        "deep_merge: unexpected argument type {}, only expects hash arguments",
                        ruby_class(other)
                    ));
                }
            }
        }
        Ok(Value::hash(result))
    }),
    Function::legacy("has_key", 0, None, |call| {
        let fits = call.arguments.len() == 2;
        expect(call, fits, |n| format!("has_key(): wrong number of arguments ({n}; must be 2)"))?;
        match call.argument(0) {
            Value::Hash(entries) => Ok(Value::Boolean(entries.contains_key(call.argument(1)))),
            other => refuse(format!(
                "has_key(): expects the first argument to be a hash, got {} which is of type {}",
                ruby_text::inspect(other),
                ruby_class(other)
            )),
        }
    }),
    Function::legacy("join_keys_to_values", 0, None, join_keys_to_values),
    Function::legacy("dig44", 1, None, |call| {
        expect(call, call.arguments.len() >= 2, |n| {
            format!("dig44(): Wrong number of arguments given ({n} for at least 2)")
        })?;
        let (data, path) = (call.argument(0), call.argument(1));
        if !matches!(data, Value::Hash(_) | Value::Array(_)) {
            let class = ruby_class(data);
            return refuse(format!("dig44(): first argument must be a hash or an array, given {class}"));
        }
        let Value::Array(path) = path else {
            return refuse(format!("dig44(): second argument must be an array, given {}", ruby_class(path)));
        };
        Ok(dug(data, path).unwrap_or_else(|| call.argument(2).clone()))
    }),
    Function::legacy("try_get_value", 1, None, |call| {
        let message = "try_get_value() DEPRECATED: this function is deprecated, please use dig() instead.";
        call.caller.log(Level::Warning, message.to_owned());
        let (data, path) = (call.argument(0), ruby_text::to_s(call.argument(1)));
        let default = call.argument(2);
        if !matches!(data, Value::Hash(_) | Value::Array(_)) || path.is_empty() {
            return Ok(if default.is_truthy() { default.clone() } else { data.clone() });
        }
        let separator = call.arguments.get(3).map_or_else(|| "/".to_owned(), ruby_text::to_s);
        let step = |part: &str| {
            let number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
            number.map_or_else(|| Value::from(part), Value::Integer)
        };
        let path: Vec<Value> = path.split(separator.as_str()).map(step).collect();
        Ok(dug(data, &path).unwrap_or_else(|| default.clone()))
    }),
];

/// The value at the end of a path, unless a step is missing.
fn dug(data: &Value, path: &[Value]) -> Option<Value> {
    let mut value = data.clone();
    for step in path {
        value = match &value {
            Value::Array(items) => {
                let index = match step {
                    Value::Integer(index) => *index,
                    Value::String(text) => crate::operators::number(text)?.as_integer()?,
                    _ => return None,
                };
                let index = if index < 0 { index + items.len() as i64 } else { index };
                items.get(usize::try_from(index).ok()?)?.clone()
            }
            Value::Hash(entries) => entries.get(step)?.clone(),
            _ => return None,
        };
        if value.is_undef() {
            return None;
        }
    }
    Some(value)
}

fn merge(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut result = Hash::default();
    if call.dispatch == 0 {
        for entries in call.arguments.iter().filter_map(Value::as_hash) {
            result.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        return Ok(Value::hash(result));
    }
    let source = call.take(0);
    let hash = matches!(source, Value::Hash(_));
    let elements = crate::iterator::iterable(&source).map(|elements| elements.to_vec()).transpose()?;
    for (index, element) in (0..).zip(elements.unwrap_or_default()) {
        let mut arguments = vec![Value::hash(result.clone())];
        match (call.dispatch, hash, element.as_array()) {
            (1, true, Some([key, value])) => arguments.extend([key.clone(), value.clone()]),
            (1, ..) => arguments.extend([Value::Integer(index), element]),
            _ => arguments.push(element),
        }
        match call.run_block(arguments) {
            Ok(Value::Hash(more)) => result.extend(more.iter().map(|(key, value)| (key.clone(), value.clone()))),
            Ok(_) => {}
            Err(Stop::Break(_)) => break,
            Err(stop) => return Err(stop),
        }
        if index % 64 == 63 {
            extent::check(call.name, &Value::hash(result.clone()))?;
        }
    }
    let result = Value::hash(result);
    extent::check(call.name, &result)?;
    Ok(result)
}

fn merge_deep(result: &mut Hash, more: &Hash) {
    for (key, value) in more {
        match (result.get_mut(key), value) {
            (Some(Value::Hash(before)), Value::Hash(after)) => {
                merge_deep(std::sync::Arc::make_mut(before), after);
            }
            (Some(before), after) => *before = after.clone(),
            (None, after) => {
                result.insert(key.clone(), after.clone());
            }
        }
    }
}

fn join_keys_to_values(call: &mut Call<'_>) -> Result<Value, Stop> {
    let fits = call.arguments.len() == 2;
    expect(call, fits, |n| format!("join_keys_to_values(): Takes exactly two arguments, but {n} given."))?;
    let Value::Hash(entries) = call.argument(0) else {
        return refuse(format!(
            "join_keys_to_values(): The first argument must be a hash, but a {} was given.",
            ruby_class(call.argument(0))
        ));
    };
    let Value::String(separator) = call.argument(1) else {
        return refuse(format!(
            "join_keys_to_values(): The second argument must be a string, but a {} was given.",
            ruby_class(call.argument(1))
        ));
    };
    let text = ruby_text::to_s;
    let (entries, separator) = (entries.clone(), separator.clone());
    let mut joined = Vec::new();
    let mut add = |key: &Value, rest: String| -> Result<(), Stop> {
        let line = text(key) + &rest;
        call.caller.spend(line.len())?;
        joined.push(match key {
            Value::String(key) => Value::String(key.derived(line)),
            _ => Value::from(line),
        });
        Ok(())
    };
    for (key, value) in entries.iter() {
        match value {
            Value::Array(values) => {
                values.iter().try_for_each(|value| add(key, format!("{separator}{}", text(value))))?;
            }
            value if text(value) == "undef" => add(key, String::new())?,
            value => add(key, format!("{separator}{}", text(value)))?,
        }
    }
    Ok(Value::array(joined))
}
