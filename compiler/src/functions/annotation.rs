//! `annotate`: values that others carry along.

use std::sync::Arc;

use super::{Call, Function};
use crate::convert;
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, required};
use crate::types::Type;
use crate::types::object::ObjectType;
use crate::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "annotate",
    &[
        Declared::new(&[required("type", "Type[Annotation]"), required("value", "Any")])
            .block(optional("block", "Callable[0, 0]")),
        Declared::new(&[
            required("type", "Type[Annotation]"),
            required("value", "Any"),
            required("annotation_hash", "Variant[Enum[clear],Hash[Pcore::MemberName,Any]]"),
        ]),
        Declared::new(&[
            required("type", "Type[Pcore]"),
            required("value", "Any"),
            required("annotations", "Hash[Type[Annotation], Hash[Pcore::MemberName,Any]]"),
        ]),
    ],
    annotate,
)];

/// The annotations of values, by the identity of the value and the type of the annotation.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    /// Held so that no other value takes its place in memory.
    value: Value,
    of: Arc<ObjectType>,
    annotation: Value,
}

impl Annotations {
    fn get(&self, value: &Value, of: &Arc<ObjectType>) -> Option<&Value> {
        self.known.iter().find(|known| known.is(value, of)).map(|known| &known.annotation)
    }

    fn take(&mut self, value: &Value, of: &Arc<ObjectType>) -> Option<Value> {
        let index = self.known.iter().position(|known| known.is(value, of))?;
        Some(self.known.remove(index).annotation)
    }

    fn set(&mut self, value: &Value, of: &Arc<ObjectType>, annotation: Value) {
        self.take(value, of);
        self.known.push(Known { value: value.clone(), of: of.clone(), annotation });
    }
}

impl Known {
    fn is(&self, value: &Value, of: &Arc<ObjectType>) -> bool {
        Arc::ptr_eq(&self.of, of) && identity(&self.value).is_some_and(|own| Some(own) == identity(value))
    }
}

/// What tells a value from others that are equal to it.
fn identity(value: &Value) -> Option<usize> {
    Some(match value {
        Value::Object(object) => Arc::as_ptr(object) as usize,
        Value::Type(Type::Object(Some(of))) => Arc::as_ptr(of) as usize,
        Value::Type(Type::TypeSet(Some(set))) => Arc::as_ptr(set) as usize,
        Value::String(text) => text.as_ptr() as usize,
        Value::Array(items) => Arc::as_ptr(items) as usize,
        Value::Hash(entries) => Arc::as_ptr(entries) as usize,
        _ => return None,
    })
}

/// The annotation that a type was declared with.
fn declared(value: &Value, of: &Arc<ObjectType>) -> Option<Value> {
    let annotations = match value {
        Value::Type(Type::Object(Some(object))) => object.definition()?.annotations.as_ref()?,
        Value::Type(Type::TypeSet(Some(set))) => set.definition()?.annotations.as_ref()?,
        _ => return None,
    };
    annotations.as_hash()?.get(&Value::Type(Type::Object(Some(of.clone())))).cloned()
}

fn annotate(call: &mut Call<'_>) -> Result<Value, Stop> {
    let value = call.argument(1).clone();
    if call.dispatch == 2 {
        let given = call.argument(2).as_hash().cloned().unwrap_or_default();
        for (of, hash) in given {
            if let Value::Type(Type::Object(Some(of))) = of
                && call.caller.annotations().get(&value, &of).is_none()
            {
                let annotation = convert::from_hash(&of, &declared(&value, &of).unwrap_or(hash))?;
                call.caller.annotations().set(&value, &of, annotation);
            }
        }
        return Ok(value);
    }
    let Value::Type(Type::Object(Some(of))) = call.take(0) else {
        return Err(Failure::argument("an annotation type without a name cannot annotate").into());
    };
    if call.dispatch == 1 {
        return replace(call, &value, &of);
    }
    if let Some(known) = call.caller.annotations().get(&value, &of) {
        return Ok(known.clone());
    }
    let hash = match declared(&value, &of) {
        Some(hash) => hash,
        None => call.run_block(Vec::new())?,
    };
    if hash.is_undef() {
        return Ok(Value::Undef);
    }
    let annotation = convert::from_hash(&of, &hash)?;
    call.caller.annotations().set(&value, &of, annotation.clone());
    Ok(annotation)
}

fn replace(call: &mut Call<'_>, value: &Value, of: &Arc<ObjectType>) -> Result<Value, Stop> {
    let hash = call.take(2);
    let clears = matches!(hash, Value::String(_));
    if declared(value, of).is_some() {
        let action = if clears { "clear" } else { "redefine" };
        let (annotation, owner) = (of.label(), label(value));
        let message = format!("attempt to {action} {annotation} annotation declared on {owner}");
        return Err(Failure::argument(message).into());
    }
    if clears {
        return Ok(call.caller.annotations().take(value, of).unwrap_or(Value::Undef));
    }
    let annotation = convert::from_hash(of, &hash)?;
    call.caller.annotations().set(value, of, annotation.clone());
    Ok(annotation)
}

fn label(value: &Value) -> String {
    match value {
        Value::Type(Type::Object(Some(object))) => object.label().to_owned(),
        Value::Type(Type::TypeSet(Some(set))) => format!("TypeSet '{}'", set.name),
        other => crate::format::to_text(other),
    }
}
