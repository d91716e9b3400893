//! Functions that write to the log.

use super::{Call, Function, Level};
use crate::error::Stop;
use crate::signature::{Declared, repeated};
use crate::value::Value;

const VALUES: &[Declared] = &[Declared::new(&[repeated("values", "Any")]).returns("Undef")];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("debug", VALUES, |call| log(call, Level::Debug)),
    Function::new("info", VALUES, |call| log(call, Level::Info)),
    Function::new("notice", VALUES, |call| log(call, Level::Notice)),
    Function::new("warning", VALUES, |call| log(call, Level::Warning)),
    Function::new("err", VALUES, |call| log(call, Level::Err)),
    Function::new("alert", VALUES, |call| log(call, Level::Alert)),
    Function::new("emerg", VALUES, |call| log(call, Level::Emerg)),
    Function::new("crit", VALUES, |call| log(call, Level::Crit)),
];

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
fn log(call: &mut Call<'_>, level: Level) -> Result<Value, Stop> {
    let texts: Vec<String> = call.arguments.iter().map(crate::format::to_text).collect();
    call.caller.log(level, texts.join(" "));
    Ok(Value::Undef)
}
