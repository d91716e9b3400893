//! The shared words of the house: names, values, facts, catalogs.
//!
//! Data only. Nothing here reads a file, a clock or a socket; wire names and wire shapes of the
//! documents that Puppet's agents exchange are defined here and nowhere else.
//!
//! - [`certname`]: the name of a node, as its certificate carries it
//! - [`environment`]: the name of an environment
//! - [`value`]: rich data, as catalogs carry it
//! - [`catalog`]: resources, edges and their wire forms
//! - [`facts`]: what a node says of itself
//! - [`trusted`]: what a node's certificate says of it
//! - [`version_range`]: ranges of semantic versions, as Puppet writes them

pub mod catalog;
pub mod certname;
pub mod environment;
pub mod facts;
pub mod trusted;
pub mod value;
pub mod version_range;

pub use catalog::{Catalog, Edge, Resource, ResourceKind};
pub use certname::Certname;
pub use environment::EnvironmentName;
pub use facts::Facts;
pub use trusted::Trusted;
pub use value::Value;
pub use version_range::VersionRange;
