//! What a compile is asked for, and what it answers.

use std::sync::Arc;

use model::catalog::Version;
use model::{Catalog, Facts, Trusted};
pub use ruby::Level;
use serde_json::{Map, Value as Json};

use crate::error::Location;

/// One catalog to make.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The node's certname.
    pub node: &'a str,
    pub environment: &'a str,
    pub facts: &'a Facts,
    pub trusted: &'a Trusted,
    /// `serverversion`, `servername`, `serverip`, `serverip6`; `environment` is added.
    pub server_facts: &'a Map<String, Json>,
    /// What an external node classifier said.
    pub classification: Option<&'a Classification>,
    pub settings: &'a Settings,
    pub limits: Limits<'a>,
    pub version: &'a Version,
    pub catalog_uuid: &'a str,
    pub code_id: Option<&'a str>,
}

/// Classes and top-scope parameters from an external node classifier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classification {
    pub classes: Classes,
    pub parameters: Map<String, Json>,
}

/// The classes of a [`Classification`].
#[derive(Clone, Debug, PartialEq)]
pub enum Classes {
    Names(Vec<String>),
    /// Name to parameters; `null` for none.
    WithParameters(Map<String, Json>),
}

impl Default for Classes {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

/// Settings of the server that a catalog depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub strict: Strict,
    pub strict_variables: bool,
    /// Whether the code is a script, which has no catalog to add to.
    pub tasks: bool,
    /// Whether exported resources are kept and collected.
    pub storeconfigs: bool,
    /// What manifests see as `$settings::name`.
    pub values: Map<String, Json>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { strict: Strict::Warning, strict_variables: false, tasks: false, storeconfigs: false, values: Map::new() }
    }
}

/// What becomes of doubtful code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strict {
    Off,
    #[default]
    Warning,
    Error,
}

/// Bounds of one compile. Errors name the setting that was hit, as the server calls it.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Expressions within expressions, over all calls; each level needs up to 32 KiB of stack
    /// (see [`crate::STACK_BYTES`]).
    pub max_depth: u32,
    /// Expressions evaluated.
    pub max_steps: u64,
    pub max_resources: usize,
    /// Bytes of all the texts, lists and hashes that expressions make.
    pub max_values_bytes: usize,
    /// Bytes of text that resources hold.
    pub max_catalog_bytes: usize,
    /// Asked now and then; `true` ends the compile. This is how the server bounds the time.
    pub expired: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Self {
            max_depth: 1_500,
            max_steps: 50_000_000,
            max_resources: 200_000,
            max_values_bytes: 1 << 30,
            max_catalog_bytes: 512 << 20,
            expired: None,
        }
    }
}

/// A catalog, and what was said while it was made.
#[derive(Clone, Debug)]
pub struct Compilation {
    pub catalog: Catalog,
    /// Resources exported for other nodes; not part of the catalog.
    pub exported: Vec<model::Resource>,
    pub logs: Vec<LogEntry>,
}

/// A line for the server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub level: Level,
    /// `Puppet`, or `Scope(Class[main])` for what manifests log.
    pub source: Arc<str>,
    pub message: String,
    pub position: Option<Location>,
}

/// No catalog.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// The whole text as agents show it: prefix, place and node included.
    pub message: String,
    /// As in `Puppet::Pops::Issues`; `None` where the original has none.
    pub issue_code: Option<&'static str>,
    pub position: Option<Location>,
    pub logs: Vec<LogEntry>,
}
