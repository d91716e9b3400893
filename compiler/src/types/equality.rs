//! When two types are the same.

use std::sync::Arc;

use crate::types::{InitType, Type};

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NotUndef(a), Self::NotUndef(b))
            | (Self::Optional(a), Self::Optional(b))
            | (Self::Sensitive(a), Self::Sensitive(b))
            | (Self::Iterable(a), Self::Iterable(b))
            | (Self::Iterator(a), Self::Iterator(b))
            | (Self::Type(a), Self::Type(b)) => a == b,
            (Self::Integer(a), Self::Integer(b))
            | (Self::String(a), Self::String(b))
            | (Self::Collection(a), Self::Collection(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Text(a), Self::Text(b)) | (Self::Reference(a), Self::Reference(b)) => a == b,
            (Self::Enum(a), Self::Enum(b)) => a.case_insensitive == b.case_insensitive && a.values == b.values,
            (Self::Pattern(a), Self::Pattern(b)) => same_set(a, b),
            (Self::Regexp(a), Self::Regexp(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) | (Self::Timespan(a), Self::Timespan(b)) => a == b,
            (Self::SemVer(a), Self::SemVer(b)) => a == b,
            (Self::Uri(a), Self::Uri(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Hash(a), Self::Hash(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Tuple(a), Self::Tuple(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Struct(a), Self::Struct(b)) => a == b,
            (Self::Variant(a), Self::Variant(b)) => same_set(a, b),
            (Self::Callable(a), Self::Callable(b)) => a == b,
            (Self::Init(a), Self::Init(b)) => a == b,
            (Self::Resource(a), Self::Resource(b)) => a.title == b.title && a.lower_case_name() == b.lower_case_name(),
            (Self::Class(a), Self::Class(b)) => a == b,
            (Self::Alias(a), Self::Alias(b)) => a.name == b.name,
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::ObjectExtension(a), Self::ObjectExtension(b)) => a == b,
            (Self::TypeSet(a), Self::TypeSet(b)) => a == b,
            (Self::Runtime(a), Self::Runtime(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other) && self.is_plain(),
        }
    }
}

impl PartialEq for InitType {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && self.arguments == other.arguments
    }
}

impl Type {
    /// Whether the kind says all: no parameters are possible.
    fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Any
                | Self::Unit
                | Self::Undef
                | Self::Default
                | Self::Scalar
                | Self::ScalarData
                | Self::Data
                | Self::RichData
                | Self::RichDataKey
                | Self::Numeric
                | Self::Binary
                | Self::SemVerRange
                | Self::CatalogEntry
        )
    }
}

fn same_set<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|item| b.contains(item)) && b.iter().all(|item| a.contains(item))
}
