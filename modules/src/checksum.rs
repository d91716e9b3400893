//! The checksum types that agents ask for.

use std::fmt;

use sha2::Digest;

use crate::error::Error;

/// How the content of a file is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChecksumType {
    Md5,
    Md5Lite,
    Sha1,
    Sha1Lite,
    Sha224,
    Sha256,
    Sha256Lite,
    Sha384,
    Sha512,
    Mtime,
    Ctime,
    None,
}

/// The first bytes that the `lite` types look at.
pub const LITE_BYTES: usize = 512;

impl ChecksumType {
    const ALL: [Self; 12] = [
        Self::Md5,
        Self::Md5Lite,
        Self::Sha1,
        Self::Sha1Lite,
        Self::Sha224,
        Self::Sha256,
        Self::Sha256Lite,
        Self::Sha384,
        Self::Sha512,
        Self::Mtime,
        Self::Ctime,
        Self::None,
    ];

    pub fn parse(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Error::UnsupportedChecksum(text.to_owned()))
    }

    /// The first that we know of the types that an agent prefers, joined by dots.
    pub fn common(preferred: &str) -> Result<Self, Error> {
        let known = preferred.split('.').find_map(|text| Self::parse(text).ok());
        known.ok_or_else(|| Error::NoCommonChecksum(preferred.to_owned()))
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Md5Lite => "md5lite",
            Self::Sha1 => "sha1",
            Self::Sha1Lite => "sha1lite",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha256Lite => "sha256lite",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Mtime => "mtime",
            Self::Ctime => "ctime",
            Self::None => "none",
        }
    }

    /// Whether only the first [`LITE_BYTES`] count.
    pub const fn is_lite(self) -> bool {
        matches!(self, Self::Md5Lite | Self::Sha1Lite | Self::Sha256Lite)
    }

    /// A digest to be fed with content; `None` for the types that do not look at content.
    pub fn digest(self) -> Option<ContentDigest> {
        let hash = match self {
            Self::Md5 | Self::Md5Lite => Hash::Md5(md5::Md5::new()),
            Self::Sha1 | Self::Sha1Lite => Hash::Sha1(sha1::Sha1::new()),
            Self::Sha224 => Hash::Sha224(sha2::Sha224::new()),
            Self::Sha256 | Self::Sha256Lite => Hash::Sha256(sha2::Sha256::new()),
            Self::Sha384 => Hash::Sha384(sha2::Sha384::new()),
            Self::Sha512 => Hash::Sha512(sha2::Sha512::new()),
            Self::Mtime | Self::Ctime | Self::None => return None,
        };
        Some(ContentDigest { hash, left: if self.is_lite() { LITE_BYTES } else { usize::MAX } })
    }
}

impl fmt::Display for ChecksumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Content, summed up piece by piece.
pub struct ContentDigest {
    hash: Hash,
    /// Bytes that still count.
    left: usize,
}

enum Hash {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl ContentDigest {
    pub fn update(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(self.left)];
        if self.left != usize::MAX {
            self.left -= bytes.len();
        }
        match &mut self.hash {
            Hash::Md5(hash) => hash.update(bytes),
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha224(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
            Hash::Sha384(hash) => hash.update(bytes),
            Hash::Sha512(hash) => hash.update(bytes),
        }
    }

    /// In lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        match self.hash {
            Hash::Md5(hash) => hex::encode(hash.finalize()),
            Hash::Sha1(hash) => hex::encode(hash.finalize()),
            Hash::Sha224(hash) => hex::encode(hash.finalize()),
            Hash::Sha256(hash) => hex::encode(hash.finalize()),
            Hash::Sha384(hash) => hex::encode(hash.finalize()),
            Hash::Sha512(hash) => hex::encode(hash.finalize()),
        }
    }
}

#[cfg(test)]
mod tests;
