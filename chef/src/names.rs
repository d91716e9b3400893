//! What names may look like, kind by kind.

/// Letters, digits, `_`, `-` and `.`.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(plain)
}

/// As [`is_plain`], and `:`.
pub fn is_wide(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| plain(byte) || byte == b':')
}

/// Small letters, digits, `_` and `-`: users and groups.
pub fn is_small(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
}

/// As [`is_wide`], at most 255 long: policies, policy groups and their revisions.
pub fn is_policy(name: &str) -> bool {
    name.len() <= 255 && is_wide(name)
}

/// Begins with a small letter or digit; at most 255 long.
pub fn is_organization(name: &str) -> bool {
    name.len() <= 255 && is_small(name) && !name.starts_with(['_', '-'])
}

/// Not blank at the beginning, one line, at most 1,023 characters.
pub fn is_full_name(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|first| !first.is_ascii_whitespace()) && !name.contains('\n') && name.chars().count() <= 1023
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// A name that may say of which organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scoped<'a> {
    /// `NAME`: of the organization that is spoken of
    Here(&'a str),
    /// `::NAME`: of none
    Global(&'a str),
    /// `ORG::NAME`
    Of { organization: &'a str, name: &'a str },
}

impl<'a> Scoped<'a> {
    /// `None` where the text is no name at all.
    pub fn parse(text: &'a str) -> Option<Self> {
        if is_plain(text) {
            return Some(Self::Here(text));
        }
        let (organization, name) = text.split_once("::")?;
        if !is_plain(name) {
            return None;
        }
        match organization {
            "" => Some(Self::Global(name)),
            organization if is_plain(organization) => Some(Self::Of { organization, name }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
