//! The part of Ruby that Puppet code is written in, read and run without Ruby.
//!
//! Pure: what a template sees of its node comes through a trait of this crate.
