//! Tags of resources and catalogs.

use std::sync::Arc;

use rustc_hash::FxHashSet;

/// So many tags are found by looking through them; beyond that there is an index.
const FEW: usize = 32;

/// Tags in order of insertion, each once, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagSet {
    tags: Vec<Arc<str>>,
    /// The same, where they are many.
    index: FxHashSet<Arc<str>>,
}

impl TagSet {
    /// Adds a tag, and the segments of `a::b` after it. Answers the name of a tag that is none.
    pub(crate) fn tag(&mut self, name: &str) -> Result<(), String> {
        let name = name.to_lowercase();
        if self.contains(&name) {
            return Ok(());
        }
        if !is_valid(&name) {
            return Err(name);
        }
        self.add(&name);
        Ok(())
    }

    /// Adds a tag if it is one: how titles become tags.
    pub(crate) fn tag_if_valid(&mut self, name: &str) {
        if is_valid(name) {
            let name = name.to_lowercase();
            if !self.contains(&name) {
                self.add(&name);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for tag in &other.tags {
            if !self.contains(tag) {
                self.push(tag.clone());
            }
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        if self.tags.len() > FEW { self.index.contains(name) } else { self.tags.iter().any(|tag| &**tag == name) }
    }

    pub(crate) fn as_slice(&self) -> &[Arc<str>] {
        &self.tags
    }

    pub(crate) fn into_vec(self) -> Vec<Arc<str>> {
        self.tags
    }

    fn add(&mut self, name: &str) {
        self.push(name.into());
        if name.contains("::") {
            // Ruby's `split` drops empty segments at the end only.
            let mut segments: Vec<&str> = name.split("::").collect();
            while segments.last() == Some(&"") {
                segments.pop();
            }
            for segment in segments {
                if !self.contains(segment) {
                    self.push(segment.into());
                }
            }
        }
    }

    fn push(&mut self, tag: Arc<str>) {
        if self.tags.len() > FEW {
            self.index.insert(tag.clone());
        }
        self.tags.push(tag);
        if self.tags.len() == FEW + 1 {
            self.index.extend(self.tags.iter().cloned());
        }
    }
}

/// `/\A[[:alnum:]_][[:alnum:]_:.-]*\Z/`; `\Z` allows a newline at the end.
pub(crate) fn is_valid(name: &str) -> bool {
    let name = name.strip_suffix('\n').unwrap_or(name);
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphanumeric() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-'))
}

#[cfg(test)]
mod tests;
