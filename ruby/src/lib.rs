//! The part of Ruby that Puppet code is written in, read and run without Ruby.
//!
//! Pure but for [`workers`]: what a template sees of its node comes through a trait of this
//! crate, [`Host`]. Nothing is asked of a clock here, and every rendering is bounded by [`Limits`].
//!
//! - [`Template`]: an ERB template, parsed once, rendered often
//! - [`erb`]: from a template to the Ruby program that writes it
//! - `syntax`: from a program to its tree: lexer, parser, one function for each production
//! - `interpreter`: runs a tree
//! - [`value`]: what Ruby's expressions evaluate to; `methods`: what can be sent to them
//! - [`regexp`], `format`: patterns and `sprintf` as Ruby has them
//! - [`yaml`]: documents as Ruby lays them out, and its rules for plain scalars
//! - [`host`]: the door to the outside
//! - [`conversation`]: how a compile speaks with a process that runs Ruby for it
//! - [`workers`]: those processes, the one room here that has effects

// Methods stand in tables, so all have one signature; Ruby compares floats exactly; keys that hold
// values are compared by what they were when they became keys.
#![allow(clippy::float_cmp, clippy::mutable_key_type, clippy::unnecessary_wraps, clippy::unused_self)]

pub mod conversation;
pub mod erb;
mod error;
mod format;
pub mod host;
mod interpreter;
mod limits;
mod methods;
pub mod regexp;
mod syntax;
mod template;
pub mod value;
pub mod workers;
pub mod yaml;

pub use conversation::Fault;
pub use error::Error;
pub use host::{Host, HostError, Level};
pub use limits::Limits;
pub use template::Template;
pub use value::Value;
