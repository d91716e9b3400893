//! Where code comes from: what an `r10k.yaml` says, as it is.
//!
//! The file is data here, read by others: every key may be written as a text or, as old files do,
//! as a symbol. Meanings and texts are those of r10k 3.
//!
//! - `branches`: from branches to names of environments
//! - `listed`: environments that a file lists
//! - `git`, `settings`: how repositories and the Forge are reached, and how deploys behave

mod branches;
mod git;
mod listed;
mod reader;
mod settings;

pub use branches::{Branch, Environments, Note};
pub use git::{Access, Git, GithubApp};
pub use listed::{Conflicts, Content, Listed};
pub use settings::{Deploy, Forge, PurgeLevels};

use std::collections::BTreeMap;

use serde_json::Value;

use reader::{Reader, class};

/// All that the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    pub cachedir: Option<String>,
    pub proxy: Option<String>,
    /// How many modules are fetched at once.
    pub pool_size: usize,
    /// A program and its arguments, run after a deploy.
    pub postrun: Vec<String>,
    /// In the order of the file; at least one.
    pub sources: Vec<Source>,
    pub git: Git,
    pub forge: Forge,
    pub deploy: Deploy,
    /// What means nothing or is deprecated.
    pub warnings: Vec<String>,
}

/// One control repository, or one list of environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    /// The folder that r10k keeps its environments in.
    pub basedir: Option<String>,
    /// What stands before the names of its environments, with an underscore.
    pub prefix: Option<String>,
    pub strip: Option<Strip>,
    /// The name of the Puppetfile in its environments.
    pub puppetfile: String,
    pub kind: Kind,
}

/// What is taken off the name of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strip {
    Prefix(String),
    /// A regular expression: whatever it matches.
    Pattern(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each branch is an environment.
    Git { remote: String, invalid_branches: InvalidBranches, ignore_branch_prefixes: Vec<String> },
    /// The path of a file of environments.
    Yaml { config: String },
    /// The path of a folder with a file for each environment.
    Yamldir { config: String },
}

/// What becomes of a branch whose name is no name for an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvalidBranches {
    Correct,
    #[default]
    CorrectAndWarn,
    Error,
}

/// A setting that cannot be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {message}")]
pub struct Error {
    /// Its path, such as `deploy.purge_levels`.
    pub setting: String,
    pub message: String,
}

impl Error {
    fn new(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self { setting: setting.into(), message: message.into() }
    }
}

const KNOWN: &[&str] =
    &["sources", "purgedirs", "cachedir", "postrun", "pool_size", "proxy", "forge", "git", "deploy", "logging"];

const DEFAULT_POOL_SIZE: usize = 4;

impl Configuration {
    /// Takes a file that was read into `value`.
    pub fn read(value: &Value) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        let reader = Reader::new("", Some(value), KNOWN)?;
        reader.warn(&mut warnings);
        if reader.get("purgedirs").is_some() {
            warnings.push("the purgedirs key in r10k.yaml is deprecated. it is currently ignored.".to_owned());
        }
        let proxy = reader.url("proxy")?;
        Ok(Self {
            cachedir: reader.text("cachedir")?,
            pool_size: pool_size(&reader)?,
            postrun: postrun(&reader)?,
            sources: sources(&reader, &mut warnings)?,
            git: Git::read(reader.get("git"), proxy.as_ref(), &mut warnings)?,
            forge: Forge::read(reader.get("forge"), proxy.as_ref(), &mut warnings)?,
            deploy: Deploy::read(reader.get("deploy"), &mut warnings)?,
            proxy,
            warnings,
        })
    }

    /// Says so when two of `environments` would be one: each is the name of a source, the name of
    /// its branch or entry, and the name of the environment.
    pub fn collision<'a>(
        &self,
        environments: impl IntoIterator<Item = (&'a Source, &'a str, &'a str)>,
    ) -> Option<String> {
        let mut taken = BTreeMap::new();
        environments.into_iter().find_map(|(source, branch, environment)| {
            let path = source.basedir.as_deref().unwrap_or_default();
            let (other, other_branch) = taken.insert((path, environment), (&source.name, branch))?;
            Some(format!(
                "Environment collision at {} between {}:{branch} and {other}:{other_branch}",
                crate::path::join(path, environment),
                source.name
            ))
        })
    }
}

fn pool_size(reader: &Reader) -> Result<usize, Error> {
    let Some(value) = reader.get("pool_size") else { return Ok(DEFAULT_POOL_SIZE) };
    match value.as_i64() {
        None => {
            let message = format!("The pool_size setting should be an integer, not a {}", class(value));
            Err(reader.wrong("pool_size", message))
        }
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| *size > 0)
            .ok_or_else(|| reader.wrong("pool_size", "The pool_size setting should be greater than zero.")),
    }
}

fn postrun(reader: &Reader) -> Result<Vec<String>, Error> {
    match reader.get("postrun") {
        Some(value) if !value.is_array() => {
            let message = format!("The postrun setting should be an array of strings, not a {}", class(value));
            Err(reader.wrong("postrun", message))
        }
        _ => reader.texts("postrun"),
    }
}

fn sources(reader: &Reader, warnings: &mut Vec<String>) -> Result<Vec<Source>, Error> {
    let message = "Unable to load sources; the supplied configuration does not define the 'sources' key";
    let missing = || reader.wrong("sources", message);
    let entries = match reader.get("sources") {
        Some(Value::Object(entries)) if !entries.is_empty() => entries,
        Some(other) if !other.is_object() => {
            return Err(reader.wrong("sources", format!("must be a hash, not a {}", class(other))));
        }
        _ => return Err(missing()),
    };
    entries.iter().map(|(name, value)| Source::read(reader::plain(name), value, warnings)).collect()
}

impl Source {
    const KNOWN: &[&str] = &[
        "type",
        "remote",
        "basedir",
        "prefix",
        "strip_component",
        "puppetfile_name",
        "invalid_branches",
        "ignore_branch_prefixes",
        "filter_command",
        "config",
        "command",
    ];

    fn read(name: &str, value: &Value, warnings: &mut Vec<String>) -> Result<Self, Error> {
        let reader = Reader::new(format!("sources.{name}."), Some(value), Self::KNOWN)?;
        reader.warn(warnings);
        let prefix = match reader.get("prefix") {
            Some(Value::Bool(true)) => Some(name.to_owned()),
            Some(Value::String(prefix)) => Some(prefix.clone()),
            _ => None,
        };
        let config = |default: &str| Ok(reader.text("config")?.unwrap_or_else(|| default.to_owned()));
        let kind = match reader.word("type")?.as_deref() {
            None | Some("git") => git_kind(&reader)?,
            Some("yaml") => Kind::Yaml { config: config("/etc/puppetlabs/r10k/environments.yaml")? },
            Some("yamldir") => Kind::Yamldir { config: config("/etc/puppetlabs/r10k/environments.d")? },
            Some("exec") => {
                let message = "a source of this type runs a command for its list of environments, which is not done \
                               here: write what it prints into a file, and use the type yaml";
                return Err(reader.wrong("type", message));
            }
            Some("svn") => return Err(reader.wrong("type", "Subversion is not supported: move it to Git")),
            Some(other) => return Err(reader.wrong("type", format!("No class registered for {other}"))),
        };
        Ok(Self {
            name: name.to_owned(),
            basedir: reader.text("basedir")?,
            prefix,
            strip: strip(name, &reader)?,
            puppetfile: reader.text("puppetfile_name")?.unwrap_or_else(|| "Puppetfile".to_owned()),
            kind,
        })
    }
}

fn git_kind(reader: &Reader) -> Result<Kind, Error> {
    if reader.text("filter_command")?.is_some_and(|command| !command.is_empty()) {
        let message = "a command for each branch is not run here: leave branches out with ignore_branch_prefixes";
        return Err(reader.wrong("filter_command", message));
    }
    let invalid_branches = match reader.word("invalid_branches")?.as_deref() {
        None | Some("correct_and_warn") => InvalidBranches::CorrectAndWarn,
        Some("correct") => InvalidBranches::Correct,
        Some("error") => InvalidBranches::Error,
        Some(other) => {
            let message = format!("should be one of correct, correct_and_warn and error, not '{other}'");
            return Err(reader.wrong("invalid_branches", message));
        }
    };
    Ok(Kind::Git {
        remote: reader.text("remote")?.ok_or_else(|| reader.wrong("remote", "is missing"))?,
        invalid_branches,
        ignore_branch_prefixes: reader.texts("ignore_branch_prefixes")?,
    })
}

fn strip(source: &str, reader: &Reader) -> Result<Option<Strip>, Error> {
    let text = match reader.get("strip_component") {
        None | Some(Value::Bool(false)) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(other) => {
            let message = format!(
                "Improper configuration value given for strip_component setting in {source} source. Value must be a \
                 string, a /regex/, false, or omitted. Got \"{other}\" ({})",
                class(other)
            );
            return Err(reader.wrong("strip_component", message));
        }
    };
    let Some(pattern) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) else {
        return Ok(Some(Strip::Prefix(text.clone())));
    };
    match regex::Regex::new(pattern) {
        Ok(_) => Ok(Some(Strip::Pattern(pattern.to_owned()))),
        Err(error) => {
            Err(reader.wrong("strip_component", format!("the pattern /{pattern}/ is not understood: {error}")))
        }
    }
}

#[cfg(test)]
mod tests;
