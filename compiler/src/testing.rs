//! A world of texts: what tests, benchmarks and examples compile against.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ruby::Fault;
use ruby::conversation::Worker;
use syntax::ast::Program;
use syntax::source::Source;
use syntax::{Diagnostic, Severity};

use crate::request::{CompileError, LogEntry, Request};
use crate::resource_type::ResourceType;
use crate::value::Value;
use crate::world::{DataFormat, DataSettings, Erb, Exported, FileKind, LoadError, Module, ProgramKind, World};

mod node;

pub use node::Node;

/// Files by absolute path; modules and site manifests are found by the usual rules.
#[derive(Default)]
pub struct Texts {
    files: BTreeMap<String, Arc<[u8]>>,
    environment_path: String,
    modulepath: Vec<String>,
    manifests: Vec<String>,
    /// A manifest that stands in no file.
    code: Option<Arc<str>>,
    now: i128,
    settings: DataSettings,
    options: syntax::Options,
    process_variables: BTreeMap<String, String>,
    programs: Mutex<BTreeMap<String, Result<Arc<Program>, LoadError>>>,
    data: Mutex<BTreeMap<String, Arc<Value>>>,
    erb: Mutex<BTreeMap<String, Erb>>,
    ruby: Option<Box<Lend>>,
    types: Mutex<BTreeMap<String, Arc<ResourceType>>>,
}

/// Lends a process that runs Ruby code.
type Lend = dyn Fn() -> Result<Box<dyn Worker>, Fault> + Send + Sync;

impl Texts {
    /// An environment without files. Its folder is `environment_path`, its modules stand under `modules` there.
    pub fn new(environment_path: &str) -> Self {
        Self {
            environment_path: environment_path.to_owned(),
            modulepath: vec![format!("{environment_path}/modules")],
            ..Self::default()
        }
    }

    /// With a main manifest that is in no file.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.into());
        self
    }

    #[must_use]
    pub fn with_file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.add_file(path, content);
        self
    }

    pub fn add_file(&mut self, path: &str, content: impl AsRef<[u8]>) {
        self.files.insert(path.to_owned(), content.as_ref().into());
    }

    /// Folders of modules, the first counting most.
    #[must_use]
    pub fn with_modulepath(mut self, modulepath: Vec<String>) -> Self {
        self.modulepath = modulepath;
        self
    }

    /// The site manifest: a file, or a folder whose manifests are read in order of their names.
    #[must_use]
    pub fn with_manifest(mut self, path: &str) -> Self {
        let below = format!("{}/", path.trim_end_matches('/'));
        self.manifests = if self.files.contains_key(path) {
            vec![path.to_owned()]
        } else {
            self.files
                .keys()
                .filter(|file| file.starts_with(&below) && file.rsplit('.').next() == Some("pp"))
                .cloned()
                .collect()
        };
        self
    }

    /// The path of the global `hiera.yaml`.
    #[must_use]
    pub fn with_hiera_config(mut self, path: &str) -> Self {
        self.settings.hiera_config = path.into();
        self
    }

    /// Leaves the global layer out.
    #[must_use]
    pub fn without_global_layer(mut self) -> Self {
        self.settings.global_layer = false;
        self
    }

    /// As on a machine on which the original cannot read HOCON.
    #[must_use]
    pub fn without_hocon(mut self) -> Self {
        self.settings.hocon = false;
        self
    }

    /// The folder in which environments stand in `environments`.
    #[must_use]
    pub fn with_codedir(mut self, path: &str) -> Self {
        self.settings.codedir = path.into();
        self
    }

    #[must_use]
    pub fn with_now(mut self, nanoseconds: i128) -> Self {
        self.now = nanoseconds;
        self
    }

    #[must_use]
    pub fn with_options(mut self, options: syntax::Options) -> Self {
        self.options = options;
        self
    }

    /// A variable of the process's environment.
    #[must_use]
    pub fn with_process_variable(mut self, name: &str, value: &str) -> Self {
        self.process_variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With processes that run Ruby code: the files must then stand on disk as well.
    #[must_use]
    pub fn with_ruby(mut self, lend: impl Fn() -> Result<Box<dyn Worker>, Fault> + Send + Sync + 'static) -> Self {
        self.ruby = Some(Box::new(lend));
        self
    }

    /// What the original logs while it parses the site manifests: warnings, and errors where there are several.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let sources = self
            .code
            .iter()
            .map(|code| Source::new("", code.clone()))
            .chain(self.manifests.iter().filter_map(|path| Some(Source::new(path.as_str(), self.text(path)?))));
        sources.flat_map(|source| self.diagnostics_of(&Arc::new(source))).collect()
    }

    /// The same for another text.
    pub fn diagnostics_of(&self, source: &Arc<Source>) -> Vec<Diagnostic> {
        match syntax::parse(source.clone(), &self.options) {
            Ok(parsed) => parsed.warnings,
            Err(error) if error.errors().count() > 1 => error.diagnostics,
            Err(error) => error.diagnostics.into_iter().filter(|found| found.severity != Severity::Error).collect(),
        }
    }

    fn text(&self, path: &str) -> Option<Arc<str>> {
        Some(String::from_utf8_lossy(self.files.get(path)?).into())
    }

    fn parsed(&self, path: &str, is_template: bool) -> Result<Option<Arc<Program>>, LoadError> {
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = programs.get(path) {
            return known.clone().map(Some);
        }
        let Some(text) = self.text(path) else { return Ok(None) };
        let parsed = self.parse(Source::new(path, text), is_template);
        programs.insert(path.to_owned(), parsed.clone());
        parsed.map(Some)
    }

    fn parse(&self, source: Source, is_template: bool) -> Result<Arc<Program>, LoadError> {
        let parse = if is_template { syntax::parse_epp } else { syntax::parse };
        match parse(Arc::new(source), &self.options) {
            Ok(parsed) => Ok(parsed.program),
            Err(error) => Err(LoadError::Syntax(error.to_string().into())),
        }
    }

    fn module_path(&self, name: &str) -> Option<String> {
        self.modulepath.iter().map(|folder| format!("{folder}/{name}")).find(|path| {
            let below = format!("{path}/");
            self.files.range(below.clone()..).next().is_some_and(|(file, _)| file.starts_with(&below))
        })
    }
}

impl World for Texts {
    fn manifests(&self) -> Result<Vec<Arc<Program>>, LoadError> {
        let mut programs = Vec::new();
        if let Some(code) = &self.code {
            let known = self.programs.lock().unwrap_or_else(PoisonError::into_inner).get("").cloned();
            programs.push(if let Some(known) = known {
                known?
            } else {
                let parsed = self.parse(Source::new("", code.clone()), false);
                self.programs.lock().unwrap_or_else(PoisonError::into_inner).insert(String::new(), parsed.clone());
                parsed?
            });
        }
        for path in &self.manifests {
            programs.extend(self.parsed(path, false)?);
        }
        Ok(programs)
    }

    fn program(&self, kind: ProgramKind, name: &str) -> Result<Option<Arc<Program>>, LoadError> {
        let (module, rest) = name.split_once("::").unwrap_or((name, ""));
        let folder = match kind {
            ProgramKind::Manifest => "manifests",
            ProgramKind::Function => "functions",
            ProgramKind::TypeAlias => "types",
        };
        let path = match (kind, rest) {
            (ProgramKind::Manifest, "") => self.module_path(module).map(|path| format!("{path}/manifests/init.pp")),
            (_, "") => Some(format!("{}/{folder}/{module}.pp", self.environment_path)),
            (_, rest) if module == "environment" => {
                Some(format!("{}/{folder}/{}.pp", self.environment_path, rest.replace("::", "/")))
            }
            (_, rest) => self.module_path(module).map(|path| format!("{path}/{folder}/{}.pp", rest.replace("::", "/"))),
        };
        path.map_or(Ok(None), |path| self.parsed(&path, false))
    }

    fn epp(&self, name: &str) -> Result<Option<Arc<Program>>, LoadError> {
        match self.find(FileKind::Template, name) {
            Some(path) => self.parsed(&path, true),
            None => Ok(None),
        }
    }

    fn erb(&self, path: &str) -> Result<Option<Erb>, LoadError> {
        let mut templates = self.erb.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = templates.get(path) {
            return Ok(Some(known.clone()));
        }
        let Some(text) = self.text(path) else { return Ok(None) };
        let parsed: Erb = Arc::new(ruby::Template::parse(&text, Some(path.into())));
        templates.insert(path.to_owned(), parsed.clone());
        Ok(Some(parsed))
    }

    fn find(&self, kind: FileKind, name: &str) -> Option<Arc<str>> {
        if name.starts_with('/') {
            return self.files.contains_key(name).then(|| name.into());
        }
        let (module, rest) = name.split_once('/')?;
        let folder = match kind {
            FileKind::File => "files",
            FileKind::Template => "templates",
        };
        let path = format!("{}/{folder}/{rest}", self.module_path(module)?);
        self.files.contains_key(&path).then(|| path.into())
    }

    fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, LoadError> {
        Ok(self.files.get(path).cloned())
    }

    fn data(&self, path: &str, format: DataFormat) -> Result<Option<Arc<Value>>, LoadError> {
        let mut data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = data.get(path) {
            return Ok(Some(known.clone()));
        }
        let Some(bytes) = self.files.get(path) else { return Ok(None) };
        let parsed = Arc::new(crate::data::parse(path, bytes, format)?);
        data.insert(path.to_owned(), parsed.clone());
        Ok(Some(parsed))
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        let names: Vec<&str> = pattern.split('/').collect();
        self.files.keys().filter(|path| fits(&names, &path.split('/').collect::<Vec<_>>())).cloned().collect()
    }

    fn module(&self, name: &str) -> Option<Module> {
        let path = self.module_path(name)?;
        let metadata = self.data(&format!("{path}/metadata.json"), DataFormat::Json).ok().flatten();
        Some(Module { name: name.into(), path: path.into(), metadata })
    }

    fn environment_path(&self) -> &str {
        &self.environment_path
    }

    /// `environment_data_provider` is read from the folder's `environment.conf`.
    fn data_settings(&self) -> DataSettings {
        let conf = self.text(&format!("{}/environment.conf", self.environment_path)).unwrap_or_default();
        let provider = conf.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == "environment_data_provider").then(|| Arc::from(value.trim().trim_matches(['\'', '"'])))
        });
        DataSettings { environment_data_provider: provider, ..self.settings.clone() }
    }

    fn modules(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for folder in &self.modulepath {
            let below = format!("{folder}/");
            let found = self.files.keys().filter_map(|path| path.strip_prefix(&below)?.split_once('/'));
            names.extend(found.map(|(name, _)| Arc::from(name)));
        }
        names.sort();
        names.dedup();
        names
    }

    fn resource_type(&self, name: &str) -> Option<Arc<ResourceType>> {
        let generated = format!("{}/.resource_types/{name}.pp", self.environment_path);
        if let Ok(Some(program)) = self.parsed(&generated, false) {
            return ResourceType::read_generated(&program).map(Arc::new);
        }
        let file = format!("lib/puppet/type/{name}.rb");
        let path = self.modules().into_iter().find_map(|module| {
            let path = format!("{}/{file}", self.module_path(&module)?);
            self.files.contains_key(&path).then_some(path)
        })?;
        let read = ResourceType::read_ruby(name, &path, &self.text(&path)?);
        let providers = format!("/lib/puppet/provider/{name}/");
        let has_providers = self.files.keys().any(|file| file.contains(&providers));
        Some(Arc::new(if has_providers { read.with_providers() } else { read }))
    }

    fn ruby_file(&self, relative: &str) -> Option<Arc<str>> {
        let end = format!("/lib/{relative}");
        self.files.keys().find(|path| path.ends_with(&end)).map(|path| path.as_str().into())
    }

    fn ruby_function(&self, name: &str) -> Option<Arc<str>> {
        let name = name.replace("::", "/");
        let old = format!("/lib/puppet/parser/functions/{name}.rb");
        let new = format!("/lib/puppet/functions/{name}.rb");
        self.files.keys().find(|path| path.ends_with(&old) || path.ends_with(&new)).map(|path| path.as_str().into())
    }

    fn described_type(&self, name: &str) -> Option<Arc<ResourceType>> {
        self.types.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn describe_type(&self, described: &Arc<ResourceType>) {
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        types.insert(described.name.to_string(), described.clone());
    }

    fn ruby(&self, _given_up: &dyn Fn() -> bool) -> Result<Box<dyn Worker + '_>, Fault> {
        self.ruby.as_ref().map_or(Err(Fault::None), |lend| lend())
    }

    fn modulepath(&self) -> Vec<String> {
        self.modulepath.clone()
    }

    fn ruby_data_type(&self, name: &str) -> Option<Arc<str>> {
        let end = format!("/lib/puppet/datatypes/{}.rb", name.replace("::", "/"));
        self.files.keys().find(|path| path.ends_with(&end)).map(|path| path.as_str().into())
    }

    fn exported(&self, _type_name: &str) -> Result<Vec<Exported>, LoadError> {
        Ok(Vec::new())
    }

    fn run(&self, command: &[String]) -> Result<String, LoadError> {
        Err(LoadError::Unavailable(format!("a world of texts runs no commands: {}", command.join(" "))))
    }

    fn check(&self, _content: &str, command: &str) -> Result<(), LoadError> {
        Err(LoadError::Unavailable(format!("a world of texts runs no commands: {command}")))
    }

    /// The same bits each time, so that tests give the same each time.
    fn random(&self) -> u64 {
        0x9e37_79b9_7f4a_7c15
    }

    fn process_variable(&self, name: &str) -> Option<String> {
        self.process_variables.get(name).cloned()
    }

    fn now(&self) -> i128 {
        self.now
    }
}

/// The value of an expression in the top scope that the main manifest of the world left.
pub fn evaluate(request: &Request<'_>, world: &dyn World, expression: &str) -> Result<Value, CompileError> {
    let source = Arc::new(Source::new("", expression));
    match syntax::parse(source, &syntax::Options::default()) {
        Ok(parsed) => evaluate_program(request, world, &parsed.program).map(|(value, _)| value),
        Err(error) => {
            Err(CompileError { message: error.to_string(), issue_code: None, position: None, logs: Vec::new() })
        }
    }
}

/// The same for a program, and what was logged.
pub fn evaluate_program(
    request: &Request<'_>,
    world: &dyn World,
    program: &Program,
) -> Result<(Value, Vec<LogEntry>), CompileError> {
    crate::compile::evaluate(request, world, program)
}

/// What a function answers to values, after the main manifest of the world, and what was logged.
pub fn call(
    request: &Request<'_>,
    world: &dyn World,
    function: &str,
    arguments: Vec<Value>,
) -> Result<(Value, Vec<LogEntry>), CompileError> {
    crate::compile::after_compile(request, world, |evaluator| evaluator.call_function(function, arguments, None))
}

/// Whether the names of a path fit those of a pattern with `*`, `?` and `**`.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skipped| fits(rest, &path[skipped..])),
        ([first, rest @ ..], [name, names @ ..]) => {
            let first: Vec<char> = first.chars().collect();
            name_fits(&first, &name.chars().collect::<Vec<_>>()) && fits(rest, names)
        }
        _ => false,
    }
}

fn name_fits(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|taken| name_fits(rest, &name[taken..])),
        (['?', rest @ ..], [_, names @ ..]) => name_fits(rest, names),
        ([letter, rest @ ..], [first, names @ ..]) => letter == first && name_fits(rest, names),
        _ => false,
    }
}
