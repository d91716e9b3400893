//! Functions that refuse values of the wrong kind.

use super::kinds::{self, deprecation};
use super::{list, refuse};
use crate::error::{Failure, Stop};
use crate::functions::numbers::ruby_float;
use crate::functions::strings::{flat, ruby_class};
use crate::functions::{Call, Function, Level, ruby_text};
use crate::regexp::Regexp;
use crate::signature::{Declared, repeated, required};
use crate::types;
use crate::value::Value;

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "validate_legacy",
        &[
            Declared::new(&[
                required("target_type", "Type"),
                required("function_name", "String"),
                required("value", "Any"),
                repeated("args", "Any"),
            ]),
            Declared::new(&[
                required("type_string", "String"),
                required("function_name", "String"),
                required("value", "Any"),
                repeated("args", "Any"),
            ]),
        ],
        validate_legacy,
    ),
    Function::new("validate_string", ANY, |call| checked(call, "Stdlib::Compat::String")),
    Function::new("validate_array", ANY, |call| checked(call, "Stdlib::Compat::Array")),
    Function::new("validate_hash", ANY, |call| checked(call, "Stdlib::Compat::Hash")),
    Function::new("validate_bool", ANY, |call| checked(call, "Stdlib::Compat::Bool")),
    Function::new("validate_absolute_path", ANY, |call| checked(call, "Stdlib::Compat::Absolute_Path")),
    Function::new("validate_ip_address", ANY, |call| checked(call, "Stdlib::Compat::Ip_address")),
    Function::new("validate_ipv4_address", ANY, |call| checked(call, "Stdlib::Compat::Ipv4")),
    Function::new("validate_ipv6_address", ANY, |call| checked(call, "Stdlib::Compat::Ipv6")),
    Function::new("validate_integer", ANY, |call| checked(call, "Stdlib::Compat::Integer")),
    Function::new("validate_numeric", ANY, |call| checked(call, "Stdlib::Compat::Numeric")),
    Function::new("validate_re", ANY, |call| checked(call, "Pattern[]")),
    Function::new("validate_slength", ANY, |call| checked(call, "String[]")),
    Function::legacy("validate_domain_name", 0, None, |call| {
        validate("validate_domain_name", &call.arguments).map(|()| Value::Undef)
    }),
    Function::legacy("validate_email_address", 0, None, |call| {
        validate("validate_email_address", &call.arguments).map(|()| Value::Undef)
    }),
    Function::legacy("validate_cmd", 0, None, validate_cmd),
    Function::legacy("validate_augeas", 0, None, |_| {
        refuse(
            "validate_augeas(): this function requires the augeas feature. See \
             http://docs.puppetlabs.com/guides/augeas.html#pre-requisites for how to activate it.",
        )
    }),
];

fn validate_cmd(call: &mut Call<'_>) -> Result<Value, Stop> {
    let count = call.arguments.len();
    if !(2..=3).contains(&count) {
        return refuse(format!("validate_cmd(): wrong number of arguments ({count}; must be 2 or 3)"));
    }
    let (content, command) = (ruby_text::to_s(call.argument(0)), ruby_text::to_s(call.argument(1)));
    let message = call.arguments.get(2).filter(|message| message.is_truthy()).map_or_else(
        || {
            let command = ruby_text::inspect(call.argument(1));
            format!("validate_cmd(): failed to validate content with command {command}")
        },
        ruby_text::to_s,
    );
    match call.caller.world().check(&content, &command) {
        Ok(()) => Ok(Value::Undef),
        Err(error) => refuse(format!("{message}\n{error}")),
    }
}

fn checked(call: &mut Call<'_>, compat: &str) -> Result<Value, Stop> {
    let name = call.name;
    deprecation(
        call,
        name,
        &format!(
            "This method is deprecated, please use the stdlib validate_legacy function,\n                    with {compat}. \
             There is further documentation for validate_legacy function in the README."
        ),
    )?;
    validate(name, &call.arguments).map(|()| Value::Undef)
}

fn validate_legacy(call: &mut Call<'_>) -> Result<Value, Stop> {
    let target = match call.argument(0) {
        Value::Type(target) => target.clone(),
        text => {
            let text = text.as_str().unwrap_or_default().to_owned();
            call.caller.parse_type(&text)?
        }
    };
    let function = call.text(1).to_owned();
    // The old functions get undef as it is from here.
    let accepted_before = match validate(&function, call.arguments.get(2..).unwrap_or_default()) {
        Ok(()) => true,
        Err(Stop::Error(_)) => false,
        Err(stop) => return Err(stop),
    };
    if types::is_instance(&target, call.argument(2)) {
        if !accepted_before {
            let message = format!("Accepting previously invalid value for target type '{target}'");
            call.caller.log(Level::Notice, message);
        }
        return Ok(Value::Undef);
    }
    let actual = types::infer_set(call.argument(2));
    let message = types::mismatch::describe(&format!("validate_legacy({function})"), &target, &actual);
    if !accepted_before {
        return refuse(message);
    }
    deprecation(call, "validate_legacy", &message)?;
    Ok(Value::Undef)
}

/// What the old function of this name says of the arguments.
fn validate(function: &str, arguments: &[Value]) -> Result<(), Stop> {
    match function {
        "validate_re" => return matches_any(arguments),
        "validate_slength" => return has_length(arguments),
        "validate_integer" => return is_within(function, arguments, "an Integer", "Integer"),
        "validate_numeric" => return is_within(function, arguments, "a Numeric", "Numeric"),
        _ => {}
    }
    if arguments.is_empty() {
        return refuse(format!("{function}(): wrong number of arguments (0; must be > 0)"));
    }
    for argument in arguments {
        let (shown, class) = (ruby_text::inspect(argument), ruby_class(argument));
        let looks = |what: &str| refuse(format!("{shown} is not {what}.  It looks to be a {class}"));
        let text = argument.as_str().is_some();
        let address = kinds::address(argument);
        match function {
            "validate_string" if !text && !argument.is_undef() => return looks("a string"),
            "validate_array" if !matches!(argument, Value::Array(_)) => return looks("an Array"),
            "validate_hash" if !matches!(argument, Value::Hash(_)) => return looks("a Hash"),
            "validate_bool" if argument.as_bool().is_none() => return looks("a boolean"),
            "validate_absolute_path" => {
                let candidates =
                    if let Value::Array(items) = argument { items.to_vec() } else { vec![argument.clone()] };
                if let Some(path) = candidates.iter().find(|path| !kinds::is_absolute_path(path)) {
                    return refuse(format!("{} is not an absolute path.", ruby_text::inspect(path)));
                }
            }
            "validate_ip_address"
            | "validate_ipv4_address"
            | "validate_ipv6_address"
            | "validate_domain_name"
            | "validate_email_address"
                if !text =>
            {
                return refuse(format!("{shown} is not a string."));
            }
            "validate_ip_address" if address.is_none() => return refuse(format!("{shown} is not a valid IP address.")),
            "validate_ipv4_address" if !address.is_some_and(|address| address.is_ipv4()) => {
                return refuse(format!("{shown} is not a valid IPv4 address."));
            }
            "validate_ipv6_address" if !address.is_some_and(|address| address.is_ipv6()) => {
                return refuse(format!("{shown} is not a valid IPv6 address."));
            }
            "validate_domain_name" if !kinds::is_domain_name(argument) => {
                return refuse(format!("{shown} is not a syntactically correct domain name"));
            }
            "validate_email_address" if !kinds::is_email_address(argument) => {
                return refuse(format!("{shown} is not a valid email address"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn matches_any(arguments: &[Value]) -> Result<(), Stop> {
    if !matches!(arguments.len(), 2 | 3) {
        let count = arguments.len();
        return refuse(format!("validate_re(): wrong number of arguments ({count}; must be 2 or 3)"));
    }
    let Value::String(text) = &arguments[0] else {
        let class = ruby_class(&arguments[0]);
        return refuse(format!("validate_re(): input needs to be a String, not a {class}"));
    };
    for pattern in flat(&list(&arguments[1])) {
        let found = match &pattern {
            Value::Regexp(pattern) => pattern.is_match(text)?,
            other => Regexp::shared(&ruby_text::to_s(other))?.is_match(text)?,
        };
        if found {
            return Ok(());
        }
    }
    match arguments.get(2) {
        Some(message) if message.is_truthy() => refuse(ruby_text::to_s(message)),
        _ => refuse(format!(
            "validate_re(): {} does not match {}",
            ruby_text::inspect(&arguments[0]),
            ruby_text::inspect(&arguments[1])
        )),
    }
}

fn has_length(arguments: &[Value]) -> Result<(), Stop> {
    if !matches!(arguments.len(), 2 | 3) {
        let count = arguments.len();
        return refuse(format!("validate_slength(): Wrong number of arguments ({count}; must be 2 or 3)"));
    }
    let bound = |value: &Value, least: i64, which: &str| -> Result<i64, Stop> {
        let number = integer(value).filter(|number| *number >= least);
        number.ok_or_else(|| {
            let (shown, class) = (ruby_text::to_s(value), ruby_class(value));
            Failure::argument(format!("validate_slength(): Expected {which} positive Numeric, got {shown}:{class}"))
                .into()
        })
    };
    let most = bound(&arguments[1], 1, "second argument to be a")?;
    let least = match arguments.get(2) {
        Some(least) if least.is_truthy() => bound(least, 0, "third argument to be unset or a")?,
        _ => 0,
    };
    if most < least {
        return refuse("validate_slength(): Expected second argument to be equal to or larger than third argument");
    }
    let check = |text: &str| -> Result<(), Stop> {
        let length = text.chars().count();
        if (least..=most).contains(&(length as i64)) {
            return Ok(());
        }
        refuse(format!(
            "validate_slength(): Expected length of {} to be between {least} and {most}, was {length}",
            ruby_text::inspect(&arguments[0])
        ))
    };
    match &arguments[0] {
        Value::String(text) => check(text),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(at, item)| match item {
            Value::String(text) => check(text),
            other => refuse(format!(
                "validate_slength(): Expected element at array position {at} to be a String, got {}",
                ruby_class(other)
            )),
        }),
        other => refuse(format!(
            "validate_slength(): Expected first argument to be a String or Array, got {}",
            ruby_class(other)
        )),
    }
}

/// Ruby's `Integer(value.to_s)`.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::String(text) => match crate::operators::number(text)? {
            Value::Integer(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

fn is_within(function: &str, arguments: &[Value], kind: &str, class: &str) -> Result<(), Stop> {
    if !(1..=3).contains(&arguments.len()) {
        let count = arguments.len();
        return refuse(format!("{function}(): Wrong number of arguments; must be 1, 2 or 3, got {count}"));
    }
    let whole = class == "Integer";
    let number = |value: &Value| -> Option<f64> {
        match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) if !whole => Some(*number),
            Value::String(_) if whole => integer(value).map(|number| number as f64),
            Value::String(text) => ruby_float(text),
            _ => None,
        }
    };
    let bound = |index: usize, which: &str| -> Result<Option<f64>, Stop> {
        let Some(value) = arguments.get(index) else { return Ok(None) };
        let text = ruby_text::to_s(value);
        if index == 1 && arguments.len() > 2 && text.is_empty() {
            return Ok(None);
        }
        number(&Value::from(text.as_str())).map(Some).ok_or_else(|| {
            let article = if whole { "an" } else { "a" };
            let of = if index == 1 { "String".to_owned() } else { ruby_class(value) };
            Failure::argument(format!(
                "{function}(): Expected {which} argument to be unset or {article} {class}, got {text}:{of}"
            ))
            .into()
        })
    };
    let most = bound(1, "second")?;
    let least = bound(2, "third")?;
    let show = |bound: f64| {
        if whole { format!("{bound:.0}") } else { crate::format::to_text(&Value::Float(bound)) }
    };
    if let (Some(most), Some(least)) = (most, least)
        && least > most
    {
        let (most, least) = (show(most), show(least));
        return refuse(format!(
            "{function}(): Expected second argument to be larger than third argument, got {most} < {least}"
        ));
    }
    let input = &arguments[0];
    let check = |value: f64| -> Result<(), Stop> {
        // A single number has become a float by the time it is shown.
        let shown = match input {
            Value::Array(_) => ruby_text::inspect(input),
            _ => show(value),
        };
        match (most, least) {
            (Some(most), _) if value > most => {
                let most = show(most);
                refuse(format!("{function}(): Expected {shown} to be smaller or equal to {most}, got {shown}."))
            }
            (_, Some(least)) if value < least => {
                let least = show(least);
                refuse(format!("{function}(): Expected {shown} to be greater or equal to {least}, got {shown}."))
            }
            _ => Ok(()),
        }
    };
    match input {
        Value::Array(items) => items.iter().enumerate().try_for_each(|(at, item)| match number(item) {
            Some(value) => check(value),
            None => refuse(format!(
                "{function}(): Expected element at array position {at} to be {kind}, got {}",
                ruby_class(item)
            )),
        }),
        other => {
            let Some(value) = number(other) else {
                let got = ruby_class(other);
                return refuse(format!("{function}(): Expected first argument to be {kind} or Array, got {got}"));
            };
            check(value)
        }
    }
}
