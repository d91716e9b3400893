//! What two catalogs differ in. Order of resources, tags and edges does not count.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// A line for each difference.
pub fn differences(expected: &Json, actual: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["name", "environment"] {
        if expected[name] != actual[name] {
            found.push(format!("{name}: expected {}, got {}", expected[name], actual[name]));
        }
    }
    for name in ["classes", "tags"] {
        compare_lists(name, &expected[name], &actual[name], &mut found);
    }
    let wanted = by_reference(expected, &mut found);
    let got = by_reference(actual, &mut found);
    found.extend(wanted.keys().filter(|name| !got.contains_key(*name)).map(|name| format!("missing resource {name}")));
    found.extend(got.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("extra resource {name}")));
    for (name, resource) in &wanted {
        if let Some(other) = got.get(name) {
            compare_resources(name, resource, other, &mut found);
        }
    }
    let (wanted, got) = (edges(expected), edges(actual));
    found.extend(wanted.difference(&got).map(|edge| format!("missing edge {edge}")));
    found.extend(got.difference(&wanted).map(|edge| format!("extra edge {edge}")));
    found
}

fn compare_resources(name: &str, expected: &Json, actual: &Json, found: &mut Vec<String>) {
    compare_lists(&format!("{name}: tags"), &expected["tags"], &actual["tags"], found);
    let sensitive = "sensitive_parameters";
    compare_lists(&format!("{name}: {sensitive}"), &expected[sensitive], &actual[sensitive], found);
    for key in ["file", "line", "exported", "kind"] {
        if expected[key] != actual[key] {
            found.push(format!("{name}: {key}: expected {}, got {}", expected[key], actual[key]));
        }
    }
    let parameters = |resource: &Json| resource["parameters"].as_object().cloned().unwrap_or_default();
    let (wanted, got) = (parameters(expected), parameters(actual));
    for (key, value) in &wanted {
        match got.get(key) {
            None => found.push(format!("{name}: parameter {key} missing (expected {value})")),
            Some(other) if other != value => {
                found.push(format!("{name}: parameter {key}: expected {value}, got {other}"));
            }
            Some(_) => {}
        }
    }
    let extra = got.iter().filter(|(key, _)| !wanted.contains_key(*key));
    found.extend(extra.map(|(key, value)| format!("{name}: parameter {key} extra ({value})")));
}

fn compare_lists(name: &str, expected: &Json, actual: &Json, found: &mut Vec<String>) {
    let sorted = |value: &Json| {
        let mut texts: Vec<String> = value.as_array().into_iter().flatten().map(ToString::to_string).collect();
        texts.sort();
        texts
    };
    let (wanted, got) = (sorted(expected), sorted(actual));
    if wanted != got {
        found.push(format!("{name}: expected {}, got {}", wanted.join(" "), got.join(" ")));
    }
}

fn by_reference<'a>(catalog: &'a Json, found: &mut Vec<String>) -> BTreeMap<String, &'a Json> {
    let mut resources = BTreeMap::new();
    for resource in catalog["resources"].as_array().into_iter().flatten() {
        let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
        let name = format!("{}[{}]", text("type"), text("title"));
        if resources.insert(name.clone(), resource).is_some() {
            found.push(format!("resource {name} appears twice"));
        }
    }
    resources
}

fn edges(catalog: &Json) -> BTreeSet<String> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let edge = |edge: &Json| match edge {
        Json::Array(ends) => format!("{} -> {}", text(&ends[0]), text(&ends[1])),
        edge => format!("{} -> {}", text(&edge["source"]), text(&edge["target"])),
    };
    catalog["edges"].as_array().into_iter().flatten().map(edge).collect()
}
