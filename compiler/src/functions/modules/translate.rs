//! The function of the module translate.

use crate::functions::Function;
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "translate",
    &[Declared::new(&[required("message", "String"), optional("interpolation_values", "Hash")])],
    |call| {
        // Modules ship no translations that a server would load: a message stays as it is.
        let message = call.text(0);
        let Value::Hash(values) = call.argument(1) else { return Ok(Value::from(message)) };
        match crate::format::sprintf(message, &[Value::Hash(values.clone())]) {
            // Where a value is missing, gettext leaves the message as it is.
            Err(failure) if failure.message.starts_with("key") => Ok(Value::from(message)),
            written => Ok(Value::from(written?)),
        }
    },
)];
