//! What can go wrong, as facts.

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body, a header or a parameter is not what it must be.
    #[error("{0}")]
    Invalid(Message),
    /// Nobody whom the server knows signed this.
    #[error("{0}")]
    Unauthenticated(Message),
    /// Who signed may not do this.
    #[error("{0}")]
    Forbidden(Message),
    /// What the path names is not there.
    #[error("{0}")]
    NotFound(Message),
    /// The path does not take this method.
    #[error("{0}")]
    NotAllowed(Message),
    /// Another one is there already.
    #[error("{0}")]
    Exists(Message),
    /// The client wants it in a way that is not spoken here.
    #[error("{0}")]
    NotAcceptable(Message),
    /// A name means two things.
    #[error("{0}")]
    Ambiguous(Message),
    /// The body is longer than the limit.
    #[error("JSON must be no more than {0} bytes.")]
    TooLarge(usize),
    /// The store has too much to do.
    #[error("{0}")]
    Busy(String),
    /// The store failed, or holds what cannot be read back.
    #[error("the store failed: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A text for the client. The original says most of them as a list of one text, some as a bare
/// text; clients see the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub text: String,
    pub bare: bool,
}

impl Message {
    pub fn listed(text: impl Into<String>) -> Self {
        Self { text: text.into(), bare: false }
    }

    pub fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), bare: true }
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error {
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(Message::listed(text))
    }

    pub fn unauthenticated(text: impl Into<String>) -> Self {
        Self::Unauthenticated(Message::listed(text))
    }

    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::Forbidden(Message::listed(text))
    }

    pub fn not_found(text: impl Into<String>) -> Self {
        Self::NotFound(Message::listed(text))
    }

    pub fn exists(text: impl Into<String>) -> Self {
        Self::Exists(Message::listed(text))
    }

    /// A kept value that cannot be read back.
    pub fn broken(text: impl Into<String>) -> Self {
        Self::Unavailable(text.into().into())
    }
}
