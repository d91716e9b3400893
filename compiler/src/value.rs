//! Values of the language while a catalog is compiled.
//!
//! Cloning a value costs at most one reference count: texts, lists and hashes are shared.
//! Equality, hashing and ordering as the language defines them stand in [`crate::operators`];
//! the `PartialEq` and `Hash` here are those of hash keys (strings by their letters,
//! `1` and `1.0` apart).

use std::sync::Arc;

use indexmap::IndexMap;

use crate::callable::Callable;
use crate::iterator::Iterator;
use crate::regexp::Regexp;
use crate::types::Type;
use crate::types::object::Object;
use crate::version_range::VersionRange;

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
    String(Arc<str>),
    Regexp(Arc<Regexp>),
    Array(Arc<Vec<Value>>),
    Hash(Arc<Hash>),
    Sensitive(Arc<Value>),
    Binary(Arc<[u8]>),
    /// Nanoseconds since the epoch.
    Timestamp(i128),
    /// Nanoseconds.
    Timespan(i128),
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
