//! Values of object types.

use std::sync::Arc;

use crate::types::Type;
use crate::types::object::{Kind, ObjectType, built_in};
use crate::value::{Hash, Value};

/// A value of an object type.
#[derive(Debug)]
pub struct Object {
    pub of: Arc<ObjectType>,
    /// What was given, or its default, for every attribute that can be given.
    pub attributes: Vec<(Arc<str>, Value)>,
}

/// An `Error` with what native functions know of it; its details may hold any value.
pub fn error(message: &str, kind: &str, details: Value, issue_code: &str) -> Value {
    let Some(Type::Object(Some(of))) = built_in("Error") else { return Value::Undef };
    let given =
        [("msg", message.into()), ("kind", kind.into()), ("details", details), ("issue_code", issue_code.into())];
    let attributes = given.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    Value::Object(Arc::new(Object { of, attributes }))
}

impl Object {
    /// From values by name; what is not given has its default.
    pub fn new(of: &Arc<ObjectType>, given: impl Fn(&str) -> Option<Value>) -> Self {
        let attributes = of.attributes().into_iter().filter(|attribute| attribute.is_given()).map(|attribute| {
            let name = &attribute.member.name;
            let value = given(name).or_else(|| attribute.value.clone());
            (name.clone(), value.unwrap_or(Value::Undef))
        });
        let attributes = attributes.collect();
        Self { of: of.clone(), attributes }
    }

    /// The value of an attribute, constants included; `None` for what is derived or no attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let own = self.attributes.iter().find(|(known, _)| &**known == name).map(|(_, value)| value);
        own.or_else(|| {
            let attribute = self.of.attribute(name)?;
            attribute.value.as_ref().filter(|_| attribute.is_constant())
        })
    }

    /// The attributes that make the same object again: those that differ from their defaults.
    pub fn init_hash(&self) -> Hash {
        let mut hash = Hash::default();
        for definition in self.of.lineage().into_iter().filter_map(ObjectType::definition) {
            for attribute in definition.attributes.iter().filter(|attribute| attribute.is_given()) {
                let name = &attribute.member.name;
                let Some(value) = self.get(name) else { continue };
                if !attribute.value.as_ref().is_some_and(|default| is_default(default, value)) {
                    hash.insert(Value::String(name.clone().into()), value.clone());
                }
            }
        }
        hash
    }

    /// The type of the object: narrowed by what it holds, where its type has parameters.
    pub fn type_of(&self) -> Type {
        super::Extension::of_object(self).unwrap_or_else(|| Type::Object(Some(self.of.clone())))
    }

    /// The attributes of its own type, with `references` also those that only refer to a value.
    pub fn contents(&self, references: bool) -> impl Iterator<Item = (Arc<str>, &Value)> {
        let attributes = self.of.definition().map(|definition| definition.attributes.as_slice()).unwrap_or_default();
        let attributes = attributes.iter().filter(move |known| references || known.kind != Some(Kind::Reference));
        attributes.filter_map(|known| Some((known.member.name.clone(), self.get(&known.member.name)?)))
    }
}

/// `1` and `1.0` are the same default.
fn is_default(default: &Value, value: &Value) -> bool {
    match (default, value) {
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            crate::operators::equals(default, value)
        }
        _ => default == value,
    }
}

/// Equality as the types declare it.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        let lineage = self.of.lineage();
        let includes_type =
            lineage.first().and_then(|root| root.definition()).is_none_or(|root| root.equality_include_type);
        let names = self.of.equality_attributes();
        if includes_type && *self.of != *other.of || !includes_type && names.is_empty() {
            return false;
        }
        names.into_iter().all(|name| match self.of.attribute(name) {
            Some(attribute) if attribute.kind == Some(Kind::Derived) => true,
            _ => self.get(name) == other.get(name),
        })
    }
}
