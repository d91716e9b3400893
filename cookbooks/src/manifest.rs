//! The list of a cookbook's files, made of their paths as `knife` makes it.

use serde_json::{Value, json};

use crate::document::Fields;
use crate::segments::{ALL_FILES, files};

/// The document of a cookbook version, or of an artifact, whose files have these paths and checksums.
pub fn of_files(is_artifact: bool, name: &str, version: &str, metadata: Fields, found: &[(String, String)]) -> Fields {
    let all: Vec<Value> = found.iter().map(|(path, checksum)| file(path, checksum)).collect();
    let mut metadata = metadata;
    metadata.entry("name").or_insert_with(|| name.into());
    let number = if is_artifact { metadata.get("version").cloned().unwrap_or("0.0.0".into()) } else { version.into() };
    metadata.entry("version").or_insert_with(|| number.clone());
    let document = if is_artifact {
        json!({"name": name, "identifier": version, "version": number, "chef_type": "cookbook_version"})
    } else {
        json!({
            "name": format!("{name}-{version}"), "cookbook_name": name, "version": version,
            "chef_type": "cookbook_version", "json_class": "Chef::CookbookVersion",
        })
    };
    let mut document = match document {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    };
    document.insert("metadata".to_owned(), Value::Object(metadata));
    document.insert(ALL_FILES.to_owned(), Value::Array(all));
    document
}

/// A file by the folder it lies in. Templates and files may be for some machines only: the folder below says which.
fn file(path: &str, checksum: &str) -> Value {
    let parts: Vec<&str> = path.split('/').collect();
    let base = parts.last().copied().unwrap_or_default();
    let (name, specificity) = match parts.as_slice() {
        [_] | [] => (format!("root_files/{base}"), "default"),
        ["templates" | "files", _] => (path.to_owned(), "root_default"),
        [segment @ ("templates" | "files"), specificity, ..] => (format!("{segment}/{base}"), *specificity),
        [segment, ..] => (format!("{segment}/{base}"), "default"),
    };
    json!({"name": name, "path": path, "checksum": checksum, "specificity": specificity})
}

/// Whether a document lists just these files: each path with its checksum.
pub fn is_of(document: &Fields, found: &[(String, String)]) -> bool {
    let text = |file: &Fields, field: &str| file.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut listed: Vec<(String, String)> =
        files(document).map(|file| (text(file, "path"), text(file, "checksum"))).collect();
    let mut found = found.to_vec();
    for list in [&mut listed, &mut found] {
        list.sort();
        list.dedup();
    }
    listed == found
}

#[cfg(test)]
mod tests;
