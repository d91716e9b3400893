//! Functions of the module nova.

use super::refuse;
use crate::data;
use crate::error::Stop;
use crate::functions::stdlib::json_text;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, repeated};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("to_array_of_json_strings", &[Declared::new(&[repeated("args", "Any")])], strings)];

fn strings(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.arguments.len() != 1 {
        return refuse("to_array_of_json_strings(): Wrong number of arguments");
    }
    let given = call.argument(0).clone();
    let shown = ruby_text::to_s(&given);
    let mut list = given;
    if let Value::String(text) = &list {
        let parsed = match data::json(text) {
            Ok(parsed) => parsed,
            Err(_) => match data::json(&text.replace('\'', "\"")) {
                Ok(parsed) => {
                    call.caller.warning(format!(
                        "{shown} is not valid JSON. Support for this format is deprecated and may be removed in future."
                    ));
                    parsed
                }
                Err(_) => return refuse(format!("Syntax error: {shown} is not valid")),
            },
        };
        list = if matches!(parsed, Value::Array(_)) { parsed } else { Value::array(vec![parsed]) };
    }
    let items = list.as_array().filter(|items| items.iter().all(|item| matches!(item, Value::Hash(_))));
    let Some(items) = items else {
        return refuse(format!("Syntax error: {shown} is not an Array or JSON encoded String"));
    };
    let texts = items.iter().map(|item| json_text(item).map(Value::from));
    Ok(Value::array(texts.collect::<Result<_, Stop>>()?))
}
