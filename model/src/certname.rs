//! The name of a node.

use std::fmt;
use std::sync::Arc;

/// A node's certname: lower case, dot-separated labels of letters, digits, `-` and `_`.
///
/// The rules are those of Puppet Server's certificate authority, so a `Certname` is always safe
/// as a file name and as a segment of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Certname(Arc<str>);

/// Why a text is no certname. The texts are Puppet Server's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertnameError {
    #[error("Certificate names must be lower case.")]
    UpperCase,
    #[error("Subject contains a wildcard, which is not allowed: {0}")]
    Wildcard(String),
    #[error("Subject hostname format is invalid")]
    Format,
}

impl Certname {
    /// Longest name taken: a common name has at most 64 characters in X.509, but Puppet's agents
    /// and OpenSSL take a whole host name.
    pub const MAX_LEN: usize = 253;

    pub fn parse(text: &str) -> Result<Self, CertnameError> {
        if text.chars().any(char::is_uppercase) {
            return Err(CertnameError::UpperCase);
        }
        if text.contains('*') {
            return Err(CertnameError::Wildcard(text.to_owned()));
        }
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.split('.').enumerate().all(label) {
            return Err(CertnameError::Format);
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first dot.
    pub fn hostname(&self) -> &str {
        self.0.split_once('.').map_or(&*self.0, |(host, _)| host)
    }

    /// The part after the first dot.
    pub fn domain(&self) -> Option<&str> {
        self.0.split_once('.').map(|(_, domain)| domain)
    }
}

/// The first label starts with a letter, digit or `_`; no label ends with `-`.
fn label((index, label): (usize, &str)) -> bool {
    let bytes = label.as_bytes();
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let starts = bytes.first().is_some_and(|b| word(b) || (index > 0 && *b == b'-'));
    let ends = bytes.last().is_some_and(word);
    starts && ends && bytes.iter().all(|b| word(b) || *b == b'-')
}

impl fmt::Display for Certname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Certname {
    type Err = CertnameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl serde::Serialize for Certname {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Certname {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
