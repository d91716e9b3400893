//! The text of a `hiera.yaml`, for errors that point into it.

use std::sync::Arc;

use crate::error::{Error, Location, Stop};
use crate::regexp::Regexp;

pub(in crate::hiera) struct Text {
    path: Arc<str>,
    text: Arc<str>,
}

impl Text {
    pub(in crate::hiera) fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub(super) fn whole(&self) -> Arc<str> {
        self.text.clone()
    }

    /// The first line from a line on that a pattern of Ruby's matches, comments left out.
    pub(in crate::hiera) fn line(&self, pattern: &str, from: u32) -> Option<u32> {
        let pattern = Regexp::parse(pattern).ok()?;
        let skipped = from.saturating_sub(1);
        let mut lines = (from..).zip(self.text.split_inclusive('\n').skip(skipped as usize));
        lines
            .find(|(_, line)| pattern.accepts(line.split_once('#').map_or(*line, |(before, _)| before)))
            .map(|(number, _)| number)
    }

    /// An error that points into the file.
    pub(in crate::hiera) fn fault(
        &self,
        issue_code: &'static str,
        message: impl Into<String>,
        line: Option<u32>,
    ) -> Stop {
        let mut message = message.into();
        let position = line.map(|line| Location { file: self.path.clone(), line, column: None });
        if line.is_none() && !self.path.is_empty() {
            message = format!("{message} (file: {})", self.path);
        }
        Error { issue_code, message, position }.into()
    }
}
