//! A bounded number of threads for work that takes a processor: compiles, signatures.
//!
//! The queue before them is bounded too; when it is full, work is refused at once, so that callers
//! can say `503` while the server still answers. A panic ends one job and nothing else.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus::IntGauge;
use tokio::sync::oneshot;

/// Threads and the queue before them. Dropping the pool lets running jobs end.
pub(crate) struct Pool {
    queue: Arc<Queue>,
}

/// How large a pool is.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// 0: one for each processor.
    pub(crate) threads: usize,
    /// Jobs that may wait.
    pub(crate) queue: usize,
    /// Bytes of stack of each thread.
    pub(crate) stack: usize,
    pub(crate) waiting: IntGauge,
    pub(crate) running: IntGauge,
}

/// Why a job gave no result.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolError {
    #[error("the queue is full")]
    Full,
    #[error("it took longer than {} seconds", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error("it ended by a panic: {0}")]
    Panicked(String),
    #[error("the server is stopping")]
    Closed,
}

/// Told to a job: nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

/// Whoever waits for a job. When they go, with the result or without, the job is told.
struct Waiting(Cancel);

struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    shape: Shape,
}

struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

type Job = Box<dyn FnOnce() + Send>;

impl Pool {
    pub(crate) fn start(shape: Shape) -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if shape.threads == 0 { processors } else { shape.threads };
        let stack = shape.stack;
        let state = Mutex::new(State { jobs: VecDeque::with_capacity(shape.queue), closed: false });
        let queue = Arc::new(Queue { state, ready: Condvar::new(), shape });
        for index in 0..threads {
            let queue = queue.clone();
            let name = format!("{}-{index}", queue.shape.name);
            std::thread::Builder::new().name(name).stack_size(stack).spawn(move || queue.work())?;
        }
        Ok(Self { queue })
    }

    /// Runs `job` on one of the threads. After `within` (waiting included) nobody waits any more,
    /// and the job is told so.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        within: Duration,
        job: impl FnOnce(&Cancel, Instant) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (sender, receiver) = oneshot::channel();
        let waiting = Waiting(Cancel::default());
        let theirs = waiting.0.clone();
        let deadline = Instant::now() + within;
        self.queue.push(Box::new(move || {
            if theirs.is_set() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(|| job(&theirs, deadline)));
            // Whoever asked may have gone; the result then has no place to go.
            let _ = sender.send(result.map_err(|panic| PoolError::Panicked(panic_text(&*panic))));
        }))?;
        match tokio::time::timeout_at(deadline.into(), receiver).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(PoolError::Closed),
            Err(_) => Err(PoolError::TimedOut(within)),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Cancel {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Queue {
    fn push(&self, job: Job) -> Result<(), PoolError> {
        let mut state = self.lock();
        if state.closed {
            return Err(PoolError::Closed);
        }
        if state.jobs.len() >= self.shape.queue {
            return Err(PoolError::Full);
        }
        state.jobs.push_back(job);
        self.shape.waiting.inc();
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            self.shape.waiting.dec();
            self.shape.running.inc();
            job();
            self.shape.running.dec();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.ready.notify_all();
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests;
