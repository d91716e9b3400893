//! Functions on internet addresses.

use std::net::IpAddr;

use super::{expect, list, refuse};
use crate::error::{Failure, Stop};
use crate::functions::network::{self, Network};
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
            match Network::parse(&text).map(|network| network.address) {
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
                Network::parse(text).ok_or_else(|| Failure::argument(network::complaint(text)).into())
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
