//! How far a deploy has come, told while it runs.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::git::without_secrets;

/// Hears of each step.
pub(crate) type Said = Arc<dyn Fn(&Step) + Send + Sync>;

/// One step of a deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// `wait`, `ask`, `fetch`, `build`, `check` or `switch`.
    pub(crate) phase: String,
    /// What it is about: a repository, a tree, an environment.
    pub(crate) what: String,
    pub(crate) done: usize,
    pub(crate) total: usize,
}

impl Step {
    pub(crate) fn counted(phase: &str, what: &str, done: usize, total: usize) -> Self {
        Self { phase: phase.to_owned(), what: without_secrets(what).into_owned(), done, total }
    }
}

/// For who does not want to hear of steps.
pub(crate) fn silent() -> Said {
    Arc::new(|_| {})
}
