//! Types made more general, and types made simpler.

use std::sync::Arc;

use crate::types::assignable::takes_undef;
use crate::types::{Bounds, CallableType, StructMember, TupleType, Type};

/// Without sizes, ranges and texts.
pub fn generalize(of: &Type) -> Type {
    let inner = |of: &Arc<Type>| Some(Arc::new(generalize(of)));
    match of {
        Type::NotUndef(Some(of)) => Type::NotUndef(inner(of)),
        Type::Optional(Some(of)) => Type::Optional(inner(of)),
        Type::Sensitive(Some(of)) => super::infer::sensitive(of),
        Type::Iterable(Some(of)) => Type::Iterable(inner(of)),
        Type::Iterator(Some(of)) => Type::Iterator(inner(of)),
        Type::Type(Some(of)) => Type::Type(inner(of)),
        Type::Integer(_) => Type::Integer(Bounds::NONE),
        Type::Float(_) => Type::Float(Bounds::NONE),
        Type::Boolean(_) => Type::Boolean(None),
        Type::String(_) | Type::Text(_) => Type::String(Bounds::NONE),
        Type::Enum(texts) if texts.values.is_empty() => Type::String(Bounds::NONE),
        Type::Enum(texts) => {
            let sizes = texts.values.iter().map(|text| text.chars().count() as i64);
            Type::String(Bounds { from: sizes.clone().min(), to: sizes.max() })
        }
        Type::Timestamp(_) => Type::Timestamp(None),
        Type::Timespan(_) => Type::Timespan(None),
        Type::Uri(_) => Type::Uri(None),
        Type::Collection(_) => Type::Collection(Bounds::NONE),
        Type::Array(array) => Type::array(generalize(&array.element), Bounds::NONE),
        Type::Hash(hash) if hash.size == Bounds::exactly(0) => of.clone(),
        Type::Hash(hash) => Type::hash(generalize(&hash.key), generalize(&hash.value), Bounds::NONE),
        Type::Tuple(tuple) => Type::Tuple(Arc::new(map_tuple(tuple, generalize))),
        Type::Struct(members) => Type::Struct(map_members(members, generalize)),
        Type::Variant(members) if members.is_empty() => of.clone(),
        Type::Variant(members) => Type::variant(members.iter().map(generalize)),
        Type::Callable(Some(callable)) => Type::Callable(Some(Arc::new(map_callable(callable, generalize)))),
        Type::ObjectExtension(extension) => Type::Object(Some(extension.base.clone())),
        other => other.clone(),
    }
}

/// The same type in its simplest form: no doubles, no `NotUndef` or `Optional` that says nothing,
/// ranges and enumerations joined.
pub fn normalize(of: &Type) -> Type {
    match of {
        Type::NotUndef(Some(inner)) => match normalize(inner) {
            Type::Any => Type::NotUndef(None),
            Type::Optional(None) => Type::NotUndef(None),
            Type::Optional(Some(inner)) => normalize(&Type::NotUndef(Some(inner))),
            inner if !takes_undef(&inner) => inner,
            inner => Type::NotUndef(Some(Arc::new(inner))),
        },
        Type::Optional(Some(inner)) => match normalize(inner) {
            Type::NotUndef(inner) => match inner {
                Some(inner) => normalize(&Type::Optional(Some(inner))),
                None => Type::Optional(None),
            },
            inner if takes_undef(&inner) => inner,
            inner => Type::optional(inner),
        },
        Type::Sensitive(Some(inner)) => Type::Sensitive(Some(Arc::new(normalize(inner)))),
        Type::Iterable(Some(inner)) => Type::Iterable(Some(Arc::new(normalize(inner)))),
        Type::Iterator(Some(inner)) => Type::Iterator(Some(Arc::new(normalize(inner)))),
        Type::Type(Some(inner)) => Type::Type(Some(Arc::new(normalize(inner)))),
        Type::Collection(_) => Type::Collection(Bounds::NONE),
        Type::Array(array) if array.element == Type::Any => Type::array(Type::Any, Bounds::NONE),
        Type::Array(array) => Type::array(normalize(&array.element), array.size),
        Type::Hash(hash) if hash.size == Bounds::exactly(0) => of.clone(),
        Type::Hash(hash) => Type::hash(normalize(&hash.key), normalize(&hash.value), hash.size),
        Type::Tuple(tuple) => Type::Tuple(Arc::new(map_tuple(tuple, normalize))),
        Type::Struct(members) => Type::Struct(map_members(members, normalize)),
        Type::Callable(Some(callable)) => Type::Callable(Some(Arc::new(map_callable(callable, normalize)))),
        Type::Variant(members) if members.is_empty() => of.clone(),
        Type::Variant(members) => {
            let normal: Vec<Type> = members.iter().map(normalize).collect();
            let unchanged = normal == **members;
            match normalize_variant(normal) {
                // What nothing was joined in keeps its order.
                Type::Variant(merged) if unchanged && merged.len() == members.len() => of.clone(),
                other => other,
            }
        }
        other => other.clone(),
    }
}

fn normalize_variant(mut types: Vec<Type>) -> Type {
    if types.len() == 1 {
        return types.remove(0);
    }
    if types.iter().any(|of| matches!(of, Type::Undef | Type::Optional(_))) {
        let rest = types.into_iter().filter_map(|of| match of {
            Type::Undef => None,
            Type::Optional(None) => Some(Type::Any),
            Type::Optional(Some(inner)) => Some((*inner).clone()),
            other => Some(other),
        });
        return normalize(&Type::optional(Type::variant(rest)));
    }
    let mut flat: Vec<Type> = Vec::with_capacity(types.len());
    for of in types {
        match of {
            Type::Variant(members) => flat.extend(members.iter().cloned()),
            other => flat.push(other),
        }
    }
    let flat = merge_not_undefs(flat);
    let flat = merge_enumerations(flat);
    let flat = merge_patterns(flat);
    let flat = merge_versions(flat);
    let flat = merge_ranges(
        flat,
        |of| match of {
            Type::Integer(bounds) => Some(*bounds),
            _ => None,
        },
        Type::Integer,
        adjacent,
    );
    let flat = merge_ranges(
        flat,
        |of| match of {
            Type::Float(bounds) => Some(*bounds),
            _ => None,
        },
        Type::Float,
        |_, _| false,
    );
    let flat = merge_ranges(
        flat,
        |of| match of {
            Type::Timespan(bounds) => Some(bounds.as_deref().copied().unwrap_or(Bounds::NONE)),
            _ => None,
        },
        |bounds| Type::Timespan(Some(Arc::new(bounds))),
        |_, _| false,
    );
    let flat = merge_ranges(
        flat,
        |of| match of {
            Type::Timestamp(bounds) => Some(bounds.as_deref().copied().unwrap_or(Bounds::NONE)),
            _ => None,
        },
        |bounds| Type::Timestamp(Some(Arc::new(bounds))),
        |_, _| false,
    );
    Type::variant(flat)
}

/// Splits off what a function takes; the rest keeps its order.
fn partition<T>(types: Vec<Type>, take: impl Fn(&Type) -> Option<T>) -> (Vec<T>, Vec<Type>) {
    let mut taken = Vec::new();
    let rest = types.into_iter().filter(|of| take(of).map(|found| taken.push(found)).is_none()).collect();
    (taken, rest)
}

fn merge_not_undefs(types: Vec<Type>) -> Vec<Type> {
    if types.iter().filter(|of| matches!(of, Type::NotUndef(_))).count() < 2 {
        return types;
    }
    let (inner, mut rest) = partition(types, |of| match of {
        Type::NotUndef(inner) => Some(inner.as_deref().cloned().unwrap_or(Type::Any)),
        _ => None,
    });
    rest.push(Type::NotUndef(Some(Arc::new(normalize(&Type::variant(inner))))));
    rest
}

fn merge_enumerations(types: Vec<Type>) -> Vec<Type> {
    let exact = |of: &Type| match of {
        Type::Enum(texts) if !texts.values.is_empty() && !texts.case_insensitive => Some(texts.values.clone()),
        Type::Text(text) => Some(vec![text.clone()]),
        _ => None,
    };
    let folded = |of: &Type| match of {
        Type::Enum(texts) if !texts.values.is_empty() && texts.case_insensitive => {
            Some(texts.values.iter().map(|text| Arc::from(text.to_lowercase())).collect())
        }
        _ => None,
    };
    let types = merge_texts(types, exact, false);
    merge_texts(types, folded, true)
}

fn merge_texts(types: Vec<Type>, take: impl Fn(&Type) -> Option<Vec<Arc<str>>>, case_insensitive: bool) -> Vec<Type> {
    if types.iter().filter(|of| take(of).is_some()).count() < 2 {
        return types;
    }
    let (texts, mut rest) = partition(types, take);
    rest.push(Type::enumeration(texts.concat(), case_insensitive));
    rest
}

fn merge_patterns(types: Vec<Type>) -> Vec<Type> {
    if types.iter().filter(|of| matches!(of, Type::Pattern(_))).count() < 2 {
        return types;
    }
    let (patterns, mut rest) = partition(types, |of| match of {
        Type::Pattern(patterns) => Some(patterns.to_vec()),
        _ => None,
    });
    let mut distinct: Vec<Arc<crate::regexp::Regexp>> = Vec::new();
    for pattern in patterns.into_iter().flatten() {
        if !distinct.contains(&pattern) {
            distinct.push(pattern);
        }
    }
    rest.push(Type::Pattern(distinct.into()));
    rest
}

fn merge_versions(types: Vec<Type>) -> Vec<Type> {
    if types.iter().filter(|of| matches!(of, Type::SemVer(_))).count() < 2 {
        return types;
    }
    let (ranges, rest) = partition(types, |of| match of {
        Type::SemVer(ranges) => Some(ranges.to_vec()),
        _ => None,
    });
    let mut merged = vec![Type::SemVer(crate::version_range::merge(ranges.concat()).into())];
    merged.extend(rest);
    merged
}

fn merge_ranges<T: PartialOrd + Copy>(
    types: Vec<Type>,
    take: impl Fn(&Type) -> Option<Bounds<T>>,
    make: impl Fn(Bounds<T>) -> Type,
    adjacent: impl Fn(&Bounds<T>, &Bounds<T>) -> bool,
) -> Vec<Type> {
    if types.iter().filter(|of| take(of).is_some()).count() < 2 {
        return types;
    }
    let (mut ranges, rest) = partition(types, take);
    let mut merged = Vec::new();
    // From the last to the first, as the original does it: the order shows when types print.
    while let Some(mut range) = ranges.pop() {
        ranges.retain(|other| {
            let joins = range.overlaps(other) || adjacent(&range, other);
            if joins {
                range = range.around(other);
            }
            !joins
        });
        merged.push(make(range));
    }
    merged.extend(rest);
    merged
}

fn adjacent(a: &Bounds<i64>, b: &Bounds<i64>) -> bool {
    let touches = |to: Option<i64>, from: Option<i64>| {
        to.is_some_and(|to| from.is_some_and(|from| to.checked_add(1) == Some(from)))
    };
    touches(a.to, b.from) || touches(b.to, a.from)
}

fn map_tuple(tuple: &TupleType, map: fn(&Type) -> Type) -> TupleType {
    TupleType { types: tuple.types.iter().map(map).collect(), size: tuple.size }
}

fn map_members(members: &[StructMember], map: fn(&Type) -> Type) -> Arc<[StructMember]> {
    members
        .iter()
        .map(|member| StructMember { name: member.name.clone(), optional: member.optional, value: map(&member.value) })
        .collect()
}

fn map_callable(callable: &CallableType, map: fn(&Type) -> Type) -> CallableType {
    CallableType {
        parameters: callable.parameters.as_ref().map(|parameters| map_tuple(parameters, map)),
        block: callable.block.as_ref().map(map),
        returns: callable.returns.as_ref().map(map),
    }
}
