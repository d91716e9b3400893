//! `lookup_options`: how keys are merged and converted.

use std::rc::Rc;
use std::sync::Arc;

use super::explanation::Node;
use super::hierarchy::Hierarchy;
use super::key::Key;
use super::merge::Strategy;
use super::{Lookup, error_text, fault};
use crate::error::Stop;
use crate::regexp::Regexp;
use crate::value::{Hash, Value};

/// The key under which data files keep them.
const OPTIONS: &str = "lookup_options";

/// The `lookup_options` that hold for the keys of one module, or for keys without one.
#[derive(Debug, Default)]
pub(super) struct Options {
    by_key: Hash,
    by_pattern: Vec<(Regexp, Value)>,
}

/// The options of one key.
#[derive(Debug)]
pub(super) struct KeyOptions {
    pub(super) merge: Option<Strategy>,
    pub(super) convert_to: Option<Value>,
}

impl Options {
    /// Those of a key, by its name first, then by the first pattern that matches.
    pub(super) fn of(&self, root: &Arc<str>) -> Result<Option<KeyOptions>, Stop> {
        if self.by_key.is_empty() && self.by_pattern.is_empty() {
            return Ok(None);
        }
        let found = match self.by_key.get(&Value::String(root.clone().into())) {
            Some(found) if !found.is_undef() => Some(found),
            _ => self.by_pattern.iter().find(|(pattern, _)| pattern.accepts(root)).map(|(_, options)| options),
        };
        let Some(found) = found else { return Ok(None) };
        Ok(Some(KeyOptions {
            merge: found.get("merge").filter(|merge| !merge.is_undef()).map(Strategy::parse).transpose()?,
            convert_to: found.get("convert_to").filter(|to| !to.is_undef()).cloned(),
        }))
    }

    fn compile(options: Option<&Hash>) -> Result<Self, Stop> {
        let mut compiled = Self::default();
        for (key, value) in options.into_iter().flatten() {
            match key.as_str() {
                Some(pattern) if pattern.starts_with('^') => {
                    compiled.by_pattern.push((Regexp::parse(pattern)?, value.clone()));
                }
                _ => {
                    compiled.by_key.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(compiled)
    }
}

impl Lookup<'_> {
    pub(super) fn options_for(&mut self, key: &Key) -> Result<Option<KeyOptions>, Stop> {
        let known = self.cache.options.borrow().get(&key.module).cloned();
        let options = if let Some(options) = known {
            options
        } else {
            let options = Rc::new(self.as_meta(|this| {
                this.with(|| Node::Top(OPTIONS.into()), |this| this.options_of(key.module.as_ref()))
            })?);
            self.cache.options.borrow_mut().insert(key.module.clone(), options.clone());
            options
        };
        options.of(&key.root)
    }

    /// Looks options up: without the overrides and defaults of the value.
    fn as_meta<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        let before = self.state.clone();
        self.state.overrides = Arc::default();
        self.state.defaults = Arc::default();
        self.state.version_3 = false;
        self.state.top_key = OPTIONS.into();
        self.nested += 1;
        let result = run(self);
        self.nested -= 1;
        self.state = before;
        result
    }

    /// The options of the global layer and the environment, and those of the module below them.
    ///
    /// Options that look something up need themselves: that is a recursion.
    fn options_of(&mut self, module: Option<&Arc<str>>) -> Result<Options, Stop> {
        let key = &Key::parse(OPTIONS)?;
        if self.state.global_only {
            return Options::compile(self.global_options(key)?.as_deref());
        }
        let above = self.environment_options(key)?;
        let Some(module) = module else { return Options::compile(above.as_deref()) };
        if !self.cache.options.borrow().contains_key(&None) {
            let compiled = Rc::new(Options::compile(above.as_deref())?);
            self.cache.options.borrow_mut().insert(None, compiled);
        }
        let own = match self.find_in_module(key, &Strategy::hash())? {
            Some(options) => checked(options, Some(module))?,
            None => None,
        };
        let joined = match (above, own) {
            (Some(above), Some(own)) => {
                let names = ["Global and Environment".to_owned(), format!("Module {module}")];
                let joined = self.over(&Strategy::hash(), 2, |this, at| {
                    let value = Value::Hash(if at == 0 { above.clone() } else { own.clone() });
                    this.with(
                        || Node::scope(&*names[at]),
                        |this| {
                            this.explain(|explanation| explanation.found(OPTIONS, &value));
                            Ok(Some(value))
                        },
                    )
                })?;
                match joined {
                    Some(Value::Hash(joined)) => Some(joined),
                    _ => None,
                }
            }
            (one, other) => one.or(other),
        };
        Options::compile(joined.as_deref())
    }

    fn global_options(&mut self, key: &Key) -> Result<Option<Arc<Hash>>, Stop> {
        if let Some(options) = self.cache.global_options.get() {
            return Ok(options.clone());
        }
        let found = self.find_in_global(key, &Strategy::hash())?;
        let options = found.map(|options| checked(options, None)).transpose()?.flatten();
        Ok(self.cache.global_options.get_or_init(|| options).clone())
    }

    fn environment_options(&mut self, key: &Key) -> Result<Option<Arc<Hash>>, Stop> {
        if let Some(options) = self.cache.environment_options.get() {
            return Ok(options.clone());
        }
        let global = self.global_options(key)?;
        let found = self.find_in_environment(key, &Strategy::hash())?;
        let own = found.map(|options| checked(options, None)).transpose()?.flatten();
        let options = match (global, own) {
            (Some(global), Some(own)) => {
                match self.merged(&Strategy::hash(), &Value::Hash(global), Value::Hash(own))? {
                    Value::Hash(joined) => Some(joined),
                    _ => None,
                }
            }
            (one, other) => one.or(other),
        };
        Ok(self.cache.environment_options.get_or_init(|| options).clone())
    }

    /// The options that a module's default hierarchy gives.
    pub(super) fn default_options(&mut self, hierarchy: &Hierarchy, module: &Arc<str>) -> Result<Rc<Options>, Stop> {
        if let Some(options) = self.cache.default_options.borrow().get(module) {
            return Ok(options.clone());
        }
        let key = Key::parse(OPTIONS)?;
        let found = self.with(
            || Node::scope("Searching for \"lookup_options\""),
            |this| this.as_meta(|this| hierarchy.find_in_default(this, &key, &Strategy::hash())),
        )?;
        let options = found.map(|options| checked(options, Some(module))).transpose()?.flatten();
        let options = Rc::new(Options::compile(options.as_deref())?);
        self.cache.default_options.borrow_mut().insert(module.clone(), options.clone());
        Ok(options)
    }

    /// `convert_to`: a type, or a type and further arguments of `new`.
    pub(super) fn convert(&mut self, key: &Key, value: Value, convert_to: &Value) -> Result<Value, Stop> {
        let mut arguments = match convert_to {
            Value::Array(items) => items.to_vec(),
            one => vec![one.clone()],
        };
        if let Some(Value::String(source)) = arguments.first().cloned() {
            let of = self.caller.parse_type(&source).map_err(|stop| match stop {
                Stop::Error(error) => fault(format!(
                    "Invalid data type in lookup_options for key '{}' could not parse '{source}', error: '{}",
                    key.text, error.message
                )),
                other => other,
            })?;
            arguments[0] = Value::Type(of);
        }
        if arguments.is_empty() {
            arguments.push(Value::Undef);
        }
        let described = crate::format::to_text(&Value::array(arguments.clone()));
        arguments.insert(1, value);
        let converted = self.caller.call_function("new", arguments, None).map_err(|stop| match stop {
            Stop::Error(error) => {
                let message = error_text(&error);
                fault(format!("The convert_to lookup_option for key '{}' raised error: {message}", key.text))
            }
            other => other,
        })?;
        self.explain(|explanation| {
            explanation.text(format!("Applying convert_to lookup_option with arguments {described}"));
        });
        Ok(converted)
    }
}

fn checked(options: Value, module: Option<&Arc<str>>) -> Result<Option<Arc<Hash>>, Stop> {
    let options = match options {
        Value::Undef => return Ok(None),
        Value::Hash(options) => options,
        _ => return Err(fault("value of lookup_options must be a hash".to_owned())),
    };
    if let Some(module) = module {
        for key in options.keys().filter_map(Value::as_str) {
            let own = |key: &str| key.strip_prefix(&**module).is_some_and(|rest| rest.starts_with("::"));
            match key.strip_prefix('^') {
                Some(pattern) if !own(pattern) => {
                    return Err(fault(format!(
                        "all lookup_options patterns must match a key starting with module name '{module}'"
                    )));
                }
                None if !own(key) => {
                    return Err(fault(format!("all lookup_options keys must start with module name '{module}'")));
                }
                _ => {}
            }
        }
    }
    Ok(Some(options))
}
