//! A catalog in the canonical form of the vectors.

use serde_json::{Map, Value as Json, json};

/// Resources in order; tags, edges and parameters sorted; what differs from run to run left out.
pub(crate) fn canonical(catalog: &Json) -> Json {
    let mut edges: Vec<Json> =
        list(&catalog["edges"]).iter().map(|edge| json!([edge["source"], edge["target"]])).collect();
    edges.sort_by_key(ToString::to_string);
    json!({
        "tags": sorted(&catalog["tags"]),
        "name": catalog["name"],
        "environment": catalog["environment"],
        "resources": list(&catalog["resources"]).iter().map(resource).collect::<Vec<_>>(),
        "edges": edges,
        "classes": catalog["classes"],
    })
}

fn resource(resource: &Json) -> Json {
    let mut resource = resource.as_object().cloned().unwrap_or_default();
    resource.insert("tags".to_owned(), sorted(&resource["tags"]));
    let parameters = resource.get("parameters").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut names: Vec<&String> = parameters.keys().collect();
    names.sort();
    let parameters: Map<String, Json> =
        names.into_iter().map(|name| (name.clone(), parameters[name].clone())).collect();
    resource.insert("parameters".to_owned(), Json::Object(parameters));
    Json::Object(resource)
}

fn sorted(tags: &Json) -> Json {
    let mut tags: Vec<&str> = list(tags).iter().filter_map(Json::as_str).collect();
    tags.sort_unstable();
    json!(tags)
}

fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}
