//! Functions of the module extlib. Those that ask other servers or keep files of their own are left to Ruby.

use std::net::IpAddr;

use super::{check_parameter, refuse};
use crate::error::{Failure, Stop};
use crate::functions::network::{Network, bits, complaint, number};
use crate::functions::numbers::{merge_sorted, not_ordered, ruby_order};
use crate::functions::random::Random;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Hash, Value};

const CIDR: &str = "Variant[Stdlib::IP::Address::V4::CIDR, Stdlib::IP::Address::V6::CIDR]";

const ONE_IP: &[Declared] = &[Declared::new(&[required("ip", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("extlib::cidr_to_netmask", ONE_IP, |call| {
        // A mask of IPv6 is not shortened.
        Ok(Value::from(match network(call, 0, "ip", CIDR)?.netmask() {
            IpAddr::V4(mask) => mask.to_string(),
            IpAddr::V6(mask) => mask.segments().map(|part| format!("{part:04x}")).join(":"),
        }))
    }),
    Function::new("extlib::cidr_to_network", ONE_IP, |call| {
        Ok(Value::from(network(call, 0, "ip", CIDR)?.first().to_string()))
    }),
    Function::new("extlib::last_in_cidr", ONE_IP, |call| {
        Ok(Value::from(network(call, 0, "ip", CIDR)?.last().to_string()))
    }),
    Function::new("extlib::ip_to_reverse", ONE_IP, |call| {
        Ok(Value::from(reverse(network(call, 0, "ip", "Stdlib::IP::Address")?.first())))
    }),
    Function::new(
        "extlib::netmask_to_cidr",
        &[Declared::new(&[required("netmask", "Any")]).returns("Integer[0, 128]")],
        |call| {
            let mask = network(call, 0, "netmask", "Stdlib::IP::Address::Nosubnet")?.address;
            let family = if mask.is_ipv4() { "0.0.0.0" } else { "::" };
            let text = format!("{family}/{mask}");
            let network = Network::parse(&text).filter(|network| network.netmask() == mask);
            let network = network.ok_or_else(|| Failure::argument(format!("invalid mask {mask}: 0")))?;
            Ok(Value::Integer(network.prefix.into()))
        },
    ),
    Function::new(
        "extlib::compare_ip",
        &[Declared::new(&[required("left", "Any"), required("right", "Any")]).returns("Integer[-1,1]")],
        |call| {
            let left = number(network(call, 0, "left", "Stdlib::IP::Address")?.first());
            let right = number(network(call, 1, "right", "Stdlib::IP::Address")?.first());
            Ok(Value::Integer(left.cmp(&right) as i64))
        },
    ),
    Function::new(
        "extlib::is_in_cidr",
        &[Declared::new(&[required("ip", "Any"), required("cidr", "Any")]).returns("Boolean")],
        |call| {
            let address = network(call, 0, "ip", "Stdlib::IP::Address::Nosubnet")?.address;
            Ok(Value::Boolean(network(call, 1, "cidr", CIDR)?.contains(address)))
        },
    ),
    Function::new(
        "extlib::get_ip_in_cidr",
        &[Declared::new(&[
            required("cidr", "Any"),
            optional("index", "Variant[Enum[\"first\",\"second\",\"last\"], Integer]"),
        ])
        .returns("String")],
        in_cidr,
    ),
    Function::new(
        "extlib::has_module",
        &[Declared::new(&[required("module_name", r"Pattern[/\A\w+[-\/]\w+\z/]")]).returns("Boolean")],
        |call| {
            let full = call.text(0).replace('/', "-");
            let name = full.split_once('-').map_or("", |(_, name)| name);
            let metadata = call.caller.world().module(name).and_then(|module| module.metadata);
            let named = metadata.as_ref().and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
            Ok(Value::Boolean(named == Some(full.as_str())))
        },
    ),
    Function::new(
        "extlib::ip_to_cron",
        &[Declared::new(&[optional("runinterval", "Integer[1]")]).returns("Array")],
        ip_to_cron,
    ),
    Function::new(
        "extlib::random_password",
        &[Declared::new(&[required("length", "Integer[1]")]).returns("String")],
        random_password,
    ),
    Function::new(
        "extlib::resources_deep_merge",
        &[Declared::new(&[required("resources", "Hash"), required("defaults", "Hash")]).returns("Hash")],
        |call| {
            let mut merged = Hash::default();
            for (title, parameters) in call.argument(0).as_hash().cloned().unwrap_or_default() {
                let arguments = vec![call.argument(1).clone(), parameters];
                merged.insert(title, call.caller.call_function("deep_merge", arguments, None)?);
            }
            Ok(Value::hash(merged))
        },
    ),
    Function::new("extlib::sort_hash_deep", &[Declared::new(&[required("input", "Hash")]).returns("Hash")], |call| {
        sorted(call.argument(0))
    }),
    Function::new(
        "extlib::default_content",
        &[Declared::new(&[required("content", "Optional[String]"), required("template_name", "Optional[String]")])
            .returns("Optional[String]")],
        |call| {
            if !call.text(0).is_empty() {
                return Ok(call.take(0));
            }
            let template = call.text(1).to_owned();
            if template.is_empty() {
                return Ok(Value::Undef);
            }
            let function = if template.rsplit('.').next() == Some("epp") { "epp" } else { "template" };
            call.caller.call_function(function, vec![Value::from(template)], None)
        },
    ),
    Function::new(
        "extlib::echo",
        &[Declared::new(&[required("value", "Any"), optional("comment", "String")])],
        |call| {
            let value = call.argument(0);
            let mut message = format!("({}) {}", ruby_class(value), ruby_text::inspect(value));
            if let Some(comment) = call.argument(1).as_str() {
                message = format!("{comment} {message}");
            }
            call.caller.log(crate::functions::Level::Debug, message);
            Ok(Value::Undef)
        },
    ),
    Function::new(
        "extlib::to_ini",
        &[Declared::new(&[required("data", "Hash"), optional("settings", "Hash")]).returns("String")],
        |call| to_ini(call.argument(0), call.argument(1)).map(Value::from),
    ),
];

/// An argument that has to be an address of a type of stdlib.
fn network(call: &mut Call<'_>, index: usize, name: &str, of: &str) -> Result<Network, Stop> {
    let value = call.argument(index).clone();
    check_parameter(call, name, of, &value)?;
    let text = ruby_text::to_s(&value);
    Network::parse(&text).ok_or_else(|| Failure::argument(complaint(&text)).into())
}

/// The name under which an address is looked up.
fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits = hex::encode(address.octets());
            let digits: Vec<String> = digits.chars().rev().map(String::from).collect();
            format!("{}.ip6.arpa", digits.join("."))
        }
    }
}

fn in_cidr(call: &mut Call<'_>) -> Result<Value, Stop> {
    let network = network(call, 0, "cidr", CIDR)?;
    let index = match call.argument(1) {
        Value::Undef => 1,
        Value::Integer(index) => i128::from(*index),
        Value::String(word) if &**word == "second" => 2,
        Value::String(word) if &**word == "last" => -1,
        _ => 1,
    };
    let width = bits(network.address) - network.prefix;
    // The whole of IPv6 has one address more than fits.
    let size = 1_u128.checked_shl(width).unwrap_or(0);
    let offset = if index < 0 { size.wrapping_sub(index.unsigned_abs()) } else { index.unsigned_abs() };
    if size != 0 && offset >= size {
        return refuse("Index is outside of the CIDR");
    }
    Ok(Value::from(network.with(number(network.first()).wrapping_add(offset)).to_string()))
}

/// Hours and minutes at which cron runs so often, spread by the node's address.
fn ip_to_cron(call: &mut Call<'_>) -> Result<Value, Stop> {
    let interval = call.argument(0).as_integer().unwrap_or(1800);
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let ip = facts.get("networking").and_then(|networking| networking.get("ip")).map(ruby_text::to_s);
    let octet: i64 = ip.unwrap_or_default().split('.').nth(3).and_then(|octet| octet.parse().ok()).unwrap_or(0);
    let spread = |seconds: i64, scope: i64| {
        let times = seconds / interval;
        let mut all: Vec<i64> =
            (1..=times).map(|at| (octet % scope - (scope / times * at)).rem_euclid(scope)).collect();
        all.sort_unstable();
        Value::array(all.into_iter().map(Value::Integer).collect())
    };
    let (hour, minute) = if interval <= 3600 {
        (Value::from("*"), spread(3600, 60))
    } else {
        (spread(86_400, 24), Value::Integer(octet % 60))
    };
    Ok(Value::array(vec![hour, minute]))
}

fn random_password(call: &mut Call<'_>) -> Result<Value, Stop> {
    // Without those that look alike.
    const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let length = call.argument(0).as_integer().unwrap_or(1);
    if length > 4096 {
        return refuse("extlib::random_password(): more than 4096 characters");
    }
    let world = call.caller.world();
    let mut random = Random::new(u128::from(world.random()) << 64 | u128::from(world.random()));
    let letter = |_| LETTERS[random.below(LETTERS.len() as u64) as usize] as char;
    Ok(Value::from((0..length).map(letter).collect::<String>()))
}

/// A hash with its keys in order, and those of the hashes in it.
fn sorted(input: &Value) -> Result<Value, Stop> {
    let Value::Hash(entries) = input else { return Ok(input.clone()) };
    let keys = entries.keys().cloned().collect();
    let keys = merge_sorted(keys, &mut |a, b| ruby_order(a, b).ok_or_else(|| not_ordered(a, b).into()))?;
    let mut result = Hash::default();
    for key in keys {
        let value = match entries.get(&key) {
            Some(Value::Array(items)) => Value::array(items.iter().map(sorted).collect::<Result<_, Stop>>()?),
            Some(other) => sorted(other)?,
            None => Value::Undef,
        };
        result.insert(key, value);
    }
    Ok(Value::hash(result))
}

fn to_ini(data: &Value, settings: &Value) -> Result<String, Stop> {
    let text = |name: &str, default: &str| settings.get(name).map_or_else(|| default.to_owned(), ruby_text::to_s);
    let quotes = |name: &str| settings.get(name).is_none_or(Value::is_truthy);
    let (prefix, suffix) = (text("section_prefix", "["), text("section_suffix", "]"));
    let (separator, quote) = (text("key_val_separator", "="), text("quote_char", "\""));
    let mut lines = vec![text("header", "# THIS FILE IS CONTROLLED BY PUPPET"), String::new()];
    for (section, entries) in data.as_hash().into_iter().flatten() {
        lines.push(format!("{prefix}{}{suffix}", ruby_text::to_s(section)));
        let Value::Hash(entries) = entries else {
            let class = ruby_class(entries);
            return refuse(format!("undefined method `each' for {}:{class}", ruby_text::inspect(entries)));
        };
        for (key, value) in entries.iter() {
            let bare = match value {
                Value::Boolean(_) => !quotes("quote_booleans"),
                Value::Integer(_) | Value::Float(_) => !quotes("quote_numerics"),
                _ => false,
            };
            let (key, value) = (ruby_text::to_s(key), ruby_text::to_s(value));
            let quote = if bare { "" } else { &quote };
            lines.push(format!("{key}{separator}{quote}{value}{quote}"));
        }
        lines.push(String::new());
    }
    Ok(lines.join("\n"))
}
