//! Functions on hashes.

use super::{expect, refuse};
use crate::error::Stop;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, repeated, required};
use crate::value::{Hash, Value};

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
];

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
    }
    Ok(Value::hash(result))
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
    let mut joined = Vec::new();
    for (key, value) in entries.iter() {
        let key = text(key);
        match value {
            Value::Array(values) => {
                joined.extend(values.iter().map(|value| Value::from(format!("{key}{separator}{}", text(value)))));
            }
            value if text(value) == "undef" => joined.push(Value::from(key)),
            value => joined.push(Value::from(format!("{key}{separator}{}", text(value)))),
        }
    }
    Ok(Value::array(joined))
}
