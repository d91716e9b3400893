//! `->` and `~>` between resources, kept until the catalog is finished.

use std::sync::Arc;

use crate::error::Location;

/// An arrow.
pub(crate) struct Relationship {
    pub(crate) source: Operand,
    pub(crate) target: Operand,
    /// `before` or `notify`.
    pub(crate) parameter: &'static str,
    /// Where the arrow stands, while a compile is explained.
    pub(crate) at: Option<Location>,
}

/// What stands at an end of an arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// Type (capitalised) and title.
    Reference(Arc<str>, Arc<str>),
    /// The number of a collector.
    Collector(usize),
}
