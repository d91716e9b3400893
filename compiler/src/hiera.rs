//! Hiera: data by key from the layers of an environment.
//!
//! A lookup asks the environment's hierarchy, then that of the key's module, joins what it finds
//! as the merge strategy says, and falls back on the module's default hierarchy. Data files come
//! parsed from the world; the interpolated hierarchies and the `lookup_options` are kept for the
//! time of one compile.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::callable::Callable;
use crate::error::{Error, Stop};
use crate::functions::{Caller, assert_instance};
use crate::types::Type;
use crate::value::{Hash, Value};

mod config;
mod interpolation;
mod key;
mod layer;
mod merge;
mod options;

use interpolation::Watched;
use key::Key;
pub(crate) use key::Segment;
use layer::Layer;
use merge::Strategy;
use options::Options;

/// Lookups within lookups, and interpolations within interpolations, may go this deep.
const MOST_LEVELS: usize = 100;

/// What one compile remembers of its lookups.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// Empty until asked for; the layer itself may not exist.
    environment: std::cell::OnceCell<Option<Rc<Layer>>>,
    modules: RefCell<FxHashMap<Arc<str>, Option<Rc<Layer>>>>,
    options: RefCell<FxHashMap<Option<Arc<str>>, Rc<Options>>>,
    default_options: RefCell<FxHashMap<Arc<str>, Rc<Options>>>,
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
    /// Leaves the environment and module layers out.
    pub(crate) global_only: bool,
}

/// The value that data binds to a parameter of a class, if any.
pub(crate) fn automatic_parameter(
    caller: &mut dyn Caller,
    class: &str,
    parameter: &str,
) -> Result<Option<Value>, Stop> {
    Lookup::new(caller).find(&format!("{class}::{parameter}"), None)
}

/// `lookup()`
pub(crate) fn lookup(caller: &mut dyn Caller, request: &Request) -> Result<Value, Stop> {
    let mut lookup = Lookup::new(caller);
    lookup.overrides = request.overrides.clone().unwrap_or_default();
    lookup.defaults = request.default_values.clone().unwrap_or_default();
    lookup.global_only = request.global_only;
    let checked = |subject: &str, value: Value| {
        if let Some(of) = &request.value_type {
            assert_instance(subject, of, &value)?;
        }
        Ok(value)
    };
    for name in &request.names {
        if let Some(value) = lookup.overrides.get(&Value::String(name.clone())) {
            let value = checked(&format!("Value found for key '{name}' in override hash"), value.clone())?;
            return checked("Found value", value);
        }
        if let Some(value) = lookup.find(name, request.merge.as_ref())? {
            return checked("Found value", value);
        }
    }
    for name in &request.names {
        if let Some(value) = lookup.defaults.get(&Value::String(name.clone())) {
            return checked(&format!("Value found for key '{name}' in default values hash"), value.clone());
        }
    }
    if let Some(block) = &request.block {
        let value = lookup.caller.call_block(block, vec![request.name.clone().unwrap_or(Value::Undef)])?;
        return checked("Value returned from default block", value);
    }
    match &request.default {
        Some(value) => checked("Default value", value.clone()),
        None => Err(not_found(&request.names)),
    }
}

/// Whether the environment has a `hiera.yaml` that counts.
pub(crate) fn has_environment_data(caller: &mut dyn Caller) -> Result<bool, Stop> {
    Ok(Lookup::new(caller).environment()?.is_some())
}

/// The segments of a dotted path, or what is wrong with it; the first is left out.
pub(crate) fn split_key(path: &str) -> Result<Vec<Segment>, &'static str> {
    key::split(path).map(|(_, rest)| rest)
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

/// Where a `hiera.yaml` stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Environment,
    Module(Arc<str>),
}

/// A lookup in progress.
pub(crate) struct Lookup<'a> {
    caller: &'a mut dyn Caller,
    cache: Rc<Cache>,
    overrides: Arc<Hash>,
    defaults: Arc<Hash>,
    global_only: bool,
    /// The keys and interpolations that are being resolved.
    stack: Vec<Arc<str>>,
    /// The module whose layer is asked.
    module: Option<Arc<str>>,
    /// Collects variables while a hierarchy is interpolated.
    watched: Option<Vec<Watched>>,
    /// The variable of `mapped_paths`.
    local: Option<(Arc<str>, Value)>,
}

impl<'a> Lookup<'a> {
    fn new(caller: &'a mut dyn Caller) -> Self {
        let cache = caller.hiera();
        Self {
            caller,
            cache,
            overrides: Arc::default(),
            defaults: Arc::default(),
            global_only: false,
            stack: Vec::new(),
            module: None,
            watched: None,
            local: None,
        }
    }

    /// A key with all its options applied; `None` when no layer has it.
    fn find(&mut self, text: &str, merge: Option<&Value>) -> Result<Option<Value>, Stop> {
        if text == "lookup_options" || text.starts_with("lookup_options.") {
            return Ok(None);
        }
        self.caller.spend(0)?;
        let key = Key::parse(text)?;
        let outer = std::mem::replace(&mut self.module, key.module.clone());
        let found = self.find_key(&key, merge);
        self.module = outer;
        found
    }

    fn find_key(&mut self, key: &Key, merge: Option<&Value>) -> Result<Option<Value>, Stop> {
        let options = self.options_for(key)?;
        let strategy = match merge.filter(|merge| !merge.is_undef()) {
            Some(merge) => Strategy::parse(merge)?,
            None => options.as_ref().and_then(|options| options.merge.clone()).unwrap_or(Strategy::First),
        };
        let mut found = match self.find_in_layers(key, &strategy)? {
            Some(value) => key.dig(value)?,
            None => None,
        };
        if found.is_none() && !self.global_only {
            found = match self.find_in_default(key)? {
                Some(value) => key.dig(value)?,
                None => None,
            };
        }
        match (found, options.as_ref().and_then(|options| options.convert_to.as_ref())) {
            (Some(value), Some(convert_to)) => self.convert(key, value, convert_to).map(Some),
            (found, _) => Ok(found),
        }
    }

    /// A key as `%{lookup('key')}` finds it.
    fn find_one(&mut self, text: &str) -> Result<Option<Value>, Stop> {
        let name = Value::String(text.into());
        if let Some(value) = self.overrides.get(&name) {
            return Ok(Some(value.clone()));
        }
        let outer = self.watched.take();
        let found = self.find(text, None);
        self.watched = outer;
        Ok(found?.or_else(|| self.defaults.get(&name).cloned()))
    }

    /// The global layer is not there: the environment's, then the module's.
    fn find_in_layers(&mut self, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        if self.global_only {
            return Ok(None);
        }
        strategy.over(3, |place| {
            let layer = match place {
                1 => self.environment()?,
                2 => self.module_layer()?,
                _ => None,
            };
            layer.map_or(Ok(None), |layer| layer.find(self, key, strategy, false))
        })
    }

    fn find_in_default(&mut self, key: &Key) -> Result<Option<Value>, Stop> {
        let Some(layer) = self.module_layer()?.filter(|layer| layer.has_default_hierarchy()) else { return Ok(None) };
        let options = self.default_options(&layer)?;
        let strategy = options.of(&key.root)?.and_then(|options| options.merge.clone()).unwrap_or(Strategy::First);
        layer.find(self, key, &strategy, true)
    }

    fn environment(&mut self) -> Result<Option<Rc<Layer>>, Stop> {
        if let Some(layer) = self.cache.environment.get() {
            return Ok(layer.clone());
        }
        let root = self.caller.world().environment_path().to_owned();
        let layer = Layer::open(self, Place::Environment, &root)?.map(Rc::new);
        Ok(self.cache.environment.get_or_init(|| layer).clone())
    }

    fn module_layer(&mut self) -> Result<Option<Rc<Layer>>, Stop> {
        let Some(module) = self.module.clone() else { return Ok(None) };
        if let Some(layer) = self.cache.modules.borrow().get(&module) {
            return Ok(layer.clone());
        }
        let layer = match self.caller.world().module(&module) {
            Some(found) => {
                let place = Place::Module(module.clone());
                let layer = Layer::open(self, place.clone(), &found.path)?;
                let legacy = found.metadata.as_ref().and_then(|metadata| metadata.get("data_provider"));
                let is_hiera = legacy.and_then(Value::as_str) == Some("hiera");
                let layer = if layer.is_none() && is_hiera {
                    self.caller.warn_once(
                        &format!("metadata.json#data_provider-{module}"),
                        format!(
                            "Defining \"data_provider\": \"hiera\" in metadata.json is deprecated. A 'hiera.yaml' file \
                             should be used instead\n   (file: {}/metadata.json)",
                            found.path
                        ),
                    );
                    Some(Layer::with_defaults(place, &found.path))
                } else {
                    layer
                };
                layer.map(Rc::new)
            }
            None => None,
        };
        self.cache.modules.borrow_mut().insert(module, layer.clone());
        Ok(layer)
    }

    /// Does something under a name that must not come up again within.
    fn guarded(
        &mut self,
        name: Arc<str>,
        work: impl FnOnce(&mut Self) -> Result<Option<Value>, Stop>,
    ) -> Result<Option<Value>, Stop> {
        if self.stack.contains(&name) {
            let names: Vec<&str> = self.stack.iter().map(AsRef::as_ref).collect();
            return Err(fault(format!("Recursive lookup detected in [{}]", names.join(", "))));
        }
        if self.stack.len() >= MOST_LEVELS {
            return Err(fault(format!("Lookups are nested deeper than {MOST_LEVELS} levels, at '{name}'")));
        }
        self.stack.push(name);
        let result = work(self);
        self.stack.pop();
        result
    }
}

/// An error of a lookup. Like the original's it names no place in the manifest.
fn fault(message: String) -> Stop {
    hard_fault("LOOKUP_ERROR", message)
}

fn hard_fault(issue_code: &'static str, message: impl Into<String>) -> Stop {
    Error { issue_code, message: message.into(), position: None }.into()
}

#[cfg(test)]
mod tests;
