//! The functions that version 9 of the module has under its own name alone.

use sha2::Digest as _;

use super::documents::{self, json_text};
use super::{ensure_resource, refuse, toml, yaml};
use crate::error::{Failure, Stop};
use crate::functions::digests::{fqdn, seeded};
use crate::functions::numbers::{merge_sorted, not_ordered, ruby_order};
use crate::functions::strings::join;
use crate::functions::{Call, Function, modules, ruby_text, versions};
use crate::signature::{Declared, optional, repeated, required};
use crate::types;
use crate::value::{Hash, Value};

const DIGESTED: &[Declared] =
    &[Declared::new(&[required("my_data", "Variant[ScalarData, Sensitive[ScalarData], Binary, Sensitive[Binary]]")])
        .returns("String")];

const SEEDS: &str = "Variant[Integer,String]";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("stdlib::crc32", DIGESTED, |call| {
        let text = plain(call.argument(0));
        Ok(Value::from(format!("{:x}", crc32fast::hash(text.as_bytes()))))
    }),
    Function::new("stdlib::sha256", DIGESTED, |call| {
        let text = plain(call.argument(0));
        Ok(Value::from(hex::encode(sha2::Sha256::digest(text.as_bytes()))))
    }),
    Function::new(
        "stdlib::has_function",
        &[Declared::new(&[required("function_name", "String[1]")]).returns("Boolean")],
        |call| Ok(Value::Boolean(modules::is_function(call.caller.world(), call.text(0)))),
    ),
    Function::new("stdlib::nested_values", &[Declared::new(&[required("hash", "Hash")]).returns("Array")], |call| {
        let mut values = Vec::new();
        nested(&mut values, call.argument(0));
        Ok(Value::array(values))
    }),
    Function::new(
        "stdlib::sort_by",
        &[
            Declared::new(&[required("ary", "Array")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("str", "String")]).block(required("block", "Callable[1,1]")),
            Declared::new(&[required("hsh", "Hash")]).block(required("block", "Variant[Callable[1,1], Callable[2,2]]")),
        ],
        sort_by,
    ),
    Function::new(
        "stdlib::rewrap_sensitive_data",
        &[Declared::new(&[required("data", "Any")]).block(optional("block", "Callable[Any]")).returns("Any")],
        |call| {
            let data = call.take(0);
            if call.block.is_none() {
                return rewrapped(&data, Ok);
            }
            rewrapped(&data, |data| call.run_block(vec![data]))
        },
    ),
    Function::new("stdlib::to_json", &[Declared::new(&[required("data", "Any")])], |call| {
        rewrapped(&call.take(0), |data| json_text(&data).map(Value::from))
    }),
    Function::new("stdlib::to_json_pretty", documents::PRETTY_ARGUMENTS, |call| {
        let (data, skip, options) = (call.take(0), call.take(1), call.take(2));
        rewrapped(&data, |data| documents::pretty(&data, &skip, &options).map(Value::from))
    }),
    Function::new(
        "stdlib::to_yaml",
        &[Declared::new(&[required("data", "Any"), optional("options", "Hash")])],
        |call| {
            let (data, options) = (call.take(0), call.take(1));
            rewrapped(&data, |data| Ok(Value::from(yaml::write(&data, &options))))
        },
    ),
    Function::new(
        "stdlib::to_toml",
        &[Declared::new(&[required("data", "Hash")]).returns("Variant[String, Sensitive[String]]")],
        |call| {
            rewrapped(&call.take(0), |data| toml::write(data.as_hash().unwrap_or(&Hash::default())).map(Value::from))
        },
    ),
    Function::new(
        "stdlib::seeded_rand",
        &[Declared::new(&[required("max", "Integer[1]"), required("seed", "String")])],
        |call| {
            let max = call.argument(0).as_integer().unwrap_or(1);
            Ok(Value::Integer(seeded(call.text(1)).below(max as u64) as i64))
        },
    ),
    Function::new(
        "stdlib::fqdn_rotate",
        &[
            Declared::new(&[required("input", "String"), repeated("seeds", SEEDS)]).returns("String"),
            Declared::new(&[required("input", "Array"), repeated("seeds", SEEDS)]).returns("Array"),
        ],
        rotate,
    ),
    Function::new(
        "stdlib::fqdn_rand_string",
        &[Declared::new(&[
            required("length", "Integer[1]"),
            optional("charset", "Optional[String]"),
            repeated("seed", "Any"),
        ])],
        rand_string,
    ),
    Function::new(
        "stdlib::has_interface_with",
        &[
            Declared::new(&[required("interface", "String[1]")]).returns("Boolean"),
            Declared::new(&[
                required("kind", "Enum['macaddress','netmask','ipaddress','network','ip','mac']"),
                required("value", "String[1]"),
            ])
            .returns("Boolean"),
        ],
        has_interface_with,
    ),
    Function::new(
        "stdlib::os_version_gte",
        &[Declared::new(&[required("os", "String[1]"), required("version", "String[1]")]).returns("Boolean")],
        |call| {
            let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
            let os = facts.get("os");
            let name = os.and_then(|os| os.get("name")).map(ruby_text::to_s);
            let major = os.and_then(|os| os.get("release")).and_then(|release| release.get("major"));
            let major = major.map(ruby_text::to_s).unwrap_or_default();
            let is_os = name.as_deref() == Some(call.text(0));
            Ok(Value::Boolean(is_os && versions::compare(&major, call.text(1), false).is_ge()))
        },
    ),
    Function::new(
        "stdlib::ensure_packages",
        &[
            Declared::new(&[
                required("packages", "Variant[String[1], Array[String[1]]]"),
                optional("default_attributes", "Hash"),
            ])
            .returns("Undef"),
            Declared::new(&[required("packages", "Hash[String[1], Any]"), optional("default_attributes", "Hash")])
                .returns("Undef"),
        ],
        ensure_packages,
    ),
    Function::new("stdlib::validate_domain_name", &[Declared::new(&[repeated("values", "Any")])], |call| {
        validate(call, "Variant[Stdlib::Fqdn, Stdlib::Dns::Zone]")
    }),
    Function::new("stdlib::validate_email_address", &[Declared::new(&[repeated("values", "Any")])], |call| {
        validate(call, "Stdlib::Email")
    }),
];

/// The text of a value, sensitive or not.
fn plain(value: &Value) -> String {
    match value {
        Value::Sensitive(inner) => ruby_text::to_s(inner),
        other => ruby_text::to_s(other),
    }
}

fn nested(values: &mut Vec<Value>, hash: &Value) {
    for value in hash.as_hash().into_iter().flat_map(|entries| entries.values()) {
        match value {
            Value::Hash(_) => nested(values, value),
            other => values.push(other.clone()),
        }
    }
}

fn sort_by(call: &mut Call<'_>) -> Result<Value, Stop> {
    let receiver = call.take(0);
    let items: Vec<Value> = match &receiver {
        Value::String(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        Value::Array(items) => items.to_vec(),
        Value::Hash(entries) => {
            entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect()
        }
        _ => Vec::new(),
    };
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push(Value::array(vec![call.run_block(vec![item.clone()])?, item]));
    }
    let part =
        |pair: &Value, index: usize| pair.as_array().and_then(|pair| pair.get(index)).cloned().unwrap_or(Value::Undef);
    let sorted = merge_sorted(keyed, &mut |a, b| {
        let (a, b) = (part(a, 0), part(b, 0));
        ruby_order(&a, &b).ok_or_else(|| not_ordered(&a, &b).into())
    })?;
    let sorted = sorted.iter().map(|pair| part(pair, 1));
    Ok(match receiver {
        Value::String(_) => Value::from(sorted.map(|item| ruby_text::to_s(&item)).collect::<String>()),
        Value::Hash(_) => Value::hash(sorted.map(|pair| (part(&pair, 0), part(&pair, 1))).collect()),
        _ => Value::array(sorted.collect()),
    })
}

/// Applies a change to a value without its `Sensitive`s; the outcome is one when there were any.
fn rewrapped(data: &Value, change: impl FnOnce(Value) -> Result<Value, Stop>) -> Result<Value, Stop> {
    let mut found = false;
    let bare = unwrapped(data, &mut found);
    let result = change(bare)?;
    Ok(if found { Value::sensitive(result) } else { result })
}

fn unwrapped(value: &Value, found: &mut bool) -> Value {
    match value {
        Value::Sensitive(inner) => {
            *found = true;
            unwrapped(inner, found)
        }
        Value::Array(items) => Value::array(items.iter().map(|item| unwrapped(item, found)).collect()),
        Value::Hash(entries) => {
            let mut result = Hash::default();
            for (key, value) in entries.iter() {
                let key = if let Value::Sensitive(inner) = key {
                    *found = true;
                    (**inner).clone()
                } else {
                    key.clone()
                };
                result.insert(key, unwrapped(value, found));
            }
            Value::hash(result)
        }
        other => other.clone(),
    }
}

fn rotate(call: &mut Call<'_>) -> Result<Value, Stop> {
    let seeds = call.arguments.get(1..).unwrap_or_default().to_vec();
    let mut seed = fqdn(call)?;
    seed.push(':');
    join(&mut seed, &seeds, ":", &mut true)?;
    let turned = |length: usize| if length > 1 { seeded(&seed).below(length as u64) as usize } else { 0 };
    Ok(match call.take(0) {
        Value::String(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            let turned = turned(characters.len());
            characters.rotate_left(turned);
            Value::from(characters.into_iter().collect::<String>())
        }
        Value::Array(items) => {
            let mut items = items.to_vec();
            let turned = turned(items.len());
            items.rotate_left(turned);
            Value::array(items)
        }
        other => other,
    })
}

fn rand_string(call: &mut Call<'_>) -> Result<Value, Stop> {
    let length = call.argument(0).as_integer().unwrap_or_default();
    super::node::check_length(call.name, length)?;
    let given = call.argument(1).as_str().filter(|given| !given.is_empty()).unwrap_or(super::node::CHARACTERS);
    let characters: Vec<char> = given.chars().collect();
    let seeds = call.arguments.get(2..).unwrap_or_default().to_vec();
    let mut text = String::new();
    for current in 1..=length {
        let mut parts = seeds.clone();
        parts.push(Value::Integer(current));
        let mut seed = String::new();
        join(&mut seed, &parts, ":", &mut true)?;
        let arguments = vec![Value::Integer(characters.len() as i64), Value::from(seed)];
        let index = call.caller.call_function("fqdn_rand", arguments, None)?;
        let index = usize::try_from(index.as_integer().unwrap_or_default()).unwrap_or_default();
        text.extend(characters.get(index));
    }
    Ok(Value::from(text))
}

fn has_interface_with(call: &mut Call<'_>) -> Result<Value, Stop> {
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let interfaces = facts.get("networking").and_then(|networking| networking.get("interfaces"));
    let Some(Value::Hash(interfaces)) = interfaces else {
        return refuse("undefined method `[]' for nil:NilClass");
    };
    if call.dispatch == 0 {
        return Ok(Value::Boolean(interfaces.contains_key(call.argument(0))));
    }
    let kind = match call.text(0) {
        "ipaddress" => "ip",
        "macaddress" => "mac",
        other => other,
    };
    let wanted = call.text(1);
    let found = interfaces.values().any(|data| data.get(kind).and_then(Value::as_str) == Some(wanted));
    Ok(Value::Boolean(found))
}

fn ensure_packages(call: &mut Call<'_>) -> Result<Value, Stop> {
    let defaults = call.argument(1).as_hash().cloned().unwrap_or_default();
    match call.take(0) {
        Value::Hash(packages) => {
            for (package, own) in packages.iter() {
                let mut attributes = defaults.clone();
                let Value::Hash(own) = own else {
                    let class = crate::functions::strings::ruby_class(own);
                    return refuse(format!("no implicit conversion of {class} into Hash"));
                };
                attributes.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
                ensure_package(call, package, &attributes)?;
            }
        }
        Value::Array(packages) => {
            for package in packages.iter() {
                ensure_package(call, package, &defaults)?;
            }
        }
        package => ensure_package(call, &package, &defaults)?,
    }
    Ok(Value::Undef)
}

fn ensure_package(call: &mut Call<'_>, package: &Value, attributes: &Hash) -> Result<(), Stop> {
    let ensure = Value::from("ensure");
    let mut parameters = Hash::from_iter([(ensure.clone(), Value::from("installed"))]);
    parameters.extend(attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
    if matches!(parameters.get(&ensure).and_then(Value::as_str), Some("present" | "installed")) {
        let wanted = Hash::from_iter([(ensure.clone(), Value::from("present"))]);
        let reference = Value::from(format!("Package[{}]", ruby_text::to_s(package)));
        let present =
            call.caller.call_function("defined_with_params", vec![reference, Value::hash(wanted)], None)?.is_truthy();
        parameters.insert(ensure, Value::from(if present { "present" } else { "installed" }));
    }
    ensure_resource(call.caller, "package", package, &parameters)
}

/// Fails unless every argument is of a type of the module.
fn validate(call: &mut Call<'_>, of: &str) -> Result<Value, Stop> {
    let of = call.caller.parse_type(of)?;
    for value in &call.arguments {
        if !types::is_instance(&of, value) {
            let subject = format!("'{}' parameter 'values'", call.name);
            return refuse(types::mismatch::describe(&subject, &of, &types::infer_set(value)));
        }
    }
    if call.arguments.is_empty() {
        let name = call.name;
        return Err(Failure::argument(format!("{name}(): Wrong number of arguments need at least one")).into());
    }
    Ok(Value::Undef)
}
