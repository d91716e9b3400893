//! Syntax trees and data, parsed once per content and shared by all environments.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use compiler::data;
use compiler::value::Value;
use compiler::world::{DataFormat, LoadError};
use rustc_hash::{FxBuildHasher, FxHashMap};
use sha2::{Digest as _, Sha256};
use syntax::ast::Program;
use syntax::source::Source;

use super::digests::FileDigests;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    Manifest,
    Epp,
}

pub(super) type ProgramOutcome = Result<Arc<Program>, LoadError>;
pub(super) type DataOutcome = Result<Arc<Value>, LoadError>;

/// Everything that was parsed and is worth keeping.
#[derive(Default)]
pub(super) struct Parsed {
    programs: Pool<ProgramOutcome>,
    data: Pool<DataOutcome>,
    pub(super) digests: FileDigests,
}

impl Parsed {
    /// The program in the file at `path` with this content. Mistakes are kept as well.
    pub(super) fn program(&self, path: &str, content: &[u8], reading: Reading) -> ProgramOutcome {
        let kind = match reading {
            Reading::Manifest => 0,
            Reading::Epp => 1,
        };
        self.programs.get_or(key(kind, path, content), || parse(path, content, reading))
    }

    /// The data in the file at `path` with this content.
    pub(super) fn data(&self, path: &str, content: &[u8], format: DataFormat) -> DataOutcome {
        let kind = match format {
            DataFormat::Yaml => 0,
            DataFormat::Json => 1,
        };
        self.data.get_or(key(kind, path, content), || data::parse(path, content, format).map(Arc::new))
    }
}

/// Reads a manifest or a template. Of several mistakes all are logged and the error counts them, as
/// in the original.
fn parse(path: &str, content: &[u8], reading: Reading) -> ProgramOutcome {
    match syntax(path, content, reading)? {
        Ok(parsed) => {
            for warning in &parsed.warnings {
                tracing::warn!("{}", warning.render(&parsed.program.source));
            }
            Ok(parsed.program)
        }
        Err(error) => {
            for line in error.logged_errors() {
                tracing::error!("{line}");
            }
            Err(LoadError::Syntax(error.to_string().into()))
        }
    }
}

/// Reads a manifest or a template, with all that is to say about it.
pub(super) fn syntax(
    path: &str,
    content: &[u8],
    reading: Reading,
) -> Result<Result<syntax::Parsed, syntax::SyntaxError>, LoadError> {
    let text = std::str::from_utf8(content)
        .map_err(|error| LoadError::Unavailable(format!("The file {path} is not UTF-8: {error}")))?;
    let source = Arc::new(Source::new(path, text.strip_prefix('\u{feff}').unwrap_or(text)));
    let options = syntax::Options::default();
    Ok(match reading {
        Reading::Manifest => syntax::parse(source, &options),
        Reading::Epp => syntax::parse_epp(source, &options),
    })
}

/// Errors and positions name the path, so the path is part of what a content is kept under.
fn key(kind: u8, path: &str, content: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([kind]);
    hash.update((path.len() as u64).to_le_bytes());
    hash.update(path);
    hash.update(content);
    hash.finalize().into()
}

/// Values by content, each made once; what nobody uses any more goes when there are too many.
struct Pool<V> {
    entries: Mutex<HashMap<[u8; 32], Arc<OnceLock<V>>>>,
}

/// From this many on unused values are dropped.
const POOL_ENTRIES: usize = 20_000;

impl<V> Default for Pool<V> {
    fn default() -> Self {
        Self { entries: Mutex::default() }
    }
}

impl<V: Clone> Pool<V> {
    fn get_or(&self, key: [u8; 32], make: impl FnOnce() -> V) -> V {
        let slot = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            if entries.len() >= POOL_ENTRIES && !entries.contains_key(&key) {
                entries.clear();
            }
            entries.entry(key).or_default().clone()
        };
        slot.get_or_init(make).clone()
    }
}

/// Answers to questions about one snapshot, each computed once; many readers at a time.
pub(super) struct Shelf<K, V> {
    shards: [RwLock<FxHashMap<K, V>>; SHARDS],
}

const SHARDS: usize = 16;

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

impl<K: Hash + Eq, V: Clone> Shelf<K, V> {
    /// The answer to `question`; two threads that ask at once may both compute it.
    pub(super) fn get_or<Q>(&self, question: &Q, make: impl FnOnce() -> V) -> V
    where
        K: std::borrow::Borrow<Q> + for<'a> From<&'a Q>,
        Q: Hash + Eq + ?Sized,
    {
        let shard = &self.shards[FxBuildHasher.hash_one(question) as usize % SHARDS];
        if let Some(answer) = shard.read().unwrap_or_else(PoisonError::into_inner).get(question) {
            return answer.clone();
        }
        let answer = make();
        let mut answers = shard.write().unwrap_or_else(PoisonError::into_inner);
        answers.entry(K::from(question)).or_insert(answer).clone()
    }
}

#[cfg(test)]
mod tests;
