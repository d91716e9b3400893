//! From values to their types.

use std::sync::Arc;

use crate::types::assignable::is_scalar_data;
use crate::types::{Bounds, StructMember, Type, generalize, is_assignable};
use crate::value::Value;
use crate::version_range::VersionRange;

/// The type of one value: `Integer[1, 1]`, `Array[Integer, 2, 2]`.
pub fn infer(value: &Value) -> Type {
    match value {
        Value::Undef => Type::Undef,
        Value::Default => Type::Default,
        Value::Boolean(truth) => Type::Boolean(Some(*truth)),
        Value::Integer(number) => Type::Integer(Bounds::exactly(*number)),
        Value::Float(number) => Type::Float(Bounds::exactly(*number)),
        Value::String(text) => Type::Text(text.letters().clone()),
        Value::Regexp(pattern) => Type::Regexp(Some(pattern.clone())),
        Value::Array(items) => {
            let element = items.iter().map(infer).reduce(|a, b| common_type(&a, &b));
            Type::array(element.unwrap_or(Type::Unit), Bounds::exactly(items.len() as i64))
        }
        Value::Hash(entries) => {
            let key = entries.keys().map(infer).reduce(|a, b| common_type(&a, &b));
            let value = entries.values().map(infer).reduce(|a, b| common_type(&a, &b));
            let size = Bounds::exactly(entries.len() as i64);
            Type::hash(key.unwrap_or(Type::Unit), value.unwrap_or(Type::Unit), size)
        }
        Value::Sensitive(value) => sensitive(&infer(value)),
        Value::Binary(_) => Type::Binary,
        Value::Timestamp(time) => Type::Timestamp(Some(Arc::new(Bounds::exactly(*time)))),
        Value::Timespan(time) => Type::Timespan(Some(Arc::new(Bounds::exactly(*time)))),
        Value::SemVer(_) => Type::SemVer(Arc::from([])),
        Value::SemVerRange(_) => Type::SemVerRange,
        Value::Uri(text) => Type::Uri(super::uri::parameters(text).map(Arc::new)),
        Value::Type(of) => Type::Type(Some(Arc::new(of.clone()))),
        Value::Object(object) => object.type_of(),
        Value::Callable(callable) => Type::Callable(Some(Arc::new(callable.signature.callable_type()))),
        Value::Iterator(iterator) => Type::Iterator(Some(Arc::new(iterator.element_type()))),
    }
}

/// As [`infer`], with lists as tuples and hashes as structs.
pub fn infer_set(value: &Value) -> Type {
    match value {
        Value::Array(items) if !items.is_empty() => Type::tuple(items.iter().map(infer_set).collect(), None),
        Value::Hash(entries) if !entries.is_empty() => {
            let members: Option<Vec<StructMember>> = entries
                .iter()
                .map(|(key, value)| match key {
                    Value::String(name) if !name.is_empty() => {
                        Some(StructMember { name: name.letters().clone(), optional: false, value: infer_set(value) })
                    }
                    _ => None,
                })
                .collect();
            members.map_or_else(
                || {
                    let key = Type::variant(entries.keys().map(infer_set));
                    let value = Type::variant(entries.values().map(infer_set));
                    Type::hash(key, value, Bounds::exactly(entries.len() as i64))
                },
                |members| Type::Struct(members.into()),
            )
        }
        Value::SemVer(version) => Type::SemVer(Arc::from([Arc::new(VersionRange::exactly(version))])),
        other => infer(other),
    }
}

/// `Sensitive[T]` holds a type without sizes and texts, lest it tell what it hides.
pub(crate) fn sensitive(of: &Type) -> Type {
    match generalize(of) {
        Type::Any => Type::Sensitive(None),
        of => Type::Sensitive(Some(Arc::new(of))),
    }
}

/// The narrowest of the known types that takes both.
pub fn common_type(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Undef, _) => return b.clone(),
        (_, Type::Undef) => return a.clone(),
        (Type::Unit, _) => return b.clone(),
        (_, Type::Unit) => return a.clone(),
        _ => {}
    }
    if is_assignable(a, b) {
        return a.clone();
    }
    if is_assignable(b, a) {
        return b.clone();
    }
    same_kind(a, b).unwrap_or_else(|| widest(a, b))
}

fn same_kind(a: &Type, b: &Type) -> Option<Type> {
    let outcome = match (a, b) {
        (Type::Array(a), Type::Array(b)) => Type::array(common_type(&a.element, &b.element), Bounds::NONE),
        (Type::Hash(a), Type::Hash(b)) => {
            Type::hash(common_type(&a.key, &b.key), common_type(&a.value, &b.value), Bounds::NONE)
        }
        (Type::Class(_), Type::Class(_)) => Type::Class(None),
        (Type::Resource(a), Type::Resource(b)) if a.type_name == b.type_name => {
            Type::resource(a.type_name.as_deref(), None)
        }
        (Type::Resource(_), Type::Resource(_)) => Type::resource(None, None),
        (Type::Integer(a), Type::Integer(b)) => Type::Integer(a.around(b)),
        (Type::Float(a), Type::Float(b)) => Type::Float(a.around(b)),
        (Type::Text(a), Type::Text(b)) => Type::enumeration([a.clone(), b.clone()], false),
        (Type::String(a), Type::String(b)) => Type::String(a.around(b)),
        (Type::Text(_), Type::String(_)) | (Type::String(_), Type::Text(_)) => Type::String(Bounds::NONE),
        (Type::Text(text), Type::Enum(texts)) | (Type::Enum(texts), Type::Text(text)) => {
            Type::enumeration(texts.values.iter().cloned().chain([text.clone()]), false)
        }
        (Type::String(_), Type::Enum(_)) | (Type::Enum(_), Type::String(_)) => Type::enumeration([], false),
        (Type::Enum(a), Type::Enum(b)) => Type::enumeration(a.values.iter().chain(&b.values).cloned(), false),
        (Type::Pattern(a), Type::Pattern(b)) => {
            let mut patterns = a.to_vec();
            patterns.extend(b.iter().filter(|pattern| !a.contains(pattern)).cloned());
            Type::Pattern(patterns.into())
        }
        (Type::Variant(a), Type::Variant(b)) => Type::variant(a.iter().chain(b.iter()).cloned()),
        (Type::Regexp(_), Type::Regexp(_)) => Type::Regexp(None),
        (Type::Callable(_), Type::Callable(_)) => Type::Callable(None),
        _ => return None,
    };
    Some(outcome)
}

fn widest(a: &Type, b: &Type) -> Type {
    let both = |of: &Type| is_assignable(of, a) && is_assignable(of, b);
    if both(&Type::Numeric) {
        Type::Numeric
    } else if is_scalar_data(a) && is_scalar_data(b) || both(&Type::ScalarData) {
        Type::ScalarData
    } else if both(&Type::Scalar) {
        Type::Scalar
    } else if both(&Type::Data) {
        Type::Data
    } else if let (Type::Type(a), Type::Type(b)) = (a, b) {
        let (a, b) = (a.as_deref().unwrap_or(&Type::Undef), b.as_deref().unwrap_or(&Type::Undef));
        Type::Type(Some(Arc::new(common_type(a, b))))
    } else if both(&Type::RichData) {
        Type::RichData
    } else {
        Type::Any
    }
}
