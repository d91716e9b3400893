//! Connections for reading.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::Fault;

/// As many reads at once as there are connections; further ones wait their turn.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self { turns: Arc::new(Semaphore::new(connections.len())), idle: Arc::new(Mutex::new(connections)) }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let closed = Fault::Broken("the readers have stopped");
        let Ok(turn) = self.turns.clone().acquire_owned().await else { return Err(closed) };
        let idle = self.idle.clone();
        let job = tokio::task::spawn_blocking(move || {
            // Held until the connection is back, also when the caller goes away or `work` panics.
            let _turn = turn;
            let connection = Lent { connection: pop(&idle), idle };
            let connection = connection.connection.as_ref().ok_or(Fault::Broken("no reader is idle"))?;
            work(connection).map_err(Fault::from)
        });
        job.await.unwrap_or(Err(Fault::Broken("it panicked")))
    }
}

/// A connection that goes back when dropped.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

fn pop(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}
