//! One environment at one moment, with what was parsed of it.

use std::fs;
use std::sync::{Arc, OnceLock};

use compiler::resource_type::ResourceType;
use compiler::value::Value;
use compiler::world::{DataFormat, Erb, FileKind, LoadError, ProgramKind};
use modules::Snapshot;
use modules::metadata::Digests;
use modules::place::{self, Sort};
use modules::snapshot::Outside;
use syntax::ast::Program;

use super::EnvironmentSettings;
use super::command;
use super::parsed::{DataOutcome, Parsed, ProgramOutcome, Reading, Shelf};
use super::ruby::RubyCode;
use crate::puppet::files::answers::Answers;
use crate::puppet::tagged::Tagged;

/// An immutable environment. Syntax trees and data of its files are parsed when they are first
/// asked for and kept; a mistake in a file is only met by who loads that file.
pub(crate) struct Environment {
    pub(crate) snapshot: Snapshot,
    /// Seconds since the epoch when it was listed: the version of its catalogs, when no command
    /// says another.
    pub(crate) made: i64,
    /// The version of the code, when it is deployed: what catalogs are told.
    pub(crate) code_id: Option<Arc<str>>,
    /// Recursive answers of the file server.
    pub(crate) answers: Answers,
    classes: OnceLock<Arc<Tagged>>,
    pub(super) transports: OnceLock<Arc<Tagged>>,
    settings: Arc<EnvironmentSettings>,
    parsed: Arc<Parsed>,
    pub(super) ruby: Arc<RubyCode>,
    site: OnceLock<Result<Vec<Arc<Program>>, LoadError>>,
    definitions: [Shelf<Box<str>, Loaded<Program>>; 3],
    templates: Shelf<Box<str>, Loaded<Program>>,
    erb: Shelf<Box<str>, Result<Option<Erb>, LoadError>>,
    data: Shelf<Box<str>, Loaded<Value>>,
    places: [Shelf<Box<str>, Option<Arc<str>>>; 2],
    pub(super) resource_types: Shelf<Box<str>, Option<Arc<ResourceType>>>,
    /// Those that Ruby described.
    pub(super) described_types: Shelf<Box<str>, Arc<ResourceType>>,
    pub(super) ruby_functions: Shelf<Box<str>, Option<Arc<str>>>,
    version: OnceLock<Result<Arc<str>, String>>,
}

/// What a file holds; `None` when there is no such file.
type Loaded<T> = Result<Option<Arc<T>>, LoadError>;

/// Data files and manifests beyond this many bytes are refused.
const LARGEST_SOURCE: u64 = 64 * 1024 * 1024;

impl Environment {
    pub(super) fn new(
        snapshot: Snapshot,
        made: i64,
        code_id: Option<Arc<str>>,
        settings: Arc<EnvironmentSettings>,
        parsed: Arc<Parsed>,
        ruby: Arc<RubyCode>,
    ) -> Self {
        Self {
            snapshot,
            made,
            code_id,
            answers: Answers::default(),
            classes: OnceLock::new(),
            transports: OnceLock::new(),
            settings,
            parsed,
            ruby,
            site: OnceLock::new(),
            definitions: Default::default(),
            templates: Shelf::default(),
            erb: Shelf::default(),
            data: Shelf::default(),
            places: Default::default(),
            resource_types: Shelf::default(),
            described_types: Shelf::default(),
            ruby_functions: Shelf::default(),
            version: OnceLock::new(),
        }
    }

    /// The version of catalogs: what the environment's `config_version` command says, else the
    /// second in which the environment was listed. The command runs once per snapshot.
    pub(crate) fn version(&self) -> Result<Arc<str>, String> {
        let run = || match &self.snapshot.config_version {
            None => Ok(self.made.to_string().into()),
            Some(written) => command::shell(written, self.settings.command_timeout)
                .map(|output| output.trim().into())
                .map_err(|error| format!("Execution of config_version command `{written}` failed: {error}")),
        };
        self.version.get_or_init(run).clone()
    }

    /// What computes checksums of its files.
    pub(crate) fn digests(&self) -> &dyn Digests {
        &self.parsed.digests
    }

    pub(crate) fn settings(&self) -> &EnvironmentSettings {
        &self.settings
    }

    /// The classes of every file that has any, as the body of an answer; made when it is first asked for.
    pub(crate) fn classes(&self, make: impl FnOnce() -> Arc<Tagged>) -> Arc<Tagged> {
        self.classes.get_or_init(make).clone()
    }

    /// A manifest, parsed as the loader of classes does.
    pub(crate) fn program(&self, path: &str, reading: Reading<'_>) -> ProgramOutcome {
        self.parse(path, reading)
    }

    /// The site manifests, in order.
    pub(super) fn site(&self) -> Result<Vec<Arc<Program>>, LoadError> {
        let parse = || {
            let manifests = self.snapshot.manifests();
            manifests.into_iter().map(|(path, _)| self.parse(&path, Reading::Manifest)).collect()
        };
        self.site.get_or_init(parse).clone()
    }

    /// The file that should define `name`, parsed.
    pub(super) fn definition(&self, kind: ProgramKind, name: &str) -> Loaded<Program> {
        let (index, sort) = match kind {
            ProgramKind::Manifest => (0, Sort::Manifest),
            ProgramKind::Function => (1, Sort::Function),
            ProgramKind::TypeAlias => (2, Sort::TypeAlias),
        };
        self.definitions[index].get_or(name, || match self.snapshot.definition(sort, name) {
            Some((path, _)) => {
                let reading = match place::namespace(sort, name) {
                    Some(namespace) => Reading::Module { namespace },
                    None => Reading::Manifest,
                };
                self.parse(&path, reading).map(Some)
            }
            None => Ok(None),
        })
    }

    /// The manifest at an absolute path, parsed; `None` when there is none.
    pub(super) fn manifest(&self, path: &str) -> Loaded<Program> {
        if self.is_file(path) { self.parse(path, Reading::Manifest).map(Some) } else { Ok(None) }
    }

    /// The template at an absolute path, parsed; `None` when there is none.
    pub(super) fn template(&self, path: &str) -> Loaded<Program> {
        if !self.is_file(path) {
            return Ok(None);
        }
        self.templates.get_or(path, || self.parse(path, Reading::Epp).map(Some))
    }

    /// The ERB template at an absolute path, parsed; `None` when there is none.
    pub(super) fn erb(&self, path: &str) -> Result<Option<Erb>, LoadError> {
        if !self.is_file(path) {
            return Ok(None);
        }
        self.erb.get_or(path, || {
            let text = self.read(path)?;
            let parsed = match String::from_utf8(text) {
                Ok(text) => ruby::Template::parse(&text, Some(path.into())),
                Err(_) => Err(ruby::Error::Unsupported { line: 1, what: "text that is not UTF-8".to_owned() }),
            };
            Ok(Some(Arc::new(parsed)))
        })
    }

    /// The data file at an absolute path, parsed; `None` when there is none.
    pub(super) fn data(&self, path: &str, format: DataFormat) -> Loaded<Value> {
        match self.snapshot.look(path) {
            Ok(Some(node)) if node.is_file() => self.data.get_or(path, || self.parse_data(path, format).map(Some)),
            Ok(_) => Ok(None),
            // Not listed, so not watched: read each time, parsed only when it changed.
            Err(Outside) if self.is_file(path) => self.parse_data(path, format).map(Some),
            Err(Outside) => Ok(None),
        }
    }

    /// The absolute path of `module/path` or of an absolute path, if there is such a file.
    pub(super) fn place(&self, kind: FileKind, name: &str) -> Option<Arc<str>> {
        if name.starts_with('/') {
            return self.exists(name).then(|| name.into());
        }
        let (index, folder) = match kind {
            FileKind::File => (0, "files"),
            FileKind::Template => (1, "templates"),
        };
        self.places[index].get_or(name, || {
            let (module, relative) = name.split_once('/')?;
            let (path, _) = self.snapshot.module(module)?.find(folder, relative)?;
            Some(path.into())
        })
    }

    /// Whether an absolute path leads to a file.
    pub(super) fn is_file(&self, path: &str) -> bool {
        match self.snapshot.look(path) {
            Ok(node) => node.is_some_and(modules::Node::is_file),
            Err(Outside) => fs::metadata(path).is_ok_and(|metadata| metadata.is_file()),
        }
    }

    fn exists(&self, path: &str) -> bool {
        match self.snapshot.look(path) {
            Ok(node) => node.is_some_and(|node| node.followed().is_some()),
            Err(Outside) => fs::metadata(path).is_ok(),
        }
    }

    /// The bytes of a file; those of the server itself, its keys among them, are not for code.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, LoadError> {
        if self.is_private(path) {
            return Err(LoadError::Unavailable(format!(
                "Could not read {path}: it lies in the server's own folder (the setting data_dir), which code may not read"
            )));
        }
        read(path)
    }

    /// Whether a path leads into the server's own folder, but not to code that is kept there.
    fn is_private(&self, path: &str) -> bool {
        let Some(private) = &self.settings.data_dir else { return false };
        let (Ok(private), Ok(path)) = (fs::canonicalize(private), fs::canonicalize(path)) else { return false };
        let settings = &self.settings;
        let code = settings
            .environmentpath
            .iter()
            .chain(&settings.basemodulepath)
            .chain([&settings.codedir])
            .chain(&settings.deployed);
        let within_code = |folder: &String| fs::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder));
        path.starts_with(private) && !code.into_iter().any(within_code)
    }

    fn parse(&self, path: &str, reading: Reading<'_>) -> ProgramOutcome {
        self.parsed.program(path, &self.read(path)?, reading)
    }

    fn parse_data(&self, path: &str, format: DataFormat) -> DataOutcome {
        self.parsed.data(path, &self.read(path)?, format)
    }
}

/// The bytes of a file of code or data.
pub(super) fn read(path: &str) -> Result<Vec<u8>, LoadError> {
    let unavailable = |error: std::io::Error| LoadError::Unavailable(format!("Could not read {path}: {error}"));
    let size = fs::metadata(path).map_err(unavailable)?.len();
    if size > LARGEST_SOURCE {
        return Err(LoadError::Unavailable(format!(
            "{path} has {size} bytes; files of code and data may have {LARGEST_SOURCE}"
        )));
    }
    fs::read(path).map_err(unavailable)
}
