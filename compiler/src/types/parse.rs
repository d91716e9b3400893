//! Type expressions to types.

use syntax::ast::Expr;

use crate::error::Failure;
use crate::types::Type;

/// Gives the types that manifests define.
pub trait Resolver {
    /// A type alias (or other loaded type) by its name as written, without a leading `::`.
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure>;

    /// Whether a resource type or define has this name (as written, capitalised).
    fn is_resource_type(&mut self, name: &str) -> bool;
}

/// Knows built-in types only.
#[derive(Debug, Default)]
pub struct BuiltIn;

impl Resolver for BuiltIn {
    fn named(&mut self, _name: &str) -> Result<Option<Type>, Failure> {
        Ok(None)
    }

    fn is_resource_type(&mut self, _name: &str) -> bool {
        false
    }
}

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
            aliases.types.push((name, target));
        }
        Ok(aliases)
    }
}

impl Resolver for Aliases {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        Ok(self.types.iter().find(|(known, _)| *known == name).map(|(_, of)| of.clone()))
    }

    fn is_resource_type(&mut self, _name: &str) -> bool {
        false
    }
}

/// A type from its text.
pub fn text(text: &str, _resolver: &mut dyn Resolver) -> Result<Type, Failure> {
    Err(Failure::missing(&format!("the type {text}")))
}

/// A type from an expression, as in `Integer[1] $x`.
pub fn expression(_expr: &Expr, _resolver: &mut dyn Resolver) -> Result<Type, Failure> {
    Err(Failure::missing("a type expression"))
}
