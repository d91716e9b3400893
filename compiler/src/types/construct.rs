//! Types from their parameters, as both type expressions and `Type[..]` make them.

use std::sync::Arc;

use crate::error::Failure;
use crate::regexp::Regexp;
use crate::time::{self, Nanoseconds};
use crate::types::object::ObjectType;
use crate::types::type_set::TypeSetType;
use crate::types::{Bounds, CallableType, InitType, RuntimeType, StructMember, TupleType, Type, generalize, infer};
use crate::value::{Hash, Value};
use crate::version_range::VersionRange;

/// An integer or `default`, as bounds of ranges are given.
pub(crate) fn is_range_parameter(value: &Value) -> bool {
    match value {
        Value::Integer(_) | Value::Default => true,
        Value::String(text) => &**text == "default",
        _ => false,
    }
}

pub(crate) fn range(from: &Value, to: &Value) -> Result<Bounds<i64>, Failure> {
    let bounds = Bounds { from: from.as_integer(), to: to.as_integer() };
    match (bounds.from, bounds.to) {
        (Some(low), Some(high)) if low > high => Err(out_of_order(low, high)),
        _ => Ok(bounds),
    }
}

fn out_of_order(from: impl std::fmt::Display, to: impl std::fmt::Display) -> Failure {
    Failure::argument(format!("'from' must be less or equal to 'to'. Got ({from}, {to}"))
}

pub(crate) fn integer(parameters: &[Value]) -> Result<Type, Failure> {
    let from = parameters.first().unwrap_or(&Value::Default);
    range(from, parameters.get(1).unwrap_or(&Value::Default)).map(Type::Integer)
}

pub(crate) fn float(parameters: &[Value]) -> Result<Type, Failure> {
    let bounds = Bounds {
        from: parameters.first().and_then(Value::as_number),
        to: parameters.get(1).and_then(Value::as_number),
    };
    match (bounds.from, bounds.to) {
        (Some(low), Some(high)) if low > high => {
            Err(out_of_order(crate::format::to_text(&Value::Float(low)), crate::format::to_text(&Value::Float(high))))
        }
        _ => Ok(Type::Float(bounds)),
    }
}

/// The type a parameter stands for: itself, or the type of the value.
fn type_of(value: &Value) -> Type {
    match value {
        Value::Type(of) => of.clone(),
        Value::String(name) => {
            Type::Runtime(Some(Arc::new(RuntimeType { runtime: Arc::from("ruby"), name: name.letters().clone() })))
        }
        other => generalize(&infer(other)),
    }
}

/// Splits one or two bounds off the end.
fn split_size(parameters: &[Value]) -> Result<(&[Value], Option<Bounds<i64>>), Failure> {
    Ok(match parameters {
        [types @ .., from, to] if is_range_parameter(from) && is_range_parameter(to) => {
            (types, Some(range(from, to)?.size()))
        }
        [types @ .., from] if is_range_parameter(from) => (types, Some(range(from, &Value::Default)?.size())),
        types => (types, None),
    })
}

pub(crate) fn tuple(parameters: &[Value]) -> Result<Type, Failure> {
    let (types, size) = split_size(parameters)?;
    Ok(Type::tuple(types.iter().map(type_of).collect(), size))
}

pub(crate) fn callable(parameters: &[Value]) -> Result<Type, Failure> {
    let (parameters, returns) = match parameters {
        [Value::Array(parameters), returns] => (parameters.as_slice(), Some(type_of(returns))),
        parameters => (parameters, None),
    };
    let is_callable = |value: &Value| match value {
        Value::Type(of) => super::assignable::is_callable(of),
        _ => false,
    };
    let (parameters, block) = match parameters {
        [rest @ .., Value::Type(block)] if parameters.last().is_some_and(is_callable) => (rest, Some(block.clone())),
        parameters => (parameters, None),
    };
    let (types, size) = split_size(parameters)?;
    let mut types: Vec<Type> = types.iter().map(type_of).collect();
    if types.is_empty() && size.is_some_and(|size| size.to != Some(0)) {
        types.push(Type::Unit);
    }
    let returns = returns.filter(|returns| *returns != Type::Any);
    Ok(Type::Callable(Some(Arc::new(CallableType { parameters: Some(TupleType { types, size }), block, returns }))))
}

pub(crate) fn structure(members: &Hash) -> Result<Type, Failure> {
    let members = members.iter().map(|(key, value)| member(key, value)).collect::<Result<Vec<_>, _>>()?;
    Ok(Type::Struct(members.into()))
}

fn member(key: &Value, value: &Value) -> Result<StructMember, Failure> {
    let value = type_of(value);
    let literal = |of: &Type| match of {
        Type::Text(text) => Some(text.clone()),
        Type::Enum(texts) if texts.values.len() == 1 => texts.values.first().cloned(),
        _ => None,
    };
    let (name, optional) = match key {
        Value::String(name) if name.is_empty() => {
            return Err(Failure::argument("Struct element key cannot be an empty String"));
        }
        Value::String(name) => (Some(name.letters().clone()), super::assignable::takes_undef(&value)),
        Value::Type(Type::NotUndef(Some(inner))) => (literal(inner), false),
        Value::Type(Type::Optional(Some(inner))) => (literal(inner), true),
        Value::Type(of @ (Type::String(_) | Type::Text(_) | Type::Enum(_))) => (literal(of), false),
        Value::Type(Type::NotUndef(None) | Type::Optional(None)) => (None, false),
        other => {
            return Err(Failure::argument(format!(
                "Illegal Struct member key type. Expected NotUndef, Optional, String, or Enum. Got: {}",
                crate::value::ruby_class(other)
            )));
        }
    };
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| {
        let key = crate::format::to_text(key);
        Failure::argument(format!("Unable to extract a non-empty literal string from Struct member key type {key}"))
    })?;
    Ok(StructMember { name, optional, value })
}

pub(crate) fn regexp(pattern: &Value) -> Result<Type, Failure> {
    match pattern {
        Value::String(source) => Ok(Type::Regexp(Some(Regexp::shared(source)?))),
        Value::Regexp(pattern) => Ok(Type::Regexp(Some(pattern.clone()))),
        _ => Ok(Type::Regexp(None)),
    }
}

pub(crate) fn pattern(parameters: &[Value]) -> Result<Type, Failure> {
    let mut patterns: Vec<Arc<Regexp>> = Vec::new();
    for parameter in parameters {
        let found = match parameter {
            Value::String(source) => vec![Regexp::shared(source)?],
            Value::Regexp(pattern) | Value::Type(Type::Regexp(Some(pattern))) => vec![pattern.clone()],
            Value::Type(Type::Regexp(None)) => vec![Regexp::shared("")?],
            Value::Type(Type::Pattern(patterns)) => patterns.to_vec(),
            other => {
                let class = crate::value::ruby_class(other);
                return Err(Failure::argument(format!(
                    "Only String, Regexp, Pattern-Type, and Regexp-Type are allowed: got '{class}"
                )));
            }
        };
        for pattern in found {
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
    }
    Ok(Type::Pattern(patterns.into()))
}

pub(crate) fn semver(parameters: &[Value]) -> Result<Type, Failure> {
    let ranges = parameters
        .iter()
        .map(|parameter| match parameter {
            Value::String(text) => Ok(Arc::new(VersionRange::parse(text)?)),
            Value::SemVerRange(range) => Ok(range.clone()),
            other => Err(Failure::argument(format!(
                "Unable to convert a {} to a SemVerRange",
                crate::value::ruby_class(other)
            ))),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let ranges = if ranges.len() > 1 { crate::version_range::merge(ranges) } else { ranges };
    Ok(Type::SemVer(ranges.into()))
}

pub(crate) fn timestamp(from: &Value, to: &Value) -> Result<Type, Failure> {
    let bound = |value: &Value| match value {
        Value::Undef | Value::Default => Ok(None),
        Value::Timestamp(time) => Ok(Some(*time)),
        Value::String(text) => time::parse_timestamp(text).map(Some),
        Value::Integer(_) | Value::Float(_) => Ok(time::from_seconds(value)),
        other => Err(cannot_convert("Puppet::Pops::Time::Timestamp", other)),
    };
    time_bounds(bound(from)?, bound(to)?, time::timestamp_text).map(Type::Timestamp)
}

pub(crate) fn timespan(from: &Value, to: &Value) -> Result<Type, Failure> {
    let bound = |value: &Value| match value {
        Value::Undef | Value::Default => Ok(None),
        Value::Timespan(time) => Ok(Some(*time)),
        Value::String(text) => time::parse_timespan(text).map(Some),
        Value::Hash(fields) => time::timespan_from_hash(fields).map(Some),
        Value::Integer(_) | Value::Float(_) => Ok(time::from_seconds(value)),
        other => Err(cannot_convert("Puppet::Pops::Time::Timespan", other)),
    };
    time_bounds(bound(from)?, bound(to)?, time::timespan_text).map(Type::Timespan)
}

fn cannot_convert(class: &str, value: &Value) -> Failure {
    Failure::argument(format!("Unable to create a {class} from a {}", crate::value::ruby_class(value)))
}

type TimeBounds = Option<Arc<Bounds<Nanoseconds>>>;

fn time_bounds(
    from: Option<Nanoseconds>,
    to: Option<Nanoseconds>,
    text: fn(Nanoseconds) -> String,
) -> Result<TimeBounds, Failure> {
    match (from, to) {
        (Some(low), Some(high)) if low > high => Err(out_of_order(text(low), text(high))),
        (None, None) => Ok(None),
        _ => Ok(Some(Arc::new(Bounds { from, to }))),
    }
}

pub(crate) fn init(of: Type, arguments: Vec<Value>) -> Type {
    Type::Init(Some(Arc::new(InitType { of, arguments })))
}

pub(crate) fn not_undef(of: Type) -> Type {
    if of == Type::Any { Type::NotUndef(None) } else { Type::NotUndef(Some(Arc::new(of))) }
}

pub(crate) fn runtime(runtime: &Value, name: &Value) -> Result<Type, Failure> {
    match (runtime, name) {
        (Value::String(runtime), Value::String(name)) => Ok(Type::Runtime(Some(Arc::new(RuntimeType {
            runtime: runtime.letters().clone(),
            name: name.letters().clone(),
        })))),
        _ => Err(Failure::missing("a Runtime type with a pattern")),
    }
}

pub(crate) fn uri(parameter: &Value) -> Type {
    match parameter {
        Value::String(text) => Type::Uri(super::uri::parameters(text).map(Arc::new)),
        Value::Uri(text) => Type::Uri(super::uri::parameters(text).map(Arc::new)),
        Value::Hash(parts) if parts.is_empty() => Type::Uri(None),
        Value::Hash(_) => Type::Uri(Some(Arc::new(parameter.clone()))),
        _ => Type::Uri(None),
    }
}

/// `Object[{…}]` where it is used.
pub(crate) fn object(hash: &Value) -> Result<Type, Failure> {
    match hash {
        Value::Hash(parts) if parts.is_empty() => return Ok(Type::Object(None)),
        Value::Undef => return Ok(Type::Object(None)),
        Value::String(name) if name.is_empty() => return Ok(Type::Object(None)),
        Value::String(name) => {
            check_name("object name", hash)?;
            return Ok(Type::Object(Some(Arc::new(ObjectType::named(name)))));
        }
        _ => {}
    }
    ObjectType::anonymous(hash).map(|made| Type::Object(Some(made)))
}

fn check_name(subject: &str, name: &Value) -> Result<(), Failure> {
    let wanted = super::parse::fixed(super::object::QUALIFIED_REFERENCE)?;
    super::mismatch::assert_instance(subject, &wanted, name)
}

/// `TypeSet[{…}]` where it is used.
pub(crate) fn type_set(hash: &Value) -> Result<Type, Failure> {
    match hash {
        Value::Hash(parts) if parts.is_empty() => return Ok(Type::TypeSet(None)),
        Value::Undef => return Ok(Type::TypeSet(None)),
        Value::String(name) if name.is_empty() => return Ok(Type::TypeSet(None)),
        Value::String(name) => {
            check_name("TypeSet name", hash)?;
            return Ok(Type::TypeSet(Some(Arc::new(TypeSetType::named(name, "".into())))));
        }
        _ => {}
    }
    TypeSetType::anonymous(hash).map(|made| Type::TypeSet(Some(made)))
}

/// `Resource[name, title]` with a name in any case.
pub(crate) fn resource(name: &str, title: Option<&str>) -> Result<Type, Failure> {
    let name = super::capitalize_segments(name);
    if is_class_reference(&name) {
        Ok(Type::resource(Some(&name), title))
    } else {
        Err(Failure::argument(format!("Illegal type name '{name}'")))
    }
}

/// Capitalised segments with `::` between them, and maybe before.
pub(crate) fn is_class_reference(name: &str) -> bool {
    let name = name.strip_prefix("::").unwrap_or(name);
    name.split("::").all(|segment| {
        segment.starts_with(|c: char| c.is_ascii_uppercase())
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
