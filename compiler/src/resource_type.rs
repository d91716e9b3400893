//! What the compiler knows of a resource type that is written in Ruby.

use std::sync::Arc;

/// A resource type: which parameters it takes and what names a resource of it.
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// Lower case: `file`, `concat_file`.
    pub name: Arc<str>,
    /// The parameters that name a resource, in order; often one.
    pub namevars: Vec<Arc<str>>,
    /// Whether two resources with the same name are the same resource (`exec` is not).
    pub isomorphic: bool,
    /// How a title gives values to name variables, where it is not taken whole.
    pub title_pattern: Option<Arc<str>>,
    /// Parameters and properties; `None` when they are not known and any is taken.
    pub parameters: Option<Vec<Arc<str>>>,
}
