//! Whether a value is of a type.

use std::sync::Arc;

use crate::types::{Bounds, TupleType, Type, infer, is_assignable, iterable, object};
use crate::value::Value;

/// Whether a value is of a type.
pub fn is_instance(of: &Type, value: &Value) -> bool {
    Walk::default().instance(of, value)
}

/// A check in progress.
#[derive(Default)]
pub(super) struct Walk {
    /// Aliases and `Init` types being looked through, with the values they are asked of: to meet a
    /// pair again means that the type says nothing of the value.
    open: Vec<(usize, usize)>,
    depth: usize,
}

/// Values nested deeper than this are of no type but `Any`.
const MAX_DEPTH: usize = 1000;

impl Walk {
    /// Asks unless the same is being asked already.
    pub(super) fn once(&mut self, address: usize, value: &Value, ask: impl FnOnce(&mut Self) -> bool) -> bool {
        let pair = (address, std::ptr::from_ref(value) as usize);
        if self.open.contains(&pair) {
            return false;
        }
        self.open.push(pair);
        let outcome = ask(self);
        self.open.pop();
        outcome
    }

    pub(super) fn instance(&mut self, of: &Type, value: &Value) -> bool {
        match of {
            Type::Any | Type::Unit => return true,
            Type::Data => return is_data(value, 0),
            Type::RichData => return is_rich_data(value, 0),
            _ if self.depth >= MAX_DEPTH => return false,
            _ => {}
        }
        self.depth += 1;
        let outcome = self.by_type(of, value);
        self.depth -= 1;
        outcome
    }

    fn by_type(&mut self, of: &Type, value: &Value) -> bool {
        match (of, value) {
            (Type::Alias(alias), _) => {
                let address = Arc::as_ptr(alias) as usize;
                self.once(address, value, |walk| alias.target.get().is_some_and(|target| walk.instance(target, value)))
            }
            (Type::Undef, value) => value.is_undef(),
            (Type::NotUndef(inner), value) => {
                !value.is_undef() && inner.as_ref().is_none_or(|inner| self.instance(inner, value))
            }
            (Type::Optional(inner), value) => {
                value.is_undef() || inner.as_ref().is_some_and(|inner| self.instance(inner, value))
            }
            (Type::Variant(options), value) => options.iter().any(|option| self.instance(option, value)),
            (Type::Default, value) => matches!(value, Value::Default),
            (Type::Scalar, value) => is_scalar(value),
            (Type::ScalarData, value) => is_scalar_data(value),
            (Type::RichDataKey, value) => matches!(value, Value::String(_) | Value::Integer(_) | Value::Float(_)),
            (Type::Numeric, value) => matches!(value, Value::Integer(_) | Value::Float(_)),
            (Type::Integer(bounds), Value::Integer(number)) => bounds.contains(*number),
            (Type::Float(bounds), Value::Float(number)) => bounds.contains(*number),
            (Type::Boolean(wanted), Value::Boolean(truth)) => wanted.is_none_or(|wanted| wanted == *truth),
            (Type::String(size), Value::String(text)) => {
                size.is_unbounded() || size.size().contains(text.chars().count() as i64)
            }
            (Type::Text(wanted), Value::String(text)) => **wanted == **text,
            (Type::Enum(texts), Value::String(text)) => texts.contains(text),
            (Type::Pattern(patterns), Value::String(text)) => {
                patterns.is_empty() || patterns.iter().any(|pattern| pattern.accepts(text))
            }
            (Type::Regexp(wanted), Value::Regexp(pattern)) => wanted.as_ref().is_none_or(|wanted| wanted == pattern),
            (Type::Binary, Value::Binary(_)) | (Type::SemVerRange, Value::SemVerRange(_)) => true,
            (Type::Timestamp(bounds), Value::Timestamp(time)) | (Type::Timespan(bounds), Value::Timespan(time)) => {
                bounds.as_ref().is_none_or(|bounds| bounds.contains(*time))
            }
            (Type::SemVer(ranges), Value::SemVer(version)) => {
                ranges.is_empty() || ranges.iter().any(|range| range.includes(version))
            }
            (Type::Uri(wanted), Value::Uri(_)) => match (wanted, infer(value)) {
                (None, _) => true,
                (Some(_), Type::Uri(parameters)) => uri_parameters_cover(wanted.as_deref(), parameters.as_deref()),
                _ => false,
            },
            (Type::Sensitive(inner), Value::Sensitive(value)) => {
                inner.as_ref().is_none_or(|inner| self.instance(inner, value))
            }
            (Type::Collection(size), Value::Array(items)) => size.size().contains(items.len() as i64),
            (Type::Collection(size), Value::Hash(entries)) => size.size().contains(entries.len() as i64),
            (Type::Array(array), Value::Array(items)) => {
                array.size.size().contains(items.len() as i64)
                    && items.iter().all(|item| self.instance(&array.element, item))
            }
            (Type::Hash(hash), Value::Hash(entries)) => {
                hash.size.size().contains(entries.len() as i64)
                    && entries
                        .iter()
                        .all(|(key, value)| self.instance(&hash.key, key) && self.instance(&hash.value, value))
            }
            (Type::Tuple(tuple), Value::Array(items)) => self.tuple(tuple, items),
            (Type::Struct(members), Value::Hash(entries)) => {
                let mut matched = 0;
                let fits = members.iter().all(|member| match entries.get(&Value::String(member.name.clone().into())) {
                    Some(value) => {
                        matched += 1;
                        self.instance(&member.value, value)
                    }
                    None => member.optional,
                });
                fits && matched == entries.len()
            }
            (Type::Iterable(element), value) => is_iterable(element.as_ref(), value),
            (Type::Iterator(element), Value::Iterator(iterator)) => {
                element.as_ref().is_none_or(|element| is_assignable(element, &iterator.element_type()))
            }
            (Type::Type(inner), Value::Type(of)) => inner.as_ref().is_none_or(|inner| is_assignable(inner, of)),
            (Type::Callable(_), Value::Callable(_)) => is_assignable(of, &infer(value)),
            (Type::Object(_), Value::Object(object)) => is_assignable(of, &Type::Object(Some(object.of.clone()))),
            (Type::Object(None), Value::Type(_)) => true,
            (Type::Object(Some(wanted)), Value::Type(value)) => object::built_in(object::pcore_name(value))
                .is_some_and(|pcore| is_assignable(&Type::Object(Some(wanted.clone())), &pcore)),
            (Type::ObjectExtension(wanted), Value::Object(object)) => {
                let (base, of) = (Type::Object(Some(wanted.base.clone())), Type::Object(Some(object.of.clone())));
                is_assignable(&base, &of) && wanted.takes(object)
            }
            (Type::TypeSet(_), Value::Type(Type::TypeSet(_))) => true,
            (Type::Init(None), value) => is_rich_data(value, 0),
            (Type::Init(Some(init)), value) => super::init::instance(self, init, value),
            _ => false,
        }
    }

    pub(super) fn tuple(&mut self, tuple: &TupleType, items: &[Value]) -> bool {
        let fits = match tuple.size {
            Some(bounds) => bounds.contains(items.len() as i64),
            None => tuple.types.is_empty() || tuple.types.len() == items.len(),
        };
        let mut element = |(index, item)| tuple.at(index).is_some_and(|element| self.instance(element, item));
        fits && (tuple.types.is_empty() || items.iter().enumerate().all(&mut element))
    }
}

/// Whether the parts of a URI fit what is wanted of them.
pub(super) fn uri_parameters_cover(wanted: Option<&Value>, given: Option<&Value>) -> bool {
    let Some(wanted) = wanted.and_then(Value::as_hash) else { return true };
    wanted.iter().all(|(part, wanted)| {
        let Some(given) = given.and_then(Value::as_hash).and_then(|given| given.get(part)) else { return false };
        crate::operators::option_matches(wanted, given).is_ok_and(|matched| matched.is_match())
            || match (wanted, given) {
                (Value::Type(wanted), Value::Type(given)) => is_assignable(wanted, given),
                _ => false,
            }
    })
}

fn is_iterable(element: Option<&Arc<Type>>, value: &Value) -> bool {
    if !iterable::takes_any_element(element) {
        return is_assignable(&Type::Iterable(element.cloned()), &infer(value));
    }
    match value {
        Value::Iterator(_) | Value::String(_) | Value::Hash(_) | Value::Array(_) => true,
        Value::Integer(count) => *count >= 0,
        Value::Type(of) => {
            matches!(of.resolved(), Type::Enum(_) | Type::Integer(Bounds { from: Some(_), to: Some(_) }))
        }
        _ => false,
    }
}

fn is_scalar_data(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_))
}

fn is_scalar(value: &Value) -> bool {
    is_scalar_data(value)
        || matches!(
            value,
            Value::Regexp(_) | Value::SemVer(_) | Value::SemVerRange(_) | Value::Timestamp(_) | Value::Timespan(_)
        )
}

fn is_data(value: &Value, depth: usize) -> bool {
    match value {
        Value::Undef => true,
        Value::Array(items) => depth < MAX_DEPTH && items.iter().all(|item| is_data(item, depth + 1)),
        Value::Hash(entries) => {
            depth < MAX_DEPTH
                && entries.iter().all(|(key, value)| matches!(key, Value::String(_)) && is_data(value, depth + 1))
        }
        other => is_scalar_data(other),
    }
}

fn is_rich_data(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth < MAX_DEPTH && items.iter().all(|item| is_rich_data(item, depth + 1)),
        Value::Hash(entries) => {
            depth < MAX_DEPTH
                && entries.iter().all(|(key, value)| {
                    matches!(key, Value::String(_) | Value::Integer(_) | Value::Float(_))
                        && is_rich_data(value, depth + 1)
                })
        }
        Value::Callable(_) | Value::Iterator(_) => false,
        _ => true,
    }
}
