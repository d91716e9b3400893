//! Recursive answers of one snapshot, as bytes.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use modules::fileset::Query;

/// What was answered, by what was asked.
#[derive(Default)]
pub(crate) struct Answers(Mutex<Vec<Kept>>);

struct Kept {
    key: String,
    query: Query,
    body: Arc<Body>,
}

/// An answer in its two forms.
pub(crate) struct Body {
    plain: Bytes,
    gzip: OnceLock<Option<Bytes>>,
}

/// Few questions are asked again and again: the plugins and facts of every agent run, and the
/// recursive file resources of the site.
const MOST: usize = 64;
/// Larger answers are made anew each time.
const LARGEST: usize = 4 * 1024 * 1024;

impl Answers {
    pub(crate) fn get(&self, key: &str, query: &Query) -> Option<Arc<Body>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|kept| kept.key == key && kept.query == *query).map(|kept| kept.body.clone())
    }

    pub(crate) fn keep(&self, key: &str, query: Query, body: &Arc<Body>) {
        if body.plain.len() > LARGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push(Kept { key: key.to_owned(), query, body: body.clone() });
    }
}

impl Body {
    pub(super) fn new(plain: Vec<u8>) -> Self {
        Self { plain: plain.into(), gzip: OnceLock::new() }
    }

    pub(crate) fn plain(&self) -> Bytes {
        self.plain.clone()
    }

    /// Compressed once, on first use: for threads that may block.
    pub(crate) fn gzip(&self) -> Option<Bytes> {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::with_capacity(self.plain.len() / 8), Compression::default());
            encoder.write_all(&self.plain).ok()?;
            encoder.finish().ok().map(Bytes::from)
        };
        self.gzip.get_or_init(compress).clone()
    }
}
