//! Functions that ask what a value is.

use std::net::IpAddr;

use super::expect;
use crate::error::{Failure, Stop};
use crate::functions::digests::ruby_integer;
use crate::functions::network::Network;
use crate::functions::{Call, Function, Strict, place_text, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::types;
use crate::value::Value;

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
    Function::legacy("is_array", 0, None, |call| ask(call, "Array", |value| matches!(value, Value::Array(_)))),
    Function::legacy("is_bool", 0, None, |call| ask(call, "Bool", |value| matches!(value, Value::Boolean(_)))),
    Function::legacy("is_string", 0, None, |call| ask(call, "String", is_string)),
    Function::legacy("is_integer", 0, None, |call| ask(call, "Integer", is_integer)),
    Function::legacy("is_float", 0, None, |call| ask(call, "Float", is_float)),
    Function::legacy("is_numeric", 0, None, |call| ask(call, "Numeric", is_numeric)),
    Function::legacy("is_ip_address", 0, None, |call| ask(call, "Ip_address", |value| address(value).is_some())),
    Function::legacy("is_ipv4_address", 0, None, |call| {
        ask(call, "Ipv4", |value| address(value).is_some_and(|address| address.is_ipv4()))
    }),
    Function::legacy("is_ipv6_address", 0, None, |call| {
        ask(call, "Ipv6", |value| address(value).is_some_and(|address| address.is_ipv6()))
    }),
    Function::legacy("is_absolute_path", 0, None, |call| ask(call, "Absolute_Path", is_absolute_path)),
    Function::legacy("is_hash", 0, None, |call| plain(call, |value| matches!(value, Value::Hash(_)))),
    Function::legacy("is_domain_name", 0, None, |call| plain(call, is_domain_name)),
    Function::legacy("is_email_address", 0, None, |call| plain(call, is_email_address)),
    Function::legacy("is_mac_address", 0, None, |call| plain(call, is_mac_address)),
    Function::legacy("is_function_available", 1, Some(1), |call| {
        let name = ruby_text::to_s(call.argument(0));
        Ok(Value::Boolean(
            crate::functions::exists(call.caller.world(), &name) || call.caller.world().ruby_function(&name).is_some(),
        ))
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
    let place = call.caller.call_site().map(|place| place_text(&place)).unwrap_or_default();
    let message = format!("{message} at {place}");
    match call.caller.strict() {
        Strict::Off => {}
        Strict::Warning => call.caller.warn_once(key, message),
        Strict::Error => return Err(Failure::argument(format!("deprecation. {key}. {message}")).into()),
    }
    Ok(())
}

/// Says once that a function is on its way out, whatever the settings are.
pub(super) fn warn_deprecated(call: &mut Call<'_>, key: &str, message: &str) {
    let place = call.caller.call_site().map(|place| place_text(&place)).unwrap_or_default();
    call.caller.warn_once(key, format!("{message} at {place}"));
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
    let fits = call.arguments.len() == 1;
    expect(call, fits, |n| format!("{name}(): Wrong number of arguments given ({n} for 1)"))?;
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
