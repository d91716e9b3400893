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
pub(crate) enum Reading<'a> {
    Manifest,
    Epp,
    /// A file of a module, which may define nothing but what begins with this name.
    Module {
        namespace: &'a str,
    },
}

pub(crate) type ProgramOutcome = Result<Arc<Program>, LoadError>;
pub(super) type DataOutcome = Result<Arc<Value>, LoadError>;

/// Everything that was parsed and is worth keeping.
pub(super) struct Parsed {
    options: syntax::Options,
    programs: Pool<Program>,
    data: Pool<Value>,
    pub(super) digests: FileDigests,
}

impl Parsed {
    /// Nothing yet. `strict` says what becomes of doubtful code.
    pub(super) fn reading(strict: syntax::Strict) -> Self {
        let options = syntax::Options { strict, ..syntax::Options::default() };
        Self { options, programs: Pool::default(), data: Pool::default(), digests: FileDigests::default() }
    }

    /// The program in the file at `path` with this content. Mistakes are kept as well.
    pub(super) fn program(&self, path: &str, content: &[u8], reading: Reading<'_>) -> ProgramOutcome {
        let kind = match reading {
            Reading::Manifest => 0,
            Reading::Epp => 1,
            // The path says which module it is.
            Reading::Module { .. } => 2,
        };
        self.programs.get_or(key(kind, path, content), || parse(path, content, reading, &self.options))
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
fn parse(path: &str, content: &[u8], reading: Reading<'_>, options: &syntax::Options) -> ProgramOutcome {
    match syntax(path, content, reading, options)? {
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
    reading: Reading<'_>,
    options: &syntax::Options,
) -> Result<Result<syntax::Parsed, syntax::SyntaxError>, LoadError> {
    let text = std::str::from_utf8(content)
        .map_err(|error| LoadError::Unavailable(format!("The file {path} is not UTF-8: {error}")))?;
    let source = Arc::new(Source::new(path, text.strip_prefix('\u{feff}').unwrap_or(text)));
    Ok(match reading {
        Reading::Manifest => syntax::parse(source, options),
        Reading::Epp => syntax::parse_epp(source, options),
        Reading::Module { namespace } => parse_in_module(source, options, namespace),
    })
}

fn parse_in_module(
    source: Arc<Source>,
    options: &syntax::Options,
    namespace: &str,
) -> Result<syntax::Parsed, syntax::SyntaxError> {
    let mut parsed = syntax::parse(Arc::clone(&source), options)?;
    let misplaced = syntax::check_location(&parsed.program, namespace);
    if misplaced.is_empty() {
        return Ok(parsed);
    }
    parsed.warnings.extend(misplaced);
    Err(syntax::SyntaxError { diagnostics: parsed.warnings, source })
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

/// Values by content, each made once; what nobody uses any more goes from time to time.
struct Pool<T> {
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    by_content: HashMap<[u8; 32], Slot<T>>,
    /// So many entries have unused ones dropped.
    sweep_at: usize,
}

type Slot<T> = Arc<OnceLock<Result<Arc<T>, LoadError>>>;

/// Fewer entries than this are not worth a look.
const SWEEP_FROM: usize = 1000;

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { entries: Mutex::new(Entries { by_content: HashMap::new(), sweep_at: SWEEP_FROM }) }
    }
}

impl<T> Pool<T> {
    fn get_or(&self, key: [u8; 32], make: impl FnOnce() -> Result<Arc<T>, LoadError>) -> Result<Arc<T>, LoadError> {
        let slot = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            if entries.by_content.len() >= entries.sweep_at && !entries.by_content.contains_key(&key) {
                entries.by_content.retain(|_, slot| is_used(slot));
                entries.sweep_at = SWEEP_FROM.max(entries.by_content.len() * 2);
            }
            entries.by_content.entry(key).or_default().clone()
        };
        slot.get_or_init(make).clone()
    }
}

fn is_used<T>(slot: &Slot<T>) -> bool {
    let shared = |value: &Result<Arc<T>, LoadError>| value.as_ref().is_ok_and(|value| Arc::strong_count(value) > 1);
    Arc::strong_count(slot) > 1 || slot.get().is_some_and(shared)
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
    /// The answer to `question`, if it was given before.
    pub(super) fn get<Q>(&self, question: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let shard = &self.shards[FxBuildHasher.hash_one(question) as usize % SHARDS];
        shard.read().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

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
