//! Functions on internet addresses.

use std::net::IpAddr;

use super::{expect, list, refuse};
use crate::error::{Failure, Stop};
use crate::functions::strings::{flat, ruby_class};
use crate::functions::{Function, ruby_text};
use crate::signature::{Declared, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("enclose_ipv6", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("enclose_ipv6(): Wrong number of arguments given {n} for 1"))?;
        let value = call.argument(0);
        if !matches!(value, Value::String(_) | Value::Array(_)) {
            let class = ruby_class(value);
            return refuse(format!("enclose_ipv6(): Wrong argument type given {class} expected String or Array"));
        }
        let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
        for item in flat(&list(value)) {
            let text = ruby_text::to_s(&item);
            if text == "*" {
                seen.insert(item);
                continue;
            }
            match network(&text).map(|network| network.address) {
                Some(IpAddr::V6(address)) => seen.insert(Value::from(format!("[{address}]"))),
                Some(IpAddr::V4(_)) => seen.insert(item),
                None => {
                    return refuse(format!("enclose_ipv6(): Wrong argument given {text} is not an ip address."));
                }
            };
        }
        Ok(Value::array(seen.into_iter().collect()))
    }),
    Function::new(
        "stdlib::ip_in_range",
        &[Declared::new(&[required("ipaddress", "String"), required("range", "Variant[String, Array]")])
            .returns("Boolean")],
        |call| {
            let parse = |text: &str| -> Result<Network, Stop> {
                network(text).ok_or_else(|| Failure::argument(format!("invalid address: {text}")).into())
            };
            let address = parse(call.text(0))?.address;
            for range in list(call.argument(1)) {
                if parse(&ruby_text::to_s(&range))?.contains(address) {
                    return Ok(Value::Boolean(true));
                }
            }
            Ok(Value::Boolean(false))
        },
    ),
];

/// An address with the length of its network's prefix.
pub(super) struct Network {
    pub(super) address: IpAddr,
    prefix: u32,
}

impl Network {
    fn contains(&self, other: IpAddr) -> bool {
        let (mine, theirs, bits) = match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        self.prefix == 0 || (mine ^ theirs) >> (bits - self.prefix) == 0
    }
}

/// `192.0.2.1`, `2001:db8::1`, in brackets or not, with a prefix length or netmask or without.
pub(super) fn network(text: &str) -> Option<Network> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let address: IpAddr = address.split('%').next()?.parse().ok()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => bits,
        Some(prefix) => match prefix.parse::<u32>() {
            Ok(prefix) if prefix <= bits => prefix,
            Ok(_) => return None,
            Err(_) => match prefix.parse::<IpAddr>().ok()? {
                IpAddr::V4(mask) if bits == 32 => mask.to_bits().leading_ones(),
                IpAddr::V6(mask) if bits == 128 => mask.to_bits().leading_ones(),
                _ => return None,
            },
        },
    };
    Some(Network { address, prefix })
}
