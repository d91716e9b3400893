//! What an agent's run did.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A report as agents send it (format 12): the fields the server reads are typed, the rest is
/// kept as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub host: String,
    /// RFC 3339 text, kept as sent.
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
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
