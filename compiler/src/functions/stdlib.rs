//! The functions of the module stdlib. They exist where the module does.
//!
//! Most are of the old kind: they check their arguments themselves, and undef reaches them as an
//! empty text.

use super::strings::ruby_class;
use super::{Call, Function, ruby_text};
use crate::error::{Failure, Stop};
use crate::value::Value;

mod addresses;
mod arrays;
mod booleans;
mod crypt;
pub(crate) mod documents;
mod hashes;
mod kinds;
mod node;
mod paths;
mod qualified;
mod resources;
mod succession;
mod texts;
mod toml;
mod validate;
pub(crate) mod yaml;

pub(super) use documents::json_text;
pub(super) use paths::{basename, extension};
use resources::ensure as ensure_resource;

pub(super) static GROUPS: &[&[Function]] = &[
    addresses::FUNCTIONS,
    arrays::FUNCTIONS,
    booleans::FUNCTIONS,
    crypt::FUNCTIONS,
    documents::FUNCTIONS,
    hashes::FUNCTIONS,
    kinds::FUNCTIONS,
    node::FUNCTIONS,
    paths::FUNCTIONS,
    qualified::FUNCTIONS,
    resources::FUNCTIONS,
    texts::FUNCTIONS,
    validate::FUNCTIONS,
];

/// Functions that version 9 of the module has under its name, and under the old one with a warning.
pub(super) const NOW_QUALIFIED: &[(&str, &str)] = &[
    ("batch_escape", "stdlib::batch_escape"),
    ("ensure_packages", "stdlib::ensure_packages"),
    ("fqdn_rand_string", "stdlib::fqdn_rand_string"),
    ("fqdn_rotate", "stdlib::fqdn_rotate"),
    ("has_interface_with", "stdlib::has_interface_with"),
    ("has_ip_address", "stdlib::has_ip_address"),
    ("has_ip_network", "stdlib::has_ip_network"),
    ("merge", "stdlib::merge"),
    ("os_version_gte", "stdlib::os_version_gte"),
    ("parsehocon", "stdlib::parsehocon"),
    ("powershell_escape", "stdlib::powershell_escape"),
    ("seeded_rand", "stdlib::seeded_rand"),
    ("seeded_rand_string", "stdlib::seeded_rand_string"),
    ("shell_escape", "stdlib::shell_escape"),
    ("time", "stdlib::time"),
    ("to_json", "stdlib::to_json"),
    ("to_json_pretty", "stdlib::to_json_pretty"),
    ("to_python", "stdlib::to_python"),
    ("to_ruby", "stdlib::to_ruby"),
    ("to_toml", "stdlib::to_toml"),
    ("to_yaml", "stdlib::to_yaml"),
    ("type_of", "stdlib::type_of"),
    ("validate_domain_name", "stdlib::validate_domain_name"),
    ("validate_email_address", "stdlib::validate_email_address"),
];

/// Those of them that became another function, or one in the Puppet language, when they got the new name.
pub(super) const CHANGED: &[&str] = &[
    "ensure_packages",
    "fqdn_rand_string",
    "fqdn_rotate",
    "has_interface_with",
    "has_ip_address",
    "has_ip_network",
    "os_version_gte",
    "seeded_rand",
    "time",
    "to_json",
    "to_json_pretty",
    "to_toml",
    "to_yaml",
    "validate_domain_name",
    "validate_email_address",
];

/// What a function does in version 9 under its old name: warn, and call the one with the new name.
pub(super) fn call_qualified(call: &mut Call<'_>) -> Result<Value, Stop> {
    let name = call.name;
    if name != "time" {
        let message = format!("This function is deprecated, please use stdlib::{name} instead.");
        kinds::warn_deprecated(call, name, &message);
    }
    let (arguments, block) = (std::mem::take(&mut call.arguments), call.block.clone());
    call.caller.call_function(&format!("stdlib::{name}"), arguments, block)
}

/// An error with a text of its own.
fn refuse<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Failure::argument(message).into())
}

/// Ruby's words for a method that a value does not have.
fn no_method<T>(method: &str, value: &Value) -> Result<T, Stop> {
    let (shown, class) = (ruby_text::inspect(value), ruby_class(value));
    refuse(format!("undefined method `{method}' for {shown}:{class}"))
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
    let one = |value: &Value| match value {
        Value::String(text) => Value::String(text.derived(change(text))),
        other => other.clone(),
    };
    match call.argument(0) {
        text @ Value::String(_) => Ok(one(text)),
        Value::Array(items) => Ok(Value::array(items.iter().map(one).collect())),
        _ => refuse(format!("{name}(): Requires either array or string to work with")),
    }
}
