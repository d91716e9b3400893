//! Attributes and functions of objects: `$object.name`, `$object.name(arguments)`.

use std::sync::Arc;

use crate::callable::Callable;
use crate::error::Stop;
use crate::evaluator::Evaluator;
use crate::hiera;
use crate::signature::{self, Parameter, Signature};
use crate::types::object::{Found, Object};
use crate::types::{CallableType, Type};
use crate::value::Value;

impl Evaluator<'_> {
    /// The value of a member of an object. There is one of this name.
    pub(super) fn call_member(
        &mut self,
        object: &Arc<Object>,
        name: &str,
        arguments: &[Value],
        block: Option<&Arc<Callable>>,
    ) -> Result<Value, Stop> {
        let Some(found) = object.of.member(name) else { return Ok(Value::Undef) };
        let signatures = signatures(&found);
        if !signatures.iter().any(|signature| signature.accepts(arguments, block.map(|block| &**block))) {
            let signatures: Vec<&Signature> = signatures.iter().collect();
            return Err(signature::mismatch(
                &found.member().label,
                &signatures,
                arguments,
                block.map(|block| &**block),
            )
            .into());
        }
        let label = &found.member().label;
        match found {
            Found::Attribute(_) => match object.get(name) {
                Some(value) => Ok(value.clone()),
                None if hiera::context::is_context(object) => {
                    // Its only derived attribute is the name of the environment.
                    Ok(Value::string(self.request().environment))
                }
                None => Err(self.fail(format!("no method is implemented for derived {label}"))),
            },
            Found::Function(_) if object.of.label() == "Error" && name == "message" => {
                Ok(object.get("msg").cloned().unwrap_or(Value::Undef))
            }
            Found::Function(_) if hiera::context::is_context(object) => {
                hiera::context::call(self, object, name, arguments, block)
            }
            Found::Function(_) => Err(self.fail(format!("no method is implemented for {label}"))),
        }
    }
}

/// What a member can be called with.
fn signatures(found: &Found<'_>) -> Vec<Signature> {
    let Found::Function(function) = found else { return vec![Signature::default()] };
    let of = function.member.of.resolved();
    let options = if let Type::Variant(options) = of { options } else { std::slice::from_ref(of) };
    let callable = |of: &Type| match of.resolved() {
        Type::Callable(callable) => Some(of_callable(callable.as_deref())),
        _ => None,
    };
    options.iter().filter_map(callable).collect()
}

/// Parameters without names.
fn of_callable(callable: Option<&CallableType>) -> Signature {
    let unnamed = |of: &Type, required| Parameter { name: Arc::from(""), of: of.clone(), required };
    let parameters = callable.and_then(|callable| callable.parameters.as_ref());
    let Some(parameters) = parameters else {
        return Signature { parameters: vec![unnamed(&Type::Any, false)], captures_rest: true, ..Signature::default() };
    };
    let size = parameters.size_range();
    let least = usize::try_from(size.from.unwrap_or(0)).unwrap_or(0);
    let most = size.to.map_or(parameters.types.len(), |to| usize::try_from(to).unwrap_or(0).min(MOST_PARAMETERS));
    let types = (0..most.max(least.min(MOST_PARAMETERS))).filter_map(|index| Some((index, parameters.at(index)?)));
    Signature {
        parameters: types.map(|(index, of)| unnamed(of, index < least)).collect(),
        captures_rest: size.to.is_none(),
        rest: None,
        block: callable.and_then(|callable| callable.block.as_ref()).map(|block| match block {
            Type::Optional(Some(inner)) => unnamed(inner, false),
            other => unnamed(other, true),
        }),
        returns: None,
    }
}

/// More parameters than these are taken for this many.
const MOST_PARAMETERS: usize = 1000;
