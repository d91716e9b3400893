//! Object types, and the values that are made of them.
//!
//! - [`definition`]: the hash of `Object[{…}]` to the parts of a type
//! - [`built_in`]: the object types that every program has
//! - [`instance`]: values of object types

use std::sync::{Arc, OnceLock};

use crate::types::{StructMember, Type};
use crate::value::Value;

mod built_in;
mod definition;
mod extension;
mod instance;

pub(crate) use built_in::ruby_class;
pub use built_in::{built_in, pcore_name};
pub use extension::Extension;
pub use instance::{Object, error};

pub(crate) use definition::{QUALIFIED_REFERENCE, annotations_type};

/// A type with named members.
#[derive(Debug)]
pub struct ObjectType {
    /// `None`: made by `Object[{…}]` where it is used, without a name.
    pub name: Option<Arc<str>>,
    /// Set once, after the name is known to others, so that a type may name itself.
    definition: OnceLock<Definition>,
}

/// What an object type says of itself, apart from its name.
#[derive(Debug, Default)]
pub struct Definition {
    pub parent: Option<Type>,
    pub type_parameters: Vec<Attribute>,
    pub attributes: Vec<Attribute>,
    pub functions: Vec<Function>,
    pub equality: Option<Vec<Arc<str>>>,
    pub equality_include_type: bool,
    pub checks: Option<Value>,
    /// From annotation types to the attributes of an annotation.
    pub annotations: Option<Value>,
}

/// An attribute or a type parameter.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub member: Member,
    pub kind: Option<Kind>,
    /// What it is when not given; without it the attribute must be given.
    pub value: Option<Value>,
}

/// A function of an object type. Only those of built-in types can be run.
#[derive(Clone, Debug)]
pub struct Function {
    pub member: Member,
}

/// What attributes and functions have in common.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: Arc<str>,
    pub of: Type,
    pub overrides: bool,
    pub is_final: bool,
    pub annotations: Option<Value>,
    /// As messages name it: `attribute Person[age]`.
    pub label: Arc<str>,
}

/// How an attribute gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Constant,
    Derived,
    GivenOrDerived,
    Reference,
}

/// A member by its name.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    Attribute(&'a Attribute),
    Function(&'a Function),
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Derived => "derived",
            Self::GivenOrDerived => "given_or_derived",
            Self::Reference => "reference",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Constant, Self::Derived, Self::GivenOrDerived, Self::Reference]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

impl Attribute {
    pub fn is_constant(&self) -> bool {
        self.kind == Some(Kind::Constant)
    }

    /// Whether it may be left out when an object is made.
    pub fn is_optional(&self) -> bool {
        self.value.is_some() || admits_undef(&self.member.of, 0)
    }

    /// Whether it is given when an object is made.
    pub fn is_given(&self) -> bool {
        !matches!(self.kind, Some(Kind::Constant | Kind::Derived))
    }
}

impl Found<'_> {
    pub fn member(&self) -> &Member {
        match self {
            Self::Attribute(attribute) => &attribute.member,
            Self::Function(function) => &function.member,
        }
    }
}

impl ObjectType {
    /// A type whose definition follows.
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.into()), definition: OnceLock::new() }
    }

    /// `None` while the type is being resolved.
    pub fn definition(&self) -> Option<&Definition> {
        self.definition.get()
    }

    /// The name in messages.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or("Object")
    }

    /// The name without the name space.
    pub fn simple_name(&self) -> &str {
        self.label().rsplit("::").next().unwrap_or_default()
    }

    /// The object type that it inherits from.
    pub fn parent(&self) -> Option<&Arc<Self>> {
        match self.definition()?.parent.as_ref()?.resolved() {
            Type::Object(parent) => parent.as_ref(),
            _ => None,
        }
    }

    /// The type and what it inherits from, the most general first.
    fn lineage(&self) -> Vec<&Self> {
        let mut lineage = vec![self];
        let mut next = self.parent();
        while let Some(parent) = next {
            lineage.push(parent);
            next = parent.parent();
        }
        lineage.reverse();
        lineage
    }

    /// All attributes; what is overridden keeps its place.
    pub fn attributes(&self) -> Vec<&Attribute> {
        merged(self, |definition| &definition.attributes, |attribute| &attribute.member.name)
    }

    /// All type parameters, as [`ObjectType::attributes`].
    pub fn type_parameters(&self) -> Vec<&Attribute> {
        merged(self, |definition| &definition.type_parameters, |parameter| &parameter.member.name)
    }

    /// An attribute or function of the type or of one that it inherits.
    pub fn member(&self, name: &str) -> Option<Found<'_>> {
        let definition = self.definition()?;
        let attribute = definition.attributes.iter().find(|attribute| &*attribute.member.name == name);
        let function = || definition.functions.iter().find(|function| &*function.member.name == name);
        attribute
            .map(Found::Attribute)
            .or_else(|| function().map(Found::Function))
            .or_else(|| self.parent()?.member(name))
    }

    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        match self.member(name)? {
            Found::Attribute(attribute) => Some(attribute),
            Found::Function(_) => None,
        }
    }

    /// Whether `Name[…]` narrows it.
    pub fn is_parameterized(&self) -> bool {
        !self.type_parameters().is_empty()
    }

    /// Attributes that decide whether two objects are equal, of the type and of all that it inherits from.
    fn equality_attributes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for definition in self.lineage().into_iter().filter_map(Self::definition) {
            if let Some(equality) = &definition.equality {
                names.extend(equality.iter().map(|name| &**name));
            } else {
                let own = definition.attributes.iter().filter(|attribute| !attribute.is_constant());
                names.extend(own.map(|attribute| &*attribute.member.name));
            }
        }
        names
    }

    /// The hash that makes an object.
    pub fn init_type(&self) -> Type {
        let members = self.attributes().into_iter().filter(|attribute| attribute.is_given());
        let members = members.map(|attribute| StructMember {
            name: attribute.member.name.clone(),
            optional: attribute.is_optional(),
            value: attribute.member.of.clone(),
        });
        Type::Struct(members.collect())
    }

    /// Attributes as arguments: those without a value come first.
    pub fn parameters(&self) -> Vec<&Attribute> {
        let given = self.attributes().into_iter().filter(|attribute| attribute.is_given());
        let (optional, required): (Vec<_>, Vec<_>) = given.partition(|attribute| attribute.value.is_some());
        [required, optional].concat()
    }
}

/// Whether a type takes undef by what it says itself: to ask what makes an `Init` would ask for
/// the parameters of the object type again.
fn admits_undef(of: &Type, depth: usize) -> bool {
    if depth > MOST_LEVELS {
        return false;
    }
    match of.resolved() {
        Type::Any | Type::Unit | Type::Undef | Type::Optional(_) => true,
        Type::Variant(options) => options.iter().any(|option| admits_undef(option, depth + 1)),
        Type::Init(Some(init)) => admits_undef(&init.of, depth + 1),
        Type::Init(None) => true,
        _ => false,
    }
}

/// Aliases may lead back to themselves.
const MOST_LEVELS: usize = 50;

fn merged<'a, T>(of: &'a ObjectType, part: fn(&'a Definition) -> &'a Vec<T>, name: fn(&T) -> &Arc<str>) -> Vec<&'a T> {
    let mut all: Vec<&T> = Vec::new();
    for own in of.lineage().into_iter().filter_map(ObjectType::definition).flat_map(part) {
        match all.iter().position(|known| name(known) == name(own)) {
            Some(index) => all[index] = own,
            None => all.push(own),
        }
    }
    all
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        self.name == other.name && self.definition() == other.definition()
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent
            && self.type_parameters == other.type_parameters
            && self.attributes == other.attributes
            && self.functions == other.functions
            && self.equality == other.equality
            && self.checks == other.checks
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.of == other.of
            && self.overrides == other.overrides
            && self.is_final == other.is_final
    }
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.member == other.member && self.kind == other.kind && self.value == other.value
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.member == other.member
    }
}
