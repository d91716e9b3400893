//! `create_resources`, `realize`, `fail`

use std::sync::Arc;

use crate::collector::{Collector, What};
use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::format::to_text;
use crate::functions::ruby_text;
use crate::resource::{Origin, Parameter};
use crate::value::Value;

pub(super) fn create_resources(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let argument = |text: String| Stop::from(Failure::argument(text));
    if arguments.len() > 3 {
        let count = arguments.len();
        return Err(argument(format!("create_resources(): wrong number of arguments ({count}; must be 2 or 3)")));
    }
    let Some(Value::Hash(instances)) = arguments.get(1) else {
        return Err(argument("create_resources(): second argument must be a hash".to_owned()));
    };
    let defaults = match arguments.get(2) {
        None => Arc::default(),
        Some(Value::Hash(defaults)) => defaults.clone(),
        Some(_) => return Err(argument("create_resources(): third argument, if provided, must be a hash".to_owned())),
    };
    let given = arguments.first().map(to_text).unwrap_or_default();
    let (exported, is_virtual) = (given.starts_with("@@"), given.starts_with('@'));
    let type_name = given.trim_start_matches('@').to_lowercase();
    if type_name == "class" && is_virtual {
        let at = evaluator.call_site();
        return Err(evaluator.parse_error("Evaluation Error: Classes are not virtualizable", at));
    }
    let position = evaluator.call_site();
    let source = evaluator.scopes.get(evaluator.scope()).source;
    for (title, own) in instances.iter() {
        let titles = match title {
            Value::Array(titles) => titles.to_vec(),
            title => vec![title.clone()],
        };
        let mut values = (*defaults).clone();
        match own {
            Value::Hash(own) => values.extend(own.iter().map(|(name, value)| (name.clone(), value.clone()))),
            // The original fails in Ruby here, with these words.
            Value::Undef => return Err(argument("no implicit conversion of nil into Hash".to_owned())),
            other => {
                let kind = other.type_name();
                return Err(argument(format!("no implicit conversion of {kind} into Hash")));
            }
        }
        let parameters: Vec<Parameter> = values
            .into_iter()
            .map(|(name, value)| Parameter {
                name: to_text(&name).into(),
                value,
                source,
                position: None,
                append: false,
                origin: Origin::Function,
            })
            .collect();
        let forms = (is_virtual, exported);
        evaluator.create_resources(&type_name, titles, &parameters, position.as_ref(), forms)?;
    }
    Ok(Value::Undef)
}

#[expect(clippy::unnecessary_wraps, reason = "all functions of this family answer alike")]
pub(super) fn realize(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let mut references = Vec::new();
    for value in arguments {
        flatten(value, &mut references);
    }
    let scope = evaluator.scope();
    evaluator.collectors.push(Collector::new(What::Fixed(references), None, scope));
    Ok(Value::Undef)
}

pub(super) fn fail(evaluator: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let texts: Vec<String> = arguments.iter().map(ruby_text::to_s).collect();
    Err(evaluator.fail(texts.join(" ")))
}

fn flatten(value: &Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        other => into.push(other.clone()),
    }
}
