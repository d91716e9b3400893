//! The number of a certificate.

use std::fmt;

/// A serial number that this authority gave out. It never gives one out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(pub u64);

impl Serial {
    /// The authority's own certificate.
    pub const AUTHORITY: Self = Self(1);

    /// From the content of a DER integer; `None` when it is negative or longer than 64 bits, so
    /// not one of ours.
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let digits = match bytes {
            [] => return None,
            [first, ..] if first & 0x80 != 0 => return None,
            [0, rest @ ..] => rest,
            all => all,
        };
        if digits.len() > 8 {
            return None;
        }
        Some(Self(digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }

    /// Reads hexadecimal digits with or without `0x`, as inventories and `serial` files have them.
    pub fn parse_hex(text: &str) -> Option<Self> {
        u64::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok().map(Self)
    }
}

/// `0x000F`, as Puppet's inventory writes it.
impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04X}", self.0)
    }
}

#[cfg(test)]
mod tests;
