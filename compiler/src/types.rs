//! The type system.

use std::sync::{Arc, LazyLock, OnceLock};

use crate::regexp::Regexp;
use crate::time::Nanoseconds;
use crate::value::Value;
use crate::version_range::VersionRange;

mod assignable;
pub(crate) mod construct;
mod display;
mod equality;
pub(crate) mod infer;
pub(crate) mod init;
mod instance;
mod iterable;
pub mod mismatch;
mod normal;
pub mod object;
pub mod parse;
pub mod type_set;
pub(crate) mod uri;

pub use assignable::{is_assignable, is_callable_with};
pub use display::{Brief, Expanded};
pub use infer::{common_type, infer, infer_set};
pub use instance::is_instance;
pub use iterable::element_type;
pub use normal::{generalize, normalize};

/// A type expression, resolved.
///
/// Sizes are [`Bounds`] on the number of characters, elements or entries.
#[derive(Clone, Debug)]
pub enum Type {
    Any,
    Unit,
    Undef,
    NotUndef(Option<Arc<Type>>),
    Optional(Option<Arc<Type>>),
    Default,
    Scalar,
    ScalarData,
    Data,
    RichData,
    RichDataKey,
    Numeric,
    Integer(Bounds<i64>),
    Float(Bounds<f64>),
    Boolean(Option<bool>),
    /// `String[min, max]`
    String(Bounds<i64>),
    /// The type of one string, inferred; prints as `String`.
    Text(Arc<str>),
    Enum(Arc<EnumType>),
    Pattern(Arc<[Arc<Regexp>]>),
    Regexp(Option<Arc<Regexp>>),
    Binary,
    Timestamp(Option<Arc<Bounds<Nanoseconds>>>),
    Timespan(Option<Arc<Bounds<Nanoseconds>>>),
    SemVer(Arc<[Arc<VersionRange>]>),
    SemVerRange,
    Uri(Option<Arc<Value>>),
    Sensitive(Option<Arc<Type>>),
    Collection(Bounds<i64>),
    Array(Arc<ArrayType>),
    Hash(Arc<HashType>),
    Tuple(Arc<TupleType>),
    Struct(Arc<[StructMember]>),
    Iterable(Option<Arc<Type>>),
    Iterator(Option<Arc<Type>>),
    Variant(Arc<[Type]>),
    Callable(Option<Arc<CallableType>>),
    /// `Type[T]`
    Type(Option<Arc<Type>>),
    Init(Option<Arc<InitType>>),
    CatalogEntry,
    /// `Resource`, `File`, `File['x']`: type name capitalised, with its title.
    Resource(Arc<ResourceType>),
    /// `Class`, `Class[a::b]`: the name in lower case.
    Class(Option<Arc<str>>),
    /// A name given by `type Name = …`; resolved when it was loaded.
    Alias(Arc<AliasType>),
    /// A name that nothing defines.
    Reference(Arc<str>),
    Object(Option<Arc<object::ObjectType>>),
    /// An object type narrowed by its type parameters: `Error['puppet/error']`.
    ObjectExtension(Arc<object::Extension>),
    TypeSet(Option<Arc<type_set::TypeSetType>>),
    Runtime(Option<Arc<RuntimeType>>),
}

/// From and to, inclusive; `None` is without bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<T> {
    pub from: Option<T>,
    pub to: Option<T>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EnumType {
    /// Sorted and without doubles.
    pub values: Vec<Arc<str>>,
    pub case_insensitive: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ArrayType {
    pub element: Type,
    pub size: Bounds<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HashType {
    pub key: Type,
    pub value: Type,
    pub size: Bounds<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TupleType {
    pub types: Vec<Type>,
    /// `None`: exactly as many as there are types.
    pub size: Option<Bounds<i64>>,
}

/// An entry of a `Struct`. It prints as `'name' => T`, `Optional['name'] => T` or
/// `NotUndef['name'] => T`, whichever says with `T` whether the key may be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct StructMember {
    pub name: Arc<str>,
    /// Whether the key may be left out.
    pub optional: bool,
    pub value: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CallableType {
    /// `None`: any.
    pub parameters: Option<TupleType>,
    pub block: Option<Type>,
    pub returns: Option<Type>,
}

#[derive(Debug)]
pub struct InitType {
    pub of: Type,
    pub arguments: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ResourceType {
    /// Capitalised (`File`, `Apache::Vhost`); `None` for `Resource` itself.
    pub type_name: Option<Arc<str>>,
    pub title: Option<Arc<str>>,
}

/// `type Name = …`. The target is set once, after loading, so that an alias may name itself.
#[derive(Debug)]
pub struct AliasType {
    pub name: Arc<str>,
    pub target: OnceLock<Type>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeType {
    pub runtime: Arc<str>,
    pub name: Arc<str>,
}

impl<T: PartialOrd + Copy> Bounds<T> {
    pub const NONE: Self = Self { from: None, to: None };

    pub const fn exactly(value: T) -> Self {
        Self { from: Some(value), to: Some(value) }
    }

    pub const fn between(from: T, to: T) -> Self {
        Self { from: Some(from), to: Some(to) }
    }

    pub const fn at_least(from: T) -> Self {
        Self { from: Some(from), to: None }
    }

    pub const fn is_unbounded(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    pub fn contains(&self, value: T) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }

    /// Whether every value of `other` is within.
    pub fn covers(&self, other: &Self) -> bool {
        let below = self.from.is_none_or(|from| other.from.is_some_and(|other| from <= other));
        let above = self.to.is_none_or(|to| other.to.is_some_and(|other| other <= to));
        below && above
    }

    fn overlaps(&self, other: &Self) -> bool {
        let apart = |to: Option<T>, from: Option<T>| to.is_some_and(|to| from.is_some_and(|from| to < from));
        !apart(self.to, other.from) && !apart(other.to, self.from)
    }

    /// The narrowest range around both.
    fn around(&self, other: &Self) -> Self {
        let from = self.from.zip(other.from).map(|(a, b)| if b < a { b } else { a });
        let to = self.to.zip(other.to).map(|(a, b)| if b > a { b } else { a });
        Self { from, to }
    }
}

impl Bounds<i64> {
    /// Any size; what a size that is not given means.
    pub const ANY_SIZE: Self = Self { from: Some(0), to: None };

    /// As a size: nothing is below zero, and no bounds at all are any size.
    #[must_use]
    pub fn size(&self) -> Self {
        let from = self.from.unwrap_or(0).max(0);
        Self { from: Some(from), to: self.to.map(|to| to.max(0)) }
    }
}

impl Type {
    pub fn optional(of: Self) -> Self {
        Self::Optional(Some(Arc::new(of)))
    }

    pub fn array(element: Self, size: Bounds<i64>) -> Self {
        let element = if size == Bounds::exactly(0) { Self::Unit } else { element };
        Self::Array(Arc::new(ArrayType { element, size }))
    }

    pub fn hash(key: Self, value: Self, size: Bounds<i64>) -> Self {
        let (key, value) = if size == Bounds::exactly(0) { (Self::Unit, Self::Unit) } else { (key, value) };
        Self::Hash(Arc::new(HashType { key, value, size }))
    }

    pub fn tuple(types: Vec<Self>, size: Option<Bounds<i64>>) -> Self {
        Self::Tuple(Arc::new(TupleType { types, size }))
    }

    /// A variant of the types without doubles; of one type, that type.
    pub fn variant(types: impl IntoIterator<Item = Self>) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        for of in types {
            let members: &[Self] = if let Self::Variant(members) = &of { members } else { std::slice::from_ref(&of) };
            for member in members {
                if !distinct.contains(member) {
                    distinct.push(member.clone());
                }
            }
        }
        if distinct.len() == 1 { distinct.remove(0) } else { Self::Variant(distinct.into()) }
    }

    pub fn enumeration(values: impl IntoIterator<Item = Arc<str>>, case_insensitive: bool) -> Self {
        let mut values: Vec<Arc<str>> = values.into_iter().collect();
        values.sort();
        values.dedup();
        Self::Enum(Arc::new(EnumType { values, case_insensitive }))
    }

    pub fn resource(type_name: Option<&str>, title: Option<&str>) -> Self {
        Self::Resource(Arc::new(ResourceType {
            type_name: type_name.map(capitalize_segments),
            title: title.map(Arc::from),
        }))
    }

    /// `Class[name]`, in lower case and without leading `::`.
    pub fn class(name: &str) -> Self {
        let name = name.strip_prefix("::").unwrap_or(name);
        Self::Class(Some(name.to_lowercase().into()))
    }

    /// What an alias stands for; `None` for types that are none.
    ///
    /// `Data`, `RichData` and `RichDataKey` are aliases that every program has.
    pub fn target(&self) -> Option<&Self> {
        match self {
            Self::Alias(alias) => Some(alias.target.get().unwrap_or(&Self::Unit)),
            Self::Data => Some(&BUILT_IN_ALIASES.data),
            Self::RichData => Some(&BUILT_IN_ALIASES.rich_data),
            Self::RichDataKey => Some(&BUILT_IN_ALIASES.rich_data_key),
            _ => None,
        }
    }

    /// The type without aliases at its head.
    pub fn resolved(&self) -> &Self {
        let mut of = self;
        for _ in 0..MAX_ALIAS_CHAIN {
            match of.target() {
                Some(target) => of = target,
                None => break,
            }
        }
        of
    }
}

/// Aliases that name aliases: more in a row than this are taken for a ring.
const MAX_ALIAS_CHAIN: usize = 100;

impl TupleType {
    /// How many elements there may be.
    pub fn size_range(&self) -> Bounds<i64> {
        match self.size {
            Some(size) => size,
            None if self.types.is_empty() => Bounds::ANY_SIZE,
            None => Bounds::exactly(self.types.len() as i64),
        }
    }

    /// The type of the element at an index: the last one repeats.
    pub fn at(&self, index: usize) -> Option<&Type> {
        self.types.get(index).or_else(|| self.types.last())
    }
}

impl ResourceType {
    /// `None` for `Resource` itself.
    pub fn lower_case_name(&self) -> Option<String> {
        self.type_name.as_ref().map(|name| name.to_lowercase())
    }
}

/// `a::b` as `A::B`; a name that begins with a capital is left alone.
pub fn capitalize_segments(name: &str) -> Arc<str> {
    if name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return name.into();
    }
    let capitalized = name.split("::").map(|segment| {
        let mut letters = segment.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect()
        })
    });
    capitalized.collect::<Vec<String>>().join("::").into()
}

struct BuiltInAliases {
    data: Type,
    rich_data: Type,
    rich_data_key: Type,
}

static BUILT_IN_ALIASES: LazyLock<BuiltInAliases> = LazyLock::new(|| {
    let any_string = Type::String(Bounds::NONE);
    BuiltInAliases {
        data: Type::Variant(Arc::from([
            Type::ScalarData,
            Type::Undef,
            Type::hash(any_string.clone(), Type::Data, Bounds::NONE),
            Type::array(Type::Data, Bounds::NONE),
        ])),
        rich_data: Type::Variant(Arc::from([
            Type::Scalar,
            Type::SemVerRange,
            Type::Binary,
            Type::Sensitive(None),
            Type::Type(None),
            Type::TypeSet(None),
            Type::Uri(None),
            Type::Object(None),
            Type::Undef,
            Type::Default,
            Type::hash(Type::RichDataKey, Type::RichData, Bounds::NONE),
            Type::array(Type::RichData, Bounds::NONE),
        ])),
        rich_data_key: Type::Variant(Arc::from([any_string, Type::Numeric])),
    }
});
