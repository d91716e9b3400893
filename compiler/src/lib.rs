//! Syntax trees, facts and data to catalog.
//!
//! Pure: everything that comes from outside comes through [`world::World`]. No file is read here,
//! no clock, no environment variable.
//!
//! - [`compile()`], [`request`]: from a request to a catalog, or to an error
//! - [`evaluator`]: expressions to values
//! - [`functions`]: native functions, and Hiera behind `lookup`
//! - [`value`], [`types`]: what expressions evaluate to, and the type system
//! - [`operators`], [`access`], [`convert`], [`format`]: what can be done with values
//! - [`signature`]: parameters of functions, and the texts that say why arguments do not fit
//! - [`class_information`]: the classes of a file, and what they take
//! - [`resource_type`]: what is known of resource types that are written in Ruby
//! - [`provenance`]: where the values of a resource came from
//! - [`world`]: the door to the outside; [`testing`]: a world of string maps

pub mod access;
mod builder;
pub mod callable;
pub mod class_information;
mod collector;
mod compile;
pub mod convert;
pub mod data;
pub mod error;
pub mod evaluator;
pub mod format;
pub mod functions;
mod hiera;
mod inquiry;
pub mod iterator;
mod known;
mod label;
pub mod operators;
pub mod provenance;
pub mod regexp;
mod relationship;
pub mod request;
mod resource;
pub mod resource_type;
mod scope;
pub mod signature;
mod tags;
pub mod testing;
pub mod time;
mod title;
pub mod types;
pub mod value;
pub mod world;

pub use compile::{compile, explain};
pub use hiera::{Found, Layer, Origin};
pub use inquiry::{Answer, Explain, Format, Question, lookup};
pub use model::version_range;
pub use request::{
    Classes, Classification, Compilation, CompileError, Level, Limits, LogEntry, Request, Settings, Strict,
};

/// Stack that a compile may need at the default depth of evaluation. Threads that compile are to
/// be made with this much; it is only touched as far as code nests.
pub const STACK_BYTES: usize = 256 << 20;
