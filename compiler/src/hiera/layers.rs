//! The three layers: global, environment, module; and the default hierarchy of modules.

use std::rc::Rc;
use std::sync::Arc;

use super::config::Config;
use super::explanation::Node;
use super::hierarchy::Hierarchy;
use super::key::Key;
use super::merge::Strategy;
use super::origin::{Layer, Origin};
use super::{LOOKUP_ERROR, Lookup, error_text};
use crate::error::{Failure, Stop};
use crate::functions::Strict;
use crate::value::Value;
use crate::world::FileKind;

impl Lookup<'_> {
    /// The first layer counts most.
    pub(super) fn find_in_layers(&mut self, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        if self.state.global_only {
            return self.find_in_global(key, strategy);
        }
        self.over(strategy, 3, |this, layer| match layer {
            0 => this.find_in_global(key, strategy),
            1 => this.find_in_environment(key, strategy),
            _ => this.find_in_module(key, strategy),
        })
    }

    /// Errors say of which key; they are placed where the lookup was made.
    pub(super) fn find_in_global(&mut self, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        if self.state.legacy.is_none() && !self.caller.world().data_settings().global_layer {
            self.explain(|explanation| explanation.not_found(&key.text));
            return Ok(None);
        }
        let found = self.guarded(key.text.clone(), |this| {
            let hierarchy = this.global()?;
            if hierarchy.config.version == 3 && !this.state.version_3 {
                return this.find_in_version_3(&hierarchy, key, strategy);
            }
            hierarchy.find_unguarded(this, key, strategy)
        });
        found.map_err(|stop| match stop {
            Stop::Error(error) if error.issue_code == LOOKUP_ERROR => {
                let message = format!("Lookup of key '{}' failed: {}", self.state.top_key, error_text(&error));
                self.refused(message)
            }
            other => other,
        })
    }

    /// Version 3 sees variables in its own way, and confines what it looks up to itself where the
    /// environment has no data of its own.
    fn find_in_version_3(
        &mut self,
        hierarchy: &Rc<Hierarchy>,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        let before = self.state.clone();
        self.state.version_3 = true;
        if !self.state.global_only && !self.has_environment_data()? {
            self.state.global_only = true;
        }
        let own = hierarchy.config.merge_behavior.as_ref();
        let strategy = own.filter(|_| self.state.legacy.is_some() && strategy.is_hash()).unwrap_or(strategy);
        let found = hierarchy.find_unguarded(self, key, strategy);
        let is_legacy = self.state.legacy.is_some();
        self.state = before;
        let Some(value) = found? else { return Ok(None) };
        if is_legacy {
            if strategy.is_hash() || strategy.is_deep() {
                let of = crate::types::parse::fixed("Hash")?;
                self.check_type("value", &of, &value)?;
            }
            if !key.rest.is_empty() && (strategy.is_hash() || strategy.is_unique()) {
                let kind = if strategy.is_hash() { "hash" } else { "array" };
                return Err(super::fault(format!(
                    "Resolution type :{kind} is illegal when accessing values using dotted keys. Offending key was \
                     '{}'",
                    key.text
                )));
            }
        }
        Ok(Some(value))
    }

    pub(super) fn find_in_environment(&mut self, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        match self.environment()? {
            Some(hierarchy) => hierarchy.find(self, key, strategy),
            None => Ok(None),
        }
    }

    pub(super) fn find_in_module(&mut self, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        let Some(module) = self.state.module.clone() else { return Ok(None) };
        if let Some(hierarchy) = self.module()? {
            return hierarchy.find(self, key, strategy);
        }
        if self.state.explanation.is_some() {
            let exists = self.caller.world().module(&module).is_some();
            self.explain(|explanation| {
                if exists {
                    explanation.module_provider_not_found(&module);
                } else {
                    explanation.module_not_found(&module);
                }
            });
        }
        Ok(None)
    }

    /// The default hierarchy of the key's module; its own `lookup_options` hold for it.
    pub(super) fn find_in_default(&mut self, key: &Key) -> Result<Option<Value>, Stop> {
        let Some(module) = self.state.module.clone() else { return Ok(None) };
        let Some(hierarchy) = self.module()?.filter(|hierarchy| hierarchy.has_default()) else { return Ok(None) };
        let title = || Node::scope(format!("Searching default_hierarchy of module \"{module}\""));
        self.with(title, |this| {
            let options = this.default_options(&hierarchy, &module)?;
            let merge = options.of(&key.root)?.and_then(|options| options.merge);
            let strategy = merge.unwrap_or(Strategy::DEFAULT);
            this.with(
                || Node::scope(format!("Searching for \"{}\"", key.text)),
                |this| hierarchy.find_in_default(this, key, &strategy),
            )
        })
    }

    pub(super) fn has_environment_data(&mut self) -> Result<bool, Stop> {
        Ok(self.environment()?.is_some_and(|hierarchy| hierarchy.config.version >= 5))
    }

    /// Remembers where the value of the key that was asked for came from.
    pub(super) fn note(&mut self, key: &Key, origin: impl FnOnce() -> Origin) {
        if self.nested == 0 && &*key.root != "lookup_options" {
            self.origins.push(origin());
        }
    }

    fn global(&mut self) -> Result<Rc<Hierarchy>, Stop> {
        if let Some(hierarchy) = self.cache.global.get() {
            return Ok(hierarchy.clone());
        }
        let path = self.caller.world().data_settings().hiera_config;
        let config = Config::open(self, &path, &Layer::Global)?;
        let hierarchy = Rc::new(Hierarchy::new(Layer::Global, config));
        Ok(self.cache.global.get_or_init(|| hierarchy).clone())
    }

    pub(super) fn environment(&mut self) -> Result<Option<Rc<Hierarchy>>, Stop> {
        if let Some(hierarchy) = self.cache.environment.get() {
            return Ok(hierarchy.clone());
        }
        let root = self.caller.world().environment_path().to_owned();
        let config = self.environment_config(&root)?;
        let hierarchy = config.map(|config| Rc::new(Hierarchy::new(Layer::Environment, config)));
        Ok(self.cache.environment.get_or_init(|| hierarchy).clone())
    }

    fn environment_config(&mut self, root: &str) -> Result<Option<Config>, Stop> {
        let path = format!("{root}/hiera.yaml");
        let conf = format!("{root}/environment.conf");
        let mut provider = self.caller.world().data_settings().environment_data_provider;
        let mut config = self.open(&path, &Layer::Environment)?;
        let strict_off = self.caller.strict() == Strict::Off;
        if config.as_ref().is_some_and(|config| config.version >= 5)
            && let Some(name) = provider.take().filter(|_| !strict_off)
        {
            self.caller.warn_once(
                "environment.conf#data_provider",
                format!(
                    "Defining environment_data_provider='{name}' in environment.conf is deprecated\n   (file: {conf})"
                ),
            );
            if &*name != "hiera" {
                self.caller.warn_once(
                    "environment.conf#data_provider_overridden",
                    format!(
                        "The environment_data_provider='{name}' setting is ignored since '{path}' version >= 5\n   \
                         (file: {conf})"
                    ),
                );
            }
        }
        let Some(provider) = provider else { return Ok(config) };
        if !strict_off {
            let advice = if config.is_none() { " A 'hiera.yaml' file should be used instead" } else { "" };
            self.caller.warn_once(
                "environment.conf#data_provider",
                format!(
                    "Defining environment_data_provider='{provider}' in environment.conf is deprecated.{advice}\n   \
                     (file: {conf})"
                ),
            );
        }
        match &*provider {
            "none" => Ok(None),
            "hiera" => match config.take() {
                Some(config) => Ok(Some(config)),
                None => Config::open(self, &path, &Layer::Environment).map(Some),
            },
            "function" => Ok(Some(Config::of_legacy_function(self, root, "environment::data"))),
            other => {
                let name = self.caller.environment_name();
                Err(self.refused(format!("Environment '{name}', cannot find environment_data_provider '{other}'")))
            }
        }
    }

    fn module(&mut self) -> Result<Option<Rc<Hierarchy>>, Stop> {
        let Some(module) = self.state.module.clone() else { return Ok(None) };
        if let Some(hierarchy) = self.cache.modules.borrow().get(&module) {
            return Ok(hierarchy.clone());
        }
        let layer = Layer::Module(module.clone());
        let config = self.module_config(&module, &layer)?;
        let hierarchy = config.map(|config| Rc::new(Hierarchy::new(layer, config)));
        self.cache.modules.borrow_mut().insert(module, hierarchy.clone());
        Ok(hierarchy)
    }

    fn module_config(&mut self, name: &Arc<str>, layer: &Layer) -> Result<Option<Config>, Stop> {
        let Some(module) = self.caller.world().module(name) else { return Ok(None) };
        let path = format!("{}/hiera.yaml", module.path);
        let metadata = format!("{}/metadata.json", module.path);
        let declared = module.metadata.as_ref().and_then(|metadata| metadata.get("data_provider"));
        let mut provider = declared.and_then(Value::as_str).map(str::to_owned);
        let mut config = self.open(&path, layer)?;
        let strict_off = self.caller.strict() == Strict::Off;
        let key = format!("metadata.json#data_provider-{name}");
        if config.as_ref().is_some_and(|config| config.version >= 5)
            && let Some(provider) = provider.take().filter(|_| !strict_off)
        {
            self.caller.warn_once(
                &key,
                format!(
                    "Defining \"data_provider\": \"{provider}\" in metadata.json is deprecated. It is ignored since a \
                     'hiera.yaml' with version >= 5 is present\n   (file: {metadata})"
                ),
            );
        }
        let Some(provider) = provider else { return Ok(config) };
        if !strict_off {
            let advice = if config.is_none() { " A 'hiera.yaml' file should be used instead" } else { "" };
            self.caller.warn_once(
                &key,
                format!(
                    "Defining \"data_provider\": \"{provider}\" in metadata.json is deprecated.{advice}\n   (file: \
                     {metadata})"
                ),
            );
        }
        match provider.as_str() {
            "none" => Ok(None),
            "hiera" => match config.take() {
                Some(config) => Ok(Some(config)),
                None => Config::open(self, &path, layer).map(Some),
            },
            "function" => Ok(Some(Config::of_legacy_function(self, &module.path, &format!("{name}::data")))),
            other => {
                let name = self.caller.environment_name();
                Err(Failure::argument(format!("Environment '{name}', cannot find module_data_provider '{other}'"))
                    .into())
            }
        }
    }

    /// A `hiera.yaml` that is there and counts.
    fn open(&mut self, path: &str, layer: &Layer) -> Result<Option<Config>, Stop> {
        if self.caller.world().find(FileKind::File, path).is_none() {
            return Ok(None);
        }
        let config = Config::open(self, path, layer)?;
        Ok(config.check_layer(self, layer)?.then_some(config))
    }
}
