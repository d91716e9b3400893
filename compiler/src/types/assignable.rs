//! Whether one type takes all values of another.

use std::sync::Arc;

use crate::types::{ArrayType, Bounds, CallableType, HashType, StructMember, TupleType, Type, generalize, iterable};

/// Whether every value of `from` is one of `to`.
pub fn is_assignable(to: &Type, from: &Type) -> bool {
    Check::default().assignable(to, from)
}

/// Whether something callable takes these arguments; a callable type at their end is the block.
pub fn is_callable_with(callable: &CallableType, arguments: &[Type]) -> bool {
    let mut check = Check::default();
    let Some(parameters) = &callable.parameters else { return true };
    if let Some((block, rest)) = arguments.split_last()
        && is_callable(block)
    {
        let size = Bounds::exactly(rest.len() as i64);
        return callable.block.as_ref().is_some_and(|wanted| check.assignable(wanted, block))
            && parameters.size_range().covers(&size)
            && rest.iter().enumerate().all(|(index, argument)| {
                parameters.at(index).is_some_and(|parameter| check.assignable(parameter, argument))
            });
    }
    let arguments = TupleType { types: arguments.to_vec(), size: None };
    let taken = arguments.types.is_empty() && parameters.size_range().from == Some(0)
        || check.tuple_from_tuple(parameters, &arguments);
    taken && callable.block.as_ref().is_none_or(|block| check.assignable(block, &Type::Undef))
}

/// A comparison in progress.
#[derive(Default)]
pub(super) struct Check {
    /// Pairs that are being compared, noted where an alias is looked through. To meet one again
    /// means that nothing so far spoke against it.
    open: Vec<(usize, usize)>,
    depth: usize,
}

/// Types nested deeper than this are not compared.
const MAX_DEPTH: usize = 400;

impl Check {
    pub(super) fn assignable(&mut self, to: &Type, from: &Type) -> bool {
        if self.depth >= MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        let outcome = self.by_source(to, from);
        self.depth -= 1;
        outcome
    }

    /// Takes apart what is assigned, as far as that does not depend on the target.
    fn by_source(&mut self, to: &Type, from: &Type) -> bool {
        if matches!(to, Type::Unit | Type::Any) {
            return true;
        }
        if let Some(expanded) = from.target() {
            return to == from || self.guarded(to, from, |check| check.assignable(to, expanded));
        }
        match from {
            Type::Unit => true,
            Type::Variant(members) => match to {
                Type::NotUndef(_) if members.is_empty() => self.by_target(to, from),
                Type::Variant(options) if options.is_empty() => true,
                _ => !members.is_empty() && members.iter().all(|member| self.assignable(to, member)),
            },
            Type::Optional(inner) => {
                self.assignable(to, &Type::Undef) && inner.as_ref().is_none_or(|inner| self.assignable(to, inner))
            }
            Type::NotUndef(Some(inner)) if !self.assignable(inner, &Type::Undef) => self.assignable(to, inner),
            _ => self.by_target(to, from),
        }
    }

    fn by_target(&mut self, to: &Type, from: &Type) -> bool {
        if let Some(expanded) = to.target() {
            return self.guarded(to, from, |check| check.assignable(expanded, from));
        }
        match to {
            Type::Any | Type::Unit => true,
            Type::NotUndef(inner) => {
                !self.assignable(from, &Type::Undef) && inner.as_ref().is_none_or(|inner| self.assignable(inner, from))
            }
            Type::Optional(inner) => {
                matches!(from, Type::Undef) || inner.as_ref().is_none_or(|inner| self.assignable(inner, from))
            }
            Type::Variant(options) => options.iter().any(|option| self.assignable(option, from)),
            Type::Scalar => is_scalar(from),
            Type::ScalarData => is_scalar_data(from),
            Type::Numeric => matches!(from, Type::Numeric | Type::Integer(_) | Type::Float(_)),
            Type::Integer(bounds) => matches!(from, Type::Integer(other) if bounds.covers(other)),
            Type::Float(bounds) => matches!(from, Type::Float(other) if bounds.covers(other)),
            Type::Boolean(value) => matches!(from, Type::Boolean(other) if value.is_none() || value == other),
            Type::String(_) | Type::Text(_) | Type::Enum(_) | Type::Pattern(_) => is_text_assignable(to, from),
            Type::Regexp(pattern) => matches!(from, Type::Regexp(other) if pattern.is_none() || pattern == other),
            Type::Timestamp(bounds) => {
                matches!(from, Type::Timestamp(other) if covers(bounds.as_deref(), other.as_deref()))
            }
            Type::Timespan(bounds) => {
                matches!(from, Type::Timespan(other) if covers(bounds.as_deref(), other.as_deref()))
            }
            Type::SemVer(ranges) => matches!(from, Type::SemVer(others) if ranges.is_empty()
                || !others.is_empty() && others.iter().all(|other| ranges.iter().any(|range| range.covers(other)))),
            Type::Uri(parameters) => {
                matches!(from, Type::Uri(other) if super::instance::uri_parameters_cover(parameters.as_deref(), other.as_deref()))
            }
            Type::Sensitive(inner) => match from {
                Type::Sensitive(other) => self.inner(inner.as_deref(), other.as_deref()),
                _ => false,
            },
            Type::Type(inner) => match from {
                Type::Type(other) => match (inner, other) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(inner), Some(other)) => self.assignable(inner, other),
                },
                _ => false,
            },
            Type::Iterator(inner) => match from {
                Type::Iterator(other) => self.inner(inner.as_deref(), other.as_deref()),
                _ => false,
            },
            Type::Iterable(inner) => {
                let Some(element) = iterable::element_type(from) else { return false };
                inner.as_ref().is_none_or(|inner| {
                    self.assignable(inner, &Type::Any)
                        || element.is_some_and(|element| self.assignable(inner, &element))
                })
            }
            Type::Collection(size) => size_of(from).is_some_and(|other| size.size().covers(&other)),
            Type::Array(array) => self.array_takes(array, from),
            Type::Hash(hash) => self.hash_takes(hash, from),
            Type::Tuple(tuple) => match from {
                Type::Tuple(other) => tuple == other || self.tuple_from_tuple(tuple, other),
                Type::Array(other) => self.tuple_from_array(tuple, other),
                _ => false,
            },
            Type::Struct(members) => self.struct_takes(members, from),
            Type::Callable(callable) => match from {
                Type::Callable(other) => self.callable_takes(callable.as_deref(), other.as_deref()),
                _ => false,
            },
            Type::CatalogEntry => matches!(from, Type::CatalogEntry | Type::Class(_) | Type::Resource(_)),
            Type::Class(name) => matches!(from, Type::Class(other) if name.is_none() || name == other),
            Type::Resource(resource) => match from {
                Type::Resource(other) => {
                    resource.type_name.is_none()
                        || resource.lower_case_name() == other.lower_case_name()
                            && (resource.title.is_none() || resource.title == other.title)
                }
                _ => false,
            },
            Type::Object(_) => self.object_takes(to, from),
            Type::ObjectExtension(extension) => {
                let base = Type::Object(Some(extension.base.clone()));
                match from {
                    Type::ObjectExtension(other) => self.object_takes(&base, from) && extension.covers(Some(&**other)),
                    _ => self.object_takes(&base, from) && extension.covers(None),
                }
            }
            Type::TypeSet(set) => matches!(from, Type::TypeSet(_)) && (set.is_none() || to == from),
            Type::Init(init) => super::init::assignable(self, init.as_deref(), from),
            Type::Runtime(runtime) => matches!(from, Type::Runtime(other)
            if runtime.as_ref().is_none_or(|runtime| other.as_ref().is_some_and(|other| {
                runtime.runtime == other.runtime && (runtime.name.is_empty() || runtime.name == other.name)
            }))),
            Type::Undef | Type::Default | Type::Binary | Type::SemVerRange | Type::Reference(_) => to == from,
            Type::Alias(_) | Type::Data | Type::RichData | Type::RichDataKey => false,
        }
    }

    /// Runs a comparison that looks through an alias, unless the same one is under way.
    fn guarded(&mut self, to: &Type, from: &Type, compare: impl FnOnce(&mut Self) -> bool) -> bool {
        let pair = (identity(to), identity(from));
        if self.open.contains(&pair) {
            return true;
        }
        self.open.push(pair);
        let outcome = compare(self);
        self.open.pop();
        outcome
    }

    /// Runs a comparison, which says no where the same one is under way.
    pub(super) fn once(&mut self, address: usize, from: &Type, compare: impl FnOnce(&mut Self) -> bool) -> bool {
        let pair = (address, identity(from));
        if self.open.contains(&pair) {
            return false;
        }
        self.open.push(pair);
        let outcome = compare(self);
        self.open.pop();
        outcome
    }

    fn inner(&mut self, to: Option<&Type>, from: Option<&Type>) -> bool {
        to.is_none_or(|to| self.assignable(to, from.unwrap_or(&Type::Any)))
    }

    fn object_takes(&mut self, to: &Type, from: &Type) -> bool {
        match from {
            Type::Object(_) if matches!(to, Type::Object(None)) || to == from => true,
            Type::Object(Some(object)) => {
                let parent = object.definition().and_then(|definition| definition.parent.as_ref());
                parent.is_some_and(|parent| self.assignable(to, parent))
            }
            Type::ObjectExtension(extension) => self.object_takes(to, &Type::Object(Some(extension.base.clone()))),
            _ => false,
        }
    }

    fn array_takes(&mut self, array: &ArrayType, from: &Type) -> bool {
        match from {
            Type::Tuple(tuple) => {
                let size = tuple.size.unwrap_or(Bounds::exactly(tuple.types.len() as i64));
                array.size.size().covers(&size) && tuple.types.iter().all(|of| self.assignable(&array.element, of))
            }
            Type::Array(other) => {
                array.size.size().covers(&other.size.size()) && self.assignable(&array.element, &other.element)
            }
            _ => false,
        }
    }

    fn hash_takes(&mut self, hash: &HashType, from: &Type) -> bool {
        match from {
            Type::Hash(other) => {
                let is_empty = other.size == Bounds::exactly(0);
                if is_empty && hash.size.size().from == Some(0) {
                    return true;
                }
                self.assignable(&hash.key, &other.key)
                    && self.assignable(&hash.value, &other.value)
                    && hash.size.size().covers(&other.size.size())
            }
            Type::Struct(members) => {
                hash.size.size().contains(members.len() as i64)
                    && members.iter().all(|member| {
                        self.assignable(&hash.key, &Type::Text(member.name.clone()))
                            && self.assignable(&hash.value, &member.value)
                    })
            }
            _ => false,
        }
    }

    pub(super) fn tuple_from_tuple(&mut self, tuple: &TupleType, other: &TupleType) -> bool {
        let size = tuple.size_range();
        if !size.covers(&other.size_range()) {
            return false;
        }
        if tuple.types.is_empty() {
            return true;
        }
        if other.types.is_empty() {
            return size.from.unwrap_or(0) == 0;
        }
        other.types.iter().enumerate().all(|(index, of)| tuple.at(index).is_some_and(|to| self.assignable(to, of)))
    }

    fn tuple_from_array(&mut self, tuple: &TupleType, array: &ArrayType) -> bool {
        let size = array.size.size();
        if !tuple.size_range().covers(&size) {
            return false;
        }
        let most = size.to.map_or(usize::MAX, |to| to as usize);
        tuple.types.iter().take(most).all(|to| self.assignable(to, &array.element))
    }

    fn struct_takes(&mut self, members: &Arc<[StructMember]>, from: &Type) -> bool {
        match from {
            Type::Struct(others) => {
                let mut matched = 0;
                let fits = members.iter().all(|member| {
                    let Some(other) = others.iter().find(|other| other.name == member.name) else {
                        return member.optional;
                    };
                    matched += 1;
                    (member.optional || !other.optional) && self.assignable(&member.value, &other.value)
                });
                fits && matched == others.len()
            }
            Type::Hash(hash) => {
                let mut required = 0;
                let fits = members.iter().filter(|member| !member.optional).all(|member| {
                    required += 1;
                    self.assignable(&member.value, &hash.value)
                        && self.assignable(&Type::String(Bounds::NONE), &hash.key)
                });
                fits && Bounds::between(required, members.len() as i64).covers(&hash.size.size())
            }
            _ => false,
        }
    }

    fn callable_takes(&mut self, to: Option<&CallableType>, from: Option<&CallableType>) -> bool {
        let Some(to) = to else { return true };
        let returned = from.and_then(|from| from.returns.as_ref()).unwrap_or(&Type::Any);
        if to.returns.as_ref().is_some_and(|wanted| !self.assignable(wanted, returned)) {
            return false;
        }
        let Some(parameters) = &to.parameters else { return true };
        // Parameters are taken the other way around: what is called with them must accept them.
        let Some((from, other)) = from.and_then(|from| Some((from, from.parameters.as_ref()?))) else { return false };
        if other != parameters && !self.tuple_from_tuple(other, parameters) {
            return false;
        }
        let (wanted, given) = (to.block.as_ref().unwrap_or(&Type::Undef), from.block.as_ref().unwrap_or(&Type::Undef));
        self.assignable(given, wanted)
    }
}

/// Whether values of the type are callable, or undef.
pub(super) fn is_callable(of: &Type) -> bool {
    match of.resolved() {
        Type::Callable(_) => true,
        Type::Optional(Some(inner)) => is_callable(inner),
        Type::Variant(members) => members.iter().all(is_callable),
        _ => false,
    }
}

pub(super) fn is_scalar_data(of: &Type) -> bool {
    matches!(
        of,
        Type::ScalarData
            | Type::Numeric
            | Type::Integer(_)
            | Type::Float(_)
            | Type::Boolean(_)
            | Type::String(_)
            | Type::Text(_)
            | Type::Enum(_)
            | Type::Pattern(_)
    )
}

fn is_scalar(of: &Type) -> bool {
    is_scalar_data(of)
        || matches!(
            of,
            Type::Scalar
                | Type::Regexp(_)
                | Type::SemVer(_)
                | Type::SemVerRange
                | Type::Timestamp(_)
                | Type::Timespan(_)
        )
}

fn is_text_assignable(to: &Type, from: &Type) -> bool {
    match (to, from) {
        (Type::String(size), _) if size.is_unbounded() => {
            matches!(from, Type::String(_) | Type::Text(_) | Type::Enum(_) | Type::Pattern(_))
        }
        (Type::String(size), Type::String(other)) => size.size().covers(&other.size()),
        (Type::String(size), Type::Text(text)) => size.size().contains(text.chars().count() as i64),
        (Type::String(size), Type::Enum(texts)) if texts.values.is_empty() => size.size().covers(&Bounds::ANY_SIZE),
        (Type::String(size), Type::Enum(texts)) => {
            texts.values.iter().all(|text| size.size().contains(text.chars().count() as i64))
        }
        (Type::String(size), Type::Pattern(_)) => size.size().covers(&Bounds::ANY_SIZE),
        (Type::Text(text), Type::Text(other)) => text == other,
        (Type::Text(_), Type::Enum(texts)) => texts.values.len() == 1 && !texts.case_insensitive,
        (Type::Enum(texts), Type::String(_) | Type::Text(_) | Type::Enum(_) | Type::Pattern(_))
            if texts.values.is_empty() =>
        {
            true
        }
        (Type::Enum(texts), Type::Text(text)) => texts.contains(text),
        (Type::Enum(texts), Type::Enum(others)) => {
            to == from
                || !others.values.is_empty()
                    && (texts.case_insensitive || !others.case_insensitive)
                    && others.values.iter().all(|text| texts.contains(text))
        }
        (Type::Pattern(patterns), Type::String(_)) => patterns.is_empty(),
        (Type::Pattern(patterns), Type::Text(text)) => {
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.accepts(text))
        }
        (Type::Pattern(patterns), Type::Enum(texts)) => {
            patterns.is_empty()
                || !texts.values.is_empty()
                    && texts.values.iter().all(|text| patterns.iter().any(|pattern| pattern.accepts(text)))
        }
        (Type::Pattern(patterns), Type::Pattern(_)) => patterns.is_empty() || to == from,
        _ => false,
    }
}

fn covers<T: PartialOrd + Copy>(to: Option<&Bounds<T>>, from: Option<&Bounds<T>>) -> bool {
    to.is_none_or(|to| to.covers(from.unwrap_or(&Bounds::NONE)))
}

fn size_of(of: &Type) -> Option<Bounds<i64>> {
    match of {
        Type::Collection(size) => Some(size.size()),
        Type::Array(array) => Some(array.size.size()),
        Type::Hash(hash) => Some(hash.size.size()),
        Type::Tuple(tuple) => Some(tuple.size.unwrap_or(Bounds::exactly(tuple.types.len() as i64))),
        Type::Struct(members) => Some(Bounds::exactly(members.len() as i64)),
        _ => None,
    }
}

/// What tells a type in memory from others, as long as both live.
fn identity(of: &Type) -> usize {
    match of {
        Type::Alias(alias) => Arc::as_ptr(alias).cast::<()>() as usize,
        Type::Data => 1,
        Type::RichData => 2,
        Type::RichDataKey => 3,
        other => std::ptr::from_ref(other) as usize,
    }
}

impl super::EnumType {
    /// Whether a text is one of the values.
    pub fn contains(&self, text: &str) -> bool {
        self.values.iter().any(|value| &**value == text || self.case_insensitive && value.eq_ignore_ascii_case(text))
    }
}

/// Whether assigning `undef` is fine.
pub(super) fn takes_undef(of: &Type) -> bool {
    is_assignable(of, &Type::Undef)
}

/// The most general type of the same kind, as in `Integer` for `Integer[1, 2]`.
pub(super) fn default_of(of: &Type) -> Type {
    match of.resolved() {
        Type::Array(_) => Type::array(Type::Any, Bounds::NONE),
        Type::Hash(_) => Type::hash(Type::Any, Type::Any, Bounds::NONE),
        Type::Tuple(_) => Type::tuple(Vec::new(), None),
        Type::Struct(_) => Type::Struct(Arc::from([])),
        Type::Variant(_) => Type::Variant(Arc::from([])),
        Type::Optional(_) => Type::Optional(None),
        Type::NotUndef(_) => Type::NotUndef(None),
        Type::Callable(_) => Type::Callable(None),
        Type::Type(_) => Type::Type(None),
        Type::Iterable(_) => Type::Iterable(None),
        Type::Iterator(_) => Type::Iterator(None),
        Type::Sensitive(_) => Type::Sensitive(None),
        Type::Integer(_) => Type::Integer(Bounds::NONE),
        Type::Float(_) => Type::Float(Bounds::NONE),
        Type::String(_) | Type::Text(_) => Type::String(Bounds::NONE),
        Type::Enum(_) => Type::enumeration([], false),
        Type::Pattern(_) => Type::Pattern(Arc::from([])),
        Type::Regexp(_) => Type::Regexp(None),
        Type::Boolean(_) => Type::Boolean(None),
        Type::Timestamp(_) => Type::Timestamp(None),
        Type::Timespan(_) => Type::Timespan(None),
        Type::SemVer(_) => Type::SemVer(Arc::from([])),
        Type::Uri(_) => Type::Uri(None),
        Type::Collection(_) => Type::Collection(Bounds::NONE),
        Type::Class(_) => Type::Class(None),
        Type::Resource(_) => Type::resource(None, None),
        Type::Object(_) => Type::Object(None),
        Type::ObjectExtension(_) => Type::Any,
        Type::TypeSet(_) => Type::TypeSet(None),
        Type::Init(_) => Type::Init(None),
        Type::Runtime(_) => Type::Runtime(None),
        other => generalize(other),
    }
}
