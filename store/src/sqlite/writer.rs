//! The thread that owns the writing connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::Fault;
use crate::settings::Settings;

/// Hands jobs to the writing thread. Dropping it lets the thread finish what has queued up.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    limit: usize,
}

impl Writer {
    pub(super) fn start(connection: Connection, settings: &Settings) -> std::io::Result<Self> {
        let limit = settings.write_queue.max(1);
        let batch = settings.write_batch.max(1);
        let (jobs, queue) = mpsc::channel(limit);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || serve(&connection, queue, batch))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), limit })
    }

    /// Runs `work` in the next transaction and answers when that is on disk. An error of `work`
    /// takes back what it did, and nothing else.
    pub(super) async fn attempt<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        let job = Task { work: Some(work), outcome: None, answer };
        let jobs = self.jobs.as_ref().ok_or(Fault::Broken("the writer has stopped"))?;
        jobs.try_send(Box::new(job)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Fault::Busy(self.limit),
            mpsc::error::TrySendError::Closed(_) => Fault::Broken("the writer has stopped"),
        })?;
        answered.await.unwrap_or_else(|_| Err(Fault::Broken("the writer dropped it").into()))
    }

    /// Jobs that wait, and how many may.
    pub(super) fn queue(&self) -> (usize, usize) {
        let free = self.jobs.as_ref().map_or(0, mpsc::Sender::capacity);
        (self.limit - free, self.limit)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told to the callers already.
            drop(thread.join());
        }
    }
}

/// One write: run once inside the transaction, answered once after it.
trait Job: Send {
    /// Whether its changes are to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    fn answer(self: Box<Self>, committed: Result<(), &str>);
}

struct Task<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnOnce(&Connection) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(connection))) {
            Ok(outcome) => outcome,
            Err(_) => Err(Fault::Broken("it panicked").into()),
        };
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), &str>) {
        let outcome = match (self.outcome, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Ok(_)) | None, Err(reason)) => Err(Fault::Commit(reason.to_owned()).into()),
            (Some(Err(fault)), _) => Err(fault),
            (None, Ok(())) => Err(Fault::Broken("it was not run").into()),
        };
        // The caller may have gone away; the write stands all the same.
        drop(self.answer.send(outcome));
    }
}

fn serve(connection: &Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, limit: usize) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        let committed = transact(connection, &mut queue, &mut batch, limit);
        let committed = committed.map_err(|error| {
            tracing::error!(%error, jobs = batch.len(), "a transaction of the store failed");
            // Nothing is to be done if this fails too: the transaction is gone already.
            drop(connection.execute_batch("ROLLBACK"));
            error.to_string()
        });
        let committed = committed.as_ref().copied().map_err(String::as_str);
        for job in batch {
            job.answer(committed);
        }
    }
}

/// Runs the first job and all that have queued up meanwhile in one transaction. Each has a
/// savepoint of its own, so that one that fails takes nothing else with it; one that nobody waits
/// behind has the transaction to itself.
fn transact(
    connection: &Connection,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    batch: &mut Vec<Box<dyn Job>>,
    limit: usize,
) -> rusqlite::Result<()> {
    let execute = |sql| connection.prepare_cached(sql)?.execute([]);
    execute("BEGIN IMMEDIATE")?;
    let mut next = 0;
    while next < batch.len() {
        if next == 0 && queue.is_empty() {
            if !batch[next].run(connection) {
                return if connection.is_autocommit() { Ok(()) } else { execute("ROLLBACK").map(drop) };
            }
        } else {
            execute("SAVEPOINT job")?;
            if !batch[next].run(connection) {
                execute("ROLLBACK TO job")?;
            }
            execute("RELEASE job")?;
        }
        next += 1;
        if batch.len() < limit
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
    }
    execute("COMMIT")?;
    Ok(())
}
