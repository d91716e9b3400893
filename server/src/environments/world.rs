//! An environment as the compiler sees it.

use std::fs;
use std::sync::Arc;

use compiler::resource_type::ResourceType;
use compiler::value::Value;
use compiler::world::{DataFormat, DataSettings, Erb, Exported, FileKind, LoadError, Module, ProgramKind, World};
use modules::glob;
use modules::snapshot::Outside;
use ruby::Fault;
use ruby::conversation::Worker;
use syntax::ast::Program;

use super::command;
use super::disk::Listing;
use super::environment::Environment;

/// Resources that other nodes exported, by type name (capitalised).
pub(crate) type Exports = dyn Fn(&str) -> Result<Vec<Exported>, LoadError> + Send + Sync;

/// One environment, for one compile.
pub(crate) struct EnvironmentWorld {
    environment: Arc<Environment>,
    /// Nanoseconds since the epoch when the compile began.
    now: i128,
    exports: Arc<Exports>,
}

impl EnvironmentWorld {
    pub(crate) fn new(environment: Arc<Environment>, now: i128, exports: Arc<Exports>) -> Self {
        Self { environment, now, exports }
    }
}

impl World for EnvironmentWorld {
    fn manifests(&self) -> Result<Vec<Arc<Program>>, LoadError> {
        self.environment.site()
    }

    fn program(&self, kind: ProgramKind, name: &str) -> Result<Option<Arc<Program>>, LoadError> {
        self.environment.definition(kind, name)
    }

    fn epp(&self, name: &str) -> Result<Option<Arc<Program>>, LoadError> {
        match self.environment.place(FileKind::Template, name) {
            Some(path) => self.environment.template(&path),
            None => Ok(None),
        }
    }

    fn erb(&self, path: &str) -> Result<Option<Erb>, LoadError> {
        self.environment.erb(path)
    }

    fn find(&self, kind: FileKind, name: &str) -> Option<Arc<str>> {
        self.environment.place(kind, name)
    }

    fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, LoadError> {
        if !self.environment.is_file(path) {
            return Ok(None);
        }
        self.environment.read(path).map(|bytes| Some(bytes.into()))
    }

    fn data(&self, path: &str, format: DataFormat) -> Result<Option<Arc<Value>>, LoadError> {
        self.environment.data(path, format)
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        match self.environment.snapshot.glob(pattern) {
            Ok(paths) => paths,
            Err(Outside) => glob::on_disk(&Listing::unwatched(), pattern),
        }
    }

    fn module(&self, name: &str) -> Option<Module> {
        let module = self.environment.snapshot.module(name)?;
        let metadata = modules::path::join(&module.path, "metadata.json");
        let metadata = self.environment.data(&metadata, DataFormat::Json).ok().flatten();
        Some(Module { name: module.name.clone(), path: module.path.clone(), metadata })
    }

    fn environment_path(&self) -> &str {
        &self.environment.snapshot.path
    }

    fn data_settings(&self) -> DataSettings {
        let settings = self.environment.settings();
        DataSettings {
            hiera_config: settings.hiera_config.as_str().into(),
            codedir: settings.codedir.as_str().into(),
            environment_data_provider: self
                .environment
                .snapshot
                .conf
                .environment_data_provider
                .as_deref()
                .map(Arc::from),
            ..DataSettings::default()
        }
    }

    fn process_variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn modules(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.environment.snapshot.modules.iter().map(|module| module.name.clone()).collect();
        names.sort();
        names
    }

    fn resource_type(&self, name: &str) -> Option<Arc<ResourceType>> {
        self.environment.resource_types.get_or(name, || {
            let generated = modules::path::join(&self.environment.snapshot.path, &format!(".resource_types/{name}.pp"));
            if let Ok(Some(program)) = self.environment.manifest(&generated) {
                return ResourceType::read_generated(&program).map(Arc::new);
            }
            let relative = format!("puppet/type/{name}.rb");
            let modules = &self.environment.snapshot.modules;
            let found = modules.iter().find_map(|module| module.find("lib", &relative));
            let own = modules::path::join(&self.environment.snapshot.path, &format!("lib/{relative}"));
            let path = if self.environment.is_file(&own) { own } else { found?.0 };
            let text = fs::read(&path).ok()?;
            let read = ResourceType::read_ruby(name, &path, &String::from_utf8_lossy(&text));
            let providers = format!("puppet/provider/{name}");
            let has_providers = modules.iter().any(|module| module.find("lib", &providers).is_some());
            Some(Arc::new(if has_providers { read.with_providers() } else { read }))
        })
    }

    fn described_type(&self, name: &str) -> Option<Arc<ResourceType>> {
        self.environment.described_types.get(name)
    }

    fn describe_type(&self, described: &Arc<ResourceType>) {
        self.environment.described_types.get_or(&*described.name, || described.clone());
    }

    fn ruby_file(&self, relative: &str) -> Option<Arc<str>> {
        let mut modules = self.environment.snapshot.modules.iter();
        modules.find_map(|module| module.find("lib", relative)).map(|(path, _)| path.into())
    }

    fn ruby_function(&self, name: &str) -> Option<Arc<str>> {
        self.environment.ruby_functions.get_or(name, || {
            let relative = name.replace("::", "/");
            let modern = format!("puppet/functions/{relative}.rb");
            let legacy = format!("puppet/parser/functions/{relative}.rb");
            let snapshot = &self.environment.snapshot;
            let find = |relative: &str| {
                let own = modules::path::join(&snapshot.path, &format!("lib/{relative}"));
                if self.environment.is_file(&own) {
                    return Some(own);
                }
                snapshot.modules.iter().find_map(|module| module.find("lib", relative)).map(|(path, _)| path)
            };
            find(&modern).or_else(|| find(&legacy)).map(Into::into)
        })
    }

    fn ruby(&self, given_up: &dyn Fn() -> bool) -> Result<Box<dyn Worker + '_>, Fault> {
        Ok(Box::new(self.environment.ruby.lease(given_up)?))
    }

    fn modulepath(&self) -> Vec<String> {
        self.environment.snapshot.modulepath.clone()
    }

    fn ruby_data_type(&self, name: &str) -> Option<Arc<str>> {
        let relative = format!("puppet/datatypes/{}.rb", name.replace("::", "/"));
        let snapshot = &self.environment.snapshot;
        let own = modules::path::join(&snapshot.path, &format!("lib/{relative}"));
        if self.environment.is_file(&own) {
            return Some(own.into());
        }
        snapshot.modules.iter().find_map(|module| module.find("lib", &relative)).map(|(path, _)| path.into())
    }

    fn exported(&self, type_name: &str) -> Result<Vec<Exported>, LoadError> {
        (self.exports)(type_name)
    }

    fn run(&self, command: &[String]) -> Result<String, LoadError> {
        command::checked(command, self.environment.settings().command_timeout)
            .map_err(|error| LoadError::Unavailable(error.to_string()))
    }

    fn check(&self, content: &str, command: &str) -> Result<(), LoadError> {
        command::check(content, command, self.environment.settings().command_timeout)
            .map_err(|error| LoadError::Unavailable(error.to_string()))
    }

    fn random(&self) -> u64 {
        let (first, second) = uuid::Uuid::new_v4().as_u64_pair();
        first ^ second
    }

    fn now(&self) -> i128 {
        self.now
    }
}
