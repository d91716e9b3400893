//! Syntax trees, facts and data to catalog.
//!
//! Pure: everything that comes from outside comes through [`world::World`]. No file is read here,
//! no clock, no environment variable.
//!
//! - [`value`], [`types`]: what expressions evaluate to, and the type system
//! - [`operators`], [`access`], [`convert`], [`format`]: what can be done with values
//! - [`signature`]: parameters of functions, and the texts that say why arguments do not fit
//! - [`world`]: the door to the outside

pub mod access;
pub mod callable;
pub mod convert;
pub mod data;
pub mod error;
pub mod format;
pub mod functions;
mod hiera;
pub mod iterator;
pub mod operators;
pub mod regexp;
pub mod resource_type;
pub mod signature;
pub mod time;
pub mod types;
pub mod value;
pub mod version_range;
pub mod world;
