//! `include`, `contain`, `require`

use std::sync::Arc;

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::resource::Origin;
use crate::types::Type;
use crate::value::Value;

pub(super) fn include(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let names = class_names(arguments)?;
    evaluator.include_classes(&names)?;
    Ok(references(&names))
}

pub(super) fn contain(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let names = class_names(arguments)?;
    let classes = evaluator.include_classes(&names)?;
    if let Some(container) = evaluator.scopes.get(evaluator.scope()).resource {
        for class in classes {
            evaluator.catalog.add_edge(container, class);
        }
    }
    Ok(references(&names))
}

pub(super) fn require(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let names = class_names(arguments)?;
    evaluator.include_classes(&names)?;
    let Some(resource) = evaluator.scopes.get(evaluator.scope()).resource else { return Ok(references(&names)) };
    for name in &names {
        let mut required = Vec::new();
        flatten(evaluator.catalog.get(resource).value("require"), &mut required);
        required.push(Value::Type(Type::Class(Some(name.trim_start_matches(':').into()))));
        evaluator.set_parameter(resource, &"require".into(), Value::array(required), Origin::Function)?;
    }
    Ok(references(&names))
}

/// Names of classes from strings and references, absolute (`::a::b`) and in lower case.
pub(super) fn class_names(arguments: &[Value]) -> Result<Vec<Arc<str>>, Stop> {
    let mut values = Vec::new();
    for value in arguments {
        flatten_all(value.clone(), &mut values);
    }
    values.iter().map(|value| Ok(absolute(&class_name(value)?))).collect()
}

fn class_name(value: &Value) -> Result<Arc<str>, Failure> {
    match value {
        Value::Undef => Err(Failure::argument("Cannot use undef as a class name")),
        Value::String(text) if text.is_empty() => Err(Failure::argument("Cannot use empty string as a class name")),
        Value::String(text) => Ok(text.letters().clone()),
        Value::Type(Type::Class(None)) => Err(Failure::argument("Cannot use an unspecific Class[] Type")),
        Value::Type(Type::Class(Some(name))) => Ok(name.clone()),
        Value::Type(Type::Resource(resource)) => {
            let Some(type_name) = &resource.type_name else {
                let text = "Cannot use an unspecific Resource[] where a Resource['class', name] is expected";
                return Err(Failure::argument(text));
            };
            if !type_name.eq_ignore_ascii_case("class") {
                let text = format!("Cannot use a Resource[{type_name}] where a Resource['class', name] is expected");
                return Err(Failure::argument(text));
            }
            resource.title.clone().ok_or_else(|| {
                let text = "Cannot use an unspecific Resource['class'] where a Resource['class', name] is expected";
                Failure::argument(text)
            })
        }
        // The original finds no branch for such a value and then asks nothing for its lower case.
        _ => Err(Failure::argument("undefined method `downcase' for nil:NilClass")),
    }
}

fn absolute(name: &str) -> Arc<str> {
    let name = name.to_lowercase();
    if name.starts_with("::") { name.into() } else { format!("::{name}").into() }
}

fn references(names: &[Arc<str>]) -> Value {
    Value::array(names.iter().map(|name| Value::Type(Type::Class(Some(name.trim_start_matches(':').into())))).collect())
}

fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Undef => {}
        Value::Array(values) => values.iter().for_each(|value| flatten(value.clone(), into)),
        other => into.push(other),
    }
}

fn flatten_all(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten_all(value.clone(), into)),
        other => into.push(other),
    }
}
