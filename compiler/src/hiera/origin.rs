//! Where a value came from.

use std::sync::Arc;

/// One place that gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub layer: Layer,
    /// The name of the hierarchy entry.
    pub entry: Arc<str>,
    /// The file or URI, for entries that have any.
    pub location: Option<Arc<str>>,
}

/// The three layers of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    Global,
    Environment,
    Module(Arc<str>),
}

impl Layer {
    /// `Global`, `Environment`, `Module`
    pub fn name(&self) -> &'static str {
        match self {
            Self::Global => "Global",
            Self::Environment => "Environment",
            Self::Module(_) => "Module",
        }
    }

    pub fn module(&self) -> Option<&Arc<str>> {
        match self {
            Self::Module(name) => Some(name),
            Self::Global | Self::Environment => None,
        }
    }
}
