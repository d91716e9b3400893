//! Looks for mistakes in a folder of code: manifests, templates, data and metadata.

use std::fmt;
use std::path::{Path, PathBuf};

use compiler::data;
use compiler::resource_type::ResourceType;
use compiler::value::Value;
use compiler::world::{DataFormat, LoadError};

use super::environment;
use super::parsed::{self, Reading};

/// A mistake.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Finding {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: Option<u32>,
    /// From 1, in characters.
    pub(crate) column: Option<u32>,
    /// `error`, `warning` or `deprecation`.
    pub(crate) severity: &'static str,
    /// What is wrong; for data it names the place itself.
    pub(crate) message: String,
}

/// What was looked at, and what was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) findings: Vec<Finding>,
    /// What is not understood without Ruby.
    pub(crate) ruby: Vec<NeedsRuby>,
}

/// A part of the code that is run by Ruby.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct NeedsRuby {
    pub(crate) file: String,
    /// `function`, `resource type` or `Hiera backend`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

/// Folders below which nothing is code.
const SKIPPED: [&str; 4] = [".git", "spec", "vendor", "node_modules"];
const FUNCTION: &str = "function";
const TYPE: &str = "resource type";
const BACKEND: &str = "Hiera backend";
const TEMPLATE: &str = "template";
/// How `hiera.yaml` names the function of a level.
const LEVEL_FUNCTIONS: [&str; 3] = ["data_hash", "lookup_key", "data_dig"];
/// Folders inside folders.
const DEEPEST: usize = 64;

/// Reads every file of code and data below `directory` (or the one file it names), in the order of
/// their names. `progress` hears of each file before it is read.
///
/// What a file is follows from the names of the folders that it lies in; those of `above`, which `directory` begins
/// with, say nothing.
pub(crate) fn check(directory: &Path, above: &Path, progress: &mut dyn FnMut(&Path)) -> std::io::Result<Report> {
    let mut report = Report::default();
    if directory.is_file() {
        look(above, directory, &mut report, progress);
    } else {
        descend(above, directory, 0, &mut report, progress)?;
    }
    // A backend that is written in the Puppet language, or natively, needs no Ruby.
    let functions: Vec<String> =
        report.ruby.iter().filter(|one| one.kind == FUNCTION).map(|one| one.name.clone()).collect();
    report.ruby.retain(|one| one.kind != BACKEND || functions.contains(&one.name));
    Ok(report)
}

fn descend(
    above: &Path,
    directory: &Path,
    depth: usize,
    report: &mut Report,
    progress: &mut dyn FnMut(&Path),
) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if depth >= DEEPEST {
                let message = format!("not looked into: deeper than {DEEPEST} folders");
                report.findings.push(Finding::of_file(path.to_string_lossy().into_owned(), message));
            } else if !SKIPPED.contains(&name) {
                descend(above, &path, depth + 1, report, progress)?;
            }
        } else {
            look(above, &path, report, progress);
        }
    }
    Ok(())
}

fn look(above: &Path, path: &Path, report: &mut Report, progress: &mut dyn FnMut(&Path)) {
    let Some(kind) = Kind::of(&Path::new("/").join(path.strip_prefix(above).unwrap_or(path))) else { return };
    progress(path);
    report.files += 1;
    let file = path.to_string_lossy().into_owned();
    let found = environment::read(&file).and_then(|content| {
        report.ruby.extend(kind.ruby(&file, &content));
        kind.findings(&file, &content)
    });
    match found {
        Ok(findings) => report.findings.extend(findings),
        Err(error) => report.findings.push(Finding::of_file(file, error.to_string())),
    }
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code(Reading<'static>),
    Data(DataFormat),
    Conf,
    RubyFunction,
    RubyType,
    Template,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        let within = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
        let name = path.file_name()?.to_str()?;
        match path.extension().and_then(|extension| extension.to_str()) {
            // Plans are not compiled into catalogs.
            Some("pp") if !within("plans") => Some(Self::Code(Reading::Manifest)),
            Some("epp") => Some(Self::Code(Reading::Epp)),
            Some("yaml" | "yml") if name == "hiera.yaml" || within("data") => Some(Self::Data(DataFormat::Yaml)),
            Some("json") if name == "metadata.json" || within("data") => Some(Self::Data(DataFormat::Json)),
            Some("rb") if within("lib") => {
                let folder = path.parent()?.to_str()?;
                let is_function =
                    folder.contains("/lib/puppet/functions") || folder.ends_with("/lib/puppet/parser/functions");
                let is_type = folder.ends_with("/lib/puppet/type");
                is_function.then_some(Self::RubyFunction).or(is_type.then_some(Self::RubyType))
            }
            Some("erb") if within("templates") => Some(Self::Template),
            Some("conf") if name == "environment.conf" => Some(Self::Conf),
            _ => None,
        }
    }

    /// What of a file is run by Ruby.
    fn ruby(self, file: &str, content: &[u8]) -> Vec<NeedsRuby> {
        let needs = |kind, name: &str| NeedsRuby { file: file.to_owned(), kind, name: name.to_owned() };
        match self {
            Self::RubyFunction => {
                compiler::functions::beyond_native(file).iter().map(|name| needs(FUNCTION, name)).collect()
            }
            Self::RubyType => {
                let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let read = ResourceType::read_ruby(name, file, &String::from_utf8_lossy(content));
                read.beyond.iter().map(|_| needs(TYPE, name)).collect()
            }
            Self::Template => match ruby::Template::parse(&String::from_utf8_lossy(content), None) {
                Err(error) if error.is_unsupported() => vec![needs(TEMPLATE, &error.to_string())],
                _ => Vec::new(),
            },
            Self::Data(format) if file.ends_with("hiera.yaml") => match data::parse(file, content, format) {
                Ok(config) => backends(&config).iter().map(|name| needs(BACKEND, name)).collect(),
                Err(_) => Vec::new(),
            },
            Self::Code(_) | Self::Data(_) | Self::Conf => Vec::new(),
        }
    }

    fn findings(self, file: &str, content: &[u8]) -> Result<Vec<Finding>, LoadError> {
        match self {
            Self::Code(reading) => Ok(match parsed::syntax(file, content, reading, &syntax::Options::default())? {
                Ok(parsed) => diagnostics(file, parsed.warnings.iter()),
                Err(error) => diagnostics(file, error.diagnostics.iter()),
            }),
            Self::Data(format) => data::parse(file, content, format).map(|_| Vec::new()),
            Self::Conf => {
                let conf = modules::EnvironmentConf::parse(&String::from_utf8_lossy(content), file);
                let warning = |message| Finding { severity: "warning", ..Finding::of_file(file.to_owned(), message) };
                Ok(conf.problems.into_iter().map(warning).collect())
            }
            Self::RubyFunction | Self::RubyType | Self::Template => Ok(Vec::new()),
        }
    }
}

/// The functions that the levels of a `hiera.yaml` name.
fn backends(config: &Value) -> Vec<String> {
    let levels = ["hierarchy", "default_hierarchy"].into_iter().filter_map(|key| config.get(key)?.as_array());
    let levels = levels.flatten().chain(config.get("defaults"));
    let named = levels.flat_map(|level| LEVEL_FUNCTIONS.iter().filter_map(|key| level.get(key)?.as_str()));
    let mut all: Vec<String> = named.map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

/// `FILE: needs Ruby: function m::f`
impl fmt::Display for NeedsRuby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: needs Ruby: {} {}", self.file, self.kind, self.name)
    }
}

fn diagnostics<'a>(file: &str, found: impl Iterator<Item = &'a syntax::Diagnostic>) -> Vec<Finding> {
    found
        .map(|diagnostic| Finding {
            file: file.to_owned(),
            line: diagnostic.position.map(|position| position.line),
            column: diagnostic.position.map(|position| position.column),
            severity: diagnostic.severity.as_str(),
            message: diagnostic.message.clone(),
        })
        .collect()
}

impl Finding {
    fn of_file(file: String, message: String) -> Self {
        Self { file, line: None, column: None, severity: "error", message }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == "error"
    }
}

/// `FILE:LINE:COLUMN: SEVERITY: MESSAGE`, as far as the place is known.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}: {}", self.severity, self.message)
    }
}

#[cfg(test)]
mod tests;
