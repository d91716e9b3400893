//! Pointers, history and pins, kept through a port.

use async_trait::async_trait;
use jiff::Timestamp;
use model::EnvironmentName;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::version::{CodeId, Version};
use crate::port::PortError;

/// Keeps which version each environment points to, and what became of it in time.
#[async_trait]
pub trait Deployments: Send + Sync {
    /// Every environment that points to a version, by name.
    async fn live(&self) -> Result<Vec<Live>, PortError>;

    /// Takes note of what deploys came to, and moves the pointers that they moved: one transaction.
    async fn record(&self, records: Vec<Record>) -> Result<(), PortError>;

    /// What became of one environment, or of all: the newest first.
    async fn history(&self, environment: Option<&EnvironmentName>, limit: usize) -> Result<Vec<Entry>, PortError>;

    /// The version that an environment pointed to once; `None` where none is known.
    async fn version(&self, environment: &EnvironmentName, id: &CodeId) -> Result<Option<Version>, PortError>;

    /// Versions whose id begins with `digits`, with their environments.
    async fn find(&self, digits: &str) -> Result<Vec<(EnvironmentName, Version)>, PortError>;

    /// Holds an environment at its version, or lets it go. Whether there is such an environment.
    async fn pin(&self, environment: &EnvironmentName, pin: Option<Pin>) -> Result<bool, PortError>;

    /// What must stay on disk: of each environment the live version, the `newest` it pointed to last, and
    /// those it was taken off after `since`. All others are forgotten.
    async fn keep(&self, newest: usize, since: Timestamp) -> Result<Vec<(EnvironmentName, Version)>, PortError>;
}

/// An environment and the version it points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Live {
    pub environment: EnvironmentName,
    pub code_id: CodeId,
    #[serde(skip)]
    pub version: Version,
    /// Since when it points there.
    pub since: Timestamp,
    /// When a deploy looked last and found that nothing was to be done, or did it.
    pub looked_at: Timestamp,
    pub pin: Option<Pin>,
}

/// An environment that stays as it is until somebody lets it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub who: String,
    pub at: Timestamp,
    pub reason: Option<String>,
}

/// What a deploy of one environment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub environment: EnvironmentName,
    pub action: Action,
    pub who: String,
    /// When it began.
    pub at: Timestamp,
    /// How long it took until the pointer could be moved.
    pub millis: u64,
    pub outcome: Outcome,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Deploy,
    Rollback,
    /// The branch is gone.
    Purge,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was to be done: not part of the history.
    Unchanged,
    Switched {
        from: Option<CodeId>,
        to: Box<Version>,
        changes: Vec<Change>,
    },
    Removed {
        from: CodeId,
    },
    /// The environment stayed as it was.
    Failed {
        reason: String,
    },
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub id: i64,
    pub environment: EnvironmentName,
    pub action: Action,
    pub who: String,
    pub at: Timestamp,
    pub millis: u64,
    pub from: Option<CodeId>,
    /// `None` when the environment was removed, or stayed as it was.
    pub to: Option<CodeId>,
    /// Of the control repository.
    pub commit: Option<String>,
    pub changes: Vec<Change>,
    /// Why it failed.
    pub failed: Option<String>,
}

impl Action {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::Purge => "purge",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Deploy, Self::Rollback, Self::Purge].into_iter().find(|action| action.as_str() == text)
    }
}
