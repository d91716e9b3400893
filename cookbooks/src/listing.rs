//! What there is of cookbooks: newest versions, some or all of them, recipes.

use crate::document::Fields;
use crate::{Constraint, Error, Version, name, segments};

/// How many versions of each cookbook a client wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    All,
    Newest(usize),
}

impl Versions {
    /// Reads `num_versions` of a query.
    pub fn parse(text: Option<&str>, default: Self) -> Result<Self, Error> {
        match text {
            None => Ok(default),
            Some("all") => Ok(Self::All),
            Some(text) => {
                let digits = text.strip_prefix('+').unwrap_or(text);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return if text == "-0" { Ok(Self::Newest(0)) } else { Err(Error::NumberOfVersions) };
                }
                Ok(digits.parse().map_or(Self::All, Self::Newest))
            }
        }
    }

    /// The newest first, as many as wanted.
    pub fn pick(self, mut versions: Vec<Version>) -> Vec<Version> {
        versions.sort_unstable_by(|one, other| other.cmp(one));
        if let Self::Newest(count) = self {
            versions.truncate(count);
        }
        versions
    }
}

/// Constraints of an environment: cookbook (or a recipe of it) and what is allowed of it.
pub fn allowed(constraints: &[(String, Constraint)], cookbook: &str, version: Version) -> bool {
    let of_it = constraints.iter().filter(|(name, _)| name::cookbook_of(name) == cookbook);
    of_it.map(|(_, constraint)| constraint).all(|constraint| constraint.takes(version))
}

/// Cookbooks with their versions under an environment, the newest first.
///
/// A cookbook of which nothing is allowed is left out, unless nothing is allowed of any.
pub fn in_environment(
    cookbooks: Vec<(String, Vec<Version>)>,
    constraints: &[(String, Constraint)],
    wanted: Versions,
) -> Vec<(String, Vec<Version>)> {
    let names: Vec<String> = cookbooks.iter().map(|(name, _)| name.clone()).collect();
    let left: Vec<(String, Vec<Version>)> = cookbooks
        .into_iter()
        .map(|(name, versions)| {
            let versions = versions.into_iter().filter(|version| allowed(constraints, &name, *version)).collect();
            (name, versions)
        })
        .filter(|(_, versions): &(String, Vec<Version>)| !versions.is_empty())
        .map(|(name, versions)| (name, wanted.pick(versions)))
        .collect();
    if left.is_empty() { names.into_iter().map(|name| (name, Vec::new())).collect() } else { left }
}

/// Constraints of a version as they were written, each with its operator.
pub fn with_operators(needs: &Fields) -> Fields {
    let signed =
        |text: &str| if text.starts_with(['<', '>', '=', '~']) { text.to_owned() } else { format!("= {text}") };
    needs.iter().map(|(name, text)| (name.clone(), signed(text.as_str().unwrap_or_default()).into())).collect()
}

/// Names of recipes with their cookbook; the recipe `default` is named by the cookbook alone. Not sorted.
pub fn recipes(cookbook: &str, document: &Fields) -> Vec<String> {
    let qualified =
        |recipe: &str| if recipe == "default" { cookbook.to_owned() } else { format!("{cookbook}::{recipe}") };
    segments::recipes(document).into_iter().map(qualified).collect()
}

#[cfg(test)]
mod tests;
