//! Deploys: what an environment is made of, what became of it in time, and who holds it.
//!
//! An environment is a name that points to a [`Version`]: the tree of a branch of the control
//! repository, and a tree for each module. Trees are known by their content ([`TreeId`]), a version by
//! what it is made of ([`CodeId`]), so that a deploy that changes nothing makes nothing.
//!
//! - [`version`]: what an environment is made of
//! - [`change`]: what differs between two versions
//! - [`layout`]: where the trees of a version lie within its environment
//! - [`deployments`]: pointers, history and pins, kept through a port

pub mod change;
pub mod deployments;
pub mod layout;
pub mod version;

pub use change::Change;
pub use deployments::{Action, Deployments, Entry, Live, Outcome, Pin, Record};
pub use version::{CodeId, NO_COMMIT, Origin, Part, TreeId, Version};
