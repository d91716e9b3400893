//! Lambdas and functions as values.
//!
//! Only the shape is here; the evaluator makes them and calls them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::signature::Signature;

/// Something that can be called.
pub struct Callable {
    /// `None` for a lambda.
    pub name: Option<Arc<str>>,
    pub signature: Arc<Signature>,
    /// What the evaluator needs to call it.
    pub body: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callable").field("name", &self.name).finish_non_exhaustive()
    }
}
