//! Names of cookbooks.

use std::fmt;

use crate::Error;

/// What a client is told about a name that does not fit.
pub(crate) const MALFORMED: &str = "Malformed cookbook name. Must only contain A-Z, a-z, 0-9, _, . or -";

/// Letters, digits, `_`, `.` and `-`; at least one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CookbookName(String);

impl CookbookName {
    pub fn parse(text: &str) -> Result<Self, Error> {
        if is_cookbook_name(text) { Ok(Self(text.to_owned())) } else { Err(Error::CookbookName(text.to_owned())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CookbookName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

pub(crate) fn is_cookbook_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_name_byte)
}

/// Names of policies, policy groups, revisions and artifact identifiers: `:` too, 255 bytes at most.
pub(crate) fn is_policy_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| is_name_byte(byte) || byte == b':')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// The cookbook of a recipe: `nginx` of `nginx::source` and of `nginx`.
pub fn cookbook_of(recipe: &str) -> &str {
    recipe.split_once("::").map_or(recipe, |(cookbook, _)| cookbook)
}
