//! Type expressions to types.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use ::syntax::ast::Expr;
use ::syntax::source::Span;
use rustc_hash::FxHashMap;

use crate::error::Failure;
use crate::types::Type;
use crate::value::Value;

mod definition;
mod parameterized;
mod syntax;

pub use definition::define;

use self::syntax::{Kind, Node};

/// Gives the types that manifests define.
pub trait Resolver {
    /// A type alias (or other loaded type) by its name as written, without a leading `::`.
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure>;

    /// Whether a resource type or define has this name (as written, capitalised).
    fn is_resource_type(&mut self, name: &str) -> bool;

    /// The text of an expression that is being read, for messages.
    fn text_of(&self, _span: Span) -> Option<String> {
        None
    }

    /// Learns that a key stands twice in a definition, at the place of the definition.
    fn repeated_key(&mut self, _key: &str, _span: Span) -> Result<(), Failure> {
        Ok(())
    }

    /// Learns a type that is being defined, before its parts are read: they may name it.
    fn declare(&mut self, _name: &str, _of: &Type) {}
}

/// Knows built-in types only.
#[derive(Debug, Default)]
pub struct BuiltIn;

impl Resolver for BuiltIn {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        Ok(super::object::built_in(name))
    }

    fn is_resource_type(&mut self, name: &str) -> bool {
        CORE_RESOURCE_TYPES.contains(&&*name.to_lowercase())
    }
}

/// The resource types that every environment has.
pub const CORE_RESOURCE_TYPES: [&str; 15] = [
    "component",
    "exec",
    "file",
    "filebucket",
    "group",
    "node",
    "notify",
    "package",
    "resources",
    "schedule",
    "service",
    "stage",
    "tidy",
    "user",
    "whit",
];

/// Built-in types and a list of local names.
#[derive(Debug)]
pub struct Aliases {
    types: Vec<(&'static str, Type)>,
}

impl Aliases {
    pub fn new(definitions: &[(&'static str, &'static str)]) -> Result<Self, Failure> {
        let mut aliases = Self { types: Vec::new() };
        for (name, definition) in definitions {
            let target = text(definition, &mut aliases)?;
            let alias = super::AliasType { name: Arc::from(*name), target: target.into() };
            aliases.types.push((name, Type::Alias(Arc::new(alias))));
        }
        Ok(aliases)
    }
}

impl Resolver for Aliases {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        match self.types.iter().find(|(known, _)| *known == name) {
            Some((_, of)) => Ok(Some(of.clone())),
            None => BuiltIn.named(name),
        }
    }

    fn is_resource_type(&mut self, name: &str) -> bool {
        BuiltIn.is_resource_type(name)
    }
}

/// A type from its text.
pub fn text(text: &str, resolver: &mut dyn Resolver) -> Result<Type, Failure> {
    let node = self::syntax::from_text(text)?;
    Interpreter { text: Some(text), resolver }.a_type(&node)
}

/// A type from a text that stands in this program: read once and shared by all compiles.
pub fn fixed(text: &'static str) -> Result<Type, Failure> {
    static KNOWN: LazyLock<RwLock<FxHashMap<&'static str, Type>>> = LazyLock::new(RwLock::default);
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(known.clone());
    }
    let of = self::text(text, &mut BuiltIn)?;
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(text, of.clone());
    Ok(of)
}

/// A type from an expression of a program, as in `Integer[1] $x`.
pub fn expression(expr: &Expr, resolver: &mut dyn Resolver) -> Result<Type, Failure> {
    let node = self::syntax::from_expression(expr);
    Interpreter { text: None, resolver }.a_type(&node)
}

/// A built-in type without parameters by its name in lower case; `None` for names that manifests
/// may define.
pub fn built_in(lower_case_name: &str) -> Option<Type> {
    Some(match lower_case_name {
        "integer" => Type::Integer(super::Bounds::NONE),
        "float" => Type::Float(super::Bounds::NONE),
        "numeric" => Type::Numeric,
        "init" => Type::Init(None),
        "iterable" => Type::Iterable(None),
        "iterator" => Type::Iterator(None),
        "string" => Type::String(super::Bounds::NONE),
        "binary" => Type::Binary,
        "sensitive" => Type::Sensitive(None),
        "enum" => Type::enumeration([], false),
        "boolean" => Type::Boolean(None),
        "pattern" => Type::Pattern(Arc::from([])),
        "regexp" => Type::Regexp(None),
        "array" => Type::array(Type::Any, super::Bounds::NONE),
        "hash" => Type::hash(Type::Any, Type::Any, super::Bounds::NONE),
        "class" => Type::Class(None),
        "resource" => Type::resource(None, None),
        "collection" => Type::Collection(super::Bounds::NONE),
        "scalar" => Type::Scalar,
        "scalardata" => Type::ScalarData,
        "catalogentry" => Type::CatalogEntry,
        "undef" => Type::Undef,
        "notundef" => Type::NotUndef(None),
        "default" => Type::Default,
        "any" => Type::Any,
        "variant" => Type::Variant(Arc::from([])),
        "optional" => Type::Optional(None),
        "runtime" => Type::Runtime(None),
        "type" => Type::Type(None),
        "tuple" => Type::tuple(Vec::new(), None),
        "struct" => Type::Struct(Arc::from([])),
        "object" => Type::Object(None),
        "typealias" => Type::Alias(UNRESOLVED_ALIAS.clone()),
        "typereference" => Type::Reference(Arc::from("UnresolvedReference")),
        "typeset" => Type::TypeSet(None),
        "callable" => Type::Callable(None),
        "semver" => Type::SemVer(Arc::from([])),
        "semverrange" => Type::SemVerRange,
        "timestamp" => Type::Timestamp(None),
        "timespan" => Type::Timespan(None),
        "uri" => Type::Uri(None),
        "data" => Type::Data,
        "richdata" | "puppet::lookupvalue" => Type::RichData,
        "richdatakey" | "puppet::lookupkey" => Type::RichDataKey,
        _ => return None,
    })
}

/// `TypeAlias`: what an alias is before it is resolved.
static UNRESOLVED_ALIAS: LazyLock<Arc<super::AliasType>> = LazyLock::new(|| {
    let target = Type::Reference(Arc::from("UnresolvedReference"));
    Arc::new(super::AliasType { name: Arc::from("UnresolvedAlias"), target: target.into() })
});

struct Interpreter<'a> {
    /// `None`: the resolver knows it.
    text: Option<&'a str>,
    resolver: &'a mut dyn Resolver,
}

impl Interpreter<'_> {
    fn a_type(&mut self, node: &Node) -> Result<Type, Failure> {
        match self.interpret(node)? {
            Value::Type(of) => Ok(of),
            _ => Err(self.invalid(node)),
        }
    }

    fn interpret(&mut self, node: &Node) -> Result<Value, Failure> {
        Ok(match &node.kind {
            Kind::Reference(name) => Value::Type(self.reference(name)?),
            Kind::Access(left, keys) => {
                let parameters = keys.iter().map(|key| self.interpret(key)).collect::<Result<Vec<_>, _>>()?;
                let Kind::Reference(name) = &left.kind else { return Err(self.invalid(node)) };
                Value::Type(self.parameterized(name, &parameters, left, node)?)
            }
            Kind::Text(text) => Value::String(text.clone().into()),
            Kind::Integer(value) => Value::Integer(*value),
            Kind::Float(value) => Value::Float(*value),
            Kind::Boolean(value) => Value::Boolean(*value),
            Kind::Regexp(source) => Value::Regexp(crate::regexp::Regexp::shared(source)?),
            Kind::Default => Value::Default,
            Kind::Undef => Value::Undef,
            Kind::Array(items) => {
                Value::array(items.iter().map(|item| self.interpret(item)).collect::<Result<_, _>>()?)
            }
            Kind::Hash(entries) => self.hash(entries)?,
            Kind::Features(..) | Kind::Other => return Err(self.invalid(node)),
        })
    }

    fn hash(&mut self, entries: &[(Node, Node)]) -> Result<Value, Failure> {
        let mut hash = crate::value::Hash::default();
        for (key, value) in entries {
            hash.insert(self.interpret(key)?, self.interpret(value)?);
        }
        Ok(Value::hash(hash))
    }

    fn reference(&mut self, name: &str) -> Result<Type, Failure> {
        if let Some(known) = built_in(&name.to_lowercase()) {
            return Ok(known);
        }
        if let Some(found) = self.resolver.named(name)? {
            return Ok(found);
        }
        if self.resolver.is_resource_type(name) {
            return Ok(Type::resource(Some(name), None));
        }
        Ok(Type::Reference(name.into()))
    }

    fn invalid(&self, node: &Node) -> Failure {
        let text = self.slice(node);
        Failure::argument(format!("The expression <{text}> is not a valid type specification."))
    }

    fn slice(&self, node: &Node) -> String {
        match self.text {
            Some(text) => text.get(node.start..node.end).unwrap_or_default().to_owned(),
            None => self.resolver.text_of(Span::new(node.start as u32, node.end as u32)).unwrap_or_default(),
        }
    }
}
