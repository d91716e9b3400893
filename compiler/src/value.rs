//! Values of the language while a catalog is compiled.
//!
//! Cloning a value costs at most one reference count: texts, lists and hashes are shared.
//! Equality and ordering as the language defines them stand in [`crate::operators`];
//! the `PartialEq` and `Hash` here are those of hash keys (strings by their letters,
//! `1` and `1.0` apart).

use std::sync::Arc;

use indexmap::IndexMap;

use crate::callable::Callable;
use crate::iterator::Iterator;
use crate::regexp::Regexp;
use crate::time::Nanoseconds;
use crate::types::Type;
use crate::types::object::Object;
use crate::version_range::VersionRange;

pub(crate) mod extent;
mod key;
pub(crate) mod label;
mod rich;
mod text;

pub(crate) use label::ruby_class;
pub(crate) use rich::hash_to_model;
pub(crate) use text::Joined;
pub use text::Text;

/// Entries in order of insertion; any value may be a key.
pub type Hash = IndexMap<Value, Value, rustc_hash::FxBuildHasher>;

/// One value.
#[derive(Clone, Debug)]
pub enum Value {
    Undef,
    Default,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(Text),
    Regexp(Arc<Regexp>),
    Array(Arc<Vec<Value>>),
    Hash(Arc<Hash>),
    Sensitive(Arc<Value>),
    Binary(Arc<[u8]>),
    /// Since the epoch.
    Timestamp(Nanoseconds),
    Timespan(Nanoseconds),
    SemVer(Arc<semver::Version>),
    SemVerRange(Arc<VersionRange>),
    Uri(Arc<str>),
    /// A type, and with it every reference to a resource or class.
    Type(Type),
    /// An instance of an object type: `Deferred`, `Error`, and those that manifests define.
    Object(Arc<Object>),
    /// A lambda, or a function as a value.
    Callable(Arc<Callable>),
    /// A lazy sequence (`reverse_each`, `step`).
    Iterator(Arc<Iterator>),
}

impl Value {
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(Text::from(text))
    }

    /// What Ruby holds as a text of bytes; bytes that are no letters become a `Binary`.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(letters) => Self::String(Text::bytes(letters)),
            Err(error) => Self::Binary(error.into_bytes().into()),
        }
    }

    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(items))
    }

    pub fn hash(entries: Hash) -> Self {
        Self::Hash(Arc::new(entries))
    }

    /// A hash with string keys.
    pub fn record<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::hash(entries.into_iter().map(|(key, value)| (Self::string(key), value)).collect())
    }

    pub fn sensitive(value: Self) -> Self {
        Self::Sensitive(Arc::new(value))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// An integer or float as float.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_hash(&self) -> Option<&Hash> {
        match self {
            Self::Hash(entries) => Some(entries),
            _ => None,
        }
    }

    pub fn as_type(&self) -> Option<&Type> {
        match self {
            Self::Type(of) => Some(of),
            _ => None,
        }
    }

    /// The value of a string key, when this is a hash.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_hash()?.get(&Self::string(key))
    }

    pub fn is_undef(&self) -> bool {
        matches!(self, Self::Undef)
    }

    /// Everything but `undef` and `false`.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Undef | Self::Boolean(false))
    }

    /// The name of the value's type without parameters: `Integer`, `Hash`, `Resource`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Undef => "Undef",
            Self::Default => "Default",
            Self::Boolean(_) => "Boolean",
            Self::Integer(_) => "Integer",
            Self::Float(_) => "Float",
            Self::String(_) => "String",
            Self::Regexp(_) => "Regexp",
            Self::Array(_) => "Array",
            Self::Hash(_) => "Hash",
            Self::Sensitive(_) => "Sensitive",
            Self::Binary(_) => "Binary",
            Self::Timestamp(_) => "Timestamp",
            Self::Timespan(_) => "Timespan",
            Self::SemVer(_) => "SemVer",
            Self::SemVerRange(_) => "SemVerRange",
            Self::Uri(_) => "URI",
            Self::Type(_) => "Type",
            Self::Object(_) => "Object",
            Self::Callable(_) => "Callable",
            Self::Iterator(_) => "Iterator",
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

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}
