//! Functions that declare resources where they are not declared yet, or ask about them.

use super::{list, refuse};
use crate::error::Stop;
use crate::functions::strings::{flat, ruby_class};
use crate::functions::{Call, Caller, Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("ensure_resource", 0, None, |call| {
        let (of, title) = type_and_title(call)?;
        let parameters = match call.argument(2) {
            Value::Hash(parameters) => (**parameters).clone(),
            Value::Undef => Hash::default(),
            Value::String(text) if text.is_empty() => Hash::default(),
            other => return refuse(format!("no implicit conversion of {} into Hash", ruby_class(other))),
        };
        for title in flat(&list(&title)) {
            ensure(call.caller, &of, &title, &parameters)?;
        }
        Ok(Value::Undef)
    }),
    Function::legacy("ensure_resources", 0, None, |call| {
        let (of, titles) = type_and_title(call)?;
        let parameters = call.argument(2).as_hash().cloned().unwrap_or_default();
        let Value::Hash(titles) = titles else {
            return refuse("ensure_resources(): Requires second argument to be a Hash");
        };
        ensure_all(call.caller, &of, &titles, &parameters)?;
        Ok(Value::Undef)
    }),
    Function::new(
        "ensure_packages",
        &[Declared::new(&[
            required("packages", "Variant[String[1], Array[String[1]], Hash[String[1], Any]]"),
            optional("default_attributes", "Hash"),
        ])
        .returns("Undef")],
        |call| {
            let ensure_key = Value::from("ensure");
            let mut defaults = Hash::from_iter([(ensure_key.clone(), Value::from("installed"))]);
            if let Some(given) = call.argument(1).as_hash() {
                defaults.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
                if defaults.get(&ensure_key).and_then(Value::as_str) == Some("present") {
                    defaults.insert(ensure_key, Value::from("installed"));
                }
            }
            match call.take(0) {
                Value::Hash(packages) => ensure_all(call.caller, "package", &packages, &defaults)?,
                packages => {
                    for package in list(&packages) {
                        ensure(call.caller, "package", &package, &defaults)?;
                    }
                }
            }
            Ok(Value::Undef)
        },
    ),
    Function::legacy("defined_with_params", 0, None, |call| {
        if call.arguments.is_empty() {
            return refuse("Must specify a reference");
        }
        let reference = ruby_text::to_s(call.argument(0));
        let parameters = call.argument(1).as_hash().cloned().unwrap_or_default();
        Ok(Value::Boolean(is_defined(call.caller, &reference, &parameters)?))
    }),
    Function::legacy("getparam", 0, None, |call| {
        let Some(reference) = call.arguments.first().map(ruby_text::to_s) else {
            return refuse("Must specify a reference");
        };
        let Some(name) = call.argument(1).as_str().map(str::to_owned) else {
            return refuse("Must specify name of a parameter");
        };
        let found = call.caller.resource(&reference)?;
        let value = found.and_then(|parameters| parameters.get(&Value::from(name.as_str())).cloned());
        Ok(value.filter(|value| !value.is_undef()).unwrap_or_else(|| Value::from("")))
    }),
    Function::new(
        "stdlib::str2resource",
        &[Declared::new(&[required("res_string", "String")]).returns("Any")],
        |call| {
            let reference = call.text(0).to_owned();
            if call.caller.resource(&reference)?.is_none() {
                return refuse(format!(
                    "stdlib::str2resource(): could not find {reference}, this is parse order dependent and values should not \
                 be quoted"
                ));
            }
            let (of, title) = reference.split_once('[').unwrap_or((&reference, ""));
            let title = title.trim_end_matches(']').trim_matches(['\'', '"']).replace('\'', "\\'");
            Ok(Value::Type(call.caller.parse_type(&format!("{of}['{title}']"))?))
        },
    ),
];

fn type_and_title(call: &mut Call<'_>) -> Result<(String, Value), Stop> {
    if call.arguments.is_empty() {
        return refuse("Must specify a type");
    }
    if call.arguments.len() < 2 {
        return refuse("Must specify a title");
    }
    Ok((ruby_text::to_s(call.argument(0)), call.take(1)))
}

fn ensure_all(caller: &mut dyn Caller, of: &str, titles: &Hash, defaults: &Hash) -> Result<(), Stop> {
    for (title, own) in titles {
        let mut parameters = defaults.clone();
        if let Value::Hash(own) = own {
            parameters.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        ensure(caller, of, title, &parameters)?;
    }
    Ok(())
}

/// Declares a resource unless one with these parameters is declared already.
pub(super) fn ensure(caller: &mut dyn Caller, of: &str, title: &Value, parameters: &Hash) -> Result<(), Stop> {
    if is_defined(caller, &format!("{of}[{}]", ruby_text::to_s(title)), parameters)? {
        return Ok(());
    }
    let resources = Hash::from_iter([(title.clone(), Value::hash(parameters.clone()))]);
    caller.call_function("create_resources", vec![Value::from(of.to_lowercase()), Value::hash(resources)], None)?;
    Ok(())
}

/// Whether a resource is declared, with at least these parameters.
fn is_defined(caller: &mut dyn Caller, reference: &str, wanted: &Hash) -> Result<bool, Stop> {
    if !reference.contains('[') {
        let shown = ruby_text::inspect(&Value::from(reference));
        return refuse(format!("No title provided and {shown} is not a valid resource reference"));
    }
    let Some(parameters) = caller.resource(reference)? else { return Ok(false) };
    Ok(wanted.iter().all(|(name, value)| {
        let found = parameters.get(name).unwrap_or(&Value::Undef);
        found == value || (found.is_undef() && value.is_undef())
    }))
}
