//! An entry of a hierarchy: a function and the places that it reads.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::config::{Kind, Level};
use super::context::FunctionContext;
use super::explanation::{Explanation, LocationKind, Node};
use super::hierarchy::{Hierarchy, joined, path_location, text, with_location};
use super::key::Key;
use super::merge::Strategy;
use super::origin::Origin;
use super::{Lookup, files};
use crate::error::{Failure, Stop};
use crate::functions::Returns;
use crate::types::{self, Type, mismatch};
use crate::value::{Hash, Value};
use crate::world::DataFormat;

/// An entry with its variables filled in.
#[derive(Debug)]
pub(super) struct Entry {
    name: Arc<str>,
    kind: Kind,
    function: Arc<str>,
    options: Arc<Hash>,
    /// `None`: the entry names no place, and the function is asked without one.
    locations: Option<Vec<Location>>,
    /// Where the extra levels of `hiera()` stand, and their ending.
    datadir: Arc<str>,
    extension: Option<Arc<str>>,
    /// What is kept per location, or for the entry without any.
    kept: RefCell<FxHashMap<Option<Arc<str>>, Rc<Kept>>>,
    /// Whether the function promises to return data: then its values need no check.
    promises: OnceCell<bool>,
}

/// A place that a function reads.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) kind: LocationKind,
    /// As declared.
    pub(super) original: Arc<str>,
    pub(super) resolved: Arc<str>,
    pub(super) exists: OnceCell<bool>,
}

/// What a function gave for a place, and its context.
#[derive(Debug)]
struct Kept {
    context: Rc<FunctionContext>,
    data: RefCell<Option<Arc<Hash>>>,
    values: RefCell<FxHashMap<Arc<str>, Value>>,
}

impl Entry {
    pub(super) fn new(level: &Level, options: Arc<Hash>, locations: Option<Vec<Location>>, datadir: &str) -> Self {
        Self {
            name: level.name.clone(),
            kind: level.kind,
            function: level.function.clone(),
            options,
            locations,
            datadir: datadir.into(),
            extension: level.extension.clone(),
            kept: RefCell::default(),
            promises: OnceCell::new(),
        }
    }

    /// Looks a key up in all places of the entry.
    pub(super) fn find(
        &self,
        lookup: &mut Lookup<'_>,
        hierarchy: &Hierarchy,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        lookup.with(
            || self.node(),
            |lookup| {
                let extra = self.extra_locations(lookup, hierarchy)?;
                let Some(locations) = &self.locations else {
                    return lookup.over(strategy, 1, |lookup, _| self.find_at(lookup, hierarchy, None, key));
                };
                let all = extra.len() + locations.len();
                lookup.over(strategy, all, |lookup, at| {
                    let location = extra.get(at).or_else(|| locations.get(at - extra.len()));
                    let Some(location) = location else { return Ok(None) };
                    lookup.with(
                        || location.node(),
                        |lookup| {
                            // The files that are read natively say themselves that they are missing.
                            if self.native_format().is_none() && !location.exists(lookup) {
                                lookup.explain(Explanation::location_not_found);
                                return Ok(None);
                            }
                            self.find_at(lookup, hierarchy, Some(location), key)
                        },
                    )
                })
            },
        )
    }

    fn node(&self) -> Node {
        let name = match self.kind {
            Kind::LegacyHash => format!("Deprecated API function \"{}\"", self.function),
            _ => format!("Hierarchy entry \"{}\"", self.name),
        };
        Node::Provider { name, configuration: None, module: None }
    }

    /// The levels that `hiera(key, default, levels)` puts above all others of version 3.
    fn extra_locations(&self, lookup: &mut Lookup<'_>, hierarchy: &Hierarchy) -> Result<Vec<Location>, Stop> {
        if hierarchy.config.version != 3 {
            return Ok(Vec::new());
        }
        let levels = lookup.state.legacy.as_ref().map(|legacy| legacy.levels.clone()).unwrap_or_default();
        let extension = format!(".{}", self.name);
        let mut locations = Vec::with_capacity(levels.len());
        for level in levels {
            let level = crate::format::to_text(&level);
            let mut path = text(lookup, &level)?;
            if !path.ends_with(&extension) {
                path.push_str(self.extension.as_deref().unwrap_or(&extension));
            }
            locations.push(path_location(&level, &joined(&self.datadir, &path)));
        }
        Ok(locations)
    }

    fn find_at(
        &self,
        lookup: &mut Lookup<'_>,
        hierarchy: &Hierarchy,
        location: Option<&Location>,
        key: &Key,
    ) -> Result<Option<Value>, Stop> {
        let wanted = match self.kind {
            Kind::DataDig => &key.text,
            _ => &key.root,
        };
        let found = match self.kind {
            Kind::DataHash | Kind::LegacyHash => self.in_hash(lookup, hierarchy, location, key)?,
            Kind::LookupKey | Kind::DataDig => self.by_key(lookup, hierarchy, location, key)?,
            Kind::Backend => self.in_backend(lookup)?,
        };
        match &found {
            Found::Value(value) => {
                lookup.explain(|explanation| explanation.found(wanted, value));
                lookup.note(key, || Origin {
                    layer: hierarchy.layer.clone(),
                    entry: self.name.clone(),
                    location: location.map(|location| location.resolved.clone()),
                });
            }
            Found::NoKey => lookup.explain(|explanation| explanation.not_found(wanted)),
            Found::Silent => {}
            Found::NoLocation => lookup.explain(Explanation::location_not_found),
        }
        Ok(match found {
            Found::Value(value) if self.kind == Kind::DataDig => Some(key.undig(value)),
            Found::Value(value) => Some(value),
            Found::NoKey | Found::NoLocation | Found::Silent => None,
        })
    }

    /// How the data is read when that takes no function.
    fn native_format(&self) -> Option<DataFormat> {
        let format = match (self.kind, &*self.function) {
            (Kind::DataHash, "yaml_data") => DataFormat::Yaml,
            (Kind::DataHash, "json_data") => DataFormat::Json,
            _ => return None,
        };
        // Any further option is refused by the function.
        let only_paths = self.locations.as_ref()?.iter().all(|location| location.kind == LocationKind::Path);
        (only_paths && self.options.is_empty()).then_some(format)
    }

    fn in_hash(
        &self,
        lookup: &mut Lookup<'_>,
        hierarchy: &Hierarchy,
        location: Option<&Location>,
        key: &Key,
    ) -> Result<Found, Stop> {
        let kept = self.kept(hierarchy, location);
        let known = kept.data.borrow().clone();
        let native = self.native_format();
        let data = if let Some(data) = known {
            data
        } else {
            let value = match (native, location) {
                (Some(format), Some(location)) => files::hash(lookup.caller, &location.resolved, format)?,
                _ if self.kind == Kind::LegacyHash => self.call(lookup, hierarchy, Vec::new())?,
                _ => {
                    let arguments = vec![with_location(&self.options, location), kept.context.value()];
                    self.call(lookup, hierarchy, arguments)?
                }
            };
            let Some(value) = value else {
                return Ok(if native.is_some() { Found::NoLocation } else { Found::NoKey });
            };
            let subject = self.subject("Value returned from", location);
            lookup.check_type(&subject, &any_hash(), &value)?;
            let Value::Hash(data) = value else { return Ok(Found::NoKey) };
            if let Some(module) = hierarchy.layer.module() {
                check_prefixes(lookup, module, &data, &subject);
            }
            *kept.data.borrow_mut() = Some(data.clone());
            data
        };
        let Some(value) = data.get(&Value::String(key.root.clone().into())) else { return Ok(Found::NoKey) };
        if native.is_none() {
            let subject = format!("Value for key '{}', in hash returned from", key.root);
            self.check_value(lookup, value, || self.subject(&subject, location))?;
        }
        lookup.interpolate(value, true).map(Found::Value)
    }

    fn by_key(
        &self,
        lookup: &mut Lookup<'_>,
        hierarchy: &Hierarchy,
        location: Option<&Location>,
        key: &Key,
    ) -> Result<Found, Stop> {
        let kept = self.kept(hierarchy, location);
        let (wanted, argument) = match self.kind {
            Kind::DataDig => (&key.text, key.segments()),
            _ => (&key.root, Value::String(key.root.clone().into())),
        };
        if let Some(value) = kept.values.borrow().get(wanted) {
            return Ok(Found::Value(value.clone()));
        }
        let arguments = vec![argument, with_location(&self.options, location), kept.context.value()];
        let Some(value) = self.call(lookup, hierarchy, arguments)? else { return Ok(Found::NoKey) };
        let subject = format!("Value for key '{wanted}', returned from");
        self.check_value(lookup, &value, || self.subject(&subject, location))?;
        kept.values.borrow_mut().insert(wanted.clone(), value.clone());
        Ok(Found::Value(value))
    }

    /// Backends of version 3 are Ruby. One that is nowhere has no data, as in the original.
    fn in_backend(&self, lookup: &Lookup<'_>) -> Result<Found, Stop> {
        let backend = &self.function;
        let file = format!("hiera/backend/{}_backend", backend.to_lowercase());
        if let Some(path) = lookup.caller.world().ruby_file(&format!("{file}.rb")) {
            return Err(Failure::missing(&format!("The Hiera 3 backend '{backend}' (file: {path})")).into());
        }
        lookup.explain(|explanation| {
            explanation.text(format!("Unable to load backend '{backend}': cannot load such file -- {file}"));
        });
        Ok(Found::Silent)
    }

    fn kept(&self, hierarchy: &Hierarchy, location: Option<&Location>) -> Rc<Kept> {
        let place = location.map(|location| location.resolved.clone());
        let mut kept = self.kept.borrow_mut();
        let made = kept.entry(place).or_insert_with(|| {
            let module = hierarchy.layer.module().cloned();
            let context = FunctionContext::new(module);
            Rc::new(Kept { context, data: RefCell::default(), values: RefCell::default() })
        });
        made.clone()
    }

    fn call(
        &self,
        lookup: &mut Lookup<'_>,
        hierarchy: &Hierarchy,
        arguments: Vec<Value>,
    ) -> Result<Option<Value>, Stop> {
        if self.promises.get().is_none() {
            let promises = self.load(lookup, hierarchy)?;
            // Only this sets it.
            let _ = self.promises.set(promises);
        }
        lookup.call(&self.function, arguments)
    }

    /// Finds the function; answers whether it promises to return data.
    fn load(&self, lookup: &mut Lookup<'_>, hierarchy: &Hierarchy) -> Result<bool, Stop> {
        let Some(returns) = lookup.caller.function_return_type(&self.function)? else {
            let (kind, name) = (self.kind.name(), &self.function);
            let message = format!("Unable to find '{kind}' function named '{name}'");
            return Err(hierarchy.config.source().fault("HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND", message, None));
        };
        let Returns::Declared(returns) = returns else { return Ok(false) };
        let wanted = match self.kind {
            Kind::DataHash | Kind::LegacyHash => Type::hash(Type::RichDataKey, Type::RichData, types::Bounds::NONE),
            _ => Type::RichData,
        };
        if !types::is_assignable(&wanted, &returns) {
            let subject =
                format!("Return type of '{}' function named '{}' is incorrect,", self.kind.name(), self.function);
            return Err(lookup.refused(mismatch::describe(&subject, &wanted, &returns)));
        }
        Ok(true)
    }

    fn check_value(&self, lookup: &Lookup<'_>, value: &Value, subject: impl FnOnce() -> String) -> Result<(), Stop> {
        if self.promises.get() == Some(&true) || types::is_instance(&Type::RichData, value) {
            return Ok(());
        }
        let actual = types::infer(value);
        Err(lookup.refused(format!("{} has wrong type, expects Puppet::LookupValue, got {actual}", subject())))
    }

    /// `START data_hash function 'f', when using location 'l',`
    fn subject(&self, start: &str, location: Option<&Location>) -> String {
        let function = match self.kind {
            Kind::LegacyHash => format!("deprecated API function '{}'", self.function),
            kind => format!("{} function '{}'", kind.name(), self.function),
        };
        match location {
            Some(location) => format!("{start} {function}, when using location '{}',", location.resolved),
            None => format!("{start} {function}"),
        }
    }
}

enum Found {
    Value(Value),
    NoKey,
    NoLocation,
    /// Not found, and what there is to say was said.
    Silent,
}

impl Location {
    fn node(&self) -> Node {
        Node::Location { kind: self.kind, original: self.original.clone(), resolved: self.resolved.clone() }
    }
}

fn any_hash() -> Type {
    Type::hash(Type::Any, Type::Any, types::Bounds::NONE)
}

fn check_prefixes(lookup: &mut Lookup<'_>, module: &str, entries: &Hash, subject: &str) {
    let own =
        |key: &str| key == "lookup_options" || key.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
    for key in entries.keys() {
        if !matches!(key, Value::String(key) if own(key)) {
            lookup
                .caller
                .warning(format!("Module '{module}': {subject} must use keys qualified with the name of the module"));
        }
    }
}
