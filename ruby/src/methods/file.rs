//! Names of files. No file is looked at.

use super::Call;
use crate::interpreter::{Outcome, Stop};
use crate::limits::MOST_LEVELS;
use crate::value::Value;

/// `File.join`
pub(super) fn join(call: &mut Call<'_, '_>) -> Outcome {
    let mut parts = Vec::new();
    gather(call, &call.arguments, 0, &mut parts)?;
    let mut path = String::new();
    for (index, part) in parts.iter().enumerate() {
        if part.starts_with('/') {
            path.truncate(path.trim_end_matches('/').len());
        } else if index > 0 && !path.ends_with('/') {
            path.push('/');
        }
        call.ruby.spend(part.len())?;
        path.push_str(part);
    }
    Ok(Value::from(path))
}

fn gather(call: &Call<'_, '_>, values: &[Value], level: u32, parts: &mut Vec<String>) -> Result<(), Stop> {
    for value in values {
        match value {
            Value::String(text) => parts.push(text.read().to_owned()),
            Value::Array(_) if level >= MOST_LEVELS => return Err(call.ruby.argument_error("recursive array")),
            Value::Array(list) => gather(call, &list.items(), level + 1, parts)?,
            other => return Err(call.no_conversion(other, "String")),
        }
    }
    Ok(())
}

/// `File.basename`
pub(super) fn basename(call: &mut Call<'_, '_>) -> Outcome {
    let path = call.text_argument(0)?;
    let trimmed = path.trim_end_matches('/');
    let name = match trimmed.rsplit('/').next() {
        Some("") | None if path.is_empty() => "",
        Some("") | None => "/",
        Some(name) => name,
    };
    Ok(Value::from(name))
}

/// `File.dirname`
pub(super) fn dirname(call: &mut Call<'_, '_>) -> Outcome {
    let path = call.text_argument(0)?;
    let trimmed = path.trim_end_matches('/');
    let folder = match trimmed.rfind('/') {
        None if trimmed.is_empty() && !path.is_empty() => "/",
        None => ".",
        Some(at) => match trimmed[..at].trim_end_matches('/') {
            "" => "/",
            // Slashes at the start are one.
            folder if folder.starts_with("//") => &folder[folder.len() - folder.trim_start_matches('/').len() - 1..],
            folder => folder,
        },
    };
    Ok(Value::from(folder))
}
