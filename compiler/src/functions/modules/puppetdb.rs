//! Functions of the module puppetdb.

use crate::functions::{Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "puppetdb::create_subsetting_resource_hash",
        &[Declared::new(&[required("java_args", "Hash"), required("params", "Any")])],
        |call| {
            let shared = call.argument(1).as_hash().cloned().unwrap_or_default();
            let mut resources = Hash::default();
            for (key, value) in call.argument(0).as_hash().into_iter().flatten() {
                let value = if value.is_truthy() { value.clone() } else { Value::from("") };
                let mut parameters =
                    Hash::from_iter([(Value::from("subsetting"), key.clone()), (Value::from("value"), value)]);
                parameters.extend(shared.iter().map(|(key, value)| (key.clone(), value.clone())));
                resources.insert(Value::from(format!("'{}'", ruby_text::to_s(key))), Value::hash(parameters));
            }
            Ok(Value::hash(resources))
        },
    ),
    Function::new(
        "puppetdb::flatten_java_args",
        &[Declared::new(&[optional("java_args", "Hash")]).returns("String")],
        |call| {
            let arguments = call.argument(0).as_hash().into_iter().flatten();
            let words: Vec<String> =
                arguments.map(|(key, value)| ruby_text::to_s(key) + &ruby_text::to_s(value)).collect();
            Ok(Value::from(format!("\"{}\"", words.join(" "))))
        },
    ),
];
