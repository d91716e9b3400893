//! Object types with type parameters: `Error['puppet/error']`.

use std::sync::Arc;

use crate::error::Failure;
use crate::types::object::{Attribute, Object, ObjectType};
use crate::types::{Type, is_assignable, mismatch};
use crate::value::Value;

/// An object type narrowed to objects whose attributes match.
#[derive(Debug, PartialEq)]
pub struct Extension {
    pub base: Arc<ObjectType>,
    /// What attributes of these names must match.
    pub parameters: Vec<(Arc<str>, Value)>,
}

/// More parameters than these print with their names.
const MOST_BY_PLACE: usize = 2;

impl Extension {
    /// `Name[parameters]`, by place or as one hash by name; `default` leaves one out.
    pub fn new(base: &Arc<ObjectType>, keys: &[Value]) -> Result<Self, Failure> {
        let label = base.label();
        let declared = base.type_parameters();
        let Some(first) = declared.first() else {
            return Err(Failure::argument(format!("The {label}-Type cannot be parameterized using []")));
        };
        let mut parameters = Vec::new();
        let mut add = |parameter: &Attribute, value: &Value| {
            if !matches!(value, Value::Default) {
                mismatch::assert_instance(&parameter.member.label, &parameter.member.of, value)?;
                parameters.push((parameter.member.name.clone(), value.clone()));
            }
            Ok::<(), Failure>(())
        };
        match keys {
            [Value::Hash(named)] if !crate::types::is_instance(&first.member.of, &keys[0]) => {
                for (name, value) in named.iter() {
                    let known =
                        name.as_str().and_then(|name| declared.iter().find(|known| &*known.member.name == name));
                    let known = known.ok_or_else(|| {
                        let name = crate::format::to_text(name);
                        Failure::argument(format!("'{name}' is not a known type parameter for {label}-Type"))
                    })?;
                    add(known, value)?;
                }
            }
            _ => {
                for (parameter, value) in declared.iter().zip(keys) {
                    add(parameter, value)?;
                }
            }
        }
        if parameters.is_empty() {
            let message = format!("The {label}-Type cannot be parameterized using an empty parameter list");
            return Err(Failure::argument(message));
        }
        Ok(Self { base: base.clone(), parameters })
    }

    /// The type of an object whose type has parameters.
    pub(super) fn of_object(object: &Object) -> Option<Type> {
        let declared = object.of.type_parameters();
        if declared.is_empty() {
            return None;
        }
        let parameters = declared.iter().map(|parameter| {
            let name = &parameter.member.name;
            (name.clone(), object.get(name).cloned().unwrap_or(Value::Undef))
        });
        let parameters = parameters.filter(|(_, value)| !matches!(value, Value::Default)).collect();
        Some(Type::ObjectExtension(Arc::new(Self { base: object.of.clone(), parameters })))
    }

    /// As they print: by place, or by name where there are many.
    pub fn shown(&self) -> Vec<Value> {
        let declared = self.base.type_parameters();
        if declared.len() > MOST_BY_PLACE {
            return vec![Value::record(self.parameters.iter().cloned())];
        }
        let mut shown: Vec<Value> =
            declared.iter().map(|known| self.get(&known.member.name).cloned().unwrap_or(Value::Default)).collect();
        while matches!(shown.last(), Some(Value::Default)) {
            shown.pop();
        }
        shown
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// Whether the attributes of an object of the base type match.
    pub(crate) fn takes(&self, object: &Object) -> bool {
        self.parameters.iter().all(|(name, wanted)| object.get(name).is_some_and(|value| matches(wanted, value)))
    }

    /// Whether what matches the other matches this.
    pub(crate) fn covers(&self, other: Option<&Self>) -> bool {
        self.parameters.iter().all(|(name, wanted)| {
            let given = other.and_then(|other| other.get(name));
            given.is_some_and(|given| {
                matches(wanted, given)
                    || matches!((wanted, given), (Value::Type(wanted), Value::Type(given)) if is_assignable(wanted, given))
            })
        })
    }
}

fn matches(wanted: &Value, value: &Value) -> bool {
    crate::operators::option_matches(wanted, value).is_ok_and(|matched| matched.is_match())
}
