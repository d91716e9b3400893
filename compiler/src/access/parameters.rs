//! `Type[parameters]`

use std::sync::Arc;

use crate::access::{flatten, key_type};
use crate::error::{Failure, Place};
use crate::types::construct::{self, is_range_parameter};
use crate::types::object::Extension;
use crate::types::{self, Bounds, Type};
use crate::value::Value;
use crate::value::label::{a_an, a_an_uc, ruby_class, type_kind, type_label};

/// How many parameters are at most taken.
const ANY_NUMBER: usize = usize::MAX;

pub(super) fn specialize(of: &Type, keys: &[Value]) -> Result<Value, Failure> {
    match of {
        Type::Resource(resource) => return resource_references(resource, of, keys),
        Type::Class(name) => return class_references(name.as_deref(), of, keys),
        Type::Callable(_) => return callable(of, keys).map(Value::Type),
        Type::Struct(_) => {
            expect(keys, of, 1, &["Hash"], |key| matches!(key, Value::Hash(_)))?;
            return match keys {
                [Value::Hash(members)] => construct::structure(members).map(Value::Type),
                _ => Ok(Value::Undef),
            };
        }
        Type::Init(_) => {
            return match keys {
                [Value::Type(inner), arguments @ ..] => {
                    Ok(Value::Type(construct::init(inner.clone(), arguments.to_vec())))
                }
                keys => Err(not_a_type("Init-Type", keys, 0)),
            };
        }
        Type::Reference(name) => {
            return Err(Failure::new("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}")));
        }
        _ => {}
    }
    one(of, &flatten(keys)).map(Value::Type)
}

fn one(of: &Type, keys: &[Value]) -> Result<Type, Failure> {
    let first = keys.first().unwrap_or(&Value::Undef);
    let contained = |label: &str| match keys {
        [Value::Type(inner)] => Ok(inner.clone()),
        [_] => Err(not_a_type(label, keys, 0)),
        _ => Err(arity(label, 1, 1, keys.len())),
    };
    let two_at_most = || {
        if keys.len() > 2 { Err(arity(&a_an_uc(&type_label(of)), 0, 2, keys.len())) } else { Ok(()) }
    };
    let second = keys.get(1).unwrap_or(&Value::Undef);
    Ok(match of {
        Type::Regexp(_) => {
            if keys.len() != 1 {
                return Err(arity(&a_an_uc(&type_label(of)), 1, 1, keys.len()).at(Place::Key(1)));
            }
            expect(keys, of, 1, &["String", "Regexp"], |key| matches!(key, Value::String(_) | Value::Regexp(_)))?;
            construct::regexp(first)?
        }
        Type::Boolean(_) => {
            expect(keys, of, 1, &["TrueClass", "FalseClass"], |key| matches!(key, Value::Boolean(_)))?;
            Type::Boolean(first.as_bool())
        }
        Type::Enum(_) => {
            let (texts, case_insensitive) = match keys {
                [texts @ .., Value::Boolean(flag)] => (texts, *flag),
                texts => (texts, false),
            };
            expect(texts, of, ANY_NUMBER, &["String"], |key| matches!(key, Value::String(_)))?;
            let texts = texts.iter().filter_map(|text| match text {
                Value::String(text) => Some(text.letters().clone()),
                _ => None,
            });
            Type::enumeration(texts, case_insensitive)
        }
        Type::Variant(_) => {
            expect(keys, of, ANY_NUMBER, &["Any-Type"], |key| matches!(key, Value::Type(_)))?;
            Type::variant(keys.iter().filter_map(|key| key.as_type().cloned()))
        }
        Type::SemVer(_) => {
            let label = ["String", "SemanticPuppet::VersionRange"];
            expect(keys, of, ANY_NUMBER, &label, |key| matches!(key, Value::String(_) | Value::SemVerRange(_)))?;
            construct::semver(keys)?
        }
        Type::Timestamp(_) => {
            two_at_most()?;
            construct::timestamp(first, second)?
        }
        Type::Timespan(_) => {
            two_at_most()?;
            construct::timespan(first, second)?
        }
        Type::Tuple(_) => {
            let types = match keys {
                [types @ .., from, to] if is_range_parameter(from) && is_range_parameter(to) => types,
                [types @ .., from] if is_range_parameter(from) => types,
                types => types,
            };
            expect(types, of, ANY_NUMBER, &["Any-Type"], |key| matches!(key, Value::Type(_)))?;
            construct::tuple(keys)?
        }
        Type::String(_) | Type::Text(_) => match keys.len() {
            1 | 2 => Type::String(size(keys, 0)?),
            actual => {
                let message = format!("String supports [] with one or two arguments. Got {actual}");
                return Err(Failure::new("BAD_STRING_SLICE_ARITY", message));
            }
        },
        Type::Pattern(_) => {
            let taken = |key: &Value| {
                matches!(key, Value::String(_) | Value::Regexp(_) | Value::Type(Type::Pattern(_) | Type::Regexp(_)))
            };
            expect(keys, of, ANY_NUMBER, &["String", "Regexp", "Pattern-Type", "Regexp-Type"], taken)?;
            construct::pattern(keys)?
        }
        Type::Uri(_) => match keys {
            [Value::String(_) | Value::Uri(_) | Value::Hash(_)] => construct::uri(first),
            [_] => return Err(not_a_type("URI-Type", keys, 0)),
            _ => return Err(arity("URI-Type", 1, 1, keys.len())),
        },
        Type::Optional(_) => match keys {
            [Value::String(text)] => Type::optional(Type::Text(text.letters().clone())),
            _ => Type::optional(contained("Optional-Type")?),
        },
        Type::Sensitive(_) => types::infer::sensitive(&contained("Sensitive-Type")?),
        Type::Type(_) => Type::Type(Some(Arc::new(contained("Type-Type")?))),
        Type::Iterable(_) => Type::Iterable(Some(Arc::new(contained("Iterable-Type")?))),
        Type::Iterator(_) => Type::Iterator(Some(Arc::new(contained("Iterator-Type")?))),
        Type::NotUndef(_) => match keys {
            [] => Type::NotUndef(None),
            [Value::String(text)] => Type::NotUndef(Some(Arc::new(Type::Text(text.letters().clone())))),
            [Value::Type(inner)] => construct::not_undef(inner.clone()),
            [other] => {
                let actual = class_of(other);
                let message = format!("NotUndef-Type[] argument must be a Type or a String. Got {actual}");
                return Err(Failure::new("BAD_NOT_UNDEF_SLICE_TYPE", message).at(Place::Key(0)));
            }
            _ => return Err(arity("NotUndef-Type", 0, 1, keys.len())),
        },
        Type::Runtime(_) => {
            if keys.len() != 2 {
                return Err(arity(&a_an_uc(&type_label(of)), 1, 2, keys.len()));
            }
            expect(keys, of, 2, &["String", "String"], |key| matches!(key, Value::String(_)))?;
            construct::runtime(first, second)?
        }
        Type::Integer(_) => {
            numbers(keys, "Integer", "integers (or default)", |key| matches!(key, Value::Integer(_) | Value::Default))?;
            construct::integer(keys)?
        }
        Type::Float(_) => {
            numbers(keys, "Float", "floats, or integers (or default)", |key| {
                matches!(key, Value::Integer(_) | Value::Float(_) | Value::Default)
            })?;
            construct::float(keys)?
        }
        Type::Hash(_) => match keys {
            [Value::Integer(_), Value::Integer(_)] => Type::hash(Type::Any, Type::Any, size(keys, 0)?),
            keys => {
                if let Some(index) = keys.iter().take(2).position(|key| key.as_type().is_none()) {
                    return Err(not_a_type("Hash-Type", keys, index));
                }
                let (Some(Value::Type(key)), Some(Value::Type(value)), 2..=4) = (keys.first(), keys.get(1), keys.len())
                else {
                    return Err(arity("Hash-Type", 2, 4, keys.len()));
                };
                let size = if keys.len() > 2 { size(&keys[2..], 2)? } else { Bounds::NONE };
                Type::hash(key.clone(), value.clone(), size)
            }
        },
        Type::Array(_) => match keys {
            [Value::Type(element)] => Type::array(element.clone(), Bounds::NONE),
            [_] => return Err(not_a_type("Array-Type", keys, 0)),
            [Value::Type(element), sizes @ ..] if sizes.len() <= 2 => Type::array(element.clone(), size(sizes, 1)?),
            [_, _] => Type::array(Type::Any, size(keys, 0)?),
            [_, _, _] => return Err(not_a_type("Array-Type", keys, 0)),
            _ => return Err(arity("Array-Type", 1, 3, keys.len())),
        },
        Type::Collection(_) => match keys.len() {
            1 | 2 => Type::Collection(size(keys, 0)?),
            actual => return Err(arity("Collection-Type", 1, 2, actual)),
        },
        Type::Object(Some(object)) if object.name.is_some() => {
            Type::ObjectExtension(Arc::new(Extension::new(object, keys)?))
        }
        Type::Object(_) => match keys {
            [hash] => construct::object(hash)?,
            _ => return Err(arity("Object-Type", 1, 1, keys.len())),
        },
        Type::TypeSet(_) => match keys {
            [hash] => construct::type_set(hash)?,
            _ => return Err(arity("TypeSet-Type", 1, 1, keys.len())),
        },
        _ => {
            let message = format!("Operator '[]' is not applicable to {}.", a_an(&type_label(of)));
            return Err(Failure::new("OPERATOR_NOT_APPLICABLE", message).at(Place::Left));
        }
    })
}

fn callable(of: &Type, keys: &[Value]) -> Result<Type, Failure> {
    if matches!(keys.first(), Some(Value::Array(_))) && keys.len() != 2 {
        return Err(arity(&a_an_uc(&type_label(of)), 2, 2, keys.len()));
    }
    construct::callable(keys)
}

/// One Integer type, or one or two integers or `default`.
fn size(keys: &[Value], start: usize) -> Result<Bounds<i64>, Failure> {
    if let [Value::Type(Type::Integer(bounds))] = keys {
        return Ok(bounds.size());
    }
    for (index, key) in keys.iter().enumerate() {
        if !matches!(key, Value::Integer(_) | Value::Default) {
            let actual = a_an(&class_of(key));
            let message = format!(
                "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default). Got {actual}"
            );
            return Err(Failure::new("BAD_COLLECTION_SLICE_TYPE", message).at(Place::Key(start + index)));
        }
    }
    construct::range(keys.first().unwrap_or(&Value::Default), keys.get(1).unwrap_or(&Value::Default))
        .map(|bounds| bounds.size())
}

fn numbers(keys: &[Value], name: &str, wanted: &str, taken: impl Fn(&Value) -> bool) -> Result<(), Failure> {
    if !matches!(keys.len(), 1 | 2) {
        let message = format!("{name}-Type supports [] with one or two arguments (from, to). Got {}", keys.len());
        return Err(Failure::new("BAD_INTEGER_SLICE_ARITY", message));
    }
    match keys.iter().position(|key| !taken(key)) {
        None => Ok(()),
        Some(index) => {
            let actual = ruby_class(&keys[index]);
            let message = format!("{name}-Type [] requires all arguments to be {wanted}. Got {actual}");
            Err(Failure::new("BAD_INTEGER_SLICE_TYPE", message).at(Place::Key(index)))
        }
    }
}

fn expect(
    keys: &[Value],
    of: &Type,
    most: usize,
    labels: &[&str],
    taken: impl Fn(&Value) -> bool,
) -> Result<(), Failure> {
    if keys.is_empty() || keys.len() > most {
        return Err(arity(&a_an_uc(&type_label(of)), 1, most, keys.len()));
    }
    match keys.iter().position(|key| !taken(key)) {
        None => Ok(()),
        Some(index) => {
            let (what, key, expected) = (a_an(&type_label(of)), key_type(&keys[index]), labels.join(" or "));
            let message =
                format!("Error creating type specialization of {what}, Cannot use {key} where {expected} is expected");
            Err(Failure::new("BAD_TYPE_SPECIALIZATION", message).at(Place::Key(index)))
        }
    }
}

fn arity(label: &str, least: usize, most: usize, actual: usize) -> Failure {
    let accepted = match most {
        ANY_NUMBER => format!("{least} or more arguments"),
        most if most != least => format!("{least} to {most} arguments"),
        1 => "1 argument".to_owned(),
        _ => format!("{least} arguments"),
    };
    Failure::new("BAD_TYPE_SLICE_ARITY", format!("{label}[] accepts {accepted}. Got {actual}"))
}

fn not_a_type(label: &str, keys: &[Value], index: usize) -> Failure {
    let actual = keys.get(index).map_or_else(|| "NilClass".to_owned(), class_of);
    let message = format!("{label}[] arguments must be types. Got {actual}");
    Failure::new("BAD_TYPE_SLICE_TYPE", message).at(Place::Key(index))
}

/// How messages name the class of a key: types by their kind.
fn class_of(key: &Value) -> String {
    match key {
        Value::Type(of) => format!("{}-Type", type_kind(of)),
        other => ruby_class(other).into_owned(),
    }
}

/// `File['a', 'b']`, `Resource['file', 'a']`
fn resource_references(resource: &types::ResourceType, of: &Type, keys: &[Value]) -> Result<Value, Failure> {
    let Some(first) = keys.first() else {
        return Err(arity(&of.to_string(), 1, ANY_NUMBER, 0));
    };
    let (type_name, keys) = match (&resource.type_name, first) {
        (Some(name), _) => (name.clone(), keys),
        (None, Value::Type(Type::Resource(named))) if named.type_name.is_some() => {
            (named.type_name.clone().unwrap_or_default(), &keys[1..])
        }
        (None, Value::String(name)) => (types::capitalize_segments(name), &keys[1..]),
        (None, other) => {
            let actual = key_type(other);
            let message = format!("First argument to Resource[] must be a resource type or a String. Got {actual}.");
            return Err(Failure::new("ILLEGAL_RESOURCE_SPECIALIZATION", message).at(Place::Key(0)));
        }
    };
    if !construct::is_class_reference(&type_name) {
        let message =
            format!("Illegal type reference. The given name '{type_name}' does not conform to the naming rule");
        return Err(Failure::new("ILLEGAL_CLASSREF", message).at(Place::Key(0)));
    }
    let is_list = keys.len() > 1 || matches!(keys.first(), Some(Value::Array(_)));
    let titles: Vec<Value> = flatten(keys).into_iter().filter(|title| !title.is_undef()).collect();
    // The original has an issue for it, which is off unless it debugs.
    if titles.is_empty() && !keys.is_empty() {
        return Ok(single_or_list(Vec::new(), is_list));
    }
    if titles.is_empty() {
        return Ok(Value::Type(Type::resource(Some(&type_name), None)));
    }
    let nested = usize::from(titles.len() != keys.len());
    let mut references = Vec::with_capacity(titles.len());
    for (index, title) in titles.iter().enumerate() {
        let Value::String(title) = title else {
            let (what, key) = (a_an(&type_label(of)), key_type(title));
            let message = format!(
                "Error creating type specialization of {what}, Cannot use {key} where a resource title String is expected"
            );
            // The original counts titles, not keys.
            return Err(Failure::new("BAD_TYPE_SPECIALIZATION", message).at(Place::Key(index + nested)));
        };
        references.push(Value::Type(Type::resource(Some(&type_name), Some(title))));
    }
    Ok(single_or_list(references, is_list))
}

fn class_references(name: Option<&str>, of: &Type, keys: &[Value]) -> Result<Value, Failure> {
    if keys.is_empty() {
        return Err(arity(&of.to_string(), 1, ANY_NUMBER, 0));
    }
    let is_list = keys.len() > 1 || matches!(keys.first(), Some(Value::Array(_)));
    let names: Vec<Value> = flatten(keys).into_iter().filter(|name| !name.is_undef()).collect();
    if names.is_empty() {
        return Ok(single_or_list(Vec::new(), is_list));
    }
    if let Some(name) = name {
        return Err(Failure::new("UNKNOWN_RESOURCE", format!("Resource not found: Class['{name}']")));
    }
    let mut references = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let Value::String(name) = name else {
            let what = a_an_uc(&name.label());
            let message =
                format!("Illegal Class name in class reference. {what} cannot be used where a String is expected");
            return Err(Failure::new("ILLEGAL_HOSTCLASS_NAME", message).at(Place::Key(index)));
        };
        let lower = name.to_lowercase();
        let lower = lower.strip_prefix("::").unwrap_or(&lower);
        if !is_name(lower) {
            let message = format!(
                "Illegal name. The given name '{name}' does not conform to the naming rule /^((::)?[a-z_]\\w*)(::[a-z]\\w*)*$/"
            );
            return Err(Failure::new("ILLEGAL_NAME", message).at(Place::Key(index)));
        }
        references.push(Value::Type(Type::class(lower)));
    }
    Ok(single_or_list(references, is_list))
}

fn single_or_list(mut references: Vec<Value>, is_list: bool) -> Value {
    if is_list { Value::array(references) } else { references.pop().unwrap_or(Value::Undef) }
}

fn is_name(name: &str) -> bool {
    let name = name.strip_prefix("::").unwrap_or(name);
    name.split("::").all(|segment| {
        segment.starts_with(|c: char| c.is_ascii_lowercase())
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
