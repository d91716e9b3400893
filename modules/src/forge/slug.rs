//! How modules and releases are named: `puppetlabs-apache`, `puppetlabs-apache-4.0.0`.

use std::fmt;
use std::str::FromStr;

use semver::Version;

/// `AUTHOR-NAME`, which metadata also write `AUTHOR/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleSlug {
    author: String,
    name: String,
}

/// `AUTHOR-NAME-VERSION`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseSlug {
    pub module: ModuleSlug,
    pub version: Version,
}

/// Longest author or name of a module, in bytes.
const LONGEST: usize = 100;
/// Longest version, in bytes.
const LONGEST_VERSION: usize = 100;

/// A name that is none, in the words of the public Forge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("'{0}' is not a valid module slug")]
    Module(String),
    #[error("'{0}' is not a valid release slug")]
    Release(String),
    #[error("'{0}' is not a valid full semantic version (expected: 'x.y.z' or 'x.y.z-pre')")]
    Version(String),
}

impl ModuleSlug {
    /// Letters and digits.
    pub fn author(&self) -> &str {
        &self.author
    }

    /// Small letters, digits and underscores, a letter first.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn with(self, version: Version) -> ReleaseSlug {
        ReleaseSlug { module: self, version }
    }

    fn read(text: &str) -> Option<Self> {
        let (author, name) = text.split_once(['-', '/'])?;
        if !is_author(author) || name.len() > LONGEST || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            return None;
        }
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        name.bytes().all(fits).then(|| Self { author: author.to_owned(), name: name.to_owned() })
    }
}

/// Whether modules may have an author of this name.
pub fn is_author(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Reads `x.y.z`, `x.y.z-pre` or `x.y.z+build`.
pub fn version(text: &str) -> Result<Version, Fault> {
    let version = (text.len() <= LONGEST_VERSION).then(|| Version::parse(text).ok()).flatten();
    version.ok_or_else(|| Fault::Version(text.to_owned()))
}

impl FromStr for ModuleSlug {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::read(text).ok_or_else(|| Fault::Module(text.to_owned()))
    }
}

impl FromStr for ReleaseSlug {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::Release(text.to_owned());
        let at = text.find(['-', '/']).ok_or_else(fault)?;
        let end = at + 1 + text[at + 1..].find(['-', '/']).ok_or_else(fault)?;
        let module = ModuleSlug::read(&text[..end]).ok_or_else(fault)?;
        Ok(module.with(version(&text[end + 1..]).map_err(|_| fault())?))
    }
}

impl fmt::Display for ModuleSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.author, self.name)
    }
}

impl fmt::Display for ReleaseSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.module, self.version)
    }
}

#[cfg(test)]
mod tests;
