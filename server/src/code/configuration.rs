//! Where code comes from, as an `r10k.yaml` and the lists that it names say.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use compiler::data;
use compiler::value::Value as Data;
use compiler::world::DataFormat;
use modules::sources::{Configuration, Kind, Listed, Source};
use serde_json::{Map, Value, json};

/// The file that `code import-r10k` writes, in the data folder.
pub(crate) fn default_path(data_dir: &Path) -> PathBuf {
    data_dir.join("code/r10k.yaml")
}

/// Reads the file anew, so that an edit counts at once. What is odd about it is in the warnings.
pub(crate) fn read(path: &Path) -> Result<Configuration, String> {
    let value = yaml(path).map_err(|error| format!("Couldn't load config file: {error}"))?;
    let file = path.display();
    if matches!(value, Value::Null | Value::Bool(false)) {
        return Err(format!("File exists at {file} but doesn't contain any YAML"));
    }
    Configuration::read(&value).map_err(|error| format!("{file}: {error}"))
}

/// The environments that the file or the folder of a source lists; none for a source of Git.
pub(crate) fn listed(source: &Source) -> Result<Vec<Listed>, String> {
    let (config, value) = match &source.kind {
        Kind::Git { .. } => return Ok(Vec::new()),
        Kind::Yaml { config } => {
            let value = yaml(Path::new(config));
            (config, value.map_err(|error| format!("Couldn't open environments file {config}: {error}"))?)
        }
        Kind::Yamldir { config } => (config, folder(config)?),
    };
    source.listed(&value).map_err(|error| format!("{config}: {error}"))
}

/// Checks `from` and the lists that it names, and makes it the configuration of the server whose data folder this is.
pub(crate) fn import(from: &Path, data_dir: &Path) -> Result<(PathBuf, Configuration), String> {
    let configuration = read(from)?;
    for source in &configuration.sources {
        listed(source)?;
    }
    let text = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let to = default_path(data_dir);
    write(&text, &to).map_err(|error| format!("{}: {error}", to.display()))?;
    Ok((to, configuration))
}

/// Whole or not at all, and for nobody else to read: tokens may stand in it.
fn write(text: &[u8], to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("/"));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(to)?;
    fs::File::open(folder)?.sync_all()
}

/// The files `NAME.yaml` of a folder as one hash by their names.
fn folder(config: &str) -> Result<Value, String> {
    let dir = Path::new(config);
    if !dir.is_dir() {
        return Err(format!("Error opening {config}: config must be a directory"));
    }
    let entries = fs::read_dir(dir).map_err(|error| format!("Error opening {config}: {error}"))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let mut environments = Map::new();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        // Shells leave such files out, and so does r10k.
        if !name.starts_with('.') {
            let value = yaml(&path).map_err(|error| format!("Error loading {}: {error}", path.display()))?;
            environments.insert(name.into_owned(), value);
        }
    }
    Ok(Value::Object(environments))
}

fn yaml(path: &Path) -> Result<Value, String> {
    let file = path.display().to_string();
    let text = fs::read(path).map_err(|error| format!("{file}: {error}"))?;
    let value = data::parse(&file, &text, DataFormat::Yaml).map_err(|error| error.to_string())?;
    json(&value).ok_or_else(|| format!("{file}: dates and binary data mean nothing here; put texts into quotes"))
}

/// The value, unless it is of a kind that JSON does not have.
fn json(value: &Data) -> Option<Value> {
    Some(match value {
        Data::Undef => Value::Null,
        Data::Boolean(flag) => json!(flag),
        Data::Integer(number) => json!(number),
        Data::Float(number) => json!(number),
        Data::String(text) => json!(text.as_ref()),
        Data::Array(items) => items.iter().map(json).collect::<Option<_>>()?,
        Data::Hash(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((name(key)?, json(value)?)));
            Value::Object(entries.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// A key as text.
fn name(key: &Data) -> Option<String> {
    match json(key)? {
        Value::String(text) => Some(text),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
