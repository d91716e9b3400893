//! Functions of the module collectd.

use super::refuse;
use crate::functions::Function;
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] =
    &[Function::legacy("collectd_convert_processes", 1, Some(1), |call| match call.argument(0) {
        hash @ Value::Hash(_) => Ok(hash.clone()),
        Value::Array(items) => {
            let mut processes = Hash::default();
            for item in items.iter() {
                match item {
                    Value::String(_) => {
                        processes.insert(item.clone(), Value::hash(Hash::default()));
                    }
                    Value::Hash(entries) => {
                        let mut entries = (**entries).clone();
                        let name = entries.shift_remove(&Value::from("name")).unwrap_or(Value::Undef);
                        processes.insert(name, Value::hash(entries));
                    }
                    _ => return refuse("convert_process_array(): array element must be string or hash"),
                }
            }
            Ok(Value::hash(processes))
        }
        _ => refuse("convert_process_array(): Needs an array as argument"),
    })];
