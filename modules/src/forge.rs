//! A Forge: modules in releases that never change, by the names and rules of the public one.
//!
//! - [`slug`]: how modules and releases are named
//! - [`metadata`]: what `metadata.json` must say, and what is read of it
//! - [`archive`]: what an archive may hold
//! - [`query`]: what of the modules and releases is asked for
//! - [`release`]: what is kept, and the port that keeps it
//! - [`fetched`]: what was fetched from another Forge

pub mod archive;
pub mod fetched;
pub mod metadata;
pub mod query;
pub mod release;
pub mod slug;

pub use archive::{Archive, Bounds};
pub use fetched::Fetched;
pub use metadata::Metadata;
pub use query::{ModuleQuery, Page, ReleaseQuery};
pub use release::{Module, Release, Releases};
pub use slug::{ModuleSlug, ReleaseSlug};
