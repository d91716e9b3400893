//! Comparing versions of packages.

use std::cmp::Ordering;

use super::Function;
use crate::signature::{Declared, optional, required};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "versioncmp",
    &[Declared::new(&[
        required("a", "String"),
        required("b", "String"),
        optional("ignore_trailing_zeroes", "Boolean"),
    ])],
    |call| {
        let ignore = call.argument(2).as_bool() == Some(true);
        Ok(Value::Integer(compare(call.text(0), call.text(1), ignore) as i64))
    },
)];

/// Part by part: dashes before dots before numbers before words.
pub(super) fn compare(a: &str, b: &str, ignore_trailing_zeroes: bool) -> Ordering {
    if ignore_trailing_zeroes {
        return compare(&normalized(a), &normalized(b), false);
    }
    for (left, right) in parts(a).zip(parts(b)) {
        if left == right {
            continue;
        }
        for mark in ["-", "."] {
            if left == mark {
                return Ordering::Less;
            }
            if right == mark {
                return Ordering::Greater;
            }
        }
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if digits(left) && digits(right) && !left.starts_with('0') && !right.starts_with('0') {
            return left.len().cmp(&right.len()).then_with(|| left.cmp(right));
        }
        return left.to_uppercase().cmp(&right.to_uppercase());
    }
    a.cmp(b)
}

/// Marks, runs of digits, and what is between them.
fn parts(version: &str) -> impl Iterator<Item = &str> {
    let mut rest = version;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if matches!(first, '-' | '.') {
            1
        } else if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else {
            rest.find(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')).unwrap_or(rest.len())
        };
        let (part, tail) = rest.split_at(end);
        rest = tail;
        Some(part)
    })
}

fn normalized(version: &str) -> String {
    match version.split_once('-') {
        Some((first, rest)) => format!("{}-{rest}", first.trim_end_matches(['.', '0'])),
        None => version.trim_end_matches(['.', '0']).to_owned(),
    }
}
