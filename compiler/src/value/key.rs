//! Values as keys of hashes.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

use crate::value::Value;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undef, Self::Undef) | (Self::Default, Self::Default) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits() || a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Uri(a), Self::Uri(b)) => a == b,
            (Self::Regexp(a), Self::Regexp(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Hash(a), Self::Hash(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Sensitive(a), Self::Sensitive(b)) => a == b,
            (Self::Binary(a), Self::Binary(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) | (Self::Timespan(a), Self::Timespan(b)) => a == b,
            (Self::SemVer(a), Self::SemVer(b)) => a == b,
            (Self::SemVerRange(a), Self::SemVerRange(b)) => a == b,
            (Self::Type(a), Self::Type(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Callable(a), Self::Callable(b)) => Arc::ptr_eq(a, b),
            (Self::Iterator(a), Self::Iterator(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(self).hash(state);
        match self {
            Self::Boolean(truth) => truth.hash(state),
            Self::Integer(number) => number.hash(state),
            // Zero has two representations that are equal.
            Self::Float(number) => (number + 0.0).to_bits().hash(state),
            Self::String(text) => text.hash(state),
            Self::Uri(text) => text.hash(state),
            Self::Regexp(pattern) => pattern.source().hash(state),
            Self::Array(items) => items.hash(state),
            // Equal hashes may differ in order.
            Self::Hash(entries) => {
                let entry = |(key, value): (&Self, &Self)| {
                    let mut own = rustc_hash::FxHasher::default();
                    key.hash(&mut own);
                    value.hash(&mut own);
                    own.finish()
                };
                entries.iter().map(entry).fold(entries.len() as u64, u64::wrapping_add).hash(state);
            }
            Self::Sensitive(value) => value.hash(state),
            Self::Binary(bytes) => bytes.hash(state),
            Self::Timestamp(time) | Self::Timespan(time) => time.hash(state),
            Self::SemVer(version) => version.hash(state),
            Self::Type(of) => discriminant(of).hash(state),
            Self::Undef
            | Self::Default
            | Self::SemVerRange(_)
            | Self::Object(_)
            | Self::Callable(_)
            | Self::Iterator(_) => {}
        }
    }
}
