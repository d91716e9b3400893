//! Data files: what `yaml_data`, `json_data` and `hocon_data` answer.

use std::borrow::Cow;
use std::sync::Arc;

use super::fault;
use crate::error::{Failure, Stop};
use crate::functions::{Caller, Strict};
use crate::value::Value;
use crate::world::DataFormat;

/// The data of a file; `None` when there is no such file.
pub(crate) fn hash(caller: &mut dyn Caller, path: &str, format: DataFormat) -> Result<Option<Value>, Stop> {
    let data = caller.world().data(&plain(path), format).map_err(|error| fault(format!("Unable to parse {error}")))?;
    let Some(value) = data else { return Ok(None) };
    if format != DataFormat::Yaml || matches!(&*value, Value::Hash(_)) {
        return Ok(Some((*value).clone()));
    }
    let message = format!("{path}: file does not contain a valid yaml hash");
    if caller.strict() == Strict::Error && !matches!(&*value, Value::Undef | Value::Boolean(false)) {
        return Err(fault(message));
    }
    caller.warning(message);
    Ok(Some(Value::Hash(Arc::default())))
}

/// A call of one of the functions; `options` is checked to have a `path` only.
pub(crate) fn data(caller: &mut dyn Caller, options: &Value, format: DataFormat) -> Result<Value, Stop> {
    let path = options.get("path").and_then(Value::as_str).unwrap_or_default();
    existing(caller, path, format)
}

/// A call of `hocon_data`.
pub(crate) fn hocon(caller: &mut dyn Caller, options: &Value) -> Result<Value, Stop> {
    let path = options.get("path").and_then(Value::as_str).unwrap_or_default();
    let bytes = caller.world().read(&plain(path)).map_err(|error| fault(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| missing(path))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| format!("the file is not UTF-8: {error}"));
    let read = text.and_then(|text| crate::data::hocon(text, &|name| caller.world().process_variable(name)));
    read.map_err(|message| fault(format!("Unable to parse ({path}): {message}")))
}

fn missing(path: &str) -> Stop {
    Failure::argument(format!("No such file or directory @ rb_file_s_stat - {path}")).into()
}

/// The data of a file that must be there.
pub(super) fn existing(caller: &mut dyn Caller, path: &str, format: DataFormat) -> Result<Value, Stop> {
    let found = hash(caller, path, format)?;
    found.ok_or_else(|| missing(path))
}

/// A path without doubled separators, as variables without a value leave them.
pub(super) fn plain(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Cow::Owned(format!("/{}", parts.join("/")))
}
