//! Why a template cannot be read or rendered.

/// Every error names the line of the template, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Real Ruby would refuse the text as well.
    #[error("line {line}: syntax error, {message}")]
    Syntax { line: u32, message: String },
    /// Ruby that this crate does not know: real Ruby could run it.
    #[error("line {line}: {what} is beyond the part of Ruby that is understood here")]
    Unsupported { line: u32, what: String },
    /// An exception that nothing rescued.
    #[error("{message}")]
    Raised {
        line: u32,
        /// `NoMethodError`
        class: String,
        message: String,
    },
    /// A bound was hit.
    #[error("line {line}: {message}")]
    Limit { line: u32, message: String },
    /// The host gave up; it knows why.
    #[error("line {line}: the host ended the template")]
    Host { line: u32 },
}

impl Error {
    /// Whether real Ruby may do better.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported { .. })
    }

    pub fn line(&self) -> u32 {
        match self {
            Self::Syntax { line, .. }
            | Self::Unsupported { line, .. }
            | Self::Raised { line, .. }
            | Self::Limit { line, .. }
            | Self::Host { line } => *line,
        }
    }
}
