//! One thing that does not fit, and how it reads.

use std::fmt::{self, Display, Formatter};
use std::mem::discriminant;

use crate::types::assignable::default_of;
use crate::types::{Bounds, Expanded, Type, generalize, is_assignable, normalize};
use crate::value::label::a_an;

/// A step on the way to what does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Element {
    Subject(Box<str>),
    EntryValue(Box<str>),
    EntryKey(Box<str>),
    Parameter(Box<str>),
    Return,
    Block,
    Index(usize),
    Variant(usize),
    Signature(usize),
}

impl Display for Element {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(subject) => f.write_str(subject),
            Self::EntryValue(key) => write!(f, "entry '{key}'"),
            Self::EntryKey(key) => write!(f, "key of entry '{key}'"),
            Self::Parameter(name) => write!(f, "parameter '{name}'"),
            Self::Return => f.write_str("return"),
            Self::Block => f.write_str("block"),
            Self::Index(index) => write!(f, "index {index}"),
            Self::Variant(index) => write!(f, "variant {index}"),
            Self::Signature(index) => write!(f, "{}.", index + 1),
        }
    }
}

/// Something that does not fit, and where.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    pub(crate) path: Vec<Element>,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    MissingKey(Box<str>),
    MissingParameter(Box<str>),
    ExtraneousKey(Box<str>),
    InvalidParameter(Box<str>),
    UnexpectedBlock,
    MissingBlock,
    Unresolved(Box<str>),
    Type {
        expected: Type,
        actual: Type,
    },
    /// Of a pattern or an enumeration.
    Pattern {
        expected: Type,
        actual: Type,
    },
    Size {
        expected: Bounds<i64>,
        actual: Bounds<i64>,
    },
    /// Of arguments.
    Count {
        expected: Bounds<i64>,
        actual: Bounds<i64>,
    },
}

impl Mismatch {
    pub(crate) fn new(path: &[Element], what: What) -> Self {
        Self { path: path.to_vec(), what }
    }

    pub(crate) fn of_type(path: &[Element], expected: &Type, actual: &Type) -> Self {
        Self::new(path, What::Type { expected: normalize(expected), actual: normalize(actual) })
    }

    pub(crate) fn of_pattern(path: &[Element], expected: &Type, actual: &Type) -> Self {
        Self::new(path, What::Pattern { expected: normalize(expected), actual: normalize(actual) })
    }

    /// The path without the steps that tell alternatives apart.
    pub(crate) fn canonical_path(&self) -> impl Iterator<Item = &Element> {
        self.path.iter().filter(|element| !matches!(element, Element::Variant(_) | Element::Signature(_)))
    }

    #[must_use]
    pub(crate) fn without_step(&self, index: usize) -> Self {
        let mut path = self.path.clone();
        if index < path.len() {
            path.remove(index);
        }
        Self { path, what: self.what.clone() }
    }
}

/// Equal as the original compares them: only those about blocks ever are.
impl PartialEq for Mismatch {
    fn eq(&self, other: &Self) -> bool {
        matches!(self.what, What::MissingBlock | What::UnexpectedBlock)
            && self.what == other.what
            && self.canonical_path().eq(other.canonical_path())
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for element in &self.path {
            write!(f, " {element}")?;
        }
        match &self.what {
            What::MissingKey(key) => write!(f, " expects a value for key '{key}'"),
            What::MissingParameter(name) => write!(f, " expects a value for parameter '{name}'"),
            What::ExtraneousKey(key) => write!(f, " unrecognized key '{key}'"),
            What::InvalidParameter(name) => write!(f, " has no parameter named '{name}'"),
            What::UnexpectedBlock => f.write_str(" does not expect a block"),
            What::MissingBlock => f.write_str(" expects a block"),
            What::Unresolved(name) => write!(f, " references an unresolved type '{name}'"),
            What::Type { expected, actual } => f.write_str(&type_message(expected, actual)),
            What::Pattern { expected, actual } => f.write_str(&pattern_message(expected, actual)),
            What::Size { expected, actual } => {
                write!(f, " expects size to be {}, got {}", range(expected, "0"), range(actual, "0"))
            }
            What::Count { expected, actual } => {
                let (least, most) = (expected.from.unwrap_or(0), expected.to);
                let one = least == 1 && (most == Some(1) || most.is_none()) || least == 0 && most == Some(1);
                let plural = if one { "" } else { "s" };
                write!(f, " expects {} argument{plural}, got {}", range(expected, "no"), range(actual, "none"))
            }
        }
    }
}

fn range(bounds: &Bounds<i64>, zero: &str) -> String {
    match (bounds.from.unwrap_or(0), bounds.to) {
        (0, Some(0)) => zero.to_owned(),
        (least, Some(most)) if least == most => least.to_string(),
        (0, None) => "unlimited".to_owned(),
        (0, Some(most)) => format!("at most {most}"),
        (least, None) => format!("at least {least}"),
        (least, Some(most)) => format!("between {least} and {most}"),
    }
}

fn pattern_message(expected: &Type, actual: &Type) -> String {
    let (prefix, expected) = match expected {
        Type::Optional(Some(inner)) => ("an undef value or ", &**inner),
        other => ("", other),
    };
    let actual = match actual {
        Type::Text(text) => format!("'{text}'"),
        other => short_name(other),
    };
    format!(" expects {prefix}a match for {}, got {actual}", Expanded(expected))
}

fn type_message(expected: &Type, actual: &Type) -> String {
    let (optional, expected) = match expected {
        Type::Optional(Some(inner)) => (true, &**inner),
        Type::Optional(None) => (true, &Type::Any),
        other => (false, other),
    };
    let options: &[Type] = if let Type::Variant(options) = expected { options } else { std::slice::from_ref(expected) };
    let (mut names, got) = if is_detailed(options, actual) {
        let names: Vec<String> = options.iter().map(|option| Expanded(option).to_string()).collect();
        (names, detailed(options, actual))
    } else {
        let mut names: Vec<String> = Vec::new();
        for name in options.iter().map(short_name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        (names, short_name(actual))
    };
    if optional {
        names.insert(0, "Undef".to_owned());
    }
    match names.as_slice() {
        [] => format!(" expects a value of type , got {got}"),
        [one] => format!(" expects {} value, got {got}", a_an(one)),
        [one, two] => format!(" expects a value of type {one} or {two}, got {got}"),
        [most @ .., last] => format!(" expects a value of type {}, or {last}, got {got}", most.join(", ")),
    }
}

/// The name without parameters; of types that hold one other, with its name.
fn short_name(of: &Type) -> String {
    let contained = match of {
        Type::Type(inner)
        | Type::NotUndef(inner)
        | Type::Optional(inner)
        | Type::Sensitive(inner)
        | Type::Iterable(inner)
        | Type::Iterator(inner) => inner.as_deref(),
        Type::Init(Some(init)) => Some(&init.of),
        _ => None,
    };
    match contained.filter(|inner| **inner != Type::Any) {
        Some(inner) => format!("{}[{}]", name(of), name(inner)),
        None => match of {
            Type::Object(Some(object)) => object.label().to_owned(),
            of => name(of),
        },
    }
}

fn name(of: &Type) -> String {
    match of {
        Type::Alias(alias) => alias.name.to_string(),
        Type::Object(Some(object)) => object.name.as_deref().unwrap_or_default().to_owned(),
        Type::ObjectExtension(extension) => extension.base.simple_name().to_owned(),
        Type::TypeSet(Some(set)) => set.name.to_string(),
        Type::TypeSet(None) => "DefaultTypeSet".to_owned(),
        Type::Reference(_) => "TypeReference".to_owned(),
        Type::Resource(_) => "Resource".to_owned(),
        Type::Class(_) => "Class".to_owned(),
        other => {
            let text = other.to_string();
            text.split('[').next().unwrap_or_default().to_owned()
        }
    }
}

fn is_alias(of: &Type) -> bool {
    of.target().is_some()
}

/// Whether the types in full say more than their names would.
fn is_detailed(options: &[Type], actual: &Type) -> bool {
    always_detailed(options, actual) || options.iter().any(|option| is_assignable(&default_of(option), actual))
}

fn always_detailed(options: &[Type], actual: &Type) -> bool {
    options.iter().any(|option| {
        same_kind(option, actual)
            || is_alias(option)
            || is_alias(actual)
            || matches!((option, actual), (Type::Struct(_), Type::Hash(_)) | (Type::Tuple(_), Type::Array(_)))
    })
}

fn same_kind(a: &Type, b: &Type) -> bool {
    let text = |of: &Type| matches!(of, Type::String(_) | Type::Text(_));
    discriminant(a) == discriminant(b) || text(a) && text(b)
}

fn detailed(options: &[Type], actual: &Type) -> String {
    let resolved: Vec<Type> = options.iter().map(|option| option.resolved().clone()).collect();
    let general = generalize(actual);
    if always_detailed(&resolved, actual) || resolved.iter().any(|option| is_assignable(option, &general)) {
        Expanded(actual).to_string()
    } else {
        match actual {
            Type::Object(Some(object)) => object.simple_name().to_owned(),
            other => name(other),
        }
    }
}
