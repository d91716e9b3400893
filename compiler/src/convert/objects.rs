//! Objects and `Init`.

use std::sync::Arc;

use crate::convert::{is_supported, new_at, takes_list_whole, unsupported};
use crate::error::Failure;
use crate::signature::{self, Parameter, Signature};
use crate::time::Nanoseconds;
use crate::types::mismatch;
use crate::types::object::{Object, ObjectType};
use crate::types::{InitType, StructMember, Type};
use crate::value::Value;

/// From attributes in turn, or from one hash of them.
pub(super) fn object(of: &Arc<ObjectType>, arguments: &[Value]) -> Result<Value, Failure> {
    let parameters = || {
        of.attributes.iter().map(|attribute| Parameter {
            name: attribute.name.clone(),
            of: attribute.of.clone(),
            required: attribute.default.is_none(),
        })
    };
    let signature = Signature { parameters: parameters().collect(), ..Signature::default() };
    if signature.accepts(arguments, None) {
        return Ok(make(of, |index, _| arguments.get(index).cloned()));
    }
    let members: Vec<StructMember> = parameters()
        .map(|parameter| StructMember { name: parameter.name, optional: !parameter.required, value: parameter.of })
        .collect();
    let by_name = Type::Struct(members.into());
    if let [hash @ Value::Hash(_)] = arguments {
        let subject = format!("{} initializer", of.name);
        mismatch::assert_instance(&subject, &by_name, hash)?;
        return Ok(make(of, |_, name| hash.get(name).cloned()));
    }
    Err(signature::mismatch(&format!("new_{}", of.name), &[&signature], arguments, None))
}

fn make(of: &Arc<ObjectType>, given: impl Fn(usize, &str) -> Option<Value>) -> Value {
    let attributes = of.attributes.iter().enumerate().map(|(index, attribute)| {
        let value = given(index, &attribute.name).or_else(|| attribute.default.clone());
        (attribute.name.clone(), value.unwrap_or(Value::Undef))
    });
    Value::Object(Arc::new(Object { of: of.clone(), attributes: attributes.collect() }))
}

/// `Init[T, args].new(value)`: `T.new(value, args)`, a list as arguments in turn.
pub(super) fn init(init: Option<&InitType>, arguments: &[Value], now: Option<Nanoseconds>) -> Result<Value, Failure> {
    let Some(init) = init else {
        return Err(Failure::argument("Creation of new instance of type 'Init' is not supported"));
    };
    let [value] = arguments else {
        let expects = Signature {
            parameters: vec![Parameter { name: Arc::from("value"), of: Type::Any, required: true }],
            ..Signature::default()
        };
        return Err(signature::mismatch("new_Init", &[&expects], arguments, None));
    };
    if !is_supported(&init.of) {
        return Err(unsupported(&init.of));
    }
    if !init.arguments.is_empty() {
        let all = [std::slice::from_ref(value), &init.arguments].concat();
        return new_at(&init.of, &all, now);
    }
    match value {
        Value::Array(items) if !takes_list_whole(&init.of, items) => new_at(&init.of, items, now),
        _ => new_at(&init.of, std::slice::from_ref(value), now),
    }
}
