//! Tokens as people read them.

use std::io::Write;

use serde_json::Value;

use super::text;

/// The token alone on standard output, so that a script may take it; the rest on standard error.
pub(super) fn made(value: &Value) {
    put!("{}", text(&value["token"]));
    let end = value["expires_at"].as_str().map_or_else(|| "never expires".to_owned(), |end| format!("expires {end}"));
    complain!("Token {} ({}) {end}. It is not shown again.", text(&value["id"]), scopes(value));
}

pub(super) fn list(value: &Value) {
    let rows: Vec<_> = value.as_array().into_iter().flatten().collect();
    if rows.is_empty() {
        put!("there is no token");
    }
    let width = rows.iter().map(|row| scopes(row).len()).max().unwrap_or_default();
    for row in rows {
        let end = match (row["expired"].as_bool(), row["expires_at"].as_str()) {
            (Some(true), Some(end)) => format!("expired {end}"),
            (_, Some(end)) => format!("until {end}"),
            (_, None) => "for ever".to_owned(),
        };
        put!("{}  {:width$}  {end:28}  {}", text(&row["id"]), scopes(row), text(&row["label"]));
    }
}

fn scopes(row: &Value) -> String {
    row["scopes"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(",")
}
