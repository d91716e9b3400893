//! Content negotiation as Puppet does it: the first format of the `Accept` header that the answer
//! can take wins; weights are read over.

use crate::respond::Problem;

/// A wire format that agents may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/vnd.puppet.rich+json`: catalogs only.
    RichJson,
    Json,
    Pson,
    Binary,
}

impl Format {
    const fn mime(self) -> &'static str {
        match self {
            Self::RichJson => "application/vnd.puppet.rich+json",
            Self::Json => "application/json",
            Self::Pson => "text/pson",
            Self::Binary => "application/octet-stream",
        }
    }

    /// The `Content-Type` of an answer in this format, letter by letter as the original's.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::RichJson => "application/vnd.puppet.rich+json; charset=utf-8",
            Self::Json => "application/json;charset=utf-8",
            Self::Pson => "text/pson",
            Self::Binary => "application/octet-stream",
        }
    }

    /// Whether `entry` of an `Accept` header names this format: by its mime type or its short name.
    fn is_named(self, entry: &str) -> bool {
        let short = match self {
            Self::RichJson => "rich_data_json",
            Self::Json => "json",
            Self::Pson => "pson",
            Self::Binary => "binary",
        };
        entry.eq_ignore_ascii_case(self.mime()) || entry == short
    }
}

/// What catalogs are offered in.
pub(crate) const CATALOG: &[Format] = &[Format::RichJson, Format::Json, Format::Pson];
/// What everything else with a structure is offered in.
pub(crate) const DATA: &[Format] = &[Format::Json, Format::Pson];
/// What raw bytes are offered in.
pub(crate) const BINARY: &[Format] = &[Format::Binary];

/// Picks the format of the answer to a request that must say what it accepts.
pub(crate) fn choose(accept: Option<&str>, offered: &[Format]) -> Result<Format, Problem> {
    let accept = accept.ok_or_else(|| Problem::missing_header("Missing required Accept header"))?;
    first(accept, offered).ok_or_else(|| Problem::unsupported_format(accept))
}

/// Picks the format of the answer to a write, which is JSON unless the request says otherwise.
pub(crate) fn choose_or_json(accept: Option<&str>) -> Result<Format, Problem> {
    choose(Some(accept.unwrap_or(Format::Json.mime())), DATA)
}

fn first(accept: &str, offered: &[Format]) -> Option<Format> {
    accept.split(',').find_map(|entry| {
        let entry = entry.split(';').next().unwrap_or_default().trim();
        if entry == "*/*" {
            return offered.first().copied();
        }
        offered.iter().copied().find(|format| format.is_named(entry))
    })
}

#[cfg(test)]
mod tests;
