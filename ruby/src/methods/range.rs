//! Ranges.

use super::{Method, method};
use crate::interpreter::{Interpreter, Stop};
use crate::value::compare::compare;
use crate::value::{Range, Value};

/// Elements that a range may be spread out to.
const MOST: i64 = 1 << 20;

pub(super) const METHODS: &[Method] = &[
    method("first", 0, 1, |call| {
        if let (Value::Range(range), None) = (&call.this, call.given(0)) {
            return Ok(range.from.clone());
        }
        let count = call.integer_argument(0)?.max(0) as usize;
        let mut items = call.ruby.elements(&call.this)?;
        items.truncate(count);
        Ok(Value::array(items))
    }),
    method("begin", 0, 0, |call| Ok(this(&call.this).map_or(Value::Nil, |range| range.from.clone()))),
    method("end", 0, 0, |call| Ok(this(&call.this).map_or(Value::Nil, |range| range.to.clone()))),
    method("last", 0, 0, |call| Ok(this(&call.this).map_or(Value::Nil, |range| range.to.clone()))),
    method("include?", 1, 1, |call| Ok(Value::Boolean(covers(&call.this, &call.argument(0))))),
    method("member?", 1, 1, |call| Ok(Value::Boolean(covers(&call.this, &call.argument(0))))),
    method("cover?", 1, 1, |call| Ok(Value::Boolean(covers(&call.this, &call.argument(0))))),
    method("===", 1, 1, |call| Ok(Value::Boolean(covers(&call.this, &call.argument(0))))),
    method("size", 0, 0, |call| match this(&call.this).and_then(Range::integers) {
        Some((from, to)) => Ok(Value::Integer((to - from + 1).max(0))),
        None => Ok(Value::Nil),
    }),
];

fn this(value: &Value) -> Option<&Range> {
    match value {
        Value::Range(range) => Some(range),
        _ => None,
    }
}

fn covers(range: &Value, value: &Value) -> bool {
    let Value::Range(range) = range else { return false };
    let above = range.from.is_nil() || compare(&range.from, value).is_some_and(std::cmp::Ordering::is_le);
    let below = range.to.is_nil()
        || compare(value, &range.to)
            .is_some_and(|order| if range.excludes_end { order.is_lt() } else { order.is_le() });
    above && below
}

pub(super) fn elements(ruby: &mut Interpreter<'_>, range: &Range) -> Result<Vec<Value>, Stop> {
    if let Some((from, to)) = range.integers() {
        if to.saturating_sub(from) > MOST {
            return Err(Stop::Limit(ruby.line, format!("a range has more than {MOST} elements")));
        }
        return Ok((from..=to).map(Value::Integer).collect());
    }
    match (&range.from, &range.to) {
        (Value::String(from), Value::String(to)) => {
            let (from, to) = (from.shared(), to.shared());
            let mut items = Vec::new();
            let mut text = from.to_string();
            while text.len() <= to.len() {
                let is_last = *text == *to;
                if is_last && range.excludes_end {
                    break;
                }
                ruby.step()?;
                items.push(Value::from(text.as_str()));
                if is_last {
                    break;
                }
                text = super::string::successor(&text);
            }
            Ok(items)
        }
        (Value::Integer(_), _) => Err(ruby.unsupported("a range without an end")),
        (from, _) => Err(ruby.type_error(format!("can't iterate from {}", from.class()))),
    }
}
