//! Functions on points and spans of time.

use super::Function;
use crate::signature::{Declared, optional, required};
use crate::time::{self, Nanoseconds};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "strftime",
    &[
        Declared::new(&[required("time_object", "Timespan"), required("format", "String")]),
        Declared::new(&[
            required("time_object", "Timestamp"),
            required("format", "String"),
            optional("timezone", "String"),
        ]),
        Declared::new(&[required("format", "String"), optional("timezone", "String")]),
    ],
    |call| {
        let text = match call.argument(0) {
            Value::Timespan(span) => time::format_timespan(*span, Some(call.text(1)))?,
            Value::Timestamp(at) => time::format_timestamp(*at, Some(call.text(1)), call.argument(2).as_str())?,
            _ => {
                let place = call.caller.call_site().map(|place| super::place_text(&place));
                let place = place.unwrap_or_else(|| "(file & line not available)".to_owned());
                let message = format!(
                    "The argument signature (String format, [String timezone]) is deprecated for #strftime. See \
                     #strftime documentation and Timespan type for more info\n   {place}"
                );
                call.caller.warn_once("legacy#strftime", message);
                let now = Nanoseconds::new(call.caller.world().now());
                time::format_timestamp(now, Some(call.text(0)), call.argument(1).as_str())?
            }
        };
        Ok(Value::from(text))
    },
)];
