//! What Ruby's expressions evaluate to.
//!
//! Texts, lists and hashes are shared and can change, as in Ruby: whoever holds one sees it.
//! Those that the host gives are read when they are first looked into.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) mod compare;
mod float;
mod hash;
mod inspect;
pub(crate) mod key;
mod lazy;
mod list;
mod range;
mod text;

pub use float::{float_text, leading_float};
pub use hash::Hash;
pub use key::Key;
pub use list::List;
pub use range::Range;
pub use text::Text;

pub use crate::interpreter::{Exception, Proc};
use crate::regexp::{Match, Regexp};

/// One value.
#[derive(Clone)]
pub enum Value {
    Nil,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Symbol(Arc<str>),
    String(Rc<Text>),
    Array(Rc<List>),
    Hash(Rc<Hash>),
    Range(Rc<Range>),
    Regexp(Arc<Regexp>),
    Match(Rc<Match>),
    Proc(Rc<Proc>),
    Exception(Rc<Exception>),
    /// A class or module by name.
    Class(Arc<str>),
    /// What the host or the library lends.
    Object(Object),
    /// A value that only the host understands.
    Foreign(Rc<Foreign>),
}

/// Objects of which there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// `self`
    Template,
    /// `scope`
    Scope,
    /// `scope.catalog`
    Catalog,
    /// `scope.compiler`
    Compiler,
    /// `scope.environment`
    Environment,
    /// `scope.resource`
    Resource,
}

/// A value of the host with no counterpart here: a type, a time, a secret.
pub struct Foreign {
    /// `Puppet::Pops::Types::PIntegerType`
    pub class: Arc<str>,
    /// What `to_s` answers.
    pub text: String,
    /// What `unwrap` answers.
    pub inner: Option<Value>,
    /// For the host.
    pub original: Box<dyn Any>,
}

impl Value {
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(Rc::new(Text::new(text.into())))
    }

    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Rc::new(List::new(items)))
    }

    /// A list whose elements are made when they are first asked for.
    pub fn lazy_array(make: impl FnOnce() -> Vec<Self> + 'static) -> Self {
        Self::Array(Rc::new(List::lazy(Box::new(make))))
    }

    pub fn hash(entries: impl IntoIterator<Item = (Self, Self)>) -> Self {
        Self::Hash(Rc::new(Hash::new(entries)))
    }

    /// A hash whose entries are made when they are first asked for.
    pub fn lazy_hash(make: impl FnOnce() -> Vec<(Self, Self)> + 'static) -> Self {
        Self::Hash(Rc::new(Hash::lazy(Box::new(make))))
    }

    pub fn symbol(name: &str) -> Self {
        Self::Symbol(name.into())
    }

    /// Everything but `nil` and `false`.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Nil | Self::Boolean(false))
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<Arc<str>> {
        match self {
            Self::String(text) => Some(text.shared()),
            _ => None,
        }
    }

    /// The name of the class.
    pub fn class(&self) -> Arc<str> {
        match self {
            Self::Exception(exception) => exception.class.clone(),
            Self::Foreign(foreign) => foreign.class.clone(),
            other => other.class_name().into(),
        }
    }

    fn class_name(&self) -> &'static str {
        match self {
            Self::Nil => "NilClass",
            Self::Boolean(true) => "TrueClass",
            Self::Boolean(false) => "FalseClass",
            Self::Integer(_) => "Integer",
            Self::Float(_) => "Float",
            Self::Symbol(_) => "Symbol",
            Self::String(_) => "String",
            Self::Array(_) => "Array",
            Self::Hash(_) => "Hash",
            Self::Range(_) => "Range",
            Self::Regexp(_) => "Regexp",
            Self::Match(_) => "MatchData",
            Self::Proc(_) => "Proc",
            Self::Exception(_) => "Exception",
            Self::Class(_) => "Class",
            Self::Object(object) => object.class(),
            Self::Foreign(_) => "Object",
        }
    }
}

impl Object {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Template => "Puppet::Parser::TemplateWrapper",
            Self::Scope => "Puppet::Parser::Scope",
            Self::Catalog => "Puppet::Resource::Catalog",
            Self::Compiler => "Puppet::Parser::Compiler",
            Self::Environment => "Puppet::Node::Environment",
            Self::Resource => "Puppet::Parser::Resource",
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Integer(number as i64)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(Rc::new(Text::new(text.into())))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(Rc::new(Text::from(text)))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Nil, Self::from)
    }
}

/// As `inspect` shows it.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.inspect())
    }
}
