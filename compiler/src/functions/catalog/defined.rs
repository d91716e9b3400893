//! `defined`

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::types::Type;
use crate::value::Value;

pub(super) fn defined(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    for argument in arguments {
        if is_defined(evaluator, argument)? {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

fn is_defined(evaluator: &mut Evaluator<'_>, value: &Value) -> Result<bool, Stop> {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            Some(name) if !name.is_empty() => Ok(evaluator.has_variable(name)),
            _ => named(evaluator, text),
        },
        Value::Type(Type::Type(Some(of))) => match &**of {
            Type::Class(Some(name)) => Ok(evaluator.find_class(name)?.is_some()),
            Type::Class(None) => Err(all_classes()),
            of @ Type::Resource(_) => reference(evaluator, of),
            _ => Ok(false),
        },
        Value::Type(of) => reference(evaluator, of),
        _ => Ok(false),
    }
}

fn named(evaluator: &mut Evaluator<'_>, name: &str) -> Result<bool, Stop> {
    match name {
        "" => Ok(false),
        "main" => Ok(true),
        _ => Ok(evaluator.find_resource_type(name)?.is_some() || evaluator.find_class(name)?.is_some()),
    }
}

fn reference(evaluator: &mut Evaluator<'_>, of: &Type) -> Result<bool, Stop> {
    match of {
        Type::Class(Some(name)) => Ok(evaluator.catalog.class(name).is_some()),
        Type::Class(None) => Err(all_classes()),
        Type::Resource(resource) => {
            let Some(type_name) = &resource.type_name else {
                let text = "The given resource type is a reference to all kind of types";
                return Err(Failure::argument(text).into());
            };
            match &resource.title {
                Some(title) => Ok(evaluator.find_resource(type_name, title)?.is_some()),
                None => Ok(evaluator.find_resource_type(&type_name.to_lowercase())?.is_some()),
            }
        }
        _ => Ok(false),
    }
}

fn all_classes() -> Stop {
    Failure::argument("The given class type is a reference to all classes").into()
}
