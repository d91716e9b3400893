//! The rules for names.

/// `[a-z]\w*(::[a-z]\w*)*`
pub(super) fn is_definition_name(name: &str) -> bool {
    name.split("::").all(|segment| is_word(segment, |c| c.is_ascii_lowercase()))
}

/// `[A-Z]\w*(::[A-Z]\w*)*`
pub(super) fn is_type_name(name: &str) -> bool {
    name.split("::").all(|segment| is_word(segment, |c| c.is_ascii_uppercase()))
}

/// `[a-z_]\w*`
pub(super) fn is_parameter_name(name: &str) -> bool {
    is_word(name, |c| c.is_ascii_lowercase() || c == '_')
}

/// As a definition's name, but a leading `::` is allowed, and the last segment may start with `_`.
pub(super) fn is_variable_name(name: &str) -> bool {
    let name = name.strip_prefix("::").unwrap_or(name);
    let (outer, last) = name.rsplit_once("::").map_or((None, name), |(outer, last)| (Some(outer), last));
    is_parameter_name(last) && outer.is_none_or(is_definition_name)
}

/// `0`, or a decimal number that does not start with 0: the name of a match variable.
pub(super) fn is_match_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'))
}

/// Digits, decimal or after `0x`.
pub(super) fn is_numeric_parameter(name: &str) -> bool {
    let digits = name.strip_prefix("0x").unwrap_or(name);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn is_hostname(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Names of data types, which nothing else may have.
pub(super) fn is_reserved_type(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "any"
            | "unit"
            | "scalar"
            | "boolean"
            | "numeric"
            | "integer"
            | "float"
            | "collection"
            | "array"
            | "hash"
            | "tuple"
            | "struct"
            | "variant"
            | "optional"
            | "enum"
            | "regexp"
            | "pattern"
            | "runtime"
            | "init"
            | "object"
            | "sensitive"
            | "semver"
            | "semverrange"
            | "string"
            | "timestamp"
            | "timespan"
            | "typeset"
    )
}

/// Words that a later version may take for itself.
pub(super) fn is_future_word(name: &str) -> bool {
    name == "plan"
}

fn is_word(word: &str, first: impl Fn(char) -> bool) -> bool {
    word.starts_with(first) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
