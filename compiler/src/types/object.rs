//! Object types and their instances: `Deferred`, `Error`.

use std::sync::{Arc, LazyLock};

use crate::types::{Bounds, Type};
use crate::value::Value;

/// A type with named attributes.
#[derive(Debug)]
pub struct ObjectType {
    pub name: Arc<str>,
    pub parent: Option<Arc<ObjectType>>,
    pub attributes: Vec<Attribute>,
}

/// An attribute of an object type.
#[derive(Debug)]
pub struct Attribute {
    pub name: Arc<str>,
    pub of: Type,
    /// What it is when not given; without it the attribute must be given.
    pub default: Option<Value>,
}

/// A set of types under one name space.
#[derive(Debug)]
pub struct TypeSetType {
    pub name: Arc<str>,
    pub version: Arc<str>,
    pub types: Vec<(Arc<str>, Type)>,
}

/// An instance of an object type.
#[derive(Debug)]
pub struct Object {
    pub of: Arc<ObjectType>,
    /// Every attribute of the type, in its order.
    pub attributes: Vec<(Arc<str>, Value)>,
}

impl ObjectType {
    /// An attribute of the type or of one it inherits.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let own = self.attributes.iter().find(|attribute| &*attribute.name == name);
        own.or_else(|| self.parent.as_ref()?.attribute(name))
    }

    /// Whether this is `other` or inherits it.
    pub fn is_a(&self, other: &Self) -> bool {
        self.name == other.name || self.parent.as_ref().is_some_and(|parent| parent.is_a(other))
    }
}

impl Object {
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        self.attributes.iter().find(|(name, _)| &**name == attribute).map(|(_, value)| value)
    }
}

/// An `Error` with what native functions know of it; its details may hold any value.
pub fn error(message: &str, kind: &str, details: Value, issue_code: &str) -> Value {
    let values = [Value::from(message), Value::from(kind), details, Value::from(issue_code)];
    let attributes = ERROR.attributes.iter().map(|attribute| attribute.name.clone()).zip(values).collect();
    Value::Object(Arc::new(Object { of: ERROR.clone(), attributes }))
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.of.name == other.of.name && self.attributes == other.attributes
    }
}

/// `Deferred`: a function call that the agent makes.
pub static DEFERRED: LazyLock<Arc<ObjectType>> = LazyLock::new(|| {
    let attribute = |name: &str, of: Type, default: Option<Value>| Attribute { name: name.into(), of, default };
    Arc::new(ObjectType {
        name: Arc::from("Deferred"),
        parent: None,
        attributes: vec![
            attribute("name", Type::String(Bounds::NONE), None),
            attribute("arguments", Type::optional(Type::array(Type::Any, Bounds::NONE)), Some(Value::Undef)),
        ],
    })
});

/// `Error`: what went wrong in a task or plan, as a value.
pub static ERROR: LazyLock<Arc<ObjectType>> = LazyLock::new(|| {
    let attribute = |name: &str, of: Type, default: Option<Value>| Attribute { name: name.into(), of, default };
    let text = || Type::optional(Type::String(Bounds::at_least(1)));
    Arc::new(ObjectType {
        name: Arc::from("Error"),
        parent: None,
        attributes: vec![
            attribute("msg", Type::String(Bounds::at_least(1)), None),
            attribute("kind", text(), Some(Value::Undef)),
            attribute(
                "details",
                Type::optional(Type::hash(Type::String(Bounds::at_least(1)), Type::Data, Bounds::NONE)),
                Some(Value::Undef),
            ),
            attribute("issue_code", text(), Some(Value::Undef)),
        ],
    })
});
