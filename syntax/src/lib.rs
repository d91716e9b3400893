//! Puppet source to syntax tree.
//!
//! Text in, tree and diagnostics out: no file is read here and nothing is evaluated.
//!
//! - [`source`]: text, spans and positions
//! - [`lexer`], [`token`]: text to tokens
//! - [`ast`]: the tree
//! - `parser`: tokens to tree
//! - `validation`: what the grammar lets pass and the language does not
//! - [`extent`]: the text of an expression
//! - [`error`], [`issue`]: diagnostics and their texts
//! - [`limits`]: bounds on size and nesting
//! - [`pn`]: the tree as text, to compare with other implementations

pub mod ast;
pub mod error;
pub mod extent;
pub mod issue;
pub mod lexer;
pub mod limits;
mod parser;
pub mod pn;
pub mod source;
pub mod token;
mod validation;

use std::sync::Arc;

use ast::{Expr, Program};
pub use error::{Diagnostic, Severity, SyntaxError};
use issue::Issue;
use lexer::Lexed;
pub use limits::Limits;
use source::Source;
pub use validation::label::expression as label;

/// How a text is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Scripts: `plan` and `apply` are keywords, and what makes catalogs is refused.
    pub tasks: bool,
    pub strict: Strict,
    pub limits: Limits,
}

/// The setting `strict`: what to make of things that are allowed but likely wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strict {
    Off,
    #[default]
    Warning,
    Error,
}

/// A valid program and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub program: Arc<Program>,
    pub warnings: Vec<Diagnostic>,
}

/// Parses and validates a manifest.
pub fn parse(source: Arc<Source>, options: &Options) -> Result<Parsed, SyntaxError> {
    let lexed = lexer::lex(&source, options.tasks, &options.limits);
    finish(source, lexed, options, 0)
}

/// Parses and validates an EPP template.
pub fn parse_epp(source: Arc<Source>, options: &Options) -> Result<Parsed, SyntaxError> {
    let lexed = lexer::lex_epp(&source, options.tasks, &options.limits);
    finish(source, lexed, options, 0)
}

/// Parses a text that holds one expression, such as a type: `Optional[String[1]]`.
pub fn parse_expression(source: Arc<Source>, options: &Options) -> Result<Expr, SyntaxError> {
    let parsed = parse(Arc::clone(&source), options)?;
    match Arc::try_unwrap(parsed.program) {
        Ok(program) if program.definitions.is_empty() => Ok(program.body),
        _ => {
            let issue = Issue::Uncoded { message: "Expected one expression, got a definition".to_owned() };
            let diagnostics = vec![Diagnostic::new(Severity::Error, &issue, None, &source)];
            Err(SyntaxError { diagnostics, source })
        }
    }
}

/// A tree with all that is to say about it: valid or not, unlike the outcome of [`parse`].
#[derive(Clone, Debug)]
pub struct Checked {
    pub program: Arc<Program>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a manifest, and returns the tree also where validation finds errors.
pub fn check(source: Arc<Source>, options: &Options) -> Result<Checked, SyntaxError> {
    let lexed = lexer::lex(&source, options.tasks, &options.limits);
    examine(source, lexed, options, 0)
}

/// Parses a template, and returns the tree also where validation finds errors.
pub fn check_epp(source: Arc<Source>, options: &Options) -> Result<Checked, SyntaxError> {
    let lexed = lexer::lex_epp(&source, options.tasks, &options.limits);
    examine(source, lexed, options, 0)
}

/// Errors where a file of a module defines what does not belong there. `namespace` is what its names must
/// start with: `apache::mod` for `apache/manifests/mod.pp`, `apache` for `apache/manifests/init.pp`.
pub fn check_location(program: &Program, namespace: &str) -> Vec<Diagnostic> {
    validation::check_location(program, namespace)
}

fn finish(source: Arc<Source>, lexed: Lexed, options: &Options, embedding: usize) -> Result<Parsed, SyntaxError> {
    let Checked { program, diagnostics } = examine(Arc::clone(&source), lexed, options, embedding)?;
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(SyntaxError { diagnostics, source });
    }
    Ok(Parsed { program, warnings: diagnostics })
}

fn examine(source: Arc<Source>, mut lexed: Lexed, options: &Options, embedding: usize) -> Result<Checked, SyntaxError> {
    let mut diagnostics = std::mem::take(&mut lexed.warnings);
    let outcome = parser::parse(&source, lexed, &options.limits)
        .and_then(|tree| validation::validate(&tree, options, embedding, &mut diagnostics).map(|()| tree));
    match outcome {
        Ok(tree) => Ok(Checked { program: Arc::new(tree.program), diagnostics }),
        Err(error) => {
            // One fault that stops everything is reported alone, as far as errors go.
            diagnostics.retain(|diagnostic| diagnostic.severity != Severity::Error);
            diagnostics.push(*error);
            Err(SyntaxError { diagnostics, source })
        }
    }
}
