//! The port behind which cookbooks, artifacts, sandboxes and policies are kept.
//!
//! Everything is within one transaction of whoever calls: what is read is what is changed. Organizations are numbers
//! here; what one organization keeps is never seen by another.

use crate::document::Fields;
use crate::solver::Available;
use crate::{Error, Version};

/// An organization's number.
pub type Org = i64;

/// A version as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub name: String,
    pub version: Version,
    pub document: Fields,
}

/// A sandbox that waits for files: each checksum, and whether its file is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    pub id: String,
    pub checksums: Vec<(String, bool)>,
}

/// What reads.
pub trait Shelf {
    /// Every cookbook with its versions, by name, the newest version first.
    fn cookbooks(&self, org: Org) -> Result<Vec<(String, Vec<Version>)>, Error>;
    /// Versions of one cookbook, the newest first; none if there is no such cookbook.
    fn versions(&self, org: Org, cookbook: &str) -> Result<Vec<Version>, Error>;
    fn version(&self, org: Org, cookbook: &str, version: Version) -> Result<Option<Kept>, Error>;
    /// Everything a solver needs.
    fn available(&self, org: Org) -> Result<Available, Error>;
    /// Changes whenever [`Shelf::available`] does.
    fn revision(&self, org: Org) -> Result<i64, Error>;
    /// Dependencies of every version, as they were written: name, version, JSON object of constraints.
    fn dependencies(&self, org: Org) -> Result<Vec<(String, Version, Fields)>, Error>;

    /// Artifacts by name with their identifiers.
    fn artifacts(&self, org: Org) -> Result<Vec<(String, Vec<String>)>, Error>;
    fn artifact(&self, org: Org, name: &str, identifier: &str) -> Result<Option<Fields>, Error>;

    fn sandbox(&self, org: Org, id: &str) -> Result<Option<Sandbox>, Error>;
    /// Those of `checksums` that no sandbox of the organization brought.
    fn missing(&self, org: Org, checksums: &[String]) -> Result<Vec<String>, Error>;
    /// The content that a checksum of the organization stands for: SHA-256 in hex, and bytes.
    fn content(&self, org: Org, checksum: &str) -> Result<Option<(String, u64)>, Error>;

    /// Policies by name with their revisions.
    fn policies(&self, org: Org) -> Result<Vec<(String, Vec<String>)>, Error>;
    fn revision_of(&self, org: Org, policy: &str, revision: &str) -> Result<Option<Fields>, Error>;
    /// Groups that use a revision, in the order in which they came to it.
    fn groups_using(&self, org: Org, policy: &str, revision: &str) -> Result<Vec<String>, Error>;
    /// Group, policy and revision of every assignment, by group and policy.
    fn assignments(&self, org: Org) -> Result<Vec<(String, String, String)>, Error>;
}

/// What changes.
pub trait Changes: Shelf {
    /// Puts a version in its place, whether there was one or not.
    ///
    /// Files that nothing uses any more are let go.
    fn put_version(&self, org: Org, kept: &Kept, checksums: &[String]) -> Result<(), Error>;
    fn delete_version(&self, org: Org, cookbook: &str, version: Version) -> Result<(), Error>;

    fn add_artifact(
        &self,
        org: Org,
        name: &str,
        identifier: &str,
        document: &Fields,
        checksums: &[String],
    ) -> Result<(), Error>;
    fn delete_artifact(&self, org: Org, name: &str, identifier: &str) -> Result<(), Error>;

    fn add_sandbox(&self, org: Org, id: &str, checksums: &[String], at: i64) -> Result<(), Error>;
    /// The files of a sandbox may be used from now on; the sandbox is done with.
    fn commit_sandbox(&self, org: Org, id: &str, at: i64) -> Result<(), Error>;
    /// Forgets sandboxes that were begun before a time, and every file that nothing needs, that came and was
    /// committed before it, and that no newer sandbox speaks of. How many files were forgotten, of all organizations.
    fn drop_unused(&self, before: i64) -> Result<usize, Error>;

    fn add_revision(&self, org: Org, policy: &str, revision: &str, document: &Fields) -> Result<(), Error>;
    fn delete_revision(&self, org: Org, policy: &str, revision: &str) -> Result<(), Error>;
    fn delete_policy(&self, org: Org, policy: &str) -> Result<(), Error>;
    fn assign(&self, org: Org, group: &str, policy: &str, revision: &str) -> Result<(), Error>;
    /// Takes a policy, or all of them, out of a group.
    fn unassign(&self, org: Org, group: &str, policy: Option<&str>) -> Result<(), Error>;
}
