//! Reading a report as an agent sends it.

use jiff::Timestamp;
use model::Certname;
use serde::Deserialize;

use crate::error::Error;

/// A report to keep: the columns that lists need, and the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// From the URL, so from the certificate; not what the document says.
    pub node: Certname,
    pub header: Header,
    /// JSON, valid UTF-8.
    pub document: Vec<u8>,
    pub received_at: Timestamp,
}

/// The fields of a report that the server reads. The rest is neither copied nor understood.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Header {
    pub host: String,
    /// RFC 3339 text.
    pub time: String,
    pub report_format: i64,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub environment: Option<String>,
    #[serde(default)]
    pub noop: Option<bool>,
    #[serde(default)]
    pub transaction_uuid: Option<String>,
    #[serde(default)]
    pub puppet_version: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub configuration_version: Option<String>,
}

impl NewReport {
    /// Reads JSON or PSON. PSON is JSON whose texts may hold bytes that are not UTF-8: they are
    /// kept as the replacement character, where the original keeps the bytes.
    pub fn parse(node: Certname, body: Vec<u8>, received_at: Timestamp) -> Result<Self, Error> {
        let document = match String::from_utf8(body) {
            Ok(text) => text.into_bytes(),
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned().into_bytes(),
        };
        let header = serde_json::from_slice(&document).map_err(|error| Error::NotAReport(error.to_string()))?;
        Ok(Self { node, header, document, received_at })
    }
}

/// Versions are texts or, with the default `config_version`, seconds since 1970.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

#[cfg(test)]
mod tests;
