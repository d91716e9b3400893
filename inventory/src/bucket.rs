//! Files that agents backed up, by checksum.

use std::fmt;
use std::io::Read;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::error::Error;

/// The file bucket. Bytes are streamed in and out; a file is there whole or not at all.
#[async_trait]
pub trait Bucket: Send + Sync {
    /// Begins taking bytes. What was written and never finished is dropped.
    async fn begin(&self) -> Result<Box<dyn Upload>, Error>;

    /// Whether the bytes are there, and with `path` whether they were backed up from there.
    async fn exists(&self, digest: &Sha256, path: Option<&str>) -> Result<bool, Error>;

    /// The bytes, to be read where blocking is allowed.
    async fn open(&self, digest: &Sha256) -> Result<Option<Contents>, Error>;

    /// The paths that the bytes were backed up from, in order.
    async fn paths(&self, digest: &Sha256) -> Result<Vec<String>, Error>;
}

/// Bytes on their way in. Dropping it takes nothing.
#[async_trait]
pub trait Upload: Send {
    /// Adds bytes; `TooLarge` beyond the setting `max_blob_bytes`.
    async fn write(&mut self, chunk: &[u8]) -> Result<(), Error>;

    /// Keeps the bytes if they hash to `expected`, and notes the path that they came from. They
    /// are durable when this answers.
    async fn finish(self: Box<Self>, expected: &Sha256, path: Option<&str>, at: Timestamp) -> Result<(), Error>;
}

/// Kept bytes.
pub struct Contents {
    pub len: u64,
    pub reader: Box<dyn Read + Send>,
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents").field("len", &self.len).finish_non_exhaustive()
    }
}

/// A SHA-256 checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut out = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Some(Self(out))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
