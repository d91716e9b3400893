//! Functions that steer the flow of evaluation.

use super::{Call, Function, collections, ruby_text};
use crate::error::Stop;
use crate::signature::{Declared, optional, repeated, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("break", &[Declared::new(&[])], |call| Err(Stop::Break(call.caller.call_site()))),
    Function::new("next", &[Declared::new(&[optional("value", "Any")])], |call| Err(Stop::Next(call.take(0)))),
    Function::new("return", &[Declared::new(&[optional("value", "Any")])], |call| Err(Stop::Return(call.take(0)))),
    Function::new(
        "call",
        &[
            Declared::new(&[required("function_name", "String"), repeated("arguments", "Any")])
                .block(optional("block", "Callable")),
            Declared::new(&[required("deferred", "Deferred")]),
        ],
        |call| {
            if call.dispatch == 1 {
                let deferred = call.take(0);
                return resolve(call, &deferred);
            }
            let name = call.text(0).to_owned();
            let mut arguments = std::mem::take(&mut call.arguments);
            arguments.remove(0);
            let block = call.block.take();
            call.caller.call_function(&name, arguments, block)
        },
    ),
    Function::legacy("import", 0, None, |_| {
        Err(crate::error::Error {
            issue_code: "DISCONTINUED_IMPORT",
            message: "Use of 'import' has been discontinued in favor of a manifest directory. See \
                      http://links.puppet.com/puppet-import-deprecation"
                .to_owned(),
            position: None,
        }
        .into())
    }),
];

/// The value of a Deferred: of a function called with resolved arguments, or of a variable dug into.
fn resolve(call: &mut Call<'_>, value: &Value) -> Result<Value, Stop> {
    match value {
        Value::Object(object) if object.of.label() == "Deferred" => {
            let name = object.get("name").map(ruby_text::to_s).unwrap_or_default();
            let arguments = object.get("arguments").and_then(Value::as_array).unwrap_or_default();
            let arguments =
                arguments.iter().map(|argument| resolve(call, argument)).collect::<Result<Vec<_>, Stop>>()?;
            match name.strip_prefix('$') {
                Some(variable) => {
                    let value = call.caller.variable(variable)?.unwrap_or(Value::Undef);
                    if arguments.is_empty() { Ok(value) } else { collections::dig(value, &arguments) }
                }
                None => call.caller.call_function(&name, arguments, None),
            }
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| resolve(call, item)).collect::<Result<Vec<_>, Stop>>()?;
            Ok(Value::array(items))
        }
        Value::Hash(entries) => {
            let mut resolved = crate::value::Hash::default();
            for (key, value) in entries.iter() {
                resolved.insert(key.clone(), resolve(call, value)?);
            }
            Ok(Value::hash(resolved))
        }
        Value::Sensitive(inner) => Ok(Value::sensitive(resolve(call, inner)?)),
        other => Ok(other.clone()),
    }
}
