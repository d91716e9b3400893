//! Paths as text: nothing is looked up.

/// `base` joined with `path` (or `path` alone when absolute), with `.`, `..` and doubled slashes
/// resolved by their letters, as Ruby's `File.expand_path` does.
pub fn expand(path: &str, base: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let whole = if path.starts_with('/') { ["", path] } else { [base, path] };
    for part in whole.iter().flat_map(|text| text.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    format!("/{}", parts.join("/"))
}

/// One slash between the two; an empty `rest` leaves `base` as it is.
pub fn join(base: &str, rest: &str) -> String {
    if rest.is_empty() { base.to_owned() } else { format!("{}/{rest}", base.trim_end_matches('/')) }
}

/// What is left of `path` below `root`: `""` for the root itself, `None` when it is elsewhere.
pub fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

#[cfg(test)]
mod tests;
