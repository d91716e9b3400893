//! What functions of Puppet's old API are given: they know no extended types, so that such values
//! arrive as texts.

use std::borrow::Cow;

use crate::error::Failure;
use crate::value::Value;

/// The arguments of a call as a function of the old API sees them.
pub(crate) fn arguments(values: &[Value]) -> Result<Vec<Value>, Failure> {
    values
        .iter()
        .map(|value| match value {
            Value::Undef => Ok(Value::from("")),
            value => Ok(plain(value)?.into_owned()),
        })
        .collect()
}

/// A value without what the old API does not know.
fn plain(value: &Value) -> Result<Cow<'_, Value>, Failure> {
    Ok(match value {
        Value::Regexp(pattern) => Cow::Owned(Value::from(pattern.with_slashes())),
        Value::SemVer(_) | Value::SemVerRange(_) | Value::Binary(_) | Value::Timespan(_) | Value::Timestamp(_) => {
            Cow::Owned(Value::from(crate::format::to_text(value)))
        }
        Value::Iterator(_) => return Err(Failure::argument("Use of an Iterator is not supported here")),
        Value::Array(items) => {
            let inner = items.iter().map(plain).collect::<Result<Vec<_>, _>>()?;
            if inner.iter().all(|item| matches!(item, Cow::Borrowed(_))) {
                return Ok(Cow::Borrowed(value));
            }
            Cow::Owned(Value::array(inner.into_iter().map(Cow::into_owned).collect()))
        }
        Value::Hash(entries) => {
            let inner = entries
                .iter()
                .map(|(key, value)| Ok((plain(key)?, plain(value)?)))
                .collect::<Result<Vec<_>, Failure>>()?;
            if inner.iter().all(|entry| matches!(entry, (Cow::Borrowed(_), Cow::Borrowed(_)))) {
                return Ok(Cow::Borrowed(value));
            }
            Cow::Owned(Value::hash(
                inner.into_iter().map(|(key, value)| (key.into_owned(), value.into_owned())).collect(),
            ))
        }
        _ => Cow::Borrowed(value),
    })
}
