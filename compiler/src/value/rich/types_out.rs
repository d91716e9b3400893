//! Types as tagged objects: `{"__ptype": "Pcore::IntegerType", "from": 1}`.

use std::sync::Arc;

use model::Value as Rich;

use crate::types::{Bounds, CallableType, Type};
use crate::value::Value;

pub(super) fn to_model(of: &Type) -> Rich {
    let inner =
        |of: &Option<Arc<Type>>| -> Vec<(&'static str, Rich)> { of.iter().map(|of| ("type", to_model(of))).collect() };
    match of {
        Type::Any => object(of, "Any", vec![]),
        Type::Unit => object(of, "Unit", vec![]),
        Type::Undef => object(of, "Undef", vec![]),
        Type::Default => object(of, "Default", vec![]),
        Type::Scalar => object(of, "Scalar", vec![]),
        Type::ScalarData => object(of, "ScalarData", vec![]),
        Type::Numeric => object(of, "Numeric", vec![]),
        Type::Binary => object(of, "Binary", vec![]),
        Type::SemVerRange => object(of, "SemVerRange", vec![]),
        Type::CatalogEntry => object(of, "CatalogEntry", vec![]),
        Type::NotUndef(of_inner) => object(of, "NotUndef", inner(of_inner)),
        Type::Optional(of_inner) => object(of, "Optional", inner(of_inner)),
        Type::Sensitive(of_inner) => object(of, "Sensitive", inner(of_inner)),
        Type::Iterable(of_inner) => object(of, "Iterable", inner(of_inner)),
        Type::Iterator(of_inner) => object(of, "Iterator", inner(of_inner)),
        Type::Type(of_inner) => object(of, "Type", inner(of_inner)),
        Type::Integer(bounds) => {
            object(of, "Integer", range(bounds.from.map(Rich::Integer), bounds.to.map(Rich::Integer)))
        }
        Type::Float(bounds) => object(of, "Float", range(bounds.from.map(Rich::Float), bounds.to.map(Rich::Float))),
        Type::Boolean(value) => {
            object(of, "Boolean", value.iter().map(|value| ("value", Rich::Boolean(*value))).collect())
        }
        Type::String(size) if size.is_unbounded() => object(of, "String", vec![]),
        Type::String(bounds) => object(of, "String", vec![("size_type_or_value", size(bounds))]),
        Type::Text(text) => object(of, "String", vec![("size_type_or_value", Rich::String(text.clone()))]),
        Type::Enum(texts) => {
            let values = texts.values.iter().map(|text| Rich::String(text.clone())).collect();
            let mut attributes = vec![("values", Rich::Array(values))];
            if texts.case_insensitive {
                attributes.push(("case_insensitive", Rich::Boolean(true)));
            }
            object(of, "Enum", attributes)
        }
        Type::Pattern(patterns) => {
            let patterns = patterns.iter().map(|pattern| to_model(&Type::Regexp(Some(pattern.clone()))));
            object(of, "Pattern", vec![("patterns", Rich::Array(patterns.collect()))])
        }
        Type::Regexp(pattern) => {
            let pattern = pattern.iter().map(|pattern| ("pattern", Rich::String(pattern.source().clone())));
            object(of, "Regexp", pattern.collect())
        }
        Type::Timestamp(bounds) => object(of, "Timestamp", times(bounds.as_deref(), Value::Timestamp)),
        Type::Timespan(bounds) => object(of, "Timespan", times(bounds.as_deref(), Value::Timespan)),
        Type::SemVer(ranges) if ranges.is_empty() => object(of, "SemVer", vec![]),
        Type::SemVer(ranges) => {
            let ranges = ranges.iter().map(|range| Value::SemVerRange(range.clone()).to_model()).collect();
            object(of, "SemVer", vec![("ranges", Rich::Array(ranges))])
        }
        Type::Uri(parameters) => {
            object(of, "URI", parameters.iter().map(|parameters| ("parameters", parameters.to_model())).collect())
        }
        Type::Collection(bounds) => object(of, "Collection", sized(vec![], bounds)),
        Type::Array(array) => object(of, "Array", sized(unless_any("element_type", &array.element), &array.size)),
        Type::Hash(hash) => {
            let mut attributes = unless_any("key_type", &hash.key);
            attributes.extend(unless_any("value_type", &hash.value));
            object(of, "Hash", sized(attributes, &hash.size))
        }
        Type::Tuple(tuple) => {
            let types = vec![("types", Rich::Array(tuple.types.iter().map(to_model).collect()))];
            object(of, "Tuple", sized(types, &tuple.size.unwrap_or(Bounds::NONE)))
        }
        Type::Struct(members) => {
            let elements = members.iter().map(|member| {
                let key = Type::Text(member.name.clone());
                let key = if member.optional { Type::optional(key) } else { key };
                tagged(
                    "Pcore::StructElement",
                    String::new(),
                    vec![("key_type", to_model(&key)), ("value_type", to_model(&member.value))],
                )
            });
            object(of, "Struct", vec![("elements", Rich::Array(elements.collect()))])
        }
        Type::Variant(members) => {
            object(of, "Variant", vec![("types", Rich::Array(members.iter().map(to_model).collect()))])
        }
        Type::Callable(None) => object(of, "Callable", vec![]),
        Type::Callable(Some(callable)) => object(of, "Callable", signature(callable)),
        Type::Init(None) => object(of, "Init", vec![]),
        Type::Init(Some(init)) => {
            let mut attributes = vec![("type", to_model(&init.of))];
            if !init.arguments.is_empty() {
                let arguments = init.arguments.iter().map(Value::to_model).collect();
                attributes.push(("init_args", Rich::Array(arguments)));
            }
            object(of, "Init", attributes)
        }
        Type::Resource(resource) => {
            let name = resource.type_name.iter().map(|name| ("type_name", Rich::String(name.clone())));
            let title = resource.title.iter().map(|title| ("title", Rich::String(title.clone())));
            object(of, "Resource", name.chain(title).collect())
        }
        Type::Class(name) => {
            object(of, "Class", name.iter().map(|name| ("class_name", Rich::String(name.clone()))).collect())
        }
        Type::Alias(alias) => {
            let name = ("name", Rich::String(alias.name.clone()));
            let target = alias.target.get().filter(|target| !mentions(target, alias, 0));
            let target = target.map(|target| ("resolved_type", to_model(target)));
            object(of, "TypeAlias", std::iter::once(name).chain(target).collect())
        }
        Type::Data | Type::RichData | Type::RichDataKey => {
            object(of, "TypeAlias", vec![("name", Rich::String(of.to_string().into()))])
        }
        Type::Reference(name) => object(of, "TypeReference", vec![("type_string", Rich::String(name.clone()))]),
        Type::Object(None) => object(of, "Object", vec![]),
        Type::Object(Some(named)) => {
            object(of, "TypeReference", vec![("type_string", Rich::String(named.label().into()))])
        }
        Type::ObjectExtension(_) => {
            object(of, "TypeReference", vec![("type_string", Rich::String(of.to_string().into()))])
        }
        Type::TypeSet(_) => object(of, "TypeSet", vec![]),
        Type::Runtime(runtime) => {
            let attributes = runtime.iter().flat_map(|runtime| {
                [
                    ("runtime", Rich::String(runtime.runtime.clone())),
                    ("name_or_pattern", Rich::String(runtime.name.clone())),
                ]
            });
            object(of, "Runtime", attributes.collect())
        }
    }
}

/// Aliases that name themselves are written without their definition.
fn mentions(of: &Type, alias: &Arc<crate::types::AliasType>, depth: usize) -> bool {
    if depth > 100 {
        return true;
    }
    let inner = |of: &Type| mentions(of, alias, depth + 1);
    match of {
        Type::Alias(other) => Arc::ptr_eq(other, alias) || other.target.get().is_some_and(inner),
        Type::Optional(Some(of))
        | Type::NotUndef(Some(of))
        | Type::Type(Some(of))
        | Type::Sensitive(Some(of))
        | Type::Iterable(Some(of))
        | Type::Iterator(Some(of)) => inner(of),
        Type::Array(array) => inner(&array.element),
        Type::Hash(hash) => inner(&hash.key) || inner(&hash.value),
        Type::Tuple(tuple) => tuple.types.iter().any(inner),
        Type::Variant(members) => members.iter().any(inner),
        Type::Struct(members) => members.iter().any(|member| inner(&member.value)),
        _ => false,
    }
}

fn signature(callable: &CallableType) -> Vec<(&'static str, Rich)> {
    let parameters = callable.parameters.iter().map(|tuple| Type::Tuple(Arc::new(tuple.clone())));
    let parameters = parameters.map(|tuple| ("param_types", to_model(&tuple)));
    let block = callable.block.iter().map(|block| ("block_type", to_model(block)));
    let returns = callable.returns.iter().map(|returns| ("return_type", to_model(returns)));
    parameters.chain(block).chain(returns).collect()
}

fn object(of: &Type, kind: &str, attributes: Vec<(&'static str, Rich)>) -> Rich {
    tagged(&format!("Pcore::{kind}Type"), of.to_string(), attributes)
}

fn tagged(ptype: &str, text: String, attributes: Vec<(&'static str, Rich)>) -> Rich {
    Rich::Object(Box::new(model::value::Object {
        ptype: ptype.into(),
        attributes: attributes.into_iter().map(|(name, value)| (Arc::from(name), value)).collect(),
        text: text.into(),
    }))
}

fn range(from: Option<Rich>, to: Option<Rich>) -> Vec<(&'static str, Rich)> {
    from.map(|from| ("from", from)).into_iter().chain(to.map(|to| ("to", to))).collect()
}

fn size(bounds: &Bounds<i64>) -> Rich {
    to_model(&Type::Integer(*bounds))
}

fn sized(mut attributes: Vec<(&'static str, Rich)>, bounds: &Bounds<i64>) -> Vec<(&'static str, Rich)> {
    if !bounds.is_unbounded() {
        attributes.push(("size_type", size(bounds)));
    }
    attributes
}

fn unless_any(name: &'static str, of: &Type) -> Vec<(&'static str, Rich)> {
    if *of == Type::Any { Vec::new() } else { vec![(name, to_model(of))] }
}

fn times<T: Copy>(bounds: Option<&Bounds<T>>, value: fn(T) -> Value) -> Vec<(&'static str, Rich)> {
    let Some(bounds) = bounds else { return Vec::new() };
    range(bounds.from.map(|from| value(from).to_model()), bounds.to.map(|to| value(to).to_model()))
}
