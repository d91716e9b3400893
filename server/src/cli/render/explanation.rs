//! Where the values of a resource came from, as people read it.

use std::fmt::Write as _;

use serde_json::Value;

/// Longer values are cut short; `--json` has them whole.
const MOST_LETTERS: usize = 60;

/// One line for the resource, one for each value, and one for each value that was replaced.
pub(super) fn text(explanation: &Value) -> String {
    let mut text = super::text(&explanation["resource"]);
    let place = place(explanation);
    if !place.is_empty() {
        let _ = write!(text, ", declared at {place}");
    }
    if let Some(container) = explanation["container"].as_str() {
        let _ = write!(text, ", in {container}");
    }
    if explanation["virtual"] == Value::Bool(true) {
        text.push_str(", virtual: not in the catalog");
    }
    if explanation["exported"] == Value::Bool(true) {
        text.push_str(", exported");
    }
    text.push('\n');
    let parameters = explanation["parameters"].as_object();
    let width = parameters.into_iter().flatten().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, parameter) in parameters.into_iter().flatten() {
        let _ = writeln!(text, "  {name:width$} => {}", given(parameter));
        for before in parameter["before"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "  {:width$}    before: {}", "", given(before));
        }
    }
    text
}

fn given(parameter: &Value) -> String {
    let value = shortened(&parameter["value"].to_string());
    let origin = &parameter["origin"];
    let mut what = origin_text(origin);
    if origin["appended"] == Value::Bool(true) {
        what.push_str(", added to what was there");
    }
    let place = place(origin);
    if place.is_empty() { format!("{value}  # {what}") } else { format!("{value}  # {what}, {place}") }
}

fn origin_text(origin: &Value) -> String {
    let of = |name: &str| super::text(&origin[name]);
    match origin["kind"].as_str().unwrap_or_default() {
        "attribute" => "attribute".to_owned(),
        "default_body" => "default of the resource expression".to_owned(),
        "function" => "call of a function".to_owned(),
        "definition" => "default of the parameter".to_owned(),
        "resource_default" => "resource default".to_owned(),
        "override" => "override".to_owned(),
        "collector" => "collector".to_owned(),
        "arrow" => "arrow".to_owned(),
        "data" => data_text(origin),
        "classifier" => "node classifier".to_owned(),
        "container" => format!("from {}, which contains it", of("resource")),
        "exported" => format!("exported by {}", of("node")),
        "title" => "title".to_owned(),
        other => other.to_owned(),
    }
}

fn data_text(origin: &Value) -> String {
    let of = |from: &Value, name: &str| super::text(&from[name]);
    let from = origin["from"].as_array().into_iter().flatten();
    let places: Vec<String> = from
        .map(|from| {
            let layer = of(from, "layer").to_lowercase();
            let layer = from["module"].as_str().map_or(layer, |module| format!("module {module}"));
            format!("{layer} level '{}' {}", of(from, "level"), of(from, "path"))
        })
        .collect();
    format!("Hiera key {}: {}", super::text(&origin["key"]), places.join(", "))
}

fn place(of: &Value) -> String {
    match (of["file"].as_str(), of["line"].as_u64()) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (None, Some(line)) => format!("line {line}"),
        _ => String::new(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
