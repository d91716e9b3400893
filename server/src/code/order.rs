//! What is asked of a deploy, and what comes of it.

use std::borrow::Cow;

use modules::deploy::{Change, CodeId, Pin};
use serde::{Deserialize, Serialize};

use super::git::without_secrets;

/// What is to be deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) environments: Selection,
    /// Only these modules, in environments that are deployed already; all, and the control repository, when empty.
    pub(crate) modules: Vec<String>,
    /// Find out what would be done, and leave it.
    pub(crate) dry_run: bool,
    /// Who asked, for the history.
    pub(crate) who: String,
}

/// Which environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Selection {
    /// Those of every branch; environments whose branch is gone are removed.
    All,
    Named(Vec<String>),
}

/// What a deploy of one environment came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) environment: String,
    pub(crate) result: Result,
    /// What the environment points to now; with `dry_run`, what it would.
    pub(crate) code_id: Option<CodeId>,
    /// Of the control repository.
    pub(crate) commit: Option<String>,
    pub(crate) changes: Vec<Change>,
    pub(crate) warnings: Vec<String>,
    /// Why it failed.
    pub(crate) error: Option<String>,
    pub(crate) pin: Option<Pin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Result {
    Switched,
    Unchanged,
    /// Its branch is gone.
    Removed,
    /// It stayed as it was.
    Failed,
    /// It is held as it is.
    Pinned,
    WouldSwitch,
    WouldRemove,
}

impl Outcome {
    pub(crate) fn of(environment: &str, result: Result) -> Self {
        Self {
            environment: environment.to_owned(),
            result,
            code_id: None,
            commit: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            error: None,
            pin: None,
        }
    }

    pub(crate) fn failed(environment: &str, reason: String) -> Self {
        let hidden = match without_secrets(&reason) {
            Cow::Borrowed(_) => reason,
            Cow::Owned(hidden) => hidden,
        };
        Self { error: Some(hidden), ..Self::of(environment, Result::Failed) }
    }
}

impl Order {
    /// The environments that are named, as they are called; `None` when all are meant.
    pub(crate) fn named(&self) -> Option<Vec<String>> {
        let word = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
        match &self.environments {
            Selection::All => None,
            Selection::Named(names) => {
                let mut names: Vec<String> = names.iter().map(|name| name.chars().map(word).collect()).collect();
                names.sort();
                names.dedup();
                Some(names)
            }
        }
    }
}
