//! Why a value or a type does not fit: the texts of the original.

use crate::types::Type;

/// `subject` expected a type and got another: a whole sentence.
pub fn describe(subject: &str, expected: &Type, actual: &Type) -> String {
    format!("{subject} expects a value of type {expected}, got {actual}")
}
