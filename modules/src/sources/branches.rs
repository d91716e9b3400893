//! From the branches of a control repository to environments.

use super::{InvalidBranches, Kind, Source, Strip};

/// What becomes of the branches of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environments {
    /// In the order of the branches.
    pub taken: Vec<Branch>,
    /// What is to be said of branches that were left out or renamed.
    pub log: Vec<Note>,
}

/// A branch that becomes an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub branch: String,
    /// Letters, digits and underscores, unless a prefix brings in something else.
    pub environment: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whether it is more than a warning.
    pub error: bool,
    pub text: String,
}

impl Source {
    /// Which of `branches` become environments, and by what names.
    pub fn environments<'a>(&self, branches: impl IntoIterator<Item = &'a str>) -> Environments {
        let mut environments = Environments::default();
        let Kind::Git { invalid_branches, ignore_branch_prefixes, .. } = &self.kind else { return environments };
        for branch in branches {
            if ignore_branch_prefixes.iter().any(|prefix| branch.starts_with(prefix.as_str())) {
                let prefixes = ignore_branch_prefixes.iter().map(|prefix| format!("{prefix:?}")).collect::<Vec<_>>();
                let prefixes = prefixes.join(", ");
                let text = format!("Branch {branch} filtered out by ignore_branch_prefixes [{prefixes}]");
                environments.log.push(Note { error: false, text });
                continue;
            }
            let name = self.stripped(branch);
            let corrected = corrected(&name);
            let environment = format!("{}{corrected}", self.leading());
            if name != corrected {
                match invalid_branches {
                    InvalidBranches::Correct => {}
                    InvalidBranches::CorrectAndWarn => {
                        let text = format!(
                            "Environment {name:?} contained non-word characters, correcting name to {environment}"
                        );
                        environments.log.push(Note { error: false, text });
                    }
                    InvalidBranches::Error => {
                        let text = format!("Environment {name:?} contained non-word characters, ignoring it.");
                        environments.log.push(Note { error: true, text });
                        continue;
                    }
                }
            }
            environments.taken.push(Branch { branch: branch.to_owned(), environment });
        }
        environments
    }

    /// What stands before each name.
    pub(super) fn leading(&self) -> String {
        self.prefix.as_ref().map(|prefix| format!("{prefix}_")).unwrap_or_default()
    }

    /// `name` without the component that is to be stripped.
    pub(super) fn stripped(&self, name: &str) -> String {
        match &self.strip {
            None => name.to_owned(),
            Some(Strip::Prefix(prefix)) => name.strip_prefix(prefix.as_str()).unwrap_or(name).to_owned(),
            // The pattern was tried when the configuration was read.
            Some(Strip::Pattern(pattern)) => regex::Regex::new(pattern)
                .map_or_else(|_| name.to_owned(), |pattern| pattern.replace_all(name, "").into_owned()),
        }
    }
}

/// `name` with an underscore for each character that is no ASCII letter, digit or underscore.
pub(super) fn corrected(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
}
