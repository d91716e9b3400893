//! Functions of the module neutron. The validating ones give back what they looked at, as the original's do.

use super::refuse;
use crate::error::{Failure, Stop};
use crate::functions::stdlib::json_text;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, repeated, required};
use crate::value::{Hash, Value};

const ANY: &[Declared] = &[Declared::new(&[repeated("args", "Any")])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("validate_network_vlan_ranges", ANY, |call| each_range(call, vlan)),
    Function::new("validate_tunnel_id_ranges", ANY, |call| each_range(call, tunnel)),
    Function::new("validate_vni_ranges", ANY, |call| each_range(call, vni)),
    Function::new("validate_vxlan_udp_port", ANY, |call| {
        let port = match call.argument(0) {
            Value::Integer(port) => *port,
            Value::Float(port) => *port as i64,
            Value::String(text) => match crate::operators::number(text) {
                Some(Value::Integer(port)) => port,
                _ => return refuse(format!("invalid value for Integer(): {}", ruby_text::inspect(call.argument(0)))),
            },
            Value::Undef => return refuse("can't convert nil into Integer"),
            other => return refuse(format!("can't convert {} into Integer", ruby_class(other))),
        };
        if port != 4789 && (port <= 49151 || port > 65535) {
            return refuse("vxlan udp port is invalid.");
        }
        Ok(Value::Undef)
    }),
    Function::new("convert_to_json_string", ANY, |call| {
        let value = call.argument(0);
        if let Value::Array(items) = value
            && items.iter().all(|item| item.as_str().is_some_and(|text| text.contains(':')))
        {
            let pair = |item: &Value| {
                let text = ruby_text::to_s(item);
                let mut parts = text.trim_end_matches(':').split(':');
                let key = parts.next().map_or(Value::Undef, Value::from);
                (key, parts.next().map_or(Value::Undef, Value::from))
            };
            let entries: Hash = items.iter().map(pair).collect();
            return json_text(&Value::hash(entries)).map(Value::from);
        }
        json_text(value).map(Value::from)
    }),
    Function::new("convert_cert_to_string", &[Declared::new(&[required("cert_file", "String")])], |call| {
        let path = call.text(0).to_owned();
        let bytes = call.caller.world().read(&path).map_err(|error| Failure::argument(error.to_string()))?;
        let Some(bytes) = bytes else { return refuse(format!("Certificate file not found: {path}")) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Value::from(text.lines().filter(|line| !line.contains("-----")).map(str::trim).collect::<String>()))
    }),
];

/// Checks each element of a list, or the one value there is.
fn each_range(call: &mut Call<'_>, check: fn(&str) -> Result<(), Stop>) -> Result<Value, Stop> {
    let items = match call.take(0) {
        Value::Array(items) => items,
        other => vec![other].into(),
    };
    for item in items.iter() {
        match item {
            Value::String(text) => check(text)?,
            Value::Undef => {}
            other => return refuse(format!("no implicit conversion of {} into String", ruby_class(other))),
        }
    }
    Ok(Value::Array(items))
}

/// `10:20`
fn range(text: &str) -> Option<(u128, u128)> {
    let (first, last) = text.split_once(':')?;
    Some((number(first)?, number(last)?))
}

fn number(text: &str) -> Option<u128> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number too long for this is beyond every bound, too.
    Some(text.parse().unwrap_or(u128::MAX))
}

fn vlan(text: &str) -> Result<(), Stop> {
    let (head, last) = text.rsplit_once(':').unwrap_or(("", text));
    let first = head.rsplit_once(':').map_or(head, |(network, first)| if network.is_empty() { "" } else { first });
    if let (Some(first), Some(last)) = (number(first), number(last)) {
        if first > 4094 || last > 4094 {
            return refuse("vlan id are invalid.");
        }
        if last < first {
            return refuse("network vlan ranges are invalid.");
        }
        return Ok(());
    }
    let (name, id) = text.split_once(':').map_or((text, None), |(name, id)| (name, Some(id)));
    let plain = id.is_none_or(|id| number(id).is_some()) && !name.contains(':');
    if plain { Ok(()) } else { refuse("network vlan ranges are invalid.") }
}

fn tunnel(text: &str) -> Result<(), Stop> {
    let Some((first, last)) = range(text) else { return refuse("tunnel id ranges are invalid.") };
    if last < first {
        return refuse("tunnel id ranges are invalid.");
    }
    if last - first > 1_000_000 {
        return refuse("tunnel id ranges are to large.");
    }
    Ok(())
}

fn vni(text: &str) -> Result<(), Stop> {
    match range(text) {
        Some((first, last)) if first <= last && last <= 16_777_215 => Ok(()),
        _ => refuse("vni ranges are invalid."),
    }
}
