//! What the grammar lets pass and the language does not.

use crate::Options;
use crate::error::Diagnostic;
use crate::parser::Tree;

/// Adds what is wrong or doubtful with a tree to the diagnostics.
pub(crate) fn validate(_tree: &Tree, _options: &Options, _diagnostics: &mut Vec<Diagnostic>) {}
