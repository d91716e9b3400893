//! From a program to its tree.

use std::sync::Arc;

use crate::error::Error;

pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod tree;

/// The tree of a program, and how many local variables its outermost level has.
pub(crate) fn parse(source: &str) -> Result<Program, Error> {
    let tokens = lexer::tokens(source)?;
    parser::parse(tokens)
}

/// A program.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) body: tree::Node,
    pub(crate) locals: Arc<[Arc<str>]>,
}
