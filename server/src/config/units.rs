//! Spans of time and numbers of bytes as people write them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A span of time: `"30s"`, `"1.5s"`, `"10m"`, `"2h"`, `"7d"`, `"5y"`, or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Span(pub(crate) Duration);

/// A number of bytes: `"512KiB"`, `"16MiB"`, `"1GiB"`, `"1000"`, or a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(pub(crate) usize);

const SPANS: &[(&str, u64)] = &[("y", 365 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
const SIZES: &[(&str, usize)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Span {
    pub(crate) const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub(crate) const fn days(days: u64) -> Self {
        Self::seconds(days * 86_400)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_suffix("ms") {
            return number.trim().parse().ok().map(|ms| Self(Duration::from_millis(ms)));
        }
        let (number, unit) =
            SPANS.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, *scale))).unwrap_or((text, 1));
        let number: f64 = number.trim().parse().ok()?;
        Duration::try_from_secs_f64(number * unit as f64).ok().map(Self)
    }
}

impl Size {
    pub(crate) const fn mib(count: usize) -> Self {
        Self(count << 20)
    }

    pub(crate) const fn kib(count: usize) -> Self {
        Self(count << 10)
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) =
            SIZES.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, *scale))).unwrap_or((text, 1));
        number.trim().parse::<usize>().ok()?.checked_mul(unit).map(Self)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.as_secs();
        if self.0.subsec_nanos() != 0 {
            return write!(f, "{}s", self.0.as_secs_f64());
        }
        let (unit, scale) =
            SPANS.iter().find(|(_, scale)| whole != 0 && whole.is_multiple_of(*scale)).unwrap_or(&("s", 1));
        write!(f, "{}{unit}", whole / scale)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, scale) =
            SIZES.iter().find(|(_, scale)| self.0 != 0 && self.0.is_multiple_of(*scale)).unwrap_or(&("B", 1));
        write!(f, "{}{unit}", self.0 / scale)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Written::deserialize(deserializer)?.text();
        let expected = || de::Error::custom(format!("'{text}' is no span of time, such as \"30s\", \"10m\" or \"5y\""));
        Self::parse(&text).ok_or_else(expected)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Written::deserialize(deserializer)?.text();
        let expected = || de::Error::custom(format!("'{text}' is no size, such as \"512KiB\" or \"16MiB\""));
        Self::parse(&text).ok_or_else(expected)
    }
}

/// A number with a unit, or without.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Integer(i64),
    Float(f64),
}

impl Written {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
        }
    }
}
