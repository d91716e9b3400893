//! Functions on types, and those that make values of a type.

use super::{Call, Function};
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, repeated, required};
use crate::types::{self, Type};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "assert_type",
        &[
            Declared::new(&[required("type", "Type"), required("value", "Any")])
                .block(optional("block", "Callable[Type, Type]")),
            Declared::new(&[required("type_string", "String"), required("value", "Any")])
                .block(optional("block", "Callable[Type, Type]")),
        ],
        assert_type,
    ),
    Function::new(
        "new",
        &[Declared::new(&[required("type", "Type"), repeated("args", "Any")]).block(optional("block", "Callable"))],
        new,
    ),
    Function::new(
        "convert_to",
        &[Declared::new(&[required("value", "Any"), required("type", "Type"), repeated("args", "Any")])
            .block(optional("block", "Callable[1,1]"))],
        |call| {
            let mut arguments = std::mem::take(&mut call.arguments);
            arguments.swap(0, 1);
            let value = call.caller.call_function("new", arguments, None)?;
            if call.block.is_some() { call.run_block(vec![value]) } else { Ok(value) }
        },
    ),
    Function::new(
        "type",
        &[
            Declared::new(&[required("value", "Any"), optional("inference_method", "Enum[detailed]")]),
            Declared::new(&[required("value", "Any"), required("inference_method", "Enum[reduced]")]),
            Declared::new(&[required("value", "Any"), required("inference_method", "Enum[generalized]")]),
        ],
        |call| {
            let value = call.argument(0);
            Ok(Value::Type(match call.dispatch {
                0 => types::infer_set(value),
                1 => types::infer(value),
                _ => types::generalize(&types::infer(value)),
            }))
        },
    ),
    Function::new(
        "unwrap",
        &[
            Declared::new(&[required("arg", "Sensitive")]).block(optional("block", "Callable")),
            Declared::new(&[required("arg", "Any")]).block(optional("block", "Callable")),
        ],
        |call| {
            let value = match call.take(0) {
                Value::Sensitive(inner) => (*inner).clone(),
                other => other,
            };
            if call.block.is_some() { call.run_block(vec![value]) } else { Ok(value) }
        },
    ),
];

fn assert_type(call: &mut Call<'_>) -> Result<Value, Stop> {
    let of = match call.argument(0) {
        Value::Type(of) => of.clone(),
        text => {
            let text = text.as_str().unwrap_or_default().to_owned();
            call.caller.parse_type(&text)?
        }
    };
    if types::is_instance(&of, call.argument(1)) {
        return Ok(call.take(1));
    }
    let actual = types::infer_set(call.argument(1));
    if call.block.is_some() {
        return call.run_block(vec![Value::Type(of), Value::Type(actual)]);
    }
    Err(Failure::argument(types::mismatch::describe("assert_type():", &of, &actual)).into())
}

fn new(call: &mut Call<'_>) -> Result<Value, Stop> {
    let Value::Type(of) = call.take(0) else { return Ok(Value::Undef) };
    let arguments = call.arguments.split_off(1);
    if let [value] = arguments.as_slice()
        && !matches!(of, Type::Init(_))
        && types::is_instance(&of, value)
    {
        return Ok(value.clone());
    }
    // The text of a type may name those of the environment.
    if let (Type::Type(_), [Value::String(text)]) = (&of, arguments.as_slice())
        && !text.is_empty()
    {
        let made = Value::Type(call.caller.parse_type(text)?);
        types::mismatch::assert_instance(&format!("Converted value from {of}.new()"), &of, &made)?;
        return if call.block.is_some() { call.run_block(vec![made]) } else { Ok(made) };
    }
    let value =
        crate::convert::new_at(&of, &arguments, Some(crate::time::Nanoseconds::new(call.caller.world().now())))?;
    if call.block.is_some() { call.run_block(vec![value]) } else { Ok(value) }
}
