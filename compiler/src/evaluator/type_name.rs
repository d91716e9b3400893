//! Upper-case names: built-in types, type aliases, resource types.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::ast::{self, Definition, Expr, Program};

use crate::error::{Failure, Stop};
use crate::evaluator::Evaluator;
use crate::label::a_an;
use crate::scope::ScopeId;
use crate::types::parse::Resolver;
use crate::types::{self, AliasType, Type};
use crate::value::Value;
use crate::world::ProgramKind;

/// Type aliases by name in lower case.
#[derive(Default)]
pub(crate) struct Aliases {
    /// Definitions that were read and not needed yet.
    waiting: FxHashMap<Box<str>, Arc<ast::TypeAlias>>,
    resolved: FxHashMap<Box<str>, Option<Type>>,
    /// What went wrong in a definition, for the caller of a resolver that knows only failures.
    stopped: Option<Stop>,
}

impl Evaluator<'_> {
    /// `Integer`, `File`, `Stdlib::Absolutepath`
    pub(super) fn reference(&mut self, name: &Arc<str>, expr: &Expr) -> Result<Value, Stop> {
        let parsed = types::parse::expression(expr, self);
        match self.resolved(parsed)? {
            Type::Reference(_) => {
                Err(self.issue("UNKNOWN_RESOURCE_TYPE", expr, format!("Resource type not found: {name}")))
            }
            of => Ok(Value::Type(of)),
        }
    }

    /// A type from its text, with the types of the environment known.
    pub(crate) fn type_from_text(&mut self, text: &str) -> Result<Type, Stop> {
        let parsed = types::parse::text(text, self);
        self.resolved(parsed)
    }

    /// The type that an expression stands for.
    pub(super) fn type_of(&mut self, expr: &Expr) -> Result<Type, Stop> {
        match self.evaluate(expr)? {
            Value::Type(of) => Ok(of),
            other => {
                let what = a_an(&types::generalize(&types::infer(&other)).to_string());
                Err(self.fail(format!("A type is expected here, got {what}")))
            }
        }
    }

    /// Remembers the type aliases of a file.
    pub(super) fn add_aliases(&mut self, program: &Program) {
        for definition in &program.definitions {
            if let Definition::TypeAlias(alias) = definition {
                self.aliases.waiting.entry(alias.name.to_lowercase().into()).or_insert_with(|| alias.clone());
            }
        }
    }

    fn resolved(&mut self, parsed: Result<Type, Failure>) -> Result<Type, Stop> {
        match (parsed, self.aliases.stopped.take()) {
            (_, Some(stop)) => Err(stop),
            (parsed, None) => Ok(parsed?),
        }
    }

    fn alias(&mut self, name: &str) -> Result<Option<Type>, Stop> {
        let key = name.strip_prefix("::").unwrap_or(name).to_lowercase();
        if let Some(known) = self.aliases.resolved.get(key.as_str()) {
            return Ok(known.clone());
        }
        if !self.aliases.waiting.contains_key(key.as_str())
            && let Some(program) =
                self.world().program(ProgramKind::TypeAlias, &key).map_err(|error| self.unloadable(&error))?
        {
            self.add_aliases(&program);
        }
        let Some(definition) = self.aliases.waiting.get(key.as_str()).cloned() else {
            self.aliases.resolved.insert(key.into(), None);
            return Ok(None);
        };
        let alias = Arc::new(AliasType { name: definition.name.clone(), target: std::sync::OnceLock::new() });
        self.aliases.resolved.insert(key.into(), Some(Type::Alias(alias.clone())));
        let target = self.within(ScopeId::TOP, &definition.source, |this| this.type_of(&definition.type_expr))?;
        // It was made here and nothing else sets it.
        let _ = alias.target.set(without_itself(target, &alias));
        if is_ring(&alias) {
            return Err(self.fail(format!("Type alias '{}' cannot be resolved to a real type", alias.name)));
        }
        Ok(Some(Type::Alias(alias)))
    }
}

/// `type T = Variant[T, String]` says no more than `Variant[String]`.
fn without_itself(target: Type, alias: &Arc<AliasType>) -> Type {
    let is_itself = |of: &Type| matches!(of, Type::Alias(other) if Arc::ptr_eq(other, alias));
    match &target {
        Type::Variant(members) if members.iter().any(is_itself) => {
            Type::variant(members.iter().filter(|member| !is_itself(member)).cloned())
        }
        _ => target,
    }
}

/// Whether an alias stands for nothing but itself.
fn is_ring(alias: &Arc<AliasType>) -> bool {
    let mut next = alias.clone();
    loop {
        match next.target.get() {
            Some(Type::Alias(other)) if Arc::ptr_eq(other, alias) => return true,
            Some(Type::Alias(other)) => next = other.clone(),
            _ => return false,
        }
    }
}

impl Resolver for Evaluator<'_> {
    fn named(&mut self, name: &str) -> Result<Option<Type>, Failure> {
        match self.alias(name) {
            Ok(found) => Ok(found),
            Err(stop) => {
                self.aliases.stopped = Some(stop);
                Err(Failure::argument(""))
            }
        }
    }

    fn is_resource_type(&mut self, name: &str) -> bool {
        match self.find_resource_type(&name.to_lowercase()) {
            Ok(found) => found.is_some(),
            Err(stop) => {
                self.aliases.stopped = Some(stop);
                false
            }
        }
    }
}
