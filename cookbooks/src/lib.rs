//! Cookbooks of Chef: names, versions and constraints, the documents of cookbook versions, artifacts, sandboxes and
//! policies, what is asked of them, and the solver that picks versions for a run list.
//!
//! The crate reads no clock, keeps nothing and opens nothing. Documents come in as JSON and go out as JSON; what keeps
//! them is the port [`shelf::Shelf`]. Error texts are those of Chef Infra Server, word for word.
//!
//! - [`name`], [`version`], [`constraint`]: the words.
//! - [`document`]: checks of JSON documents, with the texts that clients know.
//! - [`cookbook`], [`segments`], [`artifact`], [`sandbox`], [`policy`]: the documents.
//! - [`manifest`]: the list of files, made of a folder.
//! - [`listing`]: newest versions, numbers of versions, recipes.
//! - [`solver`]: run list and environment to versions, or why there is no solution.
//! - [`shelf`]: the port.

pub mod artifact;
pub mod constraint;
pub mod cookbook;
pub mod document;
mod erlang;
pub mod error;
pub mod listing;
pub mod manifest;
pub mod name;
pub mod policy;
pub mod sandbox;
pub mod segments;
pub mod shelf;
pub mod solver;
pub mod version;

pub use constraint::Constraint;
pub use error::Error;
pub use name::CookbookName;
pub use version::Version;
