//! What modules say they need, against what there is: in the words of `puppet module list`.

use std::collections::BTreeMap;

use model::VersionRange;

use super::trees::Metadata;

/// Why a need is not met; in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Version or range cannot be read.
    Unreadable,
    Mismatch,
    Missing,
}

/// A text for each module that others need and that is not there, or not in a version that will do.
pub(crate) fn unmet<'a>(modules: impl IntoIterator<Item = &'a Metadata>) -> Vec<String> {
    let mut modules: Vec<&Metadata> = modules.into_iter().collect();
    modules.sort_by_key(|module| module.name.split_once('-').map_or(module.name.as_str(), |(_, name)| name));
    let mut found: BTreeMap<(Reason, &str), Vec<String>> = BTreeMap::new();
    for module in &modules {
        let mut needs: Vec<&(String, String)> = module.dependencies.iter().collect();
        needs.sort();
        for (name, range) in needs {
            let there = modules.iter().find(|other| other.name == *name);
            if let Some(reason) = reason(there.copied(), range) {
                let (from, range) = (numbered(&module.version), numbered(range));
                let text = format!("'{}' ({from}) requires '{name}' ({range})", module.name);
                found.entry((reason, name)).or_default().push(text);
            }
        }
    }
    let version = |name: &str| {
        modules.iter().find(|module| module.name == name).map_or("", |module| module.version.as_str()).to_owned()
    };
    let told = found.into_iter().map(|((reason, name), mut needs)| {
        let head = match reason {
            Reason::Unreadable => format!("Non semantic version dependency {name} (v{}):", version(name)),
            Reason::Mismatch => format!("Module '{name}' (v{}) fails to meet some dependencies:", version(name)),
            Reason::Missing => format!("Missing dependency '{name}':"),
        };
        needs.insert(0, head);
        needs.join("\n  ")
    });
    told.collect()
}

fn reason(there: Option<&Metadata>, range: &str) -> Option<Reason> {
    let Some(there) = there else { return Some(Reason::Missing) };
    match (VersionRange::parse(range), semver::Version::parse(&there.version)) {
        (Ok(range), Ok(version)) if range.includes(&version) => None,
        (Ok(_), Ok(_)) => Some(Reason::Mismatch),
        _ => Some(Reason::Unreadable),
    }
}

/// With a `v` before a number.
fn numbered(text: &str) -> String {
    if text.starts_with(|first: char| first.is_ascii_digit()) { format!("v{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
