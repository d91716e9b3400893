//! Functions of the module murano.

use super::refuse;
use crate::functions::Function;
use crate::signature::{Declared, repeated};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::new("get_ext_net_name", &[Declared::new(&[repeated("args", "Any")])], |call| {
        let Value::Hash(networks) = call.argument(0) else {
            return refuse("get_ext_net_name(): No network data provided!");
        };
        let is_external =
            |network: &Value| network.get("L2").and_then(|layer| layer.get("router_ext")).is_some_and(Value::is_truthy);
        let found = networks.iter().find(|(_, network)| is_external(network));
        Ok(found.map_or(Value::Undef, |(name, _)| name.clone()))
    })];
