//! Templates.

use std::sync::Arc;

use crate::error::Error;
use crate::host::Host;
use crate::limits::Limits;
use crate::syntax::{self, Program};
use crate::{erb, interpreter};

/// An ERB template, parsed: shared among all renderings.
#[derive(Debug)]
pub struct Template {
    path: Option<Arc<str>>,
    program: Program,
}

impl Template {
    /// Parses a template; `path` is the file that it stands in.
    pub fn parse(text: &str, path: Option<Arc<str>>) -> Result<Self, Error> {
        // A mark at the start says which bytes come first; it is no text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let program = syntax::parse(&erb::program(text))?;
        Ok(Self { path, program })
    }

    pub fn path(&self) -> Option<&Arc<str>> {
        self.path.as_ref()
    }

    /// The text that the template makes of what the host knows.
    pub fn render(&self, host: &mut dyn Host, limits: Limits) -> Result<String, Error> {
        interpreter::run(&self.program, self.path.clone(), host, limits)
    }
}

#[cfg(test)]
mod tests;
