//! The one place that reads the clock; every other room gets the time as a parameter.

use jiff::Timestamp;

/// Now, as the machine's clock has it.
#[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
