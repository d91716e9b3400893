//! What can be wrong with what a client sent, and what the shelf can answer.

use thiserror::Error;

/// Each variant says what is the case; [`ToString`] gives the text that clients of the original know.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("Invalid cookbook name '{0}' using regex: '{text}'.", text = crate::name::MALFORMED)]
    CookbookName(String),
    #[error("Invalid cookbook version '{0}'.")]
    CookbookVersion(String),
    #[error("Incorrect JSON type for request body")]
    NotAnObject,
    #[error("Invalid key {0} in request body")]
    UnknownKey(String),
    #[error("Field '{0}' missing")]
    Missing(String),
    #[error("Field '{0}' invalid")]
    Invalid(String),
    #[error("Field '{field}' invalid : {found} does not match {expected}")]
    Mismatch { field: String, found: String, expected: String },
    #[error("Invalid element in array value of '{0}'.")]
    Element(String),
    #[error("Invalid key '{key}' for {field}")]
    Key { field: String, key: String },
    #[error("Invalid value '{value}' for {field}")]
    Value { field: String, value: String },
    #[error("Field 'run_list' is not a valid run list")]
    RunList,
    /// A check of its own, with a text of its own.
    #[error("{0}")]
    Text(&'static str),
    #[error("You have requested an invalid number of versions (x >= 0 || 'all')")]
    NumberOfVersions,
    /// What keeps the shelf does not work.
    #[error("{0}")]
    Unavailable(String),
}
