//! The repository of Puppet code: environments as immutable trees, modules, file mounts.
//!
//! What is on disk arrives as listings through one port, [`disk::Disk`]; digests through another,
//! [`metadata::Digests`]. Nothing here reads a file, follows a clock or knows of HTTP.
//!
//! - [`disk`]: the port, and what is known of one file
//! - [`tree`]: a folder and all below it, as it was at one moment
//! - [`conf`]: the settings of an environment, as `environment.conf` gives them
//! - [`module`]: modules in a module path
//! - [`snapshot`]: one environment at one moment: settings, modules, trees, identity
//! - [`place`]: from the name of a definition to the file that should hold it
//! - [`mount`]: the mounts of the file server, from a request's path to paths on disk
//! - [`puppetfile`]: which modules an environment is to have, and where they come from
//! - [`sources`]: where code comes from: what an `r10k.yaml` says
//! - [`webhook`]: what hosts of repositories say of pushes
//! - [`inlined`]: metadata that static catalogs carry
//! - [`fileset`]: which files a recursive request speaks of
//! - [`metadata`]: what the file server says of a file
//! - [`checksum`]: the checksum types that agents ask for
//! - [`path`], [`pattern`], [`glob`]: paths and shell patterns as text
//! - [`forge`]: modules in releases, as a Forge gives them out
//! - [`token`]: secrets by which programs deploy, read the Forge and publish to it
//! - [`deploy`]: what an environment is made of, and what became of it in time
//! - [`port`]: what may keep a port from answering

pub mod checksum;
pub mod conf;
pub mod deploy;
pub mod disk;
pub mod error;
pub mod fileset;
pub mod forge;
pub mod glob;
pub mod inlined;
pub mod metadata;
pub mod module;
pub mod mount;
pub mod path;
pub mod pattern;
pub mod place;
pub mod port;
pub mod puppetfile;
pub mod snapshot;
pub mod sources;
pub mod token;
pub mod tree;
pub mod webhook;

pub use checksum::ChecksumType;
pub use conf::EnvironmentConf;
pub use disk::{Disk, Found, Kind, Link, Status};
pub use error::Error;
pub use metadata::Metadata;
pub use module::Module;
pub use mount::{Answer, Mounts};
pub use port::PortError;
pub use snapshot::Snapshot;
pub use token::{Token, Tokens};
pub use tree::{Bounds, Node, Tree};
