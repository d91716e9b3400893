//! Sandboxes: checksums of files that a client is about to upload.

use serde_json::Value;

use crate::document::Field;
use crate::{Error, document};

/// How many checksums one sandbox may have.
const MOST: usize = 100_000;

/// MD5 checksums in hex that a client announced.
pub fn announced(body: Value) -> Result<Vec<String>, Error> {
    let body = document::object(body)?;
    let listed = Field::of(&body, "checksums").required()?.object()?;
    let pairs = listed.into_iter().flatten();
    let checksums: Vec<String> = pairs.clone().map(|(checksum, _)| checksum.clone()).collect();
    let fits = pairs.clone().all(|(checksum, value)| is_md5(checksum) && value.is_null());
    if checksums.is_empty() || checksums.len() > MOST || !fits {
        return Err(Error::Text("Bad checksums!"));
    }
    Ok(checksums)
}

/// Checks the body that ends a sandbox.
pub fn completion(body: Value) -> Result<(), Error> {
    let body = document::object(body)?;
    if body.get("is_completed") == Some(&Value::Bool(true)) {
        Ok(())
    } else {
        Err(Error::Text("JSON body must contain key '\"complete\"' with value 'true'."))
    }
}

/// What is said when files of a sandbox are missing.
pub fn incomplete_text(sandbox: &str, missing: &[String]) -> String {
    let missing = missing.join(", ");
    format!("Cannot update sandbox {sandbox}: the following checksums have not been uploaded: {missing}")
}

pub fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
