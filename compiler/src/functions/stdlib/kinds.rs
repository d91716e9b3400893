//! Functions that ask what a value is.

use std::net::IpAddr;

use super::expect;
use crate::error::{Failure, Location, Stop};
use crate::functions::digests::ruby_integer;
use crate::functions::network::Network;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, Strict, modules, ruby_text};
use crate::signature::{Declared, optional, repeated, required};
use crate::types;
use crate::value::Value;

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("is_a", &[Declared::new(&[required("value", "Any"), required("type", "Type")])], |call| {
        let fits = call.argument(1).as_type().is_some_and(|of| types::is_instance(of, call.argument(0)));
        Ok(Value::Boolean(fits))
    }),
    Function::new("type_of", &[Declared::new(&[required("value", "Any")])], |call| {
        Ok(Value::Type(types::infer_set(call.argument(0))))
    }),
    Function::legacy("type3x", 1, Some(1), |call| {
        Ok(Value::from(match call.argument(0) {
            Value::Boolean(_) => "boolean",
            Value::Array(_) => "array",
            Value::Hash(_) => "hash",
            Value::Integer(_) => "integer",
            Value::Float(_) => "float",
            Value::String(text) if is_integer_text(text) => "integer",
            Value::String(text) if is_float_text(text) => "float",
            Value::String(_) => "string",
            _ => return super::refuse("type3x(): Unknown type"),
        }))
    }),
    Function::new("is_array", ANY, |call| ask(call, "Array", |value| matches!(value, Value::Array(_)))),
    Function::new("is_bool", ANY, |call| ask(call, "Bool", |value| matches!(value, Value::Boolean(_)))),
    Function::new("is_string", ANY, |call| ask(call, "String", is_string)),
    Function::legacy("is_integer", 0, None, |call| ask(call, "Integer", is_integer)),
    Function::new("is_float", ANY, |call| ask(call, "Float", is_float)),
    Function::new("is_numeric", ANY, |call| ask(call, "Numeric", is_numeric)),
    Function::new("is_ip_address", ANY, |call| ask(call, "Ip_address", |value| address(value).is_some())),
    Function::new("is_ipv4_address", ANY, |call| {
        ask(call, "Ipv4", |value| address(value).is_some_and(|address| address.is_ipv4()))
    }),
    Function::new("is_ipv6_address", ANY, |call| {
        ask(call, "Ipv6", |value| address(value).is_some_and(|address| address.is_ipv6()))
    }),
    Function::new("is_absolute_path", ANY, |call| ask(call, "Absolute_Path", is_absolute_path)),
    Function::legacy("is_hash", 0, None, |call| plain(call, |value| matches!(value, Value::Hash(_)))),
    Function::legacy("is_domain_name", 0, None, |call| plain(call, is_domain_name)),
    Function::legacy("is_email_address", 0, None, |call| plain(call, is_email_address)),
    Function::legacy("is_mac_address", 0, None, |call| {
        if let [value] = call.arguments.as_slice()
            && value.as_str().is_none()
        {
            return super::refuse(format!("no implicit conversion of {} into String", ruby_class(value)));
        }
        plain(call, is_mac_address)
    }),
    Function::legacy("is_function_available", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("is_function_available?(): Wrong number of arguments given {n} for 1"))?;
        let world = call.caller.world();
        Ok(Value::Boolean(call.argument(0).as_str().is_some_and(|name| modules::is_legacy_function(world, name))))
    }),
    Function::new(
        "deprecation",
        &[Declared::new(&[
            required("key", "String"),
            required("message", "String"),
            optional("use_strict_setting", "Boolean"),
        ])],
        |call| {
            let (key, message) = (call.text(0).to_owned(), call.text(1).to_owned());
            if call.argument(2).as_bool() == Some(false) {
                warn_deprecated(call, &key, &message);
            } else {
                deprecation(call, &key, &message)?;
            }
            Ok(Value::Undef)
        },
    ),
];

/// Says once that a function is on its way out; an error when the settings are strict.
pub(super) fn deprecation(call: &mut Call<'_>, key: &str, message: &str) -> Result<(), Stop> {
    let message = with_stack(call, message);
    match call.caller.strict() {
        Strict::Off => {}
        Strict::Warning => {
            let message = with_location(call, &message);
            call.caller.warn_once(key, message);
        }
        Strict::Error => return Err(Failure::argument(format!("deprecation. {key}. {message}")).into()),
    }
    Ok(())
}

/// Says once that a function is on its way out, whatever the settings are.
pub(super) fn warn_deprecated(call: &mut Call<'_>, key: &str, message: &str) {
    let message = with_stack(call, message);
    let message = with_location(call, &message);
    call.caller.warn_once(key, message);
}

/// A message with the places that led to the function, as Ruby prints them.
fn with_stack(call: &Call<'_>, message: &str) -> String {
    let shown = |place: &Option<Location>| {
        let place = place.as_ref()?;
        let file = if place.file.is_empty() { "unknown" } else { &place.file };
        Some(format!("[{}, {}]", ruby_text::inspect(&Value::from(file)), place.line))
    };
    let [first, second] = call.caller.stack().map(|place| shown(&place).unwrap_or_default());
    format!("{message} at {first}:{second}")
}

/// A message with the line of the module's own file that would have logged it.
fn with_location(call: &Call<'_>, message: &str) -> String {
    let world = call.caller.world();
    let line = |path: &str| {
        let source = world.read(path).ok()??;
        let at =
            String::from_utf8_lossy(&source).lines().position(|line| line.contains("Puppet.deprecation_warning"))?;
        Some(format!("{message}\n   (location: {path}:{}:in `deprecation')", at + 1))
    };
    world.ruby_function("deprecation").and_then(|path| line(&path)).unwrap_or_else(|| message.to_owned())
}

fn ask(call: &mut Call<'_>, compat: &str, test: fn(&Value) -> bool) -> Result<Value, Stop> {
    let name = call.name;
    deprecation(
        call,
        name,
        &format!(
            "This method is deprecated, please use match expressions with Stdlib::Compat::{compat} instead. They are \
             described at https://docs.puppet.com/puppet/latest/reference/lang_data_type.html#match-expressions."
        ),
    )?;
    plain(call, test)
}

fn plain(call: &mut Call<'_>, test: fn(&Value) -> bool) -> Result<Value, Stop> {
    let name = call.name;
    let at_least_one = matches!(name, "is_array" | "is_string");
    let fits = call.arguments.len() == 1 || at_least_one && !call.arguments.is_empty();
    expect(call, fits, |n| {
        let bracketed = at_least_one || matches!(name, "is_bool" | "is_hash" | "is_absolute_path");
        let counts = if bracketed { format!("({n} for 1)") } else { format!("{n} for 1") };
        format!("{name}(): Wrong number of arguments given {counts}")
    })?;
    Ok(Value::Boolean(test(call.argument(0))))
}

fn is_string(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !is_float_text(text) && !is_integer_text(text))
}

/// A text that is the same after Ruby's `to_i.to_s`.
fn is_integer_text(text: &str) -> bool {
    ruby_integer(&Value::from(text)).to_string() == text
}

/// A text that is the same after Ruby's `to_f.to_s`.
fn is_float_text(text: &str) -> bool {
    text.contains('.') && text.parse::<f64>().is_ok_and(|number| crate::format::to_text(&Value::Float(number)) == text)
}

pub(super) fn is_integer(value: &Value) -> bool {
    match value {
        Value::Integer(_) => true,
        Value::String(text) => whole_number(text.strip_prefix('-').unwrap_or(text)),
        _ => false,
    }
}

fn whole_number(text: &str) -> bool {
    digits(text) && (text == "0" || !text.starts_with('0'))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_float(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::String(text) => is_float_text(text),
        _ => false,
    }
}

fn is_numeric(value: &Value) -> bool {
    let Value::String(text) = value else { return matches!(value, Value::Integer(_) | Value::Float(_)) };
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    whole_number(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix('-').unwrap_or(exponent)))
}

pub(super) fn address(value: &Value) -> Option<IpAddr> {
    Network::parse(value.as_str()?).map(|network| network.address)
}

pub(super) fn is_absolute_path(value: &Value) -> bool {
    let Some(path) = value.as_str() else { return false };
    let slash = |c: char| matches!(c, '/' | '\\');
    let windows = path.len() >= 3
        && path.as_bytes()[0].is_ascii_alphabetic()
        && path.as_bytes()[1] == b':'
        && slash(path.as_bytes()[2] as char);
    let mut parts = path.split(slash);
    let share = parts.next() == Some("")
        && parts.next() == Some("")
        && parts.next().is_some_and(|name| !name.is_empty())
        && parts.next().is_some_and(|name| !name.is_empty());
    path.starts_with('/') || windows || share
}

pub(super) fn is_domain_name(value: &Value) -> bool {
    let Some(domain) = value.as_str() else { return false };
    if domain == "." {
        return true;
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.is_empty() || domain.len() > 255 {
        return false;
    }
    if let Some((_, top)) = domain.rsplit_once('.')
        && (top.is_empty() || !top.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        return false;
    }
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

pub(super) fn is_email_address(value: &Value) -> bool {
    let Some((local, domain)) = value.as_str().and_then(|text| text.rsplit_once('@')) else { return false };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    let lower = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut labels = domain.split('.');
    let first = labels.next().unwrap_or_default();
    let rest: Vec<&str> = labels.collect();
    let bytes: Vec<char> = local.chars().collect();
    // Every second character may be anything.
    let fits = bytes.first().is_some_and(|c| word(*c)) && bytes.windows(2).all(|pair| word(pair[0]) || word(pair[1]));
    fits && !first.is_empty()
        && first.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !rest.is_empty()
        && rest.iter().all(|label| lower(label))
}

fn is_mac_address(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts.len(), 6 | 20)
        && parts.iter().all(|part| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
