//! Signatures kept in memory, as they are in the database.
//!
//! A fragment never changes and its number, higher than all before, is never given to another one. So what was read
//! before a transaction began is right for it up to the last number that was read, and it reads the later ones itself.
//! What is gone is kept until all is read anew.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::Collection;

/// Bytes of signatures that are kept.
const ROOM: usize = 512 << 20;
/// Signatures that may come, besides as many as there were, before all are read anew.
const NEW: usize = 20_000;
/// Signatures of a block.
const BLOCK: usize = 128;

#[derive(Default)]
pub(crate) struct Memory {
    state: Mutex<Arc<State>>,
    /// Held by who reads all.
    reading: Mutex<()>,
}

/// What was read.
#[derive(Clone, Default)]
struct State {
    collections: BTreeMap<i64, Vec<Arc<Block>>>,
    /// The last number.
    last: i64,
    count: usize,
    bytes: usize,
    /// Signatures there were when all were read.
    first: usize,
}

/// Signatures of a collection by ascending number of their fragments.
#[derive(Clone, Default)]
pub(super) struct Block {
    fragments: Vec<i64>,
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

/// What one transaction makes of the memory.
pub(crate) struct View {
    memory: Arc<Memory>,
    state: RefCell<Arc<State>>,
}

impl View {
    /// To be made before the transaction sees anything.
    pub(crate) fn new(memory: &Arc<Memory>) -> Self {
        Self { memory: memory.clone(), state: RefCell::new(memory.state().clone()) }
    }

    /// The signatures of a collection; `None` where they are too many to be kept, or others read meanwhile.
    pub(super) fn blocks(
        &self,
        connection: &Connection,
        collection: Collection,
    ) -> rusqlite::Result<Option<Vec<Arc<Block>>>> {
        let state = self.read_on(connection)?.filter(|state| state.bytes <= ROOM);
        Ok(state.map(|state| state.collections.get(&collection.0).cloned().unwrap_or_default()))
    }

    /// Reads what is not read yet.
    pub(crate) fn read(&self, connection: &Connection) -> rusqlite::Result<()> {
        self.read_on(connection).map(drop)
    }

    fn read_on(&self, connection: &Connection) -> rusqlite::Result<Option<Arc<State>>> {
        let before = self.state.borrow().clone();
        if before.bytes > ROOM {
            return Ok(None);
        }
        if before.is_to_be_read_anew() {
            let _reading = self.memory.reading.lock().unwrap_or_else(PoisonError::into_inner);
            if !Arc::ptr_eq(&before, &self.memory.state()) {
                // Somebody else has read all, and may see later things than this transaction.
                return Ok(None);
            }
            // What was read before makes room first.
            drop(before);
            let nothing = self.forget();
            let mut all = State::default();
            all.read_on(connection)?;
            all.first = all.count;
            return Ok(Some(self.keep(&nothing, all)));
        }
        if before.last < last(connection)? {
            let mut more = State::clone(&before);
            more.read_on(connection)?;
            return Ok(Some(self.keep(&before, more)));
        }
        Ok(Some(before))
    }

    fn forget(&self) -> Arc<State> {
        let nothing = Arc::<State>::default();
        *self.memory.state() = nothing.clone();
        self.state.replace(nothing.clone());
        nothing
    }

    /// Keeps what was read for those that come later, if nobody else did meanwhile.
    fn keep(&self, before: &Arc<State>, after: State) -> Arc<State> {
        let after = Arc::new(after);
        let mut state = self.memory.state();
        if Arc::ptr_eq(&state, before) {
            state.clone_from(&after);
        }
        self.state.replace(after.clone());
        after
    }
}

impl Memory {
    /// False where the next search would have to read all.
    pub(crate) fn is_ready(&self) -> bool {
        !self.state().is_to_be_read_anew()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Arc<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn last(connection: &Connection) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(fragment), 0) FROM search_signature")?;
    statement.query_row([], |row| row.get(0))
}

impl State {
    fn is_to_be_read_anew(&self) -> bool {
        self.last == 0 || self.count > 2 * self.first + NEW
    }

    /// Reads what came since. Where that is too much, nothing is kept.
    fn read_on(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT fragment, collection, signature FROM search_signature WHERE fragment > ?1 ORDER BY fragment",
        )?;
        let mut rows = statement.query([self.last])?;
        // Those that are filled now, by collection; what is kept is a copy without room to spare.
        let mut open: BTreeMap<i64, Block> = BTreeMap::new();
        while let Some(row) = rows.next()?
            && self.bytes <= ROOM
        {
            let signature = row.get_ref(2)?.as_blob().unwrap_or_default();
            self.last = row.get(0)?;
            self.count += 1;
            self.bytes += signature.len();
            let collection = row.get(1)?;
            let blocks = self.collections.entry(collection).or_default();
            let block = open.entry(collection).or_insert_with(|| Block::begun(blocks));
            block.add(self.last, signature);
            if block.is_full() {
                blocks.push(Arc::new(block.clone()));
                block.clear();
            }
        }
        for (collection, block) in open {
            self.collections.entry(collection).or_default().push(Arc::new(block.clone()));
        }
        if self.bytes > ROOM {
            self.collections.clear();
        }
        Ok(())
    }
}

impl Block {
    /// The last block, if it is not full, taken from the others.
    fn begun(blocks: &mut Vec<Arc<Self>>) -> Self {
        let last = blocks.pop_if(|block| !block.is_full());
        last.map(|block| Self::clone(&block)).unwrap_or_default()
    }

    fn is_full(&self) -> bool {
        self.fragments.len() >= BLOCK
    }

    fn clear(&mut self) {
        self.fragments.clear();
        self.ends.clear();
        self.bytes.clear();
    }

    fn add(&mut self, fragment: i64, signature: &[u8]) {
        self.bytes.extend_from_slice(signature);
        self.fragments.push(fragment);
        self.ends.push(self.bytes.len());
    }

    /// Fragments and their signatures.
    pub(super) fn signatures(&self) -> impl Iterator<Item = (i64, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let signatures = starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end]);
        self.fragments.iter().copied().zip(signatures)
    }
}
