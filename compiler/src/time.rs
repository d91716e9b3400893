//! Points and spans of time, as the language parses and prints them.

use std::fmt;

use crate::error::Failure;
use crate::value::{Hash, Value};

#[cfg(test)]
mod tests;
mod timespan;
mod timestamp;

pub use timespan::{format_timespan, parse_timespan_as, timespan_from_hash};
pub use timestamp::{format_timestamp, parse_timestamp_as};

/// Nanoseconds: since the epoch for a `Timestamp`, in all for a `Timespan`.
///
/// Packed so that a value of the language stays three words wide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed(8))]
pub struct Nanoseconds(i128);

pub const PER_SECOND: i128 = 1_000_000_000;

impl Nanoseconds {
    pub const fn new(nanoseconds: i128) -> Self {
        Self(nanoseconds)
    }

    pub const fn get(self) -> i128 {
        self.0
    }

    pub fn seconds(self) -> f64 {
        self.get() as f64 / PER_SECOND as f64
    }
}

impl fmt::Debug for Nanoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ns", self.get())
    }
}

/// From a number of seconds; `None` for what is no number.
pub fn from_seconds(seconds: &Value) -> Option<Nanoseconds> {
    match seconds {
        Value::Integer(seconds) => Some(Nanoseconds(i128::from(*seconds) * PER_SECOND)),
        Value::Float(seconds) => Some(Nanoseconds((seconds * PER_SECOND as f64) as i128)),
        _ => None,
    }
}

/// `Timestamp(text)` with the default formats.
pub fn parse_timestamp(text: &str) -> Result<Nanoseconds, Failure> {
    parse_timestamp_as(text, None, None)
}

/// `Timespan(text)` with the default formats.
pub fn parse_timespan(text: &str) -> Result<Nanoseconds, Failure> {
    parse_timespan_as(text, None)
}

/// How a Timestamp prints: `2020-01-02T03:04:05.000000000 UTC`.
pub fn timestamp_text(time: Nanoseconds) -> String {
    timestamp::text(time)
}

/// How a Timespan prints: `1-02:03:04.5`.
pub fn timespan_text(span: Nanoseconds) -> String {
    timespan::text(span)
}

/// A text or a list of texts, as formats are given.
fn formats(given: &Value) -> Vec<&str> {
    match given {
        Value::String(format) => vec![format],
        Value::Array(formats) => formats.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn field(fields: &Hash, name: &str) -> i128 {
    fields.get(&Value::string(name)).and_then(Value::as_integer).map_or(0, i128::from)
}
