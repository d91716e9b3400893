//! Where heavy arithmetic runs.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

/// Runs a job of some milliseconds of processor time where it stalls no other request.
#[async_trait]
pub trait Workers: Send + Sync {
    /// Runs `job` to its end. When this returns without having run it (pool closed), the caller
    /// reports [`crate::Error::NoWorkers`].
    async fn run(&self, job: Box<dyn FnOnce() + Send>);
}

/// Runs jobs at once on the caller's thread: for commands and tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline;

#[async_trait]
impl Workers for Inline {
    async fn run(&self, job: Box<dyn FnOnce() + Send>) {
        job();
    }
}

/// Runs `job` on `workers` and brings its value back; `None` when it was never run.
pub(crate) async fn compute<T: Send + 'static>(
    workers: &dyn Workers,
    job: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let slot = Arc::new(Mutex::new(None));
    let theirs = slot.clone();
    workers
        .run(Box::new(move || {
            let value = job();
            *theirs.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        }))
        .await;
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
