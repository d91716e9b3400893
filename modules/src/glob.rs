//! Shell patterns over whole paths, as Ruby's `Dir.glob` expands them.

use crate::disk::{Disk, Kind};
use crate::path;
use crate::pattern;
use crate::tree::Node;

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// A folder, or a link to one.
    pub directory: bool,
    pub link: bool,
}

/// Absolute paths that match the absolute `pattern`, sorted and without doubles.
///
/// `**/` goes through any number of folders, but not through links and hidden ones; `{a,b}` is
/// either. `list` answers what a folder holds, nothing for what is no folder.
pub fn matching(pattern: &str, list: &dyn Fn(&str) -> Vec<Entry>) -> Vec<String> {
    let mut found = Vec::new();
    for alternative in alternatives(pattern) {
        let parts: Vec<&str> = alternative.split('/').filter(|part| !part.is_empty()).collect();
        descend("", &parts, list, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// [`matching`] on what is on disk now.
pub fn on_disk(disk: &dyn Disk, pattern: &str) -> Vec<String> {
    matching(pattern, &|folder| {
        let folder = if folder.is_empty() { "/" } else { folder };
        let listing = disk.list(folder).unwrap_or_default();
        listing
            .into_iter()
            .map(|(name, found)| {
                let target = found.link.as_ref().map_or(Some(found.status), |link| link.target);
                let directory = target.is_some_and(|status| status.kind == Kind::Directory);
                Entry { name, directory, link: found.link.is_some() }
            })
            .collect()
    })
}

/// Whether a path holds anything that a shell would expand.
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// The folder that every match is below.
pub fn fixed_part(pattern: &str) -> &str {
    let end = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    let head = &pattern[..end];
    if end == pattern.len() { head } else { &head[..head.rfind('/').unwrap_or(0)] }
}

impl Entry {
    pub(crate) fn of(name: &str, node: &Node) -> Self {
        Self { name: name.to_owned(), directory: node.is_directory(), link: node.link.is_some() }
    }
}

fn descend(folder: &str, parts: &[&str], list: &dyn Fn(&str) -> Vec<Entry>, found: &mut Vec<String>) {
    let Some((&part, rest)) = parts.split_first() else {
        found.push(if folder.is_empty() { "/".to_owned() } else { folder.to_owned() });
        return;
    };
    if part == "**" && !rest.is_empty() {
        descend(folder, rest, list, found);
        for entry in list(folder) {
            if entry.directory && !entry.link && !entry.name.starts_with('.') {
                descend(&path::join(folder, &entry.name), parts, list, found);
            }
        }
        return;
    }
    if !is_pattern(part) && !rest.is_empty() {
        descend(&format!("{folder}/{part}"), rest, list, found);
        return;
    }
    for entry in list(folder) {
        if pattern::matches(part, &entry.name) && (rest.is_empty() || entry.directory) {
            descend(&format!("{folder}/{}", entry.name), rest, list, found);
        }
    }
}

/// Braces written out; nested ones too. At most 1,000 alternatives are tried.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(text) = open.pop() {
        match brace(&text) {
            Some((before, choices, after)) if done.len() + open.len() + choices.len() <= 1000 => {
                open.extend(choices.iter().map(|choice| format!("{before}{choice}{after}")));
            }
            _ => done.push(text),
        }
    }
    done
}

/// The first outermost `{...}`: what stands before it, its choices, and what stands after.
fn brace(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    let start = text.find('{')?;
    let (mut depth, mut from) = (0, start + 1);
    let mut choices = Vec::new();
    for (at, c) in text[start..].char_indices().map(|(at, c)| (start + at, c)) {
        match c {
            '{' => depth += 1,
            ',' if depth == 1 => {
                choices.push(&text[from..at]);
                from = at + 1;
            }
            '}' if depth == 1 => {
                choices.push(&text[from..at]);
                return Some((&text[..start], choices, &text[at + 1..]));
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
