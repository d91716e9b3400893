//! Functions of the module ironic.

use crate::functions::network::Network;
use crate::functions::{Function, ruby_text};
use crate::signature::{Declared, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("ipv6_normalize_dnsmasq_ip_subnets", &[Declared::new(&[required("args", "Any")])], |call| {
        let netmask = Value::from("netmask");
        let gateway = Value::from("gateway");
        let is_v6 = |value: &Value| {
            Network::parse(&ruby_text::to_s(value)).filter(|network| value.is_truthy() && network.is_v6())
        };
        let normalized = |subnet: &Value| {
            let Value::Hash(entries) = subnet else { return subnet.clone() };
            let mut entries = (**entries).clone();
            if let Some(mask) = entries.get(&netmask).and_then(is_v6) {
                let ones = crate::functions::network::number(mask.first()).count_ones();
                entries.insert(netmask.clone(), Value::Integer(ones.into()));
            }
            if entries.get(&gateway).and_then(is_v6).is_some() {
                entries.shift_remove(&gateway);
            }
            Value::hash(entries)
        };
        Ok(Value::array(call.items(0).iter().map(normalized).collect()))
    })];
