//! How messages name expressions and values.

use std::borrow::Cow;

use crate::types::Type;
use crate::value::Value;

pub(crate) use syntax::label;

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
        Value::Object(object) => return object.of.name.to_string().into(),
        other => other.type_name(),
    };
    fixed.into()
}

/// With its article: `a String`, `an '[]' expression`.
pub(crate) fn a_an(text: &str) -> String {
    format!("{} {text}", if has_vowel(text) { "an" } else { "a" })
}

/// With its article at the start of a sentence.
pub(crate) fn a_an_uc(text: &str) -> String {
    format!("{} {text}", if has_vowel(text) { "An" } else { "A" })
}

fn has_vowel(text: &str) -> bool {
    let first = text.chars().find(|c| !matches!(c, '\'' | '"')).unwrap_or(' ');
    matches!(first.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}
