//! Signatures kept in memory, as they are in the database.
//!
//! A fragment never changes and its number is never given to another one, so what is kept stays right, and only what
//! came since is read. What is gone is kept until all is read anew.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::Collection;

/// Bytes of signatures that are kept.
const ROOM: usize = 512 << 20;
/// Signatures that may come, besides as many as there were, before all are read anew.
const NEW: usize = 20_000;

#[derive(Default)]
pub(crate) struct Memory {
    collections: Mutex<BTreeMap<i64, Arc<Mutex<Kept>>>>,
    /// How often a collection was read from its beginning.
    readings: AtomicU64,
}

/// The signatures of a collection by ascending number of their fragments.
#[derive(Default)]
struct Kept {
    fragments: Vec<i64>,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    /// Signatures there were when all were read.
    first: usize,
}

/// What one transaction makes of the memory.
pub(crate) struct View {
    memory: Arc<Memory>,
    /// Readings there were before the transaction began. After another one the memory may lack what this transaction
    /// still sees.
    readings: Cell<u64>,
}

impl View {
    /// To be made before the transaction sees anything.
    pub(crate) fn new(memory: &Arc<Memory>) -> Self {
        Self { memory: memory.clone(), readings: Cell::new(memory.readings.load(Ordering::SeqCst)) }
    }

    /// Fragments whose signatures pass; `None` if the memory cannot tell.
    pub(super) fn passing(
        &self,
        connection: &Connection,
        collection: Collection,
        passes: &dyn Fn(&[u8]) -> bool,
    ) -> rusqlite::Result<Option<Vec<i64>>> {
        let kept = {
            let mut all = self.memory.collections.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(collection.0).or_default().clone()
        };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.memory.readings.load(Ordering::SeqCst) != self.readings.get() {
            return Ok(None);
        }
        if kept.fragments.len() > 2 * kept.first + NEW {
            *kept = Kept::default();
        }
        let begins = kept.fragments.is_empty();
        if !kept.read_on(connection, collection)? {
            *kept = Kept::default();
            return Ok(None);
        }
        if begins {
            kept.first = kept.fragments.len();
            if kept.first > 0 {
                self.readings.set(self.memory.readings.fetch_add(1, Ordering::SeqCst) + 1);
            }
            self.memory.make_room(collection, kept.bytes.len());
        }
        Ok(Some(kept.passing(passes)))
    }
}

impl Memory {
    /// Forgets the others where all would be too much.
    fn make_room(&self, collection: Collection, needed: usize) {
        let mut all = self.collections.lock().unwrap_or_else(PoisonError::into_inner);
        let others: usize = all
            .iter()
            .filter(|(number, _)| **number != collection.0)
            // One that is being read now is not waited for.
            .map(|(_, kept)| kept.try_lock().map_or(0, |kept| kept.bytes.len()))
            .sum();
        if others + needed > ROOM {
            all.retain(|number, _| *number == collection.0);
        }
    }
}

impl Kept {
    /// Reads what came since; false if it is too much.
    fn read_on(&mut self, connection: &Connection, collection: Collection) -> rusqlite::Result<bool> {
        let last = self.fragments.last().copied().unwrap_or(0);
        let mut statement = connection.prepare_cached(
            "SELECT fragment, signature FROM search_signature WHERE collection = ?1 AND fragment > ?2 ORDER BY fragment",
        )?;
        let mut rows = statement.query((collection.0, last))?;
        while let Some(row) = rows.next()? {
            self.bytes.extend_from_slice(row.get_ref(1)?.as_blob().unwrap_or_default());
            self.fragments.push(row.get(0)?);
            self.ends.push(self.bytes.len());
            if self.bytes.len() > ROOM {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn passing(&self, passes: &dyn Fn(&[u8]) -> bool) -> Vec<i64> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let signatures = starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end]);
        self.fragments.iter().zip(signatures).filter(|(_, signature)| passes(signature)).map(|(id, _)| *id).collect()
    }
}
