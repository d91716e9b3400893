//! Environments that a file lists, with the modules that each brings along.

use serde_json::Value;

use super::branches::corrected;
use super::reader::{Reader, class, plain, shown};
use super::{Error, Source};
use crate::path;
use crate::puppetfile::{self, Declaration, Puppetfile};

/// An environment of a source of type `yaml` or `yamldir`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// As the file names it.
    pub name: String,
    /// With prefix and stripped component.
    pub environment: String,
    pub content: Content,
    /// Modules besides those of a Puppetfile.
    pub modules: Vec<Declaration>,
    pub conflicts: Conflicts,
    pub warnings: Vec<String>,
}

/// What an environment holds besides modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The tree of a commit.
    Git { remote: String, reference: String },
    /// Nothing.
    Plain,
    /// An archive.
    Tarball { source: String, sha256: Option<String> },
}

/// What happens when environment and Puppetfile both declare a module. The environment wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    #[default]
    OverrideAndWarn,
    Override,
    Error,
}

const KNOWN: &[&str] = &[
    "type",
    "remote",
    "source",
    "ref",
    "version",
    "checksum",
    "modules",
    "moduledir",
    "module_conflicts",
    "puppetfile_name",
];

impl Source {
    /// The environments that the file of this source lists: `value` is the whole file, for a
    /// `yamldir` all its files in one object by their names.
    pub fn listed(&self, value: &Value) -> Result<Vec<Listed>, Error> {
        let entries = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Object(entries) => entries,
            other => {
                let message = format!("the environments must be a hash, not a {}", class(other));
                return Err(Error::new(format!("sources.{}", self.name), message));
            }
        };
        entries.iter().map(|(name, value)| self.listed_one(plain(name), value)).collect()
    }

    fn listed_one(&self, name: &str, value: &Value) -> Result<Listed, Error> {
        let reader = Reader::new(format!("{name}."), Some(value), KNOWN)?;
        let mut warnings = Vec::new();
        reader.warn(&mut warnings);
        let stripped = self.stripped(name);
        if corrected(&stripped) != stripped || stripped.is_empty() {
            return Err(Error::new(name, "the name of an environment is made of letters, digits and underscores"));
        }
        let environment = format!("{}{stripped}", self.leading());
        let content = content(&reader)?;
        if reader.word("type")?.as_deref() == Some("bare") {
            let text = "\"bare\" environment type is deprecated; please use \"plain\" instead";
            warnings.push(format!("{text} (environment: {name})"));
        }
        let conflicts = match reader.text("module_conflicts")?.as_deref() {
            None | Some("override_and_warn") => Conflicts::OverrideAndWarn,
            Some("override") => Conflicts::Override,
            Some("error") => Conflicts::Error,
            Some(other) => {
                let message = format!("Unexpected value for `module_conflicts` setting in {name} environment: {other}");
                return Err(reader.wrong("module_conflicts", message));
            }
        };
        let modules =
            modules(&reader, &path::join(self.basedir.as_deref().unwrap_or("/"), &environment), &mut warnings)?;
        Ok(Listed { name: name.to_owned(), environment, content, modules, conflicts, warnings })
    }
}

impl Listed {
    /// The modules of this environment and those of its Puppetfile that it does not declare itself.
    pub fn with(&self, file: Puppetfile, warnings: &mut Vec<String>) -> Result<Vec<Declaration>, Error> {
        let mut modules = self.modules.clone();
        for module in file.modules {
            if self.modules.iter().all(|own| own.name != module.name) {
                modules.push(module);
                continue;
            }
            let message = format!("Environment and puppetfile both define the \"{}\" module", module.name);
            match self.conflicts {
                Conflicts::Error => return Err(Error::new(&self.name, message)),
                Conflicts::Override => {}
                Conflicts::OverrideAndWarn => {
                    warnings.push(format!("{message}. The puppetfile definition will be ignored"));
                }
            }
        }
        Ok(modules)
    }
}

fn content(reader: &Reader) -> Result<Content, Error> {
    let either = |one: &str, other: &str| Ok(reader.text(one)?.or(reader.text(other)?));
    match reader.word("type")?.as_deref() {
        None | Some("git") => {
            let remote = either("remote", "source")?.ok_or_else(|| reader.wrong("source", "is missing"))?;
            let reference = either("ref", "version")?.ok_or_else(|| reader.wrong("version", "is missing"))?;
            Ok(Content::Git { remote, reference })
        }
        Some("plain" | "bare") => Ok(Content::Plain),
        Some("tarball") => {
            let source = reader.text("source")?.ok_or_else(|| reader.wrong("source", "is missing"))?;
            Ok(Content::Tarball { source, sha256: either("version", "checksum")? })
        }
        Some("svn") => Err(reader.wrong("type", "Subversion is not supported: move it to Git")),
        Some(other) => Err(reader.wrong("type", format!("No class registered for {other}"))),
    }
}

fn modules(reader: &Reader, root: &str, warnings: &mut Vec<String>) -> Result<Vec<Declaration>, Error> {
    let Some(value) = reader.get("modules") else { return Ok(Vec::new()) };
    let Value::Object(entries) = value else {
        return Err(reader.wrong("modules", format!("must be a hash, not a {}", class(value))));
    };
    let moduledir = reader.text("moduledir")?;
    let call = |verb, arguments| puppetfile::Call { verb, arguments, line: 1, column: 1 };
    let mut calls: Vec<puppetfile::Call> = moduledir
        .map(|moduledir| call(puppetfile::Verb::Moduledir, vec![puppetfile::Value::Text(moduledir)]))
        .into_iter()
        .collect();
    for (name, value) in entries {
        let info = match value {
            Value::Object(options) => puppetfile::Value::Hash(
                options
                    .iter()
                    .map(|(key, value)| (puppetfile::Value::Symbol(plain(key).to_owned()), ruby(value)))
                    .collect(),
            ),
            version => ruby(version),
        };
        calls.push(call(puppetfile::Verb::Mod, vec![puppetfile::Value::Text(name.clone()), info]));
    }
    let context = puppetfile::Context { root, default_branch_override: None };
    let mut file = Puppetfile::declare(&calls, &context).map_err(|error| reader.wrong("modules", error.message))?;
    warnings.append(&mut file.warnings);
    for module in &mut file.modules {
        // That of a Puppetfile is kept below an `install_path`, that of an environment is not.
        module.spec_deletable = true;
    }
    Ok(file.modules)
}

/// A value of a data file as one of a Puppetfile. Data files do not tell a symbol from a text, so
/// the two symbols that mean something are known by their names.
fn ruby(value: &Value) -> puppetfile::Value {
    match value {
        Value::Null => puppetfile::Value::Nil,
        Value::Bool(flag) => puppetfile::Value::Boolean(*flag),
        Value::String(text) if matches!(plain(text), "latest" | "control_branch") => {
            puppetfile::Value::Symbol(plain(text).to_owned())
        }
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| puppetfile::Value::Float(number.as_f64().unwrap_or_default()), puppetfile::Value::Integer),
        other => puppetfile::Value::Text(shown(other)),
    }
}
