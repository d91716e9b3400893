//! Upper-case names: built-in types, type aliases, resource types.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::ast::{self, Definition, Expr, ExprKind, Program};
use syntax::source::{Source, Span};

use crate::error::{Error, Failure, Location, Stop};
use crate::evaluator::Evaluator;
use crate::label::a_an;
use crate::request::Strict;
use crate::scope::ScopeId;
use crate::types::parse::Resolver;
use crate::types::type_set::RUNTIME_AUTHORITY;
use crate::types::{self, Type};
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
    pub(super) fn reference(&mut self, expr: &Expr) -> Result<Value, Stop> {
        let parsed = types::parse::expression(expr, self);
        match self.resolved(parsed)? {
            Type::Reference(name) => {
                Err(self.issue("UNKNOWN_RESOURCE_TYPE", expr, format!("Resource type not found: {name}")))
            }
            of => Ok(Value::Type(of)),
        }
    }

    /// A type from its text, with the types of the environment known.
    pub(crate) fn type_from_text(&mut self, text: &str) -> Result<Type, Stop> {
        let source = Arc::new(Source::new("", text));
        let checked =
            syntax::check(source.clone(), &syntax::Options::default()).map_err(|error| syntax_error(&error))?;
        let scope = self.scope;
        self.within(scope, &source, |this| {
            let parsed = types::parse::expression(&checked.program.body, this);
            this.resolved(parsed)
        })
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

    /// Remembers the type aliases of a file. A name that is taken is an error.
    pub(super) fn add_aliases(&mut self, program: &Program) -> Result<(), Stop> {
        for definition in &program.definitions {
            let Definition::TypeAlias(alias) = definition else { continue };
            let key = alias.name.to_lowercase();
            let origin = match self.aliases.waiting.get(key.as_str()) {
                Some(known) if Arc::ptr_eq(known, alias) => continue,
                Some(known) => format!("set at {}", Location::uri(&known.source, known.span.start)),
                None if types::parse::built_in(&key).is_some() => "set by Puppet-Type-System/Static-Loader".to_owned(),
                None => {
                    self.aliases.waiting.insert(key.into(), alias.clone());
                    continue;
                }
            };
            return Err(self.redefined("type", &key, &origin));
        }
        Ok(())
    }

    /// A second definition of what loaders keep by name.
    pub(super) fn redefined(&self, kind: &str, name: &str, origin: &str) -> Stop {
        let message = format!("Attempt to redefine entity '{RUNTIME_AUTHORITY}/{kind}/{name}'. Originally {origin}.");
        self.parse_error(message, None)
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
        if let Some(built_in) = types::object::built_in(&key) {
            return Ok(Some(built_in));
        }
        let Some(definition) = self.type_definition(&key)? else {
            let found = self.type_of_set(&key)?;
            self.aliases.resolved.insert(key.into(), found.clone());
            return Ok(found);
        };
        let defined = self.within(ScopeId::TOP, &definition.source, |this| {
            let defined = types::parse::define(&definition.name, &definition.type_expr, this);
            this.resolved(defined)
        });
        if defined.is_err() {
            self.aliases.resolved.remove(key.as_str());
        }
        defined.map(Some)
    }

    /// The definition of a type: read before, or in the file where it should be.
    fn type_definition(&mut self, key: &str) -> Result<Option<Arc<ast::TypeAlias>>, Stop> {
        if let Some(known) = self.aliases.waiting.get(key) {
            return Ok(Some(known.clone()));
        }
        let mut found = self.load_type(key, key)?;
        // The types of a module may stand in a set of its name.
        if found.is_none() && !key.contains("::") {
            found = self.load_type(&format!("{key}::init_typeset"), key)?;
            if let Some(definition) = found.as_ref().filter(|definition| !is_type_set(&definition.type_expr)) {
                let (path, name) = (definition.source.path(), crate::resource::capitalize(key));
                return Err(self.fail(format!("The code loaded from {path} does not define the TypeSet '{name}'")));
            }
        }
        if found.is_none() {
            found = self.ruby_data_type(key)?;
        }
        if let Some(definition) = &found {
            self.aliases.waiting.insert(key.into(), definition.clone());
        }
        Ok(found)
    }

    /// The definition in the file of a name: it must be all that is in the file.
    fn load_type(&mut self, file: &str, name: &str) -> Result<Option<Arc<ast::TypeAlias>>, Stop> {
        let program = self.world().program(ProgramKind::TypeAlias, file).map_err(|error| self.unloadable(&error))?;
        let Some(program) = program else { return Ok(None) };
        let fault = match program.definitions.as_slice() {
            [] => format!("does not define the type '{name}' - it is empty."),
            [Definition::TypeAlias(definition)] if definition.name.to_lowercase() != name => {
                format!("produced type with the wrong name, expected '{name}', actual '{}'", definition.name)
            }
            [Definition::TypeAlias(_)] if !matches!(program.body.kind, ExprKind::Definition(_)) => {
                format!("contains additional logic - can only contain the type '{name}'")
            }
            [Definition::TypeAlias(definition)] => return Ok(Some(definition.clone())),
            [_] => format!("does not define the type '{name}' - no type alias or type definition found."),
            [_, _, ..] => format!("must contain only the type '{name}' - it has additional definitions."),
        };
        Err(self.fail(format!("The code loaded from {} {fault}", program.source.path())))
    }

    /// A type of a type set that a file defines: `Module::Name`.
    fn type_of_set(&mut self, key: &str) -> Result<Option<Type>, Stop> {
        let mut outer = key;
        while let Some((name, _)) = outer.rsplit_once("::") {
            outer = name;
            let waits = self.aliases.waiting.contains_key(name) && !self.aliases.resolved.contains_key(name);
            if !waits && let Some(Type::TypeSet(_)) = self.alias(name)? {
                return Ok(self.aliases.resolved.get(key).cloned().flatten());
            }
        }
        Ok(None)
    }
}

fn is_type_set(of: &Expr) -> bool {
    matches!(&of.kind, ExprKind::Access { left, .. }
        if matches!(&left.kind, ExprKind::QualifiedReference(name) if &**name == "TypeSet"))
}

/// A text that is no type expression: with its own place, where it has one.
fn syntax_error(error: &syntax::SyntaxError) -> Stop {
    let Some(first) = error.errors().next() else { return Failure::argument(error.to_string()).into() };
    match first.position {
        None => Failure::argument(first.message.clone()).into(),
        Some(at) => {
            let position = Location { file: "".into(), line: at.line, column: Some(at.column) };
            Error { issue_code: "SYNTAX_ERROR", message: first.message.clone(), position: Some(position) }.into()
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

    fn text_of(&self, span: Span) -> Option<String> {
        Some(self.source.slice(span).to_owned())
    }

    fn repeated_key(&mut self, key: &str, span: Span) -> Result<(), Failure> {
        let message = format!("The key '{key}' is declared more than once");
        let place = Some(Location::of(&self.source, span.start));
        match self.request().settings.strict {
            Strict::Off => Ok(()),
            Strict::Warning => {
                self.warn(message, place);
                Ok(())
            }
            Strict::Error => {
                self.aliases.stopped = Some(Error { issue_code: "DUPLICATE_KEY", message, position: place }.into());
                Err(Failure::argument(""))
            }
        }
    }

    fn declare(&mut self, name: &str, of: &Type) {
        self.aliases.resolved.insert(name.to_lowercase().into(), Some(of.clone()));
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
