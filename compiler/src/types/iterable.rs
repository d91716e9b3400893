//! Types whose values can be iterated over.

use std::sync::Arc;

use crate::types::{Bounds, Type, is_assignable};

/// What iteration over values of a type gives: `None` where it is not possible, `Some(None)`
/// where nothing is known of the elements.
pub fn element_type(of: &Type) -> Option<Option<Type>> {
    match of.resolved() {
        Type::Array(array) if array.element == Type::Any => Some(None),
        Type::Array(array) => Some(Some(array.element.clone())),
        Type::Hash(hash) if hash.key == Type::Any && hash.value == Type::Any => {
            Some(Some(pair(Type::Unit, Type::Unit)))
        }
        Type::Hash(hash) => Some(Some(pair(hash.key.clone(), hash.value.clone()))),
        Type::Struct(members) if members.is_empty() => Some(Some(pair(Type::Unit, Type::Unit))),
        Type::Struct(members) => {
            let keys = members.iter().map(|member| {
                let name = Type::Text(member.name.clone());
                if member.optional { Type::optional(name) } else { name }
            });
            Some(Some(pair(Type::variant(keys), Type::variant(members.iter().map(|member| member.value.clone())))))
        }
        Type::Tuple(tuple) => Some(Some(Type::variant(tuple.types.iter().cloned()))),
        Type::Collection(_) => Some(None),
        Type::String(_) | Type::Text(_) | Type::Enum(_) => Some(Some(Type::String(Bounds::exactly(1)))),
        Type::Integer(_) => Some(Some(Type::Integer(Bounds::NONE))),
        Type::Iterable(element) | Type::Iterator(element) => Some(element.as_deref().cloned()),
        Type::Type(Some(inner)) => match &**inner {
            Type::Enum(_) => Some(Some((**inner).clone())),
            Type::Integer(Bounds { from: Some(_), to: Some(_) }) => Some(Some((**inner).clone())),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `Iterable[element]` takes anything that can be iterated over.
pub(super) fn takes_any_element(element: Option<&Arc<Type>>) -> bool {
    element.is_none_or(|element| is_assignable(element, &Type::Any))
}

fn pair(key: Type, value: Type) -> Type {
    Type::tuple(vec![key, value], Some(Bounds::exactly(2)))
}
