//! Search: what clients ask for, as a plan; what objects are found by, as entries; what is given back of them.
//!
//! An object is found by its leaves: `a.b.c: x` answers to `a_b_c:x` and to `c:x`. Values are words of text, told
//! apart by letter case. The plan and the entries speak of the same: a key, a value, a key with its value; how they are
//! kept is the store's affair.

use crate::entity::{Entity, EntityId};

pub mod flatten;
pub mod partial;
pub mod plan;
pub mod query;

pub use flatten::{Entry, entries};
pub use plan::{Comparison, Leaf, Pattern, Plan};

/// What is searched together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    Node,
    Role,
    Environment,
    Client,
    DataBag(EntityId),
}

/// Something found, by row: objects of an index come in the order of their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found(pub i64);

/// What was found, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The object; of an item of a data bag, the bag.
    pub entity: Entity,
    /// The document as it was put; a client has none.
    pub json: Option<String>,
}
