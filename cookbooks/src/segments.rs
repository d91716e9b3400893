//! Files of a cookbook in two forms: nine lists by kind (API versions 0 and 1), or one list `all_files` (from 2 on),
//! where the kind is the first part of a file's name.

use serde_json::Value;

use crate::document::Fields;

pub const SEGMENTS: [&str; 9] =
    ["attributes", "definitions", "files", "libraries", "providers", "recipes", "resources", "root_files", "templates"];

pub const ALL_FILES: &str = "all_files";

/// Which form a client reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Segments,
    AllFiles,
}

impl Form {
    pub const fn of_api_version(version: u8) -> Self {
        if version < 2 { Self::Segments } else { Self::AllFiles }
    }

    /// Brings a document into this form.
    pub fn convert(self, document: &mut Fields) {
        match self {
            Self::Segments => split(document),
            Self::AllFiles => join(document),
        }
    }
}

fn join(document: &mut Fields) {
    if document.contains_key(ALL_FILES) {
        return;
    }
    let mut all = Vec::new();
    for segment in SEGMENTS {
        let Some(Value::Array(files)) = document.shift_remove(segment) else { continue };
        all.extend(files.into_iter().map(|file| renamed(file, |name| format!("{segment}/{name}"))));
    }
    document.insert(ALL_FILES.to_owned(), Value::Array(all));
}

/// Files whose first part is no segment are left out; a name without a folder is a root file.
fn split(document: &mut Fields) {
    let Some(Value::Array(all)) = document.shift_remove(ALL_FILES) else { return };
    let mut lists: [Vec<Value>; SEGMENTS.len()] = Default::default();
    for file in all {
        let segment = segment_of(file["name"].as_str().unwrap_or_default()).to_owned();
        if let Some(place) = SEGMENTS.iter().position(|known| *known == segment) {
            lists[place].push(renamed(file, |name| base_of(name).to_owned()));
        }
    }
    for (segment, list) in SEGMENTS.iter().zip(lists) {
        document.insert((*segment).to_owned(), Value::Array(list));
    }
}

fn segment_of(name: &str) -> &str {
    name.split_once('/').map_or("root_files", |(segment, _)| segment)
}

fn base_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, base)| base)
}

fn renamed(mut file: Value, rename: impl Fn(&str) -> String) -> Value {
    if let Some(Value::String(name)) = file.get_mut("name") {
        *name = rename(name);
    }
    file
}

/// Every file of a document in either form.
pub fn files(document: &Fields) -> impl Iterator<Item = &Fields> {
    std::iter::once(ALL_FILES)
        .chain(SEGMENTS)
        .filter_map(|key| document.get(key)?.as_array())
        .flatten()
        .filter_map(Value::as_object)
}

/// MD5 checksums of a document's files in hex, sorted, each once.
pub fn checksums(document: &Fields) -> Vec<String> {
    let mut found: Vec<String> =
        files(document).filter_map(|file| file.get("checksum")?.as_str().map(str::to_owned)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Gives every file the URL under which its content is to be had.
pub fn add_urls(document: &mut Fields, url: impl Fn(&str) -> String) {
    for key in std::iter::once(ALL_FILES).chain(SEGMENTS) {
        let Some(Value::Array(files)) = document.get_mut(key) else { continue };
        for file in files.iter_mut().filter_map(Value::as_object_mut) {
            if let Some(checksum) = file.get("checksum").and_then(Value::as_str) {
                let url = url(checksum);
                file.insert("url".to_owned(), Value::String(url));
            }
        }
    }
}

/// Names of a cookbook's recipes without `.rb`, as they stand.
pub fn recipes(document: &Fields) -> Vec<&str> {
    let names = |key: &str| {
        let files = document.get(key).and_then(Value::as_array).into_iter().flatten();
        files.filter_map(|file| file.get("name")?.as_str()).collect::<Vec<_>>()
    };
    let found = if document.contains_key(ALL_FILES) {
        names(ALL_FILES).into_iter().filter(|name| segment_of(name) == "recipes").collect()
    } else {
        names("recipes")
    };
    found.into_iter().map(|name| name.rsplit('/').next().unwrap_or(name)).map(without_suffix).collect()
}

fn without_suffix(name: &str) -> &str {
    name.strip_suffix(".rb").filter(|stem| !stem.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests;
