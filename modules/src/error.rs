//! What can go wrong between a listing and an answer.

/// Facts; the texts are those that agents and operators of Puppet know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A path below which a snapshot was to be made cannot be listed.
    #[error("Could not read {path}: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{root} holds more than {limit} files and folders (limit max-environment-entries)")]
    TooManyEntries { root: String, limit: usize },
    #[error("{path} is deeper than {limit} folders (limit max-environment-depth)")]
    TooDeep { path: String, limit: usize },
    #[error("Cannot find file: Invalid mount '{0}'")]
    InvalidMount(String),
    #[error("Cannot find file: Invalid relative path '{0}'")]
    InvalidRelativePath(String),
    /// The mount is neither built in nor configured.
    #[error("Not authorized: no mount '{0}'")]
    NoSuchMount(String),
    #[error("No module specified")]
    NoModule,
    #[error("No task specified")]
    NoTask,
    #[error("Fileset paths must exist")]
    NoSuchFileset,
    #[error("Fileset recurse parameter must not be a number anymore, please use recurselimit")]
    RecurseIsNumber,
    #[error("Invalid :links value '{0}'")]
    InvalidLinks(String),
    #[error(":links can only be set to :manage or :follow")]
    InvalidFileLinks,
    #[error("invalid value for Integer(): \"{0}\"")]
    NotANumber(String),
    #[error("Unsupported checksum type {0}")]
    UnsupportedChecksum(String),
    #[error("Unsupported source_permission {0}")]
    UnsupportedPermissions(String),
    #[error("Cannot manage files of type {0}")]
    UnmanageableKind(&'static str),
    #[error("No such file or directory - {0}")]
    Dangling(String),
    #[error(
        "The directory '{path}' contains {entries} entries, which exceeds the limit of {limit} specified by the \
         max_files parameter for this resource. The limit may be increased, but be aware that large number of file \
         resources can result in excessive resource consumption and degraded performance. Consider using an alternate \
         method to manage large directory trees"
    )]
    TooManyFiles { path: String, entries: usize, limit: i64 },
    /// No source of a resource is there; as a manifest writes them.
    #[error("Could not get metadata for {0}")]
    NoMetadata(String),
    /// The types that the agent knows, as it sent them.
    #[error(
        "Unable to find a common checksum type between agent '{0}' and master '[:sha256, :sha256lite, :md5, :md5lite, \
         :sha1, :sha1lite, :sha512, :sha384, :sha224, :mtime, :ctime, :none]'."
    )]
    NoCommonChecksum(String),
    /// The port that digests files could not read one.
    #[error("{0}")]
    Digest(String),
}
