//! `lookup_options`: how keys are merged and converted.

use std::rc::Rc;
use std::sync::Arc;

use super::key::Key;
use super::layer::Layer;
use super::merge::Strategy;
use super::{Lookup, fault};
use crate::error::Stop;
use crate::regexp::Regexp;
use crate::value::{Hash, Value};

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
        let found = match self.by_key.get(&Value::String(root.clone())) {
            Some(found) if !found.is_undef() => Some(found),
            _ => self.by_pattern.iter().find(|(pattern, _)| pattern.is_match(root)).map(|(_, options)| options),
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
        if self.global_only {
            return Ok(None);
        }
        let known = self.cache.options.borrow().get(&key.module).cloned();
        let options = if let Some(options) = known {
            options
        } else {
            let options = Rc::new(self.read_layers(key.module.as_ref())?);
            self.cache.options.borrow_mut().insert(key.module.clone(), options.clone());
            options
        };
        options.of(&key.root)
    }

    /// The options of the environment, and over the module's own.
    ///
    /// Options that look something up need themselves: that is a recursion.
    fn read_layers(&mut self, module: Option<&Arc<str>>) -> Result<Options, Stop> {
        let key = &Key::parse("lookup_options")?;
        let environment = match self.environment()? {
            Some(layer) => layer.find(self, key, &Strategy::Hash, false)?,
            None => None,
        };
        let environment = environment.map(|options| checked(options, None)).transpose()?.flatten();
        let own = match module {
            None => None,
            Some(module) => match self.module_layer()? {
                Some(layer) => match layer.find(self, key, &Strategy::Hash, false)? {
                    Some(options) => checked(options, Some(module))?,
                    None => None,
                },
                None => None,
            },
        };
        let joined = match (environment, own) {
            (Some(higher), Some(lower)) => {
                let mut joined = Arc::unwrap_or_clone(lower);
                joined.extend(higher.iter().map(|(key, value)| (key.clone(), value.clone())));
                Some(Arc::new(joined))
            }
            (one, other) => one.or(other),
        };
        Options::compile(joined.as_deref())
    }

    /// The options that a module's default hierarchy gives.
    pub(super) fn default_options(&mut self, layer: &Rc<Layer>) -> Result<Rc<Options>, Stop> {
        let Some(module) = self.module.clone() else { return Ok(Rc::default()) };
        if let Some(options) = self.cache.default_options.borrow().get(&module) {
            return Ok(options.clone());
        }
        let key = Key::parse("lookup_options")?;
        let found = layer.find(self, &key, &Strategy::Hash, true)?;
        let options = found.map(|options| checked(options, Some(&module))).transpose()?.flatten();
        let options = Rc::new(Options::compile(options.as_deref())?);
        self.cache.default_options.borrow_mut().insert(module, options.clone());
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
        arguments.insert(1, value);
        self.caller.call_function("new", arguments, None).map_err(|stop| match stop {
            Stop::Error(error) => {
                fault(format!("The convert_to lookup_option for key '{}' raised error: {}", key.text, error.message))
            }
            other => other,
        })
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
