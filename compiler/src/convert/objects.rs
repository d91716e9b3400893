//! Objects and `Init`.

use std::sync::Arc;

use crate::convert::{new_at, unsupported};
use crate::error::Failure;
use crate::signature::{self, Parameter, Signature};
use crate::time::Nanoseconds;
use crate::types::init::Parameters;
use crate::types::object::{Object, ObjectType};
use crate::types::{InitType, Type, mismatch};
use crate::value::Value;

/// From one hash of attributes, or from attributes in turn.
pub(super) fn object(of: &Arc<ObjectType>, arguments: &[Value]) -> Result<Value, Failure> {
    let [by_name, by_place] = signatures(of);
    let object = match arguments {
        [Value::Hash(given)] if by_name.accepts(arguments, None) => {
            Object::new(of, |name| given.get(&Value::from(name)).cloned())
        }
        _ if by_place.accepts(arguments, None) => {
            let parameters = of.parameters();
            let index = |name: &str| parameters.iter().position(|parameter| &*parameter.member.name == name);
            Object::new(of, |name| arguments.get(index(name)?).cloned())
        }
        _ => {
            let name = format!("new_{}", of.name.as_deref().unwrap_or_default());
            return Err(signature::mismatch(&name, &[&by_name, &by_place], arguments, None));
        }
    };
    Ok(Value::Object(Arc::new(object)))
}

/// From one hash of attributes.
pub(super) fn from_hash(of: &Arc<ObjectType>, hash: &Value) -> Result<Value, Failure> {
    mismatch::assert_instance(&format!("{} initializer", of.label()), &of.init_type(), hash)?;
    Ok(Value::Object(Arc::new(Object::new(of, |name| hash.get(name).cloned()))))
}

/// What `new` of an object type takes.
pub(super) fn signatures(of: &ObjectType) -> [Signature; 2] {
    let hash = Parameter { name: Arc::from("hash"), of: of.init_type(), required: true };
    let attributes = of.parameters();
    let required = attributes.iter().filter(|attribute| !attribute.is_optional()).count();
    let parameters = attributes.into_iter().enumerate().map(|(index, attribute)| Parameter {
        name: attribute.member.name.clone(),
        of: attribute.member.of.clone(),
        required: index < required,
    });
    [
        Signature { parameters: vec![hash], ..Signature::default() },
        Signature { parameters: parameters.collect(), ..Signature::default() },
    ]
}

/// `Init[T, args].new(value)`: `T.new(value, args)`, a list as arguments in turn.
pub(super) fn init(init: Option<&InitType>, arguments: &[Value], now: Option<Nanoseconds>) -> Result<Value, Failure> {
    let Some(init) = init else {
        return Err(Failure::argument("Creation of new instance of type 'Init' is not supported"));
    };
    let Some(parameters) = Parameters::of(init) else { return Err(unsupported(&init.of)) };
    if parameters.is_empty() {
        let of = Type::Init(Some(Arc::new(InitType { of: init.of.clone(), arguments: init.arguments.clone() })));
        let name = crate::types::generalize(&init.of).to_string();
        let name = name.split('[').next().unwrap_or_default();
        return Err(Failure::argument(format!(
            "The type '{of}' does not represent a valid set of parameters for {name}.new()"
        )));
    }
    let [value] = arguments else {
        let expects = Signature {
            parameters: vec![Parameter { name: Arc::from("value"), of: Type::Any, required: true }],
            ..Signature::default()
        };
        return Err(signature::mismatch("new_Init", &[&expects], arguments, None));
    };
    if !init.arguments.is_empty() {
        let all = [std::slice::from_ref(value), &init.arguments].concat();
        return new_at(&init.of, &all, now);
    }
    match value {
        Value::Array(items) if !parameters.take_whole(&init.of, value) => new_at(&init.of, items, now),
        _ => new_at(&init.of, std::slice::from_ref(value), now),
    }
}
