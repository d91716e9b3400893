//! Hiera: data by key from the layers of an environment.
//!
//! A lookup asks the global hierarchy, then that of the environment, then that of the key's module,
//! joins what it finds as the merge strategy says, and falls back on the module's default
//! hierarchy. Data files come parsed from the world; the interpolated hierarchies, the
//! `lookup_options` and what data functions cached are kept for the time of one compile.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::callable::Callable;
use crate::error::{Error, Stop};
use crate::functions::{Caller, assert_instance};
use crate::types::Type;
use crate::value::{Hash, Value};

mod config;
pub(crate) mod context;
mod entry;
pub(crate) mod explanation;
pub(crate) mod eyaml;
pub(crate) mod files;
mod hierarchy;
mod interpolation;
mod key;
mod layers;
mod merge;
mod options;
mod origin;

use context::FunctionContext;
use explanation::{Explanation, Node};
use hierarchy::Hierarchy;
use interpolation::Watched;
use key::Key;
pub(crate) use key::Segment;
use merge::Strategy;
use options::Options;
pub use origin::{Layer, Origin};

/// Lookups within lookups, and interpolations within interpolations, may go this deep.
const MOST_LEVELS: usize = 100;

/// Errors of lookups that name no place in the manifest.
pub(crate) const LOOKUP_ERROR: &str = "LOOKUP_ERROR";

/// What one compile remembers of its lookups.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// Empty until asked for; the hierarchy itself may not exist.
    global: OnceCell<Rc<Hierarchy>>,
    environment: OnceCell<Option<Rc<Hierarchy>>>,
    modules: RefCell<FxHashMap<Arc<str>, Option<Rc<Hierarchy>>>>,
    options: RefCell<FxHashMap<Option<Arc<str>>, Rc<Options>>>,
    default_options: RefCell<FxHashMap<Arc<str>, Rc<Options>>>,
    global_options: OnceCell<Option<Arc<Hash>>>,
    environment_options: OnceCell<Option<Arc<Hash>>>,
    /// What data functions cached, by the address of the context that they were given.
    contexts: RefCell<FxHashMap<usize, Rc<FunctionContext>>>,
    /// What the blocks of `cached_file_data` made of files.
    file_data: RefCell<FxHashMap<Arc<str>, Value>>,
    eyaml_keys: RefCell<FxHashMap<[eyaml::Source; 2], Rc<eyaml::KeyPair>>>,
    secrets: Rc<RefCell<eyaml::Secrets>>,
    /// The lookup that called the function that runs.
    current: RefCell<Option<State>>,
}

/// What `lookup()` was asked for.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) names: Vec<Arc<str>>,
    /// The names as given, for the block.
    pub(crate) name: Option<Value>,
    pub(crate) value_type: Option<Type>,
    pub(crate) merge: Option<Value>,
    pub(crate) default: Option<Value>,
    pub(crate) overrides: Option<Arc<Hash>>,
    pub(crate) default_values: Option<Arc<Hash>>,
    pub(crate) block: Option<Arc<Callable>>,
    /// Set by `hiera()` and its kin.
    pub(crate) legacy: Option<Legacy>,
}

/// How `hiera()` and its kin look up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Legacy {
    /// Further levels above all others of a version 3 hierarchy.
    pub(crate) levels: Vec<Value>,
}

/// A value and where it came from.
#[derive(Clone, Debug)]
pub struct Found {
    pub value: Value,
    /// The places that gave it: one, or several when they were merged, the first counting most.
    pub origins: Vec<Origin>,
}

/// The value that data binds to a parameter of a class, if any.
pub(crate) fn automatic_parameter(
    caller: &mut dyn Caller,
    class: &str,
    parameter: &str,
) -> Result<Option<Found>, Stop> {
    let mut lookup = Lookup::new(caller);
    let value = lookup.find(&format!("{class}::{parameter}"), None)?;
    Ok(value.map(|value| Found { value, origins: std::mem::take(&mut lookup.origins) }))
}

/// `lookup()`
pub(crate) fn lookup(caller: &mut dyn Caller, request: &Request) -> Result<Value, Stop> {
    let mut lookup = Lookup::new(caller);
    if let Some(legacy) = &request.legacy {
        lookup.become_legacy(legacy)?;
    }
    lookup.answer(request)
}

/// `lookup()` with all that was done on the way, whether it found something or not.
pub(crate) fn explained(
    caller: &mut dyn Caller,
    request: &Request,
    explanation: Explanation,
) -> Result<(Option<Value>, Explanation), Stop> {
    let mut lookup = Lookup::new(caller);
    let shared = Rc::new(RefCell::new(explanation.without(&lookup.cache.secrets)));
    lookup.state.explanation = Some(shared.clone());
    let answer = match lookup.answer(request) {
        Ok(value) => Some(value),
        Err(Stop::Error(error)) if is_lookup_error(&error) => {
            shared.borrow_mut().text(error_text(&error));
            None
        }
        Err(stop) => return Err(stop),
    };
    drop(lookup);
    Ok((answer, shared.take()))
}

/// The segments of a dotted path, or what is wrong with it; the first is left out.
pub(crate) fn split_key(path: &str) -> Result<Vec<Segment>, &'static str> {
    key::split(path).map(|(_, rest)| rest)
}

/// What holds for a lookup and those that it starts. Cloning it begins one within.
#[derive(Clone, Debug, Default)]
struct State {
    overrides: Arc<Hash>,
    defaults: Arc<Hash>,
    /// The keys and interpolations that are being resolved.
    stack: Vec<Arc<str>>,
    explanation: Option<Rc<RefCell<Explanation>>>,
    /// Leaves the environment and module layers out.
    global_only: bool,
    /// `hiera()` and its kin ask.
    legacy: Option<Legacy>,
    /// Variables are seen as version 3 saw them.
    version_3: bool,
    /// The module whose layer is asked.
    module: Option<Arc<str>>,
    /// The key that was asked for.
    top_key: Arc<str>,
}

/// A lookup in progress.
pub(crate) struct Lookup<'a> {
    caller: &'a mut dyn Caller,
    cache: Rc<Cache>,
    state: State,
    /// Collects variables while a hierarchy is interpolated.
    watched: Option<Vec<Watched>>,
    /// The variable of `mapped_paths`.
    local: Option<(Arc<str>, Value)>,
    /// Where the value of the key that was asked for came from.
    origins: Vec<Origin>,
    /// How many lookups within lookups are being made.
    nested: usize,
}

impl<'a> Lookup<'a> {
    /// Within another lookup, its keys are still being resolved.
    fn new(caller: &'a mut dyn Caller) -> Self {
        let cache = caller.hiera();
        let mut state = cache.current.borrow().clone().unwrap_or_default();
        state.overrides = Arc::default();
        state.defaults = Arc::default();
        state.version_3 = false;
        Self { caller, cache, state, watched: None, local: None, origins: Vec::new(), nested: 0 }
    }

    /// As the function that a lookup called sees it: what `new` has not, its overrides, it has.
    fn continued(caller: &'a mut dyn Caller) -> Self {
        let cache = caller.hiera();
        let state = cache.current.borrow().clone().unwrap_or_default();
        Self { caller, cache, state, watched: None, local: None, origins: Vec::new(), nested: 1 }
    }

    fn become_legacy(&mut self, legacy: &Legacy) -> Result<(), Stop> {
        self.state.legacy = Some(legacy.clone());
        if !self.state.global_only && !self.has_environment_data()? {
            self.state.global_only = true;
        }
        Ok(())
    }

    fn answer(&mut self, request: &Request) -> Result<Value, Stop> {
        self.state.overrides = request.overrides.clone().unwrap_or_default();
        self.state.defaults = request.default_values.clone().unwrap_or_default();
        let checked = |subject: &str, value: Value| {
            if let Some(of) = &request.value_type {
                assert_instance(subject, of, &value)?;
            }
            Ok(value)
        };
        for name in &request.names {
            if let Some(value) = self.state.overrides.get(&Value::String(name.clone().into())) {
                let value = checked(&format!("Value found for key '{name}' in override hash"), value.clone())?;
                return checked("Found value", value);
            }
            if let Some(value) = self.find(name, request.merge.as_ref())? {
                return checked("Found value", value);
            }
        }
        for name in &request.names {
            if let Some(value) = self.state.defaults.get(&Value::String(name.clone().into())) {
                return checked(&format!("Value found for key '{name}' in default values hash"), value.clone());
            }
        }
        if let Some(block) = &request.block {
            let value = self.caller.call_block(block, vec![request.name.clone().unwrap_or(Value::Undef)])?;
            return checked("Value returned from default block", value);
        }
        match &request.default {
            Some(value) => checked("Default value", value.clone()),
            None => Err(not_found(&request.names)),
        }
    }

    /// A key with all its options applied; `None` when no layer has it.
    fn find(&mut self, text: &str, merge: Option<&Value>) -> Result<Option<Value>, Stop> {
        if text == "lookup_options" || text.starts_with("lookup_options.") {
            return self.with(|| Node::InvalidKey, |_| Ok(None));
        }
        self.caller.spend(0)?;
        let key = Key::parse(text)?;
        let module = std::mem::replace(&mut self.state.module, key.module.clone());
        let top_key = std::mem::replace(&mut self.state.top_key, key.text.clone());
        let found = self.find_key(&key, merge);
        self.state.module = module;
        self.state.top_key = top_key;
        found
    }

    fn find_key(&mut self, key: &Key, merge: Option<&Value>) -> Result<Option<Value>, Stop> {
        if self.state.explanation.as_ref().is_some_and(|explanation| explanation.borrow().only_options()) {
            self.state.top_key = "lookup_options".into();
            self.find_in_layers(&Key::parse("lookup_options")?, &Strategy::hash())?;
            return Ok(Some(Value::Undef));
        }
        let options = self.options_for(key)?;
        let strategy = match merge.filter(|merge| !merge.is_undef()) {
            Some(merge) => Strategy::parse(merge)?,
            None => match options.as_ref().and_then(|options| options.merge.clone()) {
                Some(strategy) => {
                    self.explain(|explanation| explanation.merge_source("lookup_options"));
                    strategy
                }
                None => Strategy::DEFAULT,
            },
        };
        let found = self.with(
            || Node::Top(key.text.clone()),
            |this| {
                let found = match this.find_in_layers(key, &strategy)? {
                    Some(value) => this.dig(key, value)?,
                    None => None,
                };
                if found.is_some() || this.state.global_only {
                    return Ok(found);
                }
                match this.find_in_default(key)? {
                    Some(value) => this.dig(key, value),
                    None => Ok(None),
                }
            },
        )?;
        match (found, options.as_ref().and_then(|options| options.convert_to.as_ref())) {
            (Some(value), Some(convert_to)) => self.convert(key, value, convert_to).map(Some),
            (found, _) => Ok(found),
        }
    }

    /// A key as `%{lookup('key')}` finds it.
    fn find_one(&mut self, text: &str) -> Result<Option<Value>, Stop> {
        let name = Value::String(text.into());
        if let Some(value) = self.state.overrides.get(&name) {
            return Ok(Some(value.clone()));
        }
        let watched = self.watched.take();
        // Outside of the global layer, variables are what they are.
        let version_3 = self.state.version_3;
        self.state.version_3 = version_3 && self.state.global_only;
        self.nested += 1;
        let found = self.find(text, None);
        self.nested -= 1;
        self.state.version_3 = version_3;
        self.watched = watched;
        Ok(found?.or_else(|| self.state.defaults.get(&name).cloned()))
    }

    /// Does something under a name that must not come up again within. Errors of the language that
    /// come out of it have become errors of the lookup.
    fn guarded<T>(&mut self, name: Arc<str>, work: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.state.stack.contains(&name) {
            let names: Vec<&str> = self.state.stack.iter().map(AsRef::as_ref).collect();
            return Err(fault(format!("Recursive lookup detected in [{}]", names.join(", "))));
        }
        if self.state.stack.len() >= MOST_LEVELS {
            return Err(fault(format!("Lookups are nested deeper than {MOST_LEVELS} levels, at '{name}'")));
        }
        self.state.stack.push(name);
        let result = work(self);
        self.state.stack.pop();
        match result {
            Err(Stop::Error(error)) if !is_lookup_error(&error) && error.position.is_some() => {
                Err(fault(error_text(&error)))
            }
            result => result,
        }
    }

    /// An error that the evaluator places, or that becomes one of the lookup within another.
    fn refused(&self, message: String) -> Stop {
        if self.state.stack.is_empty() { crate::error::Failure::argument(message).into() } else { fault(message) }
    }

    /// Refuses a value that is not of a type: `SUBJECT has wrong type, …`.
    fn check_type(&self, subject: &str, of: &Type, value: &Value) -> Result<(), Stop> {
        assert_instance(subject, of, value).map_err(|stop| match stop {
            Stop::Error(error) => self.refused(error.message),
            other => other,
        })
    }

    /// Does something as a branch of the explanation.
    fn with<T>(&mut self, node: impl FnOnce() -> Node, work: impl FnOnce(&mut Self) -> T) -> T {
        let Some(explanation) = self.state.explanation.clone() else { return work(self) };
        explanation.borrow_mut().push(node());
        let result = work(self);
        explanation.borrow_mut().pop();
        result
    }

    /// Adds to the explanation, when there is one.
    fn explain(&self, add: impl FnOnce(&mut Explanation)) {
        if let Some(explanation) = &self.state.explanation {
            add(&mut explanation.borrow_mut());
        }
    }

    /// The part of a found value that the dotted rest of a key names.
    fn dig(&mut self, key: &Key, value: Value) -> Result<Option<Value>, Stop> {
        if key.rest.is_empty() { Ok(Some(value)) } else { self.dig_segments(&key.text, &key.rest, value) }
    }

    /// Calls a function that may look up itself.
    fn call(&mut self, name: &str, arguments: Vec<Value>) -> Result<Option<Value>, Stop> {
        let outer = self.cache.current.replace(Some(self.state.clone()));
        let result = self.caller.call_function(name, arguments, None);
        self.cache.current.replace(outer);
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Stop::NotFound) => Ok(None),
            Err(stop) => Err(stop),
        }
    }
}

fn not_found(names: &[Arc<str>]) -> Stop {
    match names {
        [name] => fault(format!("Function lookup() did not find a value for the name '{name}'")),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            fault(format!("Function lookup() did not find a value for any of the names [{}]", names.join(", ")))
        }
    }
}

/// Whether an error is one of a lookup: those name no place in the manifest.
pub(crate) fn is_lookup_error(error: &Error) -> bool {
    error.issue_code == LOOKUP_ERROR || error.issue_code.starts_with("HIERA_")
}

/// The message with its place.
fn error_text(error: &Error) -> String {
    match error.position.as_ref().filter(|position| position.line > 0) {
        Some(position) => format!("{} {position}", error.message),
        None => error.message.clone(),
    }
}

/// An error of a lookup. Like the original's it names no place in the manifest.
fn fault(message: impl Into<String>) -> Stop {
    hard_fault(LOOKUP_ERROR, message)
}

fn hard_fault(issue_code: &'static str, message: impl Into<String>) -> Stop {
    Error { issue_code, message: message.into(), position: None }.into()
}

#[cfg(test)]
mod tests;
