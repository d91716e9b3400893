//! Picks versions for a run list within an environment, or says why there is no way to.
//!
//! What a run list names comes first: each of its cookbooks, in order, is as new as can be; then what they need.

mod available;
mod explain;
mod resolve;

use serde_json::{Value, json};

use crate::{Constraint, Version, name};

pub use available::{Available, Dependency};

/// An item of a run list: a cookbook, perhaps at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub cookbook: String,
    pub constraint: Constraint,
}

impl Wanted {
    /// Reads `nginx`, `nginx::source`, `nginx@1.2.3`, `nginx::source@1.2`. Roles are expanded by the client.
    pub fn parse(item: &str) -> Self {
        let (recipe, version) = item.split_once('@').map_or((item, None), |(recipe, version)| (recipe, Some(version)));
        let pinned = version.and_then(|version| Version::parse(version).ok()).map(Constraint::exactly);
        Self { cookbook: name::cookbook_of(recipe).to_owned(), constraint: pinned.unwrap_or(Constraint::ANY) }
    }

    /// The cookbooks of a run list, each once, in order.
    pub fn of_run_list<'a>(items: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let mut wanted: Vec<Self> = Vec::new();
        for item in items.into_iter().map(Self::parse) {
            if !wanted.contains(&item) {
                wanted.push(item);
            }
        }
        wanted
    }

    fn shown(&self) -> String {
        format!("({} {})", self.cookbook, self.constraint)
    }
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsolved {
    /// The run list names cookbooks of which there is no version.
    NoSuchCookbooks(Vec<String>),
    /// Items of the run list for which the environment leaves no version.
    NoVersions(Vec<String>),
    Contradiction(Box<Contradiction>),
    OutOfTime,
}

/// The first item of the run list that cannot be had together with those before it, and what is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    pub message: String,
    pub item: String,
    pub missing: Vec<String>,
    pub most_constrained: Vec<String>,
}

/// Solves `wanted` with what is `available` under the constraints of an environment.
///
/// `out_of_time` is asked often; once it says so, the search ends.
pub fn solve(
    available: &Available,
    environment: &[(String, Constraint)],
    wanted: &[Wanted],
    out_of_time: &dyn Fn() -> bool,
) -> Result<Vec<(String, Version)>, Unsolved> {
    let unknown: Vec<String> =
        wanted.iter().map(|item| &item.cookbook).filter(|name| !available.has(name)).cloned().collect();
    if !unknown.is_empty() {
        return Err(Unsolved::NoSuchCookbooks(unknown));
    }
    let field = resolve::Field::new(available, environment, wanted, out_of_time);
    let without: Vec<String> = wanted
        .iter()
        .enumerate()
        .filter(|(place, _)| !field.has_version_for(*place))
        .map(|(_, item)| item.shown())
        .collect();
    if !without.is_empty() {
        return Err(Unsolved::NoVersions(without));
    }
    match field.solve(wanted.len(), &[]) {
        resolve::Outcome::Solved(versions) => Ok(versions),
        resolve::Outcome::OutOfTime => Err(Unsolved::OutOfTime),
        resolve::Outcome::None(_) => Err(explain::contradiction(&field)),
    }
}

impl Unsolved {
    /// The object that a client finds in the answer's list of errors.
    pub fn to_json(&self) -> Value {
        match self {
            Self::NoSuchCookbooks(names) => {
                let noun = if names.len() == 1 { "cookbook" } else { "cookbooks" };
                json!({
                    "message": format!("Run list contains invalid items: no such {noun} {}.", names.join(", ")),
                    "non_existent_cookbooks": names,
                    "cookbooks_with_no_versions": [],
                })
            }
            Self::NoVersions(items) => {
                let noun = if items.len() == 1 { "cookbook" } else { "cookbooks" };
                let items_shown = items.join(", ");
                let text = format!(
                    "Run list contains invalid items: no versions match the constraints on {noun} {items_shown}."
                );
                json!({"message": text, "non_existent_cookbooks": [], "cookbooks_with_no_versions": items})
            }
            Self::Contradiction(found) => json!({
                "message": found.message,
                "unsatisfiable_run_list_item": found.item,
                "non_existent_cookbooks": found.missing,
                "most_constrained_cookbooks": found.most_constrained,
            }),
            Self::OutOfTime => json!({
                "message": "unable to solve dependencies in alotted time",
                "non_existent_cookbooks": [],
                "most_constrained_cookbooks": [],
            }),
        }
    }
}

#[cfg(test)]
mod tests;
