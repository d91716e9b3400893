//! What messages call a value.

use std::borrow::Cow;

use crate::types::Type;
use crate::value::Value;

impl Value {
    /// `Undef Value`, `Integer`, `Integer[1, 5]-Type`.
    pub fn label(&self) -> String {
        let fixed = match self {
            Self::Undef => "Undef Value",
            Self::Boolean(_) => "Boolean",
            Self::Integer(_) => "Integer",
            Self::Float(_) => "Float",
            Self::String(_) => "String",
            Self::Regexp(_) => "Regexp",
            Self::Array(_) => "Array",
            Self::Hash(_) => "Hash",
            Self::Binary(_) => "Binary",
            Self::Sensitive(_) => "Sensitive",
            Self::Timestamp(_) => "Timestamp",
            Self::Timespan(_) => "Timespan",
            Self::SemVer(_) => "Semver",
            Self::SemVerRange(_) => "SemverRange",
            Self::Type(of) => return type_label(of),
            _ => "Object",
        };
        fixed.to_owned()
    }
}

/// `Integer[1, 5]-Type`, `File['x'] Resource-Reference`
pub(crate) fn type_label(of: &Type) -> String {
    match of {
        Type::Resource(resource) if resource.title.is_some() => format!("{of} Resource-Reference"),
        of => format!("{of}-Type"),
    }
}

/// The class of a value in the original, as some of its messages show it.
pub(crate) fn ruby_class(value: &Value) -> Cow<'static, str> {
    let fixed = match value {
        Value::Undef => "NilClass",
        Value::Default => "Symbol",
        Value::Boolean(true) => "TrueClass",
        Value::Boolean(false) => "FalseClass",
        Value::Integer(_) => "Integer",
        Value::Float(_) => "Float",
        Value::String(_) => "String",
        Value::Regexp(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Sensitive(_) => "Puppet::Pops::Types::PSensitiveType::Sensitive",
        Value::Binary(_) => "Puppet::Pops::Types::PBinaryType::Binary",
        Value::Timestamp(_) => "Puppet::Pops::Time::Timestamp",
        Value::Timespan(_) => "Puppet::Pops::Time::Timespan",
        Value::SemVer(_) => "SemanticPuppet::Version",
        Value::SemVerRange(_) => "SemanticPuppet::VersionRange",
        Value::Uri(text) => uri_class(text),
        Value::Type(of) => crate::types::object::ruby_class(of),
        Value::Object(object) if object.of.label() == "Error" => "Puppet::DataTypes::Error",
        Value::Object(_) => "Object",
        Value::Callable(_) => "Proc",
        Value::Iterator(_) => "Puppet::Pops::Types::Iterator",
    };
    fixed.into()
}

/// What a type is a type of, without its parameters: `Integer`, `Resource` for `File['x']`.
pub(crate) fn type_kind(of: &Type) -> Cow<'static, str> {
    match of {
        Type::Resource(_) => "Resource".into(),
        Type::Alias(_) => "TypeAlias".into(),
        Type::Reference(_) => "TypeReference".into(),
        other => {
            let text = other.to_string();
            text.split('[').next().unwrap_or_default().to_owned().into()
        }
    }
}

fn uri_class(text: &str) -> &'static str {
    match text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
        Some("http") => "URI::HTTP",
        Some("https") => "URI::HTTPS",
        Some("ftp") => "URI::FTP",
        Some("file") => "URI::File",
        Some("ldap") => "URI::LDAP",
        Some("ldaps") => "URI::LDAPS",
        Some("mailto") => "URI::MailTo",
        Some("ws") => "URI::WS",
        Some("wss") => "URI::WSS",
        _ => "URI::Generic",
    }
}

/// With `a` or `an` before it, whichever reads right.
pub(crate) fn a_an(text: &str) -> String {
    let first = text.chars().find(|letter| !matches!(letter, '"' | '\''));
    let vowel = first.is_some_and(|letter| "aeiouy".contains(letter.to_ascii_lowercase()));
    format!("{} {text}", if vowel { "an" } else { "a" })
}

/// As [`a_an`], with a capital.
pub(crate) fn a_an_uc(text: &str) -> String {
    let text = a_an(text);
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}
