//! Everything that comes from outside: the one door of the compiler.
//!
//! A world belongs to one immutable snapshot of one environment, so every answer may be cached
//! and the same question always has the same answer during a compile. A world of string maps
//!  drives the tests.

use std::sync::Arc;

use ruby::Fault;
use ruby::conversation::Worker;
use syntax::ast::Program;

use crate::resource_type::ResourceType;
use crate::value::Value;

/// What the compiler asks for while it makes a catalog.
pub trait World: Sync {
    /// The site manifests, in the order in which they are evaluated.
    fn manifests(&self) -> Result<Vec<Arc<Program>>, LoadError>;

    /// The file that by its place should define `name` (lower case, `a::b`, no leading `::`).
    ///
    /// `a::b` of a manifest is `manifests/b.pp` of module `a`, `a` alone its `manifests/init.pp`;
    /// functions and types stand likewise under `functions/` and `types/`; names without a module
    /// are looked for in the environment's own folder.
    fn program(&self, kind: ProgramKind, name: &str) -> Result<Option<Arc<Program>>, LoadError>;

    /// An EPP template by `module/path` (or absolute path): parsed.
    fn epp(&self, name: &str) -> Result<Option<Arc<Program>>, LoadError>;

    /// The ERB template in a file that [`World::find`] found, parsed; mistakes are kept as well.
    fn erb(&self, path: &str) -> Result<Option<Erb>, LoadError>;

    /// The absolute path of a file or template by `module/path` (or absolute path), if it exists.
    fn find(&self, kind: FileKind, name: &str) -> Option<Arc<str>>;

    /// The bytes of a file that [`World::find`] found.
    fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, LoadError>;

    /// A data file by absolute path, parsed by [`crate::data::parse`]; `None` when there is none.
    fn data(&self, path: &str, format: DataFormat) -> Result<Option<Arc<Value>>, LoadError>;

    /// Absolute paths that match a glob pattern, sorted.
    fn glob(&self, pattern: &str) -> Vec<String>;

    /// The folder of a module and its metadata.
    fn module(&self, name: &str) -> Option<Module>;

    /// The folder of the environment.
    fn environment_path(&self) -> &str;

    /// The modules of the environment by name, sorted.
    fn modules(&self) -> Vec<Arc<str>>;

    /// Settings that lookups depend on.
    fn data_settings(&self) -> DataSettings {
        DataSettings::default()
    }

    /// A variable of the process's environment, for options of `hiera.yaml` that name one.
    fn process_variable(&self, _name: &str) -> Option<String> {
        None
    }

    /// A resource type that a module brings as Ruby (built-in ones are known to the compiler).
    fn resource_type(&self, name: &str) -> Option<Arc<ResourceType>>;

    /// A resource type as Ruby described it before.
    fn described_type(&self, _name: &str) -> Option<Arc<ResourceType>> {
        None
    }

    /// Keeps what Ruby said of a resource type for as long as the environment stays as it is.
    fn describe_type(&self, _described: &Arc<ResourceType>) {}

    /// The path of a file below `lib` of any module, by its path there.
    fn ruby_file(&self, _relative: &str) -> Option<Arc<str>> {
        None
    }

    /// The path of the Ruby file that defines a function by its place.
    fn ruby_function(&self, name: &str) -> Option<Arc<str>>;

    /// A process that runs the Ruby code of the environment, for this compile alone. Waiting for it ends when
    /// `given_up` says that it is in vain.
    fn ruby(&self, _given_up: &dyn Fn() -> bool) -> Result<Box<dyn Worker + '_>, Fault> {
        Err(Fault::None)
    }

    /// Folders of modules on disk, the first counting most, for code that is run by Ruby.
    fn modulepath(&self) -> Vec<String> {
        Vec::new()
    }

    /// The path of the Ruby file that declares a data type (`a::b`, lower case) by its place.
    fn ruby_data_type(&self, _name: &str) -> Option<Arc<str>> {
        None
    }

    /// Exported resources of other nodes, by type name (capitalised).
    fn exported(&self, type_name: &str) -> Result<Vec<Exported>, LoadError>;

    /// Runs a command for `generate` and answers its standard output.
    fn run(&self, command: &[String]) -> Result<String, LoadError>;

    /// Hands a text to a command line as a file, whose path stands for a `%` of its own or else comes last.
    ///
    /// The error is what the command said when it did not succeed.
    fn check(&self, content: &str, command: &str) -> Result<(), LoadError>;

    /// Bits that nobody can foresee, for the functions that draw lots.
    fn random(&self) -> u64;

    /// Nanoseconds since the epoch.
    fn now(&self) -> i128;
}

/// An ERB template, or why it cannot be read.
pub type Erb = Arc<Result<ruby::Template, ruby::Error>>;

/// Which kind of definition is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProgramKind {
    /// Classes and defined types.
    Manifest,
    Function,
    TypeAlias,
}

/// Which folder of a module a name is looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    File,
    Template,
}

/// How a data file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataFormat {
    Yaml,
    Json,
}

/// What the server's settings and `environment.conf` say of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSettings {
    /// Absolute path of the global `hiera.yaml`; the file need not be there.
    pub hiera_config: Arc<str>,
    /// Absolute path of the folder in which environments stand in `environments`.
    pub codedir: Arc<str>,
    /// Whether the global layer is asked for other than `hiera()` and its kin
    /// (`data_binding_terminus` is not `none`).
    pub global_layer: bool,
    /// `environment_data_provider` of `environment.conf`.
    pub environment_data_provider: Option<Arc<str>>,
    /// Whether HOCON is read: the original needs a library for it that a machine may lack.
    pub hocon: bool,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self {
            hiera_config: "/etc/puppet/hiera.yaml".into(),
            codedir: "/etc/puppet/code".into(),
            global_layer: true,
            environment_data_provider: None,
            hocon: true,
        }
    }
}

/// A module of the environment.
#[derive(Clone, Debug)]
pub struct Module {
    pub name: Arc<str>,
    /// Absolute path of the folder.
    pub path: Arc<str>,
    /// `metadata.json`, parsed.
    pub metadata: Option<Arc<Value>>,
}

/// A resource that another node exported.
#[derive(Clone, Debug)]
pub struct Exported {
    pub certname: Arc<str>,
    pub resource: Arc<model::Resource>,
}

/// Something outside could not be had: the file is there but does not parse, cannot be read, …
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    /// A manifest or template with a mistake, as `syntax` found it.
    ///
    /// The text is whole, with its place.
    #[error("{0}")]
    Syntax(Arc<str>),
    /// A data file with a mistake; the message names file and line.
    #[error("{0}")]
    Data(String),
    /// The machine refused, or a limit was hit.
    #[error("{0}")]
    Unavailable(String),
}
