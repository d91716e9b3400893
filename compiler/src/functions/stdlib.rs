//! The functions of the module stdlib. They exist where the module does.
//!
//! Most are of the old kind: they check their arguments themselves, and undef reaches them as an
//! empty text.

use super::{Call, Function};
use crate::error::{Failure, Stop};
use crate::value::Value;

mod addresses;
mod arrays;
mod booleans;
mod documents;
mod hashes;
mod kinds;
mod node;
mod paths;
mod resources;
mod succession;
mod texts;
mod validate;
mod yaml;

pub(super) static GROUPS: &[&[Function]] = &[
    addresses::FUNCTIONS,
    arrays::FUNCTIONS,
    booleans::FUNCTIONS,
    documents::FUNCTIONS,
    hashes::FUNCTIONS,
    kinds::FUNCTIONS,
    node::FUNCTIONS,
    paths::FUNCTIONS,
    resources::FUNCTIONS,
    texts::FUNCTIONS,
    validate::FUNCTIONS,
];

/// Functions that newer versions of the module also have under its name.
pub(super) const ALSO_QUALIFIED: &[&str] = &[
    "batch_escape",
    "ensure_packages",
    "fqdn_rand_string",
    "fqdn_rotate",
    "has_interface_with",
    "merge",
    "os_version_gte",
    "parsehocon",
    "powershell_escape",
    "seeded_rand",
    "seeded_rand_string",
    "sha256",
    "shell_escape",
    "to_json",
    "to_json_pretty",
    "to_yaml",
    "type_of",
    "validate_domain_name",
    "validate_email_address",
];

/// An error with a text of its own.
fn refuse<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Failure::argument(message).into())
}

/// Refuses a number of arguments; the text differs from function to function.
fn expect(call: &Call<'_>, fits: bool, message: impl FnOnce(usize) -> String) -> Result<(), Stop> {
    if fits { Ok(()) } else { refuse(message(call.arguments.len())) }
}

/// The elements of an array, or the one value there is.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.to_vec(),
        Value::Undef => Vec::new(),
        other => vec![other.clone()],
    }
}

/// Applies a change to a text, or to the texts in an array.
fn each_text(call: &Call<'_>, change: impl Fn(&str) -> String) -> Result<Value, Stop> {
    let name = call.name;
    let one = |value: &Value| value.as_str().map_or_else(|| value.clone(), |text| Value::from(change(text)));
    match call.argument(0) {
        text @ Value::String(_) => Ok(one(text)),
        Value::Array(items) => Ok(Value::array(items.iter().map(one).collect())),
        _ => refuse(format!("{name}(): Requires either array or string to work with")),
    }
}
