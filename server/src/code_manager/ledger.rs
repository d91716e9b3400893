//! The deploys that were asked for over HTTP, and what came of them.
//!
//! Kept in memory, as the original does: the history of environments is in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::code::order::{Outcome, Result as What};

/// Deploys that are remembered; the oldest that has ended is forgotten first.
const MOST: usize = 1000;

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    entries: BTreeMap<u64, Entry>,
}

/// The deploy of one environment.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) environment: String,
    /// With its control repository and all modules.
    whole: bool,
    pub(super) queued_at: Timestamp,
    pub(super) state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Queued,
    Deploying,
    Complete { commit: Option<String>, code_id: Option<String> },
    Failed { reason: String },
}

impl Ledger {
    /// Notes that each of `environments` is to be deployed.
    pub(super) fn note(&self, environments: &[String], whole: bool, now: Timestamp) -> Vec<Entry> {
        self.with(|all| {
            let noted = environments.iter().map(|environment| {
                all.last += 1;
                let (id, environment) = (all.last, environment.clone());
                let entry = Entry { id, environment, whole, queued_at: now, state: State::Queued };
                all.entries.insert(id, entry.clone());
                entry
            });
            let noted = noted.collect();
            all.forget();
            noted
        })
    }

    /// Which of `environments` nobody waits for yet: a deploy that has not begun sees what is pushed now.
    pub(super) fn not_queued(&self, environments: Vec<String>) -> Vec<String> {
        self.with(|all| {
            let queued = all.entries.values().filter(|entry| entry.whole && entry.state == State::Queued);
            let queued: BTreeSet<&str> = queued.map(|entry| entry.environment.as_str()).collect();
            environments.into_iter().filter(|name| !queued.contains(name.as_str())).collect()
        })
    }

    /// Notes that the deploys have begun.
    pub(super) fn begin(&self, ids: &[u64]) {
        self.with(|all| {
            for id in ids {
                if let Some(entry) = all.entries.get_mut(id)
                    && entry.state == State::Queued
                {
                    entry.state = State::Deploying;
                }
            }
        });
    }

    /// Notes what came of the deploys, and gives them as they are now.
    pub(super) fn end(&self, ids: &[u64], outcomes: &Result<Vec<Outcome>, String>) -> Vec<Entry> {
        self.with(|all| {
            let ended = ids.iter().filter_map(|id| {
                let entry = all.entries.get_mut(id)?;
                entry.state = State::of(&entry.environment, outcomes);
                Some(entry.clone())
            });
            ended.collect()
        })
    }

    /// Forgets deploys that never were.
    pub(super) fn withdraw(&self, ids: &[u64]) {
        self.with(|all| all.entries.retain(|id, _| !ids.contains(id)));
    }

    pub(super) fn find(&self, id: u64) -> Option<Entry> {
        self.with(|all| all.entries.get(&id).cloned())
    }

    /// Those that wait or run, and the last of each environment that failed, the oldest first.
    pub(super) fn open(&self) -> Vec<Entry> {
        self.with(|all| {
            let ended = all.entries.values().filter(|entry| entry.state.has_ended());
            let last: BTreeMap<&str, u64> = ended.map(|entry| (entry.environment.as_str(), entry.id)).collect();
            let is_open = |entry: &&Entry| match entry.state {
                State::Queued | State::Deploying => true,
                State::Failed { .. } => last.get(entry.environment.as_str()) == Some(&entry.id),
                State::Complete { .. } => false,
            };
            all.entries.values().filter(is_open).cloned().collect()
        })
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Entries) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    fn forget(&mut self) {
        while self.entries.len() > MOST {
            let oldest = self.entries.values().find(|entry| entry.state.has_ended()).map(|entry| entry.id);
            let Some(oldest) = oldest else { return };
            self.entries.remove(&oldest);
        }
    }
}

impl State {
    fn of(environment: &str, outcomes: &Result<Vec<Outcome>, String>) -> Self {
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            Err(reason) => return Self::Failed { reason: reason.clone() },
        };
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.environment == environment) else {
            let reason =
                format!("Environment(s) '{environment}' cannot be found in any source and will not be deployed.");
            return Self::Failed { reason };
        };
        match (&outcome.error, outcome.result) {
            (Some(reason), _) => Self::Failed { reason: reason.clone() },
            (None, What::Failed) => Self::Failed { reason: "the deploy failed".to_owned() },
            (None, What::Pinned) => {
                Self::Failed { reason: format!("Environment '{environment}' is pinned, and stays as it is.") }
            }
            (None, _) => Self::Complete {
                commit: outcome.commit.clone(),
                code_id: outcome.code_id.as_ref().map(|id| id.as_str().to_owned()),
            },
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self, Self::Complete { .. } | Self::Failed { .. })
    }
}

impl Entry {
    /// As the list of deploys that were asked for shows it.
    pub(super) fn shown(&self) -> Value {
        let Self { id, environment, state, .. } = self;
        let mut value = json!({ "environment": environment, "id": id, "status": self.status() });
        match state {
            State::Complete { commit, code_id } => {
                value["deploy-signature"] = json!(commit);
                value["file-sync"] = json!({ "environment-commit": code_id, "code-commit": code_id });
            }
            State::Failed { reason } => value["error"] = self.error(reason),
            State::Queued | State::Deploying => {}
        }
        value
    }

    /// As the status of all deploys shows it.
    pub(super) fn listed(&self) -> Value {
        let Self { id, environment, queued_at, state, .. } = self;
        let mut value = json!({ "environment": environment, "id": id, "queued-at": stamp(*queued_at) });
        if let State::Failed { reason } = state {
            value["error"] = self.error(reason);
        }
        value
    }

    pub(super) fn status(&self) -> &'static str {
        match self.state {
            State::Queued => "queued",
            State::Deploying => "deploying",
            State::Complete { .. } => "complete",
            State::Failed { .. } => "failed",
        }
    }

    fn error(&self, reason: &str) -> Value {
        let environment = &self.environment;
        json!({
            "kind": "puppetlabs.code-manager/deploy-failure",
            "details": { "corrected-env-name": environment },
            "msg": format!("Errors while deploying environment '{environment}' (exit code: 1):\nERROR\t -> {reason}\n"),
        })
    }
}

/// A moment to the millisecond, as Code Manager writes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests;
