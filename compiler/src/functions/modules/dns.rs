//! Functions of the module dns.

use crate::functions::{Function, ruby_text};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("date", 0, None, |call| {
        Ok(Value::from((call.caller.world().now().div_euclid(1_000_000_000)).to_string()))
    }),
    Function::legacy("get_in_addr_arpa", 0, None, |call| {
        let text = ruby_text::to_s(call.argument(0));
        // Empty parts at the end do not count.
        let parts: Vec<&str> = text.trim_end_matches('.').split('.').rev().collect();
        Ok(Value::from(format!("{}.in-addr.arpa", parts.join("."))))
    }),
];
