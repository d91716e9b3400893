//! Finds what does not fit.

use std::sync::Arc;

use super::{Element, Mismatch, What};
use crate::types::assignable::takes_undef;
use crate::types::{
    ArrayType, Bounds, CallableType, HashType, StructMember, TupleType, Type, is_assignable, normalize,
};

/// Everything in `actual` that `expected` does not take.
pub(crate) fn describe(expected: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    if let Some(name) = unresolved(expected, &mut Vec::new()) {
        return vec![Mismatch::new(path, What::Unresolved(name.into()))];
    }
    inner(&normalize(expected), expected, actual, path)
}

/// The first name in a type that nothing defines.
fn unresolved<'a>(of: &'a Type, seen: &mut Vec<&'a Type>) -> Option<&'a str> {
    match of {
        Type::Reference(name) => Some(name),
        Type::Alias(alias) => {
            if seen.iter().any(|known| matches!(known, Type::Alias(known) if Arc::ptr_eq(known, alias))) {
                return None;
            }
            seen.push(of);
            unresolved(alias.target.get()?, seen)
        }
        Type::Optional(inner)
        | Type::NotUndef(inner)
        | Type::Type(inner)
        | Type::Sensitive(inner)
        | Type::Iterable(inner)
        | Type::Iterator(inner) => inner.as_deref().and_then(|inner| unresolved(inner, seen)),
        Type::Array(array) => unresolved(&array.element, seen),
        Type::Hash(hash) => unresolved(&hash.key, seen).or_else(|| unresolved(&hash.value, seen)),
        Type::Tuple(tuple) => tuple.types.iter().find_map(|of| unresolved(of, seen)),
        Type::Variant(members) => members.iter().find_map(|of| unresolved(of, seen)),
        Type::Struct(members) => members.iter().find_map(|member| unresolved(&member.value, seen)),
        Type::Callable(Some(callable)) => {
            let parameters = callable.parameters.iter().flat_map(|parameters| &parameters.types);
            parameters.chain(&callable.block).chain(&callable.returns).find_map(|of| unresolved(of, seen))
        }
        _ => None,
    }
}

/// `original` is the type before it was taken apart; messages show it.
fn inner(expected: &Type, original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    if let Some(target) = expected.target() {
        return inner(&normalize(target), expected, actual, path);
    }
    match expected {
        Type::Variant(options) => variant(options, original, actual, path),
        Type::Struct(members) => structure(members, original, actual, path),
        Type::Hash(hash) => a_hash(hash, original, actual, path),
        Type::Tuple(types) => tuple(types, original, actual, path, false),
        Type::Array(elements) => array(elements, original, actual, path),
        Type::Callable(signature) => callable(signature.as_deref(), original, actual, path),
        Type::Optional(None) => Vec::new(),
        Type::Optional(Some(_)) if matches!(actual, Type::Undef) => Vec::new(),
        Type::Optional(Some(wanted)) => {
            let original = if original.target().is_some() { original } else { expected };
            inner(wanted, original, actual, path)
        }
        Type::Enum(_) | Type::Pattern(_) => vec![Mismatch::of_pattern(path, original, actual)],
        _ if is_assignable(expected, actual) => Vec::new(),
        _ => vec![Mismatch::of_type(path, original, actual)],
    }
}

fn variant(options: &[Type], original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    let undef = matches!(original, Type::Optional(_)).then_some(&Type::Undef);
    let mut found = Vec::new();
    for (index, option) in undef.into_iter().chain(options).enumerate() {
        if leads_to(option, original, &mut Vec::new()) {
            continue;
        }
        let described = describe(option, actual, &step(path, Element::Variant(index)));
        if described.is_empty() {
            return Vec::new();
        }
        found.push(described);
    }
    let merged = merge(path.len(), false, found);
    if original.target().is_some() && merged.len() == 1 {
        return vec![Mismatch::of_type(path, original, actual)];
    }
    merged
}

/// Whether an alternative is the alias that is being described, through alternatives of aliases
/// only: it says nothing that the others do not, and following it would never end.
fn leads_to<'a>(option: &'a Type, described: &Type, seen: &mut Vec<&'a Type>) -> bool {
    match (option, described) {
        (Type::Alias(option), Type::Alias(described)) if Arc::ptr_eq(option, described) => return true,
        (Type::Alias(option), _)
            if seen.iter().any(|known| matches!(known, Type::Alias(known) if Arc::ptr_eq(known, option))) =>
        {
            return false;
        }
        _ => {}
    }
    seen.push(option);
    match option {
        Type::Alias(alias) => alias.target.get().is_some_and(|target| leads_to(target, described, seen)),
        Type::Variant(options) => options.iter().any(|option| leads_to(option, described, seen)),
        Type::Optional(Some(inner)) | Type::NotUndef(Some(inner)) => leads_to(inner, described, seen),
        _ => false,
    }
}

/// What all alternatives complain about in the same place becomes one complaint.
pub(crate) fn merge(varying: usize, count_sizes: bool, found: Vec<Vec<Mismatch>>) -> Vec<Mismatch> {
    let alternatives = found.len();
    let mut all: Vec<Mismatch> = found.into_iter().flatten().collect();
    let kinds: [fn(&What, bool) -> bool; 4] = [
        |what, count_sizes| match what {
            What::Count { .. } => true,
            What::Size { .. } => !count_sizes,
            _ => false,
        },
        |what, _| matches!(what, What::MissingBlock),
        |what, _| matches!(what, What::UnexpectedBlock),
        |what, _| matches!(what, What::Type { .. } | What::Pattern { .. }),
    ];
    for kind in kinds {
        let of_kind: Vec<&Mismatch> = all.iter().filter(|mismatch| kind(&mismatch.what, count_sizes)).collect();
        if of_kind.len() != alternatives {
            continue;
        }
        if let Some(joined) = join(&of_kind) {
            all = vec![joined];
            break;
        }
    }
    let mut distinct: Vec<Mismatch> = Vec::new();
    for mismatch in all {
        if !distinct.contains(&mismatch) {
            distinct.push(mismatch);
        }
    }
    match distinct.as_slice() {
        [one] => vec![one.without_step(varying)],
        _ => distinct,
    }
}

fn join(mismatches: &[&Mismatch]) -> Option<Mismatch> {
    let (first, rest) = mismatches.split_first()?;
    let mut joined = (*first).clone();
    for other in rest {
        if !joined.canonical_path().eq(other.canonical_path()) {
            return None;
        }
        joined.what = match (joined.what, &other.what) {
            (
                What::Type { expected, actual },
                What::Type { expected: more, .. } | What::Pattern { expected: more, .. },
            ) => What::Type { expected: normalize(&Type::variant([expected, more.clone()])), actual },
            (
                What::Pattern { expected, actual },
                What::Type { expected: more, .. } | What::Pattern { expected: more, .. },
            ) => What::Pattern { expected: normalize(&Type::variant([expected, more.clone()])), actual },
            (
                What::Size { expected, actual },
                What::Size { expected: more, .. } | What::Count { expected: more, .. },
            ) => What::Size { expected: expected.size().around(&more.size()), actual },
            (
                What::Count { expected, actual },
                What::Size { expected: more, .. } | What::Count { expected: more, .. },
            ) => What::Count { expected: expected.size().around(&more.size()), actual },
            (what, _) => what,
        };
    }
    Some(joined)
}

fn array(array: &ArrayType, original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    let expected = array.size.size();
    match actual {
        Type::Tuple(tuple) => {
            let size = tuple.size.unwrap_or(Bounds::exactly(tuple.types.len() as i64));
            if !expected.covers(&size) {
                return vec![Mismatch::new(path, What::Size { expected, actual: size })];
            }
            let faults = tuple.types.iter().enumerate().filter(|(_, of)| !is_assignable(&array.element, of));
            faults.flat_map(|(index, of)| describe(&array.element, of, &step(path, Element::Index(index)))).collect()
        }
        Type::Array(other) => {
            let size = other.size.size();
            if expected.covers(&size) {
                let actual = Type::array(other.element.clone(), Bounds::NONE);
                vec![Mismatch::of_type(path, original, &actual)]
            } else {
                vec![Mismatch::new(path, What::Size { expected, actual: size })]
            }
        }
        _ => vec![Mismatch::of_type(path, original, actual)],
    }
}

fn a_hash(hash: &HashType, original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    let expected = hash.size.size();
    match actual {
        Type::Struct(members) => {
            let size = member_count(members);
            if !expected.covers(&size) {
                return vec![Mismatch::new(path, What::Size { expected, actual: size })];
            }
            let mut found = Vec::new();
            for member in members.iter() {
                let key = Type::Text(member.name.clone());
                if !is_assignable(&hash.key, &key) {
                    found.extend(describe(&hash.key, &key, &step(path, Element::EntryKey((&*member.name).into()))));
                }
                if !is_assignable(&hash.value, &member.value) {
                    let path = step(path, Element::EntryValue((&*member.name).into()));
                    found.extend(describe(&hash.value, &member.value, &path));
                }
            }
            found
        }
        Type::Hash(other) => other_hash(expected, other, original, path),
        _ => vec![Mismatch::of_type(path, original, actual)],
    }
}

/// What speaks against a hash of any keys where so many entries are wanted.
fn other_hash(expected: Bounds<i64>, other: &HashType, original: &Type, path: &[Element]) -> Vec<Mismatch> {
    let size = other.size.size();
    if expected.covers(&size) {
        let actual = Type::hash(other.key.clone(), other.value.clone(), Bounds::NONE);
        vec![Mismatch::of_type(path, original, &actual)]
    } else {
        vec![Mismatch::new(path, What::Size { expected, actual: size })]
    }
}

fn member_count(members: &[StructMember]) -> Bounds<i64> {
    let required = members.iter().filter(|member| !member.optional).count();
    Bounds::between(required as i64, members.len() as i64)
}

fn structure(members: &Arc<[StructMember]>, original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    match actual {
        Type::Struct(others) => {
            let mut found = Vec::new();
            for member in members.iter() {
                let Some(other) = others.iter().find(|other| other.name == member.name) else {
                    if !member.optional {
                        found.push(Mismatch::new(path, What::MissingKey((&*member.name).into())));
                    }
                    continue;
                };
                if !member.optional && other.optional {
                    let expected = Type::Text(member.name.clone());
                    let path = step(path, Element::EntryKey((&*member.name).into()));
                    found.extend(describe(&expected, &Type::optional(expected.clone()), &path));
                }
                if !is_assignable(&member.value, &other.value) {
                    let path = step(path, Element::EntryValue((&*member.name).into()));
                    found.extend(describe(&member.value, &other.value, &path));
                }
            }
            let extra = others.iter().filter(|other| !members.iter().any(|member| member.name == other.name));
            found.extend(extra.map(|other| Mismatch::new(path, What::ExtraneousKey((&*other.name).into()))));
            found
        }
        Type::Hash(other) => other_hash(member_count(members), other, original, path),
        _ => vec![Mismatch::of_type(path, original, actual)],
    }
}

fn tuple(expected: &TupleType, original: &Type, actual: &Type, path: &[Element], arguments: bool) -> Vec<Mismatch> {
    let wrong_size = |actual: Bounds<i64>| {
        let expected = expected.size_range();
        let what = if arguments { What::Count { expected, actual } } else { What::Size { expected, actual } };
        vec![Mismatch::new(path, what)]
    };
    match actual {
        Type::Tuple(actual) if **actual == *expected => Vec::new(),
        Type::Tuple(actual) => {
            let size = actual.size_range();
            if !expected.size_range().covers(&size) {
                return wrong_size(size);
            }
            let last = expected.types.len().saturating_sub(1);
            let mut found = Vec::new();
            for (index, of) in actual.types.iter().enumerate() {
                if let Some(wanted) = expected.at(index) {
                    found.extend(describe(wanted, of, &step(path, Element::Index(index.min(last)))));
                }
            }
            found
        }
        Type::Array(_) if expected.types.is_empty() => Vec::new(),
        Type::Array(actual) => {
            let size = actual.size.size();
            if !expected.size_range().covers(&size) {
                return wrong_size(size);
            }
            let mut found = Vec::new();
            for (index, wanted) in expected.types.iter().enumerate() {
                found.extend(describe(wanted, &actual.element, &step(path, Element::Index(index))));
            }
            found
        }
        _ => vec![Mismatch::of_type(path, original, actual)],
    }
}

fn callable(expected: Option<&CallableType>, original: &Type, actual: &Type, path: &[Element]) -> Vec<Mismatch> {
    let Type::Callable(given) = actual else { return vec![Mismatch::of_type(path, original, actual)] };
    let Some(expected) = expected else { return Vec::new() };
    if let Some(parameters) = &expected.parameters {
        let any = TupleType { types: Vec::new(), size: None };
        let given = given.as_ref().and_then(|given| given.parameters.clone()).unwrap_or(any);
        let original = Type::Tuple(Arc::new(parameters.clone()));
        let found = tuple(parameters, &original, &Type::Tuple(Arc::new(given)), path, true);
        if !found.is_empty() {
            return found;
        }
    }
    let given = given.as_deref();
    let wanted = expected.returns.as_ref().unwrap_or(&Type::Any);
    let returned = given.and_then(|given| given.returns.as_ref()).unwrap_or(&Type::Any);
    if !is_assignable(wanted, returned) {
        return vec![Mismatch::of_type(&step(path, Element::Return), wanted, returned)];
    }
    let wanted = expected.block.as_ref().unwrap_or(&Type::Undef);
    let block = given.and_then(|given| given.block.as_ref()).unwrap_or(&Type::Undef);
    if is_assignable(block, wanted) {
        Vec::new()
    } else {
        vec![Mismatch::of_type(&step(path, Element::Block), wanted, block)]
    }
}

fn step(path: &[Element], element: Element) -> Vec<Element> {
    let mut path = path.to_vec();
    path.push(element);
    path
}

/// What speaks against a block given to, or missing for, a parameter of this type.
pub(crate) fn describe_block(wanted: Option<&Type>, given: Option<&Type>, path: &[Element]) -> Vec<Mismatch> {
    match (wanted, given) {
        (None, Some(_)) => vec![Mismatch::new(path, What::UnexpectedBlock)],
        (Some(wanted), Some(given)) => describe(wanted, given, &step(path, Element::Block)),
        (Some(wanted), None) if !takes_undef(wanted) => vec![Mismatch::new(path, What::MissingBlock)],
        _ => Vec::new(),
    }
}
