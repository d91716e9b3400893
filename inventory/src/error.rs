//! What can go wrong, as facts.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is no report of an agent.
    #[error("this is not a report: {0}")]
    NotAReport(String),
    /// The body is nothing that Chef's clients tell of a run.
    #[error("this message cannot be read: {0}")]
    NotAMessage(String),
    /// The identifier of a run is another node's.
    #[error("run {run} is of the node {node}")]
    OfAnotherNode { run: String, node: String },
    #[error("{what} has {size} bytes; {setting} allows {limit}")]
    TooLarge { what: &'static str, size: u64, limit: u64, setting: &'static str },
    #[error("the bytes hash to {actual}, not to {expected}")]
    WrongDigest { expected: String, actual: String },
    /// A queue is full; try again soon.
    #[error("{0}")]
    Busy(String),
    #[error("the records of the nodes cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
