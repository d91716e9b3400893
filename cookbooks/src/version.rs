//! Versions of cookbooks.

use std::fmt;

use crate::Error;

/// Greatest value of a part.
const GREATEST: u64 = i64::MAX as u64;

/// Three numbers, each at most 2^63 - 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
}

impl Version {
    pub const ZERO: Self = Self::new(0, 0, 0);

    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch }
    }

    /// Reads one to three numbers; what is missing is 0.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(text).map(|(version, _)| version).ok_or_else(|| Error::CookbookVersion(text.to_owned()))
    }

    /// The version and how many parts were written.
    pub(crate) fn read(text: &str) -> Option<(Self, usize)> {
        let mut parts = [0_u64; 3];
        let mut count = 0;
        for part in text.split('.') {
            *parts.get_mut(count)? = number(part)?;
            count += 1;
        }
        let [major, minor, patch] = parts;
        Some((Self { major, minor, patch }, count))
    }
}

/// Digits, with a sign as the original's reader of numbers takes it; `-0` is 0, less is none.
fn number(text: &str) -> Option<u64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'+' => (false, &text[1..]),
        b'-' => (true, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    (value <= GREATEST && !(negative && value > 0)).then_some(value)
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests;
