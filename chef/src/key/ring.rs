//! Public keys kept ready, so that not each request reads one anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::PublicKey;

/// Keys that were read, by their text: one that is replaced counts at once.
///
/// Holds at most twice as many as it was made for. Those that nobody asked for since as many others came are dropped.
pub struct Ring {
    half: usize,
    kept: Mutex<Kept>,
}

type Keys = HashMap<String, Arc<PublicKey>>;

#[derive(Default)]
struct Kept {
    young: Keys,
    old: Keys,
}

impl Ring {
    pub fn new(half: usize) -> Self {
        Self { half, kept: Mutex::default() }
    }

    /// The key of a PEM; `None` if it is none.
    pub fn key(&self, pem: &str) -> Option<Arc<PublicKey>> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = lock();
            if let Some(key) = kept.young.get(pem) {
                return Some(key.clone());
            }
            if let Some((pem, key)) = kept.old.remove_entry(pem) {
                kept.add(pem, key.clone(), self.half);
                return Some(key);
            }
        }
        // Read without the lock: it takes its time.
        let key = Arc::new(PublicKey::parse(pem)?);
        lock().add(pem.to_owned(), key.clone(), self.half);
        Some(key)
    }
}

impl Kept {
    fn add(&mut self, pem: String, key: Arc<PublicKey>, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(pem, key);
    }
}

#[cfg(test)]
mod tests;
