//! What may keep a port of this crate from answering.

/// Facts about what keeps things, never a database's own codes.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// A queue is full; try again soon.
    #[error("{0}")]
    Busy(String),
    #[error("the store cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
