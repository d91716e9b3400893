//! Reading the declarations of a resource type from its Ruby source, without running it.

use std::sync::Arc;

use super::ResourceType;

/// Parameters and name variables by their declarations, line by line.
pub(super) fn scan(name: &str, source: &str) -> ResourceType {
    let mut parameters: Vec<Arc<str>> = Vec::new();
    let mut namevars: Vec<Arc<str>> = Vec::new();
    let mut is_known = true;
    let mut isomorphic = true;
    for line in source.lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        for keyword in ["newparam", "newproperty"] {
            let Some(rest) = line.strip_prefix(keyword) else { continue };
            match symbol(rest) {
                Some(parameter) => {
                    if line.contains("namevar") {
                        namevars.push(parameter.into());
                    }
                    parameters.push(parameter.into());
                }
                None => is_known = false,
            }
        }
        if line.starts_with("ensurable") {
            parameters.push("ensure".into());
        } else if line.starts_with("isnamevar") {
            namevars.extend(parameters.last().cloned());
        } else if line.starts_with("def self.title_patterns") || line.starts_with("def self.parameters") {
            is_known = is_known && line.starts_with("def self.title_patterns");
        } else if line.starts_with("apply_to") || line.contains("add_parameters") || line.contains("feature :") {
            parameters.push("provider".into());
        } else if line.contains("def isomorphic?") && line.contains("false") || line.starts_with("@isomorphic = false")
        {
            isomorphic = false;
        } else if line.contains("instance_eval") || line.contains("class_eval") || line.starts_with("create_parameter")
        {
            is_known = false;
        }
    }
    parameters.push("provider".into());
    if namevars.is_empty() {
        namevars.push("name".into());
    }
    ResourceType {
        name: name.into(),
        namevars,
        isomorphic,
        title_patterns: Vec::new(),
        parameters: is_known.then_some(parameters),
    }
}

/// `(:name, …` or ` :name …`
fn symbol(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['(', ' ']);
    let text = text.strip_prefix(':').or_else(|| text.strip_prefix('\'')).or_else(|| text.strip_prefix('"'))?;
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}
