//! Expressions to values, and all that happens on the way.
//!
//! One [`Evaluator`] makes one catalog. Functions get it as their first argument: through it they
//! reach variables, other functions, the world, the log and the catalog.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::{Expr, Lambda};
use syntax::source::Source;

use crate::builder::Builder;
use crate::collector::Collector;
use crate::error::{Failure, Location, Stop};
use crate::known::KnownTypes;
use crate::provenance::Memory;
use crate::relationship::Relationship;
use crate::request::{LogEntry, Request};
use crate::resource::Override;
use crate::scope::{Lookup, ScopeId, Scopes};
use crate::value::Value;
use crate::world::World;

mod access;
mod assignment;
mod call;
mod caller;
mod class;
mod closure;
mod collect;
mod control;
mod deferred;
mod definition;
mod dispatch;
mod epp;
mod erb;
mod failure;
mod import;
mod load;
mod log;
mod member;
mod operator;
mod overriding;
mod relate;
mod resource_expression;
mod ruby;
mod type_name;

pub(crate) use call::Jump;
pub(crate) use collect::shown;
pub(crate) use definition::ResolvedType;
pub(crate) use type_name::Aliases;

/// Makes one catalog.
pub struct Evaluator<'a> {
    request: Request<'a>,
    world: &'a dyn World,
    pub(crate) scopes: Scopes,
    pub(crate) known: KnownTypes,
    pub(crate) catalog: Builder,
    pub(crate) collectors: Vec<Collector>,
    pub(crate) relationships: Vec<Relationship>,
    pub(crate) overrides: Vec<Override>,
    /// Where the code being evaluated stands.
    scope: ScopeId,
    source: Arc<Source>,
    /// Calls in progress, the innermost last.
    calls: Vec<(Arc<Source>, u32)>,
    /// The site manifest whose top level is being evaluated.
    pub(crate) program: Option<Arc<str>>,
    /// What templates in progress have rendered.
    templates: Vec<epp::Output>,
    /// Variables that ERB templates have set, as they hold them.
    ruby_variables: Vec<(ScopeId, Arc<str>, ::ruby::Value)>,
    /// Inline templates by their text, each parsed once.
    inline_templates: rustc_hash::FxHashMap<Arc<str>, crate::world::Erb>,
    aliases: Aliases,
    annotations: crate::functions::Annotations,
    functions: FxHashMap<Arc<str>, Option<call::UserFunction>>,
    /// By the address of the lambda, which is held so that no other takes its place.
    signatures: FxHashMap<usize, (Arc<Lambda>, Arc<crate::signature::Signature>)>,
    hiera: Rc<crate::hiera::Cache>,
    /// The process that runs the Ruby code of the environment, once it was needed.
    ruby: Option<ruby::Session<'a>>,
    logs: Vec<LogEntry>,
    warned: FxHashSet<Box<str>>,
    /// The parameter without a value that a default expression asked for.
    unevaluated: Option<Arc<str>>,
    jump: Option<Jump>,
    /// Kept only while a compile is explained.
    pub(crate) memory: Option<Box<Memory>>,
    depth: u32,
    steps: u64,
    /// Bytes of texts and lists made so far.
    made: usize,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(request: Request<'a>, world: &'a dyn World) -> Self {
        Self {
            request,
            world,
            scopes: Scopes::new(crate::known::TypeId::MAIN),
            known: KnownTypes::new(),
            catalog: Builder::default(),
            collectors: Vec::new(),
            relationships: Vec::new(),
            overrides: Vec::new(),
            scope: ScopeId::TOP,
            source: Arc::new(Source::new("", "")),
            calls: Vec::new(),
            program: None,
            templates: Vec::new(),
            ruby_variables: Vec::new(),
            inline_templates: rustc_hash::FxHashMap::default(),
            aliases: Aliases::default(),
            annotations: crate::functions::Annotations::default(),
            functions: FxHashMap::default(),
            signatures: FxHashMap::default(),
            hiera: Rc::default(),
            ruby: None,
            logs: Vec::new(),
            warned: FxHashSet::default(),
            unevaluated: None,
            jump: None,
            memory: None,
            depth: 0,
            steps: 0,
            made: 0,
        }
    }

    /// The node, its facts and the settings.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }

    pub fn world(&self) -> &'a dyn World {
        self.world
    }

    /// The scope in which the code being evaluated stands.
    pub fn scope(&self) -> ScopeId {
        self.scope
    }

    /// The value of `$name` (without the dollar, maybe qualified) as the running code sees it;
    /// `None` when there is no such variable.
    pub fn variable(&self, name: &str) -> Option<Value> {
        match self.scopes.lookup(self.scope, name) {
            Lookup::Found(value) => Some(value),
            Lookup::Unevaluated(_) | Lookup::Missing => None,
        }
    }

    /// Whether there is a variable with this name, `undef` or not.
    pub(crate) fn has_variable(&self, name: &str) -> bool {
        matches!(name, "::module_name" | "::caller_module_name" | "module_name" | "caller_module_name")
            || !matches!(self.scopes.lookup(self.scope, name), Lookup::Missing)
    }

    /// The module of the code being evaluated; empty for the site manifests.
    pub fn module_name(&self) -> Arc<str> {
        let source = self.scopes.get(self.scope).source;
        self.known.get(source).module.clone()
    }

    /// Where the function that runs was called, without a column. Code from no file is `unknown`.
    pub fn call_site(&self) -> Option<Location> {
        let mut place = self.calls.last().map(|(source, offset)| Location::line_of(source, *offset))?;
        if place.file.is_empty() {
            place.file = "unknown".into();
        }
        Some(place)
    }

    /// The two innermost places that led to the running function; the top level of a manifest is its line 0.
    pub(crate) fn stack(&self) -> [Option<Location>; 2] {
        let calls = self.calls.iter().rev().map(|(source, offset)| Location::line_of(source, *offset));
        let program = self.program.iter().map(|file| Location { file: file.clone(), line: 0, column: None });
        let mut places = calls.chain(program);
        [places.next(), places.next()]
    }

    /// An error of the running function; the place of the call is added.
    pub fn fail(&self, message: impl Into<String>) -> Stop {
        Failure::argument(message).into()
    }

    /// The value of an expression. Errors that have no place yet get that of the expression.
    pub(crate) fn evaluate(&mut self, expr: &Expr) -> Result<Value, Stop> {
        self.step()?;
        let result = self.dispatch(expr);
        self.depth -= 1;
        match result {
            Err(Stop::Error(error)) if error.position.is_none() && !crate::hiera::is_lookup_error(&error) => {
                Err(self.placed(*error, expr))
            }
            result => result,
        }
    }

    /// Evaluates in another scope and text, then comes back.
    pub(crate) fn within<T>(
        &mut self,
        scope: ScopeId,
        source: &Arc<Source>,
        run: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let scope = std::mem::replace(&mut self.scope, scope);
        let source = std::mem::replace(&mut self.source, source.clone());
        let result = run(self);
        self.scope = scope;
        self.source = source;
        result
    }

    /// Runs and then takes off the frames that were pushed onto the scope meanwhile.
    pub(crate) fn guarded<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        let scope = self.scope;
        let level = self.scopes.get(scope).level();
        let result = run(self);
        self.scopes.get_mut(scope).truncate(level);
        result
    }

    /// Counts a value that was made against the limits, by its outermost level: what it holds was
    /// counted when it was made.
    pub(crate) fn account(&mut self, value: Value) -> Result<Value, Stop> {
        self.add_bytes(match &value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.len() * size_of::<Value>(),
            Value::Hash(entries) => entries.len() * 2 * size_of::<Value>(),
            Value::Binary(bytes) => bytes.len(),
            _ => 0,
        })?;
        Ok(value)
    }

    /// Counts a step of work outside of expressions, and the bytes that it made.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        self.step()?;
        self.depth -= 1;
        self.add_bytes(bytes)
    }

    pub(crate) fn add_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        self.made = self.made.saturating_add(bytes);
        let limit = self.request.limits.max_values_bytes;
        if self.made > limit {
            return Err(self.fail(format!(
                "Evaluation makes more than {limit} bytes of values (limited by the setting compile.max_values)"
            )));
        }
        Ok(())
    }

    fn too_long(&self) -> Stop {
        self.fail("Evaluation takes too long (limited by the setting compile.timeout)")
    }

    /// Counts a step against the limits.
    fn step(&mut self) -> Result<(), Stop> {
        let limits = &self.request.limits;
        self.steps += 1;
        if self.depth >= limits.max_depth {
            return Err(self.fail(format!(
                "Evaluation is nested more than {} levels deep (limited by the setting compile.max_depth)",
                limits.max_depth
            )));
        }
        if self.steps > limits.max_steps {
            return Err(self.fail(format!(
                "Evaluation takes more than {} steps (limited by the setting compile.max_steps)",
                limits.max_steps
            )));
        }
        if self.steps.is_multiple_of(1024) && limits.expired.is_some_and(|expired| expired()) {
            return Err(self.too_long());
        }
        self.depth += 1;
        Ok(())
    }
}
