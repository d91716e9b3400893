//! Functions of the module ssh.

use super::refuse;
use crate::error::Stop;
use crate::functions::network::Network;
use crate::functions::{Call, Function, ruby_text};
use crate::regexp::Regexp;
use crate::signature::{Declared, required};
use crate::value::{Hash, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("ipaddresses", 0, None, addresses_of_facts),
    Function::new(
        "ssh::ipaddresses",
        &[Declared::new(&[
            required("excluded_interfaces", "Array[String[1]]"),
            required("excluded_interfaces_re", "Array"),
        ])],
        addresses,
    ),
    Function::legacy("sshclient_options_to_augeas_ssh_config", 0, None, |call| options(call, "host", "Host ")),
    Function::legacy("sshserver_options_to_augeas_sshd_config", 0, None, |call| options(call, "condition", "Match ")),
];

/// The addresses of all interfaces but `lo`, from the flat facts.
fn addresses_of_facts(call: &mut Call<'_>) -> Result<Value, Stop> {
    let Some(Value::String(interfaces)) = call.caller.variable("interfaces")? else {
        return Ok(Value::Boolean(false));
    };
    let mut found = Vec::new();
    for interface in interfaces.split(',').filter(|interface| !interface.is_empty() && !interface.contains("lo")) {
        for fact in ["ipaddress", "ipaddress6"] {
            let address = call.caller.variable(&format!("{fact}_{interface}"))?;
            found.extend(address.filter(Value::is_truthy));
        }
    }
    Ok(Value::array(found))
}

fn addresses(call: &mut Call<'_>) -> Result<Value, Stop> {
    let excluded: Vec<String> = call.items(0).iter().map(ruby_text::to_s).chain(["lo".to_owned()]).collect();
    let mut patterns = Vec::new();
    for pattern in call.items(1) {
        patterns.push(Regexp::parse(&ruby_text::to_s(pattern))?);
    }
    let facts = call.caller.variable("facts")?.unwrap_or(Value::Undef);
    let mut found: Vec<Value> = Vec::new();
    for (interface, data) in interfaces(&facts) {
        let mut is_excluded = excluded.contains(&interface);
        for pattern in &patterns {
            is_excluded = is_excluded || pattern.is_match(&interface)?;
        }
        if is_excluded {
            continue;
        }
        for kind in ["bindings", "bindings6"] {
            let bindings = data.get(kind).and_then(Value::as_array).unwrap_or_default();
            for address in bindings.iter().filter_map(|binding| binding.get("address")) {
                let text = ruby_text::to_s(address);
                let link_local = Network::parse("fe80::/64")
                    .zip(Network::parse(&text))
                    .is_some_and(|(local, network)| local.contains(network.address));
                if !link_local && !found.contains(address) {
                    found.push(address.clone());
                }
            }
        }
    }
    Ok(Value::array(found))
}

/// The interfaces of the structured facts, or what the flat ones say of them.
fn interfaces(facts: &Value) -> Vec<(String, Value)> {
    let structured =
        facts.get("networking").filter(|networking| networking.as_hash().is_some_and(|all| !all.is_empty()));
    if let Some(networking) = structured {
        let all = networking.get("interfaces").and_then(Value::as_hash);
        return all.into_iter().flatten().map(|(name, data)| (ruby_text::to_s(name), data.clone())).collect();
    }
    let names = facts.get("interfaces").map(ruby_text::to_s).unwrap_or_default();
    let binding = |name: &str, fact: &str, kind: &'static str| {
        let address = facts.get(&format!("{fact}_{name}")).filter(|address| address.as_str() != Some(""))?;
        let binding = Value::record([("address", address.clone())]);
        Some((Value::from(kind), Value::array(vec![binding])))
    };
    let interface = |name: &str| {
        let bindings = [binding(name, "ipaddress", "bindings"), binding(name, "ipaddress6", "bindings6")];
        (name.to_owned(), Value::hash(bindings.into_iter().flatten().collect()))
    };
    names.split(',').map(interface).collect()
}

/// Options as parameters of the augeas types, by title; those below a section get its condition.
fn options(call: &mut Call<'_>, condition: &str, section: &str) -> Result<Value, Stop> {
    let name = call.name;
    if call.arguments.is_empty() {
        return refuse(format!("{name}: expects at least one argument"));
    }
    let Value::Hash(options) = call.argument(0).clone() else {
        return refuse(format!("{name}: first argument must be a hash"));
    };
    let absent = match call.arguments.get(1).filter(|absent| absent.is_truthy()) {
        None => None,
        Some(Value::Array(absent)) => Some(absent.to_vec()),
        Some(Value::String(_)) => return refuse("undefined method `each' for an instance of String"),
        Some(_) => return refuse(format!("{name}: second argument, if supplied, must be an array or a string")),
    };
    let shared = match call.arguments.get(2).filter(|shared| shared.is_truthy()) {
        None => return refuse("no implicit conversion of nil into Hash"),
        Some(Value::Hash(shared)) => (**shared).clone(),
        Some(_) => return refuse(format!("{name}: third argument, if supplied, must be a hash")),
    };
    let mut result = Hash::default();
    let mut add = |title: Value, own: Vec<(&str, Value)>| {
        let mut parameters: Hash = own.into_iter().map(|(name, value)| (Value::from(name), value)).collect();
        parameters.extend(shared.iter().map(|(key, value)| (key.clone(), value.clone())));
        result.insert(title, Value::hash(parameters));
    };
    let present = || ("ensure", Value::from("present"));
    for (key, value) in options.iter() {
        let Value::Hash(inner) = value else {
            add(key.clone(), vec![present(), ("key", key.clone()), ("value", value.clone())]);
            continue;
        };
        let place = ruby_text::to_s(key).replace(section, "");
        for (key, value) in inner.iter() {
            let title = Value::from(format!("{} {place}", ruby_text::to_s(key)));
            let place = (condition, Value::from(place.as_str()));
            add(title, vec![present(), place, ("key", key.clone()), ("value", value.clone())]);
        }
    }
    for key in absent.unwrap_or_default() {
        add(key.clone(), vec![("ensure", Value::from("absent")), ("key", key.clone())]);
    }
    Ok(Value::hash(result))
}
