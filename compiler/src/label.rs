//! How messages name expressions and values.

use std::borrow::Cow;

use crate::types::Type;
use crate::value::Value;

pub(crate) use syntax::label;

pub(crate) use crate::value::label::{a_an, a_an_uc};

/// What a value is, in the words of the original.
pub(crate) fn label_value(value: &Value) -> Cow<'static, str> {
    let fixed = match value {
        Value::Undef => "Undef Value",
        Value::Default => "Symbol",
        Value::SemVer(_) => "Semver",
        Value::SemVerRange(_) => "SemverRange",
        Value::Type(Type::Resource(resource)) if resource.title.is_some() => {
            return format!("{} Resource-Reference", crate::format::to_text(value)).into();
        }
        Value::Type(_) => return format!("{}-Type", crate::format::to_text(value)).into(),
        other => other.type_name(),
    };
    fixed.into()
}
