//! Types from tagged objects.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::error::Failure;
use crate::types::{AliasType, Bounds, CallableType, StructMember, TupleType, Type, construct, parse};
use crate::value::Value;

pub(super) fn from_json(ptype: &str, fields: &Map<String, Json>) -> Result<Type, Failure> {
    let kind = ptype.strip_prefix("Pcore::").and_then(|kind| kind.strip_suffix("Type")).unwrap_or(ptype);
    let value = |name: &str| fields.get(name).map(Value::from_rich_json).transpose();
    let get = |name: &str| value(name).map(|value| value.unwrap_or(Value::Undef));
    let text = |name: &str| fields.get(name).and_then(Json::as_str);
    let a_type =
        |name: &str| -> Result<Option<Type>, Failure> { Ok(value(name)?.and_then(|value| value.as_type().cloned())) };
    let any = |name: &str| a_type(name).map(|of| of.unwrap_or(Type::Any));
    let size = |name: &str| {
        a_type(name).map(|of| match of {
            Some(Type::Integer(bounds)) => bounds.size(),
            _ => Bounds::NONE,
        })
    };
    let types = |name: &str| -> Result<Vec<Type>, Failure> {
        let list = get(name)?;
        Ok(list.as_array().unwrap_or_default().iter().filter_map(|of| of.as_type().cloned()).collect())
    };
    let inner = a_type("type")?.map(Arc::new);
    Ok(match kind {
        "NotUndef" => Type::NotUndef(inner),
        "Optional" => Type::Optional(inner),
        "Sensitive" => Type::Sensitive(inner),
        "Iterable" => Type::Iterable(inner),
        "Iterator" => Type::Iterator(inner),
        "Type" => Type::Type(inner),
        "Integer" => construct::integer(&[get("from")?, get("to")?])?,
        "Float" => construct::float(&[get("from")?, get("to")?])?,
        "Boolean" => Type::Boolean(get("value")?.as_bool()),
        "String" => match get("size_type_or_value")? {
            Value::String(text) => Type::Text(text.letters().clone()),
            Value::Type(Type::Integer(bounds)) => Type::String(bounds.size()),
            _ => Type::String(Bounds::NONE),
        },
        "Enum" => {
            let values = get("values")?;
            let values = values.as_array().unwrap_or_default().iter().filter_map(Value::as_str).map(Arc::from);
            Type::enumeration(values.collect::<Vec<_>>(), get("case_insensitive")?.is_truthy())
        }
        "Pattern" => construct::pattern(get("patterns")?.as_array().unwrap_or_default())?,
        "Regexp" => construct::regexp(&get("pattern")?)?,
        "Timestamp" => construct::timestamp(&get("from")?, &get("to")?)?,
        "Timespan" => construct::timespan(&get("from")?, &get("to")?)?,
        "SemVer" => construct::semver(get("ranges")?.as_array().unwrap_or_default())?,
        "URI" => construct::uri(&get("parameters")?),
        "Collection" => Type::Collection(size("size_type")?),
        "Array" => Type::array(any("element_type")?, size("size_type")?),
        "Hash" => Type::hash(any("key_type")?, any("value_type")?, size("size_type")?),
        "Tuple" => {
            let size = size("size_type")?;
            Type::tuple(types("types")?, (!size.is_unbounded()).then_some(size))
        }
        "Struct" => {
            let elements = fields.get("elements").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            Type::Struct(elements.iter().map(member).collect::<Result<Vec<_>, _>>()?.into())
        }
        "Variant" => Type::Variant(types("types")?.into()),
        "Callable" if fields.len() == 1 => Type::Callable(None),
        "Callable" => {
            let parameters = a_type("param_types")?.map(|of| match of {
                Type::Tuple(tuple) => TupleType::clone(&tuple),
                other => TupleType { types: vec![other], size: None },
            });
            let (block, returns) = (a_type("block_type")?, a_type("return_type")?);
            Type::Callable(Some(Arc::new(CallableType { parameters, block, returns })))
        }
        "Init" => match a_type("type")? {
            None => Type::Init(None),
            Some(of) => construct::init(of, get("init_args")?.as_array().unwrap_or_default().to_vec()),
        },
        "Resource" => Type::resource(text("type_name"), text("title")),
        "Class" => text("class_name").map_or(Type::Class(None), Type::class),
        "TypeAlias" => {
            let name = text("name").unwrap_or_default();
            match a_type("resolved_type")? {
                Some(target) => Type::Alias(Arc::new(AliasType { name: name.into(), target: target.into() })),
                None => parse::text(name, &mut parse::BuiltIn)?,
            }
        }
        "TypeReference" => parse::text(text("type_string").unwrap_or_default(), &mut parse::BuiltIn)?,
        "Runtime" => construct::runtime(&get("runtime")?, &get("name_or_pattern")?)?,
        plain => parse::built_in(&plain.to_lowercase())
            .ok_or_else(|| Failure::missing(&format!("the rich data type {ptype}")))?,
    })
}

fn member(element: &Json) -> Result<StructMember, Failure> {
    let side = |name: &str| element.get(name).map_or(Ok(Value::Undef), Value::from_rich_json);
    let (key, value) = (side("key_type")?, side("value_type")?);
    let optional = matches!(key, Value::Type(Type::Optional(_)));
    let name = match key.as_type() {
        Some(Type::Text(name)) => name.clone(),
        Some(Type::Optional(Some(inner))) => match &**inner {
            Type::Text(name) => name.clone(),
            _ => Arc::from(""),
        },
        _ => Arc::from(""),
    };
    Ok(StructMember { name, optional, value: value.as_type().cloned().unwrap_or(Type::Any) })
}
