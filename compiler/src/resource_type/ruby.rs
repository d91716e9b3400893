//! Parameters of resource types that are written in Ruby, read from their source without Ruby.
//!
//! Only what is plainly written is understood: `newparam(:x)`, `newproperty(:y)`, `ensurable`,
//! `feature` parameters with a literal name, and the attributes of `Puppet::ResourceApi.register_type`.
//! A type that makes parameters in any other way is answered with parameters unknown, so that
//! nothing right is refused.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::ResourceType;

/// What the source of the type `name` says.
pub(super) fn read(name: &str, path: &str, source: &str) -> ResourceType {
    let source = without_comments(source);
    let (parameters, namevars) =
        if source.contains("register_type") { resource_api(&source) } else { classic(&source) };
    let namevars = if namevars.is_empty() { vec!["name".into()] } else { namevars };
    let is_plain = parameters.is_some() && namevars.len() == 1 && !source.contains("title_patterns");
    ResourceType {
        name: name.into(),
        namevars,
        isomorphic: !source.contains("@isomorphic = false"),
        title_patterns: Vec::new(),
        parameters,
        beyond: (!is_plain).then(|| path.into()),
    }
}

type Names = Vec<Arc<str>>;

/// `Puppet::Type.newtype(:x) do … end`
fn classic(source: &str) -> (Option<Names>, Names) {
    let (mut parameters, mut namevars): (Names, Names) = (Vec::new(), Vec::new());
    let starts: Vec<_> = PARAMETER.captures_iter(source).collect();
    for (index, start) in starts.iter().enumerate() {
        let (Some(whole), Some(name)) = (start.get(0), start.get(1)) else { continue };
        let end = starts.get(index + 1).and_then(|next| next.get(0)).map_or(source.len(), |next| next.start());
        let body = &source[whole.start()..end];
        // Properties never name a resource, and a parameter `name` always does.
        if body.starts_with("newparam") && (name.as_str() == "name" || NAMEVAR.is_match(body)) {
            namevars.push(name.as_str().into());
        }
        parameters.push(name.as_str().into());
    }
    if ENSURABLE.is_match(source) {
        parameters.push("ensure".into());
    }
    let made = source.matches("newparam").count() + source.matches("newproperty").count();
    let plain = made > 0 && made == starts.len() && !DYNAMIC.is_match(source);
    (plain.then_some(parameters), namevars)
}

/// `Puppet::ResourceApi.register_type(name: 'x', attributes: { … })`
fn resource_api(source: &str) -> (Option<Names>, Names) {
    let Some(attributes) = source.find("attributes").map(|at| &source[at..]) else { return (None, Vec::new()) };
    let (mut parameters, mut namevars): (Names, Names) = (Vec::new(), Vec::new());
    let starts: Vec<_> = ATTRIBUTE.captures_iter(attributes).collect();
    for (index, start) in starts.iter().enumerate() {
        let (Some(whole), Some(name)) = (start.get(0), start.get(1)) else { continue };
        let end = starts.get(index + 1).and_then(|next| next.get(0)).map_or(attributes.len(), |next| next.start());
        let body = &attributes[whole.start()..end];
        if !body.contains("type:") && !body.contains(":type") {
            continue;
        }
        if body.contains(":namevar") {
            namevars.push(name.as_str().into());
        }
        parameters.push(name.as_str().into());
    }
    ((!parameters.is_empty()).then_some(parameters), namevars)
}

fn without_comments(source: &str) -> String {
    source.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that tests use")
}

static PARAMETER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\b(?:newparam|newproperty)\s*\(?\s*(?::["']?|["'])([a-zA-Z_]\w*)["']?"#));
static NAMEVAR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\bisnamevar\b|\bnamevar:\s*true|:namevar\s*=>\s*(?:true|:true)"));
static ENSURABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^\s*ensurable\b"));
/// Ways to make parameters that are not plainly written.
static DYNAMIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\binstance_eval\b|\bclass_eval\b|\bdefine_method\b|(?m)^\s*(?:apply_to_all|create_parameter|map_)\b|Puppet::Type\.type\(",
    )
});
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^\s*(?::?["']?)([a-z_]\w*)["']?\s*(?::|=>)\s*\{"#));

#[cfg(test)]
mod tests;
