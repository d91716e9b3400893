//! Ranges.

use super::Value;

/// `from..to`, `from...to`; a missing end is `nil`.
pub struct Range {
    pub from: Value,
    pub to: Value,
    pub excludes_end: bool,
}

impl Range {
    /// The numbers of a range of integers, the last one included: `None` where it has no end or
    /// no integers.
    pub(crate) fn integers(&self) -> Option<(i64, i64)> {
        let Value::Integer(from) = self.from else { return None };
        let (to, is_whole) = match self.to {
            Value::Integer(to) => (to, true),
            Value::Float(to) => (to.floor() as i64, to.fract() == 0.0),
            _ => return None,
        };
        Some((from, if self.excludes_end && is_whole { to.saturating_sub(1) } else { to }))
    }

    /// Which elements of a list of this length the range names: the first and how many.
    pub(crate) fn slice(&self, length: usize) -> Option<(usize, usize)> {
        let length = length as i64;
        let place = |value: &Value, default: i64| match value {
            Value::Integer(number) => Some(*number),
            Value::Float(number) => Some(*number as i64),
            Value::Nil => Some(default),
            _ => None,
        };
        let mut from = place(&self.from, 0)?;
        let mut to = place(&self.to, -1)?;
        if from < 0 {
            from += length;
        }
        if to < 0 {
            to += length;
        }
        if from < 0 || from > length {
            return None;
        }
        if !self.excludes_end || self.to.is_nil() {
            to += 1;
        }
        let to = to.clamp(from, length);
        Some((from as usize, (to - from) as usize))
    }
}
