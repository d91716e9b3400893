//! Points and spans of time, as the language parses and prints them.

use std::fmt;

use crate::error::Failure;

/// Nanoseconds: since the epoch for a `Timestamp`, in all for a `Timespan`.
///
/// Packed so that a value of the language stays three words wide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed(8))]
pub struct Nanoseconds(i128);

impl Nanoseconds {
    pub const fn new(nanoseconds: i128) -> Self {
        Self(nanoseconds)
    }

    pub const fn get(self) -> i128 {
        self.0
    }
}

impl fmt::Debug for Nanoseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ns", self.get())
    }
}

/// `Timestamp(text)` with the default formats.
pub fn parse_timestamp(_text: &str) -> Result<Nanoseconds, Failure> {
    Err(Failure::missing("parsing a Timestamp"))
}

/// `Timespan(text)` with the default formats.
pub fn parse_timespan(_text: &str) -> Result<Nanoseconds, Failure> {
    Err(Failure::missing("parsing a Timespan"))
}

/// `strftime` of a Timestamp; `format` as `None` is the default text.
pub fn format_timestamp(_time: Nanoseconds, _format: Option<&str>, _timezone: Option<&str>) -> Result<String, Failure> {
    Err(Failure::missing("formatting a Timestamp"))
}

/// `strftime` of a Timespan; `format` as `None` is the default text.
pub fn format_timespan(_span: Nanoseconds, _format: Option<&str>) -> Result<String, Failure> {
    Err(Failure::missing("formatting a Timespan"))
}
