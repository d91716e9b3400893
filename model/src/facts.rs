//! What a node says of itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A factset as agents send it. Values are JSON, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub name: String,
    #[serde(default)]
    pub values: Map<String, Value>,
    /// RFC 3339 text, kept as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// RFC 3339 text, kept as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
}
