//! Functions of the module redis. The one that asks a Redis server is left to Ruby.

use super::refuse;
use crate::functions::{Function, ruby_text};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::legacy("getvar_emptystring", 0, None, |call| {
    if call.arguments.len() != 1 {
        let count = call.arguments.len();
        return refuse(format!("getvar_emptystring(): wrong number of arguments ({count}; must be 1)"));
    }
    let name = ruby_text::to_s(call.argument(0));
    let found = call.caller.variable(&name)?.filter(|value| !value.is_undef());
    Ok(found.unwrap_or_else(|| Value::from("")))
})];
