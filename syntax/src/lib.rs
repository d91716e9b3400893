//! Puppet source to syntax tree.
//!
//! Text in, tree and diagnostics out: no file is read here and nothing is evaluated.
//!
//! - [`source`]: text, spans and positions
//! - [`ast`]: the tree

pub mod ast;
pub mod source;
