//! Object types and their instances: `Deferred`, `Error`.

use std::sync::Arc;

use crate::types::Type;
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

impl Object {
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        self.attributes.iter().find(|(name, _)| &**name == attribute).map(|(_, value)| value)
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.of.name == other.of.name && self.attributes == other.attributes
    }
}
