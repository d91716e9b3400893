//! Who deploys what, and who waits for whom.
//!
//! A deploy of all environments is alone. Deploys of some environments run side by side where no environment is in
//! two of them. Everybody is served in the order in which they came; how many may wait is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::CodeError;
use super::order::Order;
use super::progress::Step;

/// Deploys that wait or run.
#[derive(Debug)]
pub(crate) struct Queue {
    most: usize,
    all: Arc<RwLock<()>>,
    each: Mutex<BTreeMap<String, Arc<Turn<()>>>>,
    jobs: Mutex<Jobs>,
}

#[derive(Debug, Default)]
struct Jobs {
    last: u64,
    now: BTreeMap<u64, Job>,
}

/// A deploy that waits or runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) order: Order,
    pub(crate) queued_at: Timestamp,
    /// `None` while it waits.
    pub(crate) started_at: Option<Timestamp>,
    /// The last step that was heard of.
    pub(crate) step: Option<Step>,
}

/// A place in the queue. Dropping it gives the place up.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) id: u64,
    queue: Arc<Queue>,
}

/// What is held while a deploy runs.
pub(crate) enum Held {
    /// In the order of their names, so that nobody waits for each other.
    Some {
        _all: OwnedRwLockReadGuard<()>,
        _each: Vec<OwnedMutexGuard<()>>,
    },
    All {
        _all: OwnedRwLockWriteGuard<()>,
    },
}

impl Queue {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, all: Arc::default(), each: Mutex::default(), jobs: Mutex::default() })
    }

    /// Takes a place for an order.
    pub(crate) fn enter(self: &Arc<Self>, order: &Order, now: Timestamp) -> Result<Place, CodeError> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.now.values().filter(|job| job.started_at.is_none()).count() >= self.most {
            return Err(CodeError::Busy(self.most));
        }
        jobs.last += 1;
        let id = jobs.last;
        jobs.now.insert(id, Job { id, order: order.clone(), queued_at: now, started_at: None, step: None });
        Ok(Place { id, queue: self.clone() })
    }

    /// Those that wait or run, the oldest first.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).now.values().cloned().collect()
    }

    /// Waits until nobody else works on these environments; `None` is all of them.
    pub(crate) async fn hold(&self, environments: Option<&BTreeSet<String>>) -> Held {
        let Some(names) = environments else {
            return Held::All { _all: self.all.clone().write_owned().await };
        };
        let all = self.all.clone().read_owned().await;
        let mut each = Vec::new();
        for name in names {
            let turn = {
                let mut turns = self.each.lock().unwrap_or_else(PoisonError::into_inner);
                turns.retain(|_, turn| Arc::strong_count(turn) > 1);
                turns.entry(name.clone()).or_default().clone()
            };
            each.push(turn.lock_owned().await);
        }
        Held::Some { _all: all, _each: each }
    }
}

impl Place {
    /// Says that it runs now.
    pub(crate) fn start(&self, now: Timestamp) {
        self.change(|job| job.started_at = Some(now));
    }

    pub(crate) fn step(&self, step: &Step) {
        self.change(|job| job.step = Some(step.clone()));
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        let mut jobs = self.queue.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.now.get_mut(&self.id) {
            change(job);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.jobs.lock().unwrap_or_else(PoisonError::into_inner).now.remove(&self.id);
    }
}

#[cfg(test)]
mod tests;
