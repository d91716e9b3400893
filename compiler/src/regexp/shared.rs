//! Patterns that were compiled before.
//!
//! Making a pattern costs a thousand times what matching it does, and every catalog needs those of
//! the same manifests, so they are kept between compiles. A pattern says all there is to know of
//! its compiled form: what is kept changes no outcome.

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::Regexp;
use crate::error::Failure;

/// Patterns that are kept. When there are more, all are forgotten: those in use come back at once.
const MOST: usize = 2_000;

/// Bytes of the longest pattern that is kept.
const LONGEST: usize = 2_000;

static COMPILED: LazyLock<RwLock<FxHashMap<Arc<str>, Arc<Regexp>>>> = LazyLock::new(RwLock::default);

impl Regexp {
    /// Like [`Regexp::parse`], for patterns that are met again and again.
    pub fn shared(source: &str) -> Result<Arc<Self>, Failure> {
        if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(source) {
            return Ok(known.clone());
        }
        let compiled = Arc::new(Self::parse(source)?);
        if source.len() <= LONGEST {
            let mut all = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MOST {
                all.clear();
            }
            all.insert(compiled.source.clone(), compiled.clone());
        }
        Ok(compiled)
    }
}
