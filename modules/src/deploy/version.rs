//! What an environment is made of.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An environment at one moment: a tree of the control repository with the trees of modules in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The source's name in the configuration.
    pub source: String,
    /// Of the control repository, or the address of the archive that stands for one; empty for an environment of
    /// modules alone, as is `branch`.
    pub remote: String,
    pub branch: String,
    /// Of the control repository, in hexadecimal; the SHA-256 of an archive; [`NO_COMMIT`] where there is neither.
    pub commit: String,
    pub tree: TreeId,
    /// Sorted by path.
    pub modules: Vec<Part>,
}

/// A module of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    /// Its folder below the environment, such as `modules/stdlib`.
    pub path: String,
    pub origin: Origin,
    /// `None` for modules that lie in the control repository.
    pub tree: Option<TreeId>,
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    Git { remote: String, reference: String, commit: String },
    Forge { slug: String, version: String },
    Tarball { source: String },
    Local,
}

/// The name of an immutable folder by its content: `git-` and the id of a Git tree, `forge-` and the SHA-256 of
/// a release's archive, or `tarball-` and that of any other; `-nospec` follows when the folder `spec` was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TreeId(Arc<str>);

/// The name of a version by its content: 40 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeId(Arc<str>);

/// A text that names no tree or version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no {1}")]
pub struct IdError(String, &'static str);

/// Digits of a [`CodeId`].
const CODE_ID_DIGITS: usize = 40;
/// What r10k says in place of a commit for an environment of modules alone.
pub const NO_COMMIT: &str = "plain-default";
const WITHOUT_SPEC: &str = "-nospec";
/// As Git names it.
const EMPTY: &str = "git-4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Version {
    /// Equal for equal versions.
    pub fn code_id(&self) -> CodeId {
        let mut hash = Sha256::new();
        let mut put = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for text in [&self.source, &self.remote, &self.branch, &self.commit] {
            put(text);
        }
        put(self.tree.as_str());
        for part in &self.modules {
            put(&part.path);
            put(&part.name);
            put(&part.origin.identity());
            put(part.tree.as_ref().map_or("", TreeId::as_str));
        }
        CodeId(hex::encode(hash.finalize())[..CODE_ID_DIGITS].into())
    }

    /// Every tree it is made of.
    pub fn trees(&self) -> impl Iterator<Item = &TreeId> {
        std::iter::once(&self.tree).chain(self.modules.iter().filter_map(|part| part.tree.as_ref()))
    }
}

impl Origin {
    /// What people call the version: a reference with its commit, a number, or the name of an archive.
    pub fn label(&self) -> String {
        match self {
            Self::Git { reference, commit, .. } if reference == commit => short(commit).to_owned(),
            Self::Git { reference, commit, .. } => format!("{reference} ({})", short(commit)),
            Self::Forge { version, .. } => version.clone(),
            // An address may hold a password.
            Self::Tarball { source } => {
                source.split(['?', '#']).next().unwrap_or_default().rsplit('/').take(1).collect()
            }
            Self::Local => "local".to_owned(),
        }
    }

    fn identity(&self) -> String {
        match self {
            Self::Git { remote, reference, commit } => format!("git\n{remote}\n{reference}\n{commit}"),
            Self::Forge { slug, version } => format!("forge\n{slug}\n{version}"),
            Self::Tarball { source } => format!("tarball\n{source}"),
            Self::Local => "local".to_owned(),
        }
    }
}

/// The digits of a commit that people read; what is no commit as it is.
pub fn short(commit: &str) -> &str {
    commit.get(..10).filter(|_| is_hex(commit)).unwrap_or(commit)
}

impl TreeId {
    /// Of a tree of Git by its object id.
    pub fn of_git(object: &str) -> Result<Self, IdError> {
        format!("git-{object}").try_into()
    }

    /// Of the folder that holds nothing.
    pub fn empty() -> Self {
        Self(EMPTY.into())
    }

    pub fn is_empty(&self) -> bool {
        &*self.0 == EMPTY
    }

    /// Of a release of a Forge by the SHA-256 of its archive.
    pub fn of_release(sha256: &str) -> Result<Self, IdError> {
        format!("forge-{sha256}").try_into()
    }

    /// Of an archive by its SHA-256.
    pub fn of_tarball(sha256: &str) -> Result<Self, IdError> {
        format!("tarball-{sha256}").try_into()
    }

    /// The same tree without the folder `spec`.
    #[must_use]
    pub fn without_spec(&self) -> Self {
        if self.is_without_spec() { self.clone() } else { Self(format!("{}{WITHOUT_SPEC}", self.0).into()) }
    }

    /// The same tree as it came.
    #[must_use]
    pub fn with_spec(&self) -> Self {
        self.0.strip_suffix(WITHOUT_SPEC).map_or_else(|| self.clone(), |whole| Self(whole.into()))
    }

    pub fn is_without_spec(&self) -> bool {
        self.0.ends_with(WITHOUT_SPEC)
    }

    /// The id of the tree in Git.
    pub fn git_object(&self) -> Option<&str> {
        let id = self.0.strip_prefix("git-")?;
        Some(id.strip_suffix(WITHOUT_SPEC).unwrap_or(id))
    }

    /// The SHA-256 of the archive that it was made from.
    pub fn archive(&self) -> Option<&str> {
        let id = self.0.strip_prefix("forge-").or_else(|| self.0.strip_prefix("tarball-"))?;
        Some(id.strip_suffix(WITHOUT_SPEC).unwrap_or(id))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TreeId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        let id = text.strip_suffix(WITHOUT_SPEC).unwrap_or(&text);
        let digits = ["git-", "forge-", "tarball-"].iter().find_map(|kind| id.strip_prefix(kind));
        match digits {
            Some(digits) if is_hex(digits) && matches!(digits.len(), 40 | 64) => Ok(Self(text.into())),
            _ => Err(IdError(text, "id of a tree")),
        }
    }
}

impl CodeId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CodeId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        if text.len() == CODE_ID_DIGITS && is_hex(&text) {
            Ok(Self(text.into()))
        } else {
            Err(IdError(text, "id of a version (40 hexadecimal digits)"))
        }
    }
}

impl From<TreeId> for String {
    fn from(id: TreeId) -> Self {
        id.0.to_string()
    }
}

impl From<CodeId> for String {
    fn from(id: CodeId) -> Self {
        id.0.to_string()
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
pub(crate) mod tests;
