//! Functions of the module mongodb.

use md5::{Digest as _, Md5};

use super::{refuse, unwrapped, wrapped};
use crate::functions::{Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("mongodb_password", 0, None, |call| match call.arguments.as_slice() {
        [user, password] => Ok(hashed(user, password)),
        others => refuse(format!("mongodb_password(): Wrong number of arguments given ({} for 2)", others.len())),
    }),
    Function::new(
        "mongodb_password",
        &[Declared::new(&[
            required("username", "String[1]"),
            required("password", "Variant[String[1], Sensitive[String[1]]]"),
            optional("sensitive", "Boolean"),
        ])
        .returns("Variant[String, Sensitive[String]]")],
        |call| Ok(wrapped(hashed(call.argument(0), unwrapped(call.argument(1))), call.argument(2))),
    ),
];

fn hashed(user: &Value, password: &Value) -> Value {
    let text = format!("{}:mongo:{}", ruby_text::to_s(user), ruby_text::to_s(password));
    Value::from(hex::encode(Md5::digest(text.as_bytes())))
}
