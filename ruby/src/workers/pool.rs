//! Who may have which process.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Settings;
use super::process::{GLANCE, Log, Process};
use crate::conversation::{Fault, Said, Told, Worker};

/// A bounded number of Ruby processes. Cheap to clone.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    settings: Settings,
    log: Arc<Log>,
    state: Mutex<State>,
    /// Rung when a process came back or ended.
    freed: Condvar,
}

#[derive(Default)]
struct State {
    /// Processes that wait, with the snapshot that each is bound to, if it has seen code; the one
    /// used last at the end.
    idle: Vec<(Option<u64>, Process)>,
    /// All that run or are being started, those that wait among them.
    alive: usize,
    /// Whether one is being started for whoever comes first.
    preparing: bool,
    started: u64,
    failed: u64,
}

/// What a pool has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub alive: usize,
    pub idle: usize,
    /// Processes started so far.
    pub started: u64,
    /// Of these, those that crashed, hung or did not get ready.
    pub failed: u64,
}

impl Pool {
    /// A pool without processes: each is started when it is needed. `log` hears what Ruby code
    /// writes to its standard output and error, line by line.
    pub fn open(settings: Settings, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let shared = Shared { settings, log: Arc::new(log), state: Mutex::default(), freed: Condvar::new() };
        Self(Arc::new(shared))
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// A process that has seen no code but that of `snapshot`; waits for one when all are taken, until
    /// `given_up` says that it is in vain.
    pub fn lease(&self, snapshot: u64, given_up: &dyn Fn() -> bool) -> Result<Lease, Fault> {
        let (limit, most) = (self.0.settings.timeout, self.0.settings.workers);
        let deadline = Instant::now() + limit;
        let mut state = self.0.state();
        let evicted = loop {
            let waits = |for_whom: Option<u64>| state.idle.iter().rposition(|(bound, _)| *bound == for_whom);
            if let Some(at) = waits(Some(snapshot)).or_else(|| waits(None)) {
                let (_, process) = state.idle.remove(at);
                if process.is_idle() {
                    return Ok(Lease { pool: self.clone(), snapshot, process: Some(process) });
                }
                state.alive -= 1;
                state.failed += 1;
                continue;
            }
            // One that is on its way is there sooner than another that competes with it.
            if !state.preparing {
                if state.alive < most {
                    state.alive += 1;
                    break None;
                }
                if !state.idle.is_empty() {
                    break Some(state.idle.remove(0));
                }
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(Fault::Busy(limit, most));
            }
            if given_up() {
                return Err(Fault::GivenUp);
            }
            state = self.0.freed.wait_timeout(state, rest.min(GLANCE)).unwrap_or_else(PoisonError::into_inner).0;
        };
        state.started += 1;
        drop(state);
        drop(evicted);
        match Process::start(&self.0.settings, &self.0.log, given_up) {
            Ok(process) => Ok(Lease { pool: self.clone(), snapshot, process: Some(process) }),
            Err(fault) => {
                self.0.forget_one();
                Err(fault)
            }
        }
    }

    /// Starts a process ahead, for whoever is the first to need one; blocks until it is ready.
    /// Nothing happens when one runs already.
    pub fn prepare(&self) -> Result<(), Fault> {
        let mut state = self.0.state();
        if state.alive > 0 {
            return Ok(());
        }
        state.alive += 1;
        state.started += 1;
        state.preparing = true;
        drop(state);
        let started = Process::start(&self.0.settings, &self.0.log, &|| false);
        let mut state = self.0.state();
        state.preparing = false;
        let outcome = match started {
            Ok(process) => {
                state.idle.push((None, process));
                Ok(())
            }
            Err(fault) => {
                state.alive -= 1;
                state.failed += 1;
                Err(fault)
            }
        };
        drop(state);
        self.0.freed.notify_all();
        outcome
    }

    /// Ends the processes of a snapshot that nobody uses any more.
    pub fn retire(&self, snapshot: u64) {
        let mut state = self.0.state();
        let (gone, kept) = std::mem::take(&mut state.idle).into_iter().partition(|(bound, _)| *bound == Some(snapshot));
        state.idle = kept;
        let gone: Vec<(Option<u64>, Process)> = gone;
        state.alive -= gone.len();
        drop(state);
        if !gone.is_empty() {
            self.0.freed.notify_all();
        }
    }

    pub fn counts(&self) -> Counts {
        let state = self.0.state();
        Counts { alive: state.alive, idle: state.idle.len(), started: state.started, failed: state.failed }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_one(&self) {
        let mut state = self.state();
        state.alive -= 1;
        state.failed += 1;
        drop(state);
        self.freed.notify_one();
    }
}

/// A process for one compile. Goes back into the pool when it is dropped between two things to
/// run; in the midst of one it is ended.
pub struct Lease {
    pool: Pool,
    snapshot: u64,
    process: Option<Process>,
}

impl Worker for Lease {
    fn exchange(&mut self, told: Told<'_>, given_up: &dyn Fn() -> bool) -> Result<Said, Fault> {
        match &mut self.process {
            Some(process) => process.exchange(told, given_up),
            None => Err(Fault::Ended("it was given back".to_owned())),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(process) = self.process.take() else { return };
        if !process.is_idle() {
            drop(process);
            self.pool.0.forget_one();
            return;
        }
        let mut state = self.pool.0.state();
        state.idle.push((Some(self.snapshot), process));
        drop(state);
        self.pool.0.freed.notify_one();
    }
}
