//! The part of Ruby that Puppet code is written in, read and run without Ruby.
//!
//! Pure: what a template sees of its node comes through a trait of this crate.
//!
//! - [`conversation`]: how a compile speaks with a process that runs Ruby for it
//! - [`workers`]: those processes, the one room here that has effects

pub mod conversation;
pub mod workers;

pub use conversation::Fault;
