//! `hiera.yaml`, checked and typed.

use std::sync::Arc;

use super::Place;
use crate::error::{Error, Location, Stop};
use crate::value::{Hash, Value};
use crate::world::DataFormat;

/// What a version 5 file may hold, as a type of the language.
pub(super) const TYPE: &str = "Struct[{version=>Integer[5,5],\
    Optional[defaults]=>Struct[{Optional[data_hash]=>String[1],Optional[lookup_key]=>String[1],\
    Optional[data_dig]=>String[1],Optional[datadir]=>String[1],\
    Optional[options]=>Hash[Pattern[/\\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\\z/],Data]}],\
    Optional[hierarchy]=>Array[LEVEL],Optional[plan_hierarchy]=>Array[LEVEL],Optional[default_hierarchy]=>Array[LEVEL]}]";

/// One level of a hierarchy, as a type of the language.
const LEVEL_TYPE: &str = "Struct[{name=>String[1],\
    Optional[options]=>Hash[Pattern[/\\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\\z/],Data],\
    Optional[data_hash]=>String[1],Optional[lookup_key]=>String[1],Optional[hiera3_backend]=>String[1],\
    Optional[v4_data_hash]=>String[1],Optional[data_dig]=>String[1],Optional[path]=>String[1],\
    Optional[paths]=>Array[String[1],1],Optional[glob]=>String[1],Optional[globs]=>Array[String[1],1],\
    Optional[uri]=>String[1],Optional[uris]=>Array[String[1],1],Optional[mapped_paths]=>Array[String[1],3,3],\
    Optional[datadir]=>String[1]}]";

const FUNCTIONS: [&str; 4] = ["data_hash", "lookup_key", "data_dig", "hiera3_backend"];
const LOCATIONS: [&str; 7] = ["path", "paths", "glob", "globs", "uri", "uris", "mapped_paths"];

/// The type text with its levels filled in.
pub(super) fn type_text() -> String {
    TYPE.replace("LEVEL", LEVEL_TYPE)
}

/// A hierarchy and, for modules, one of last resort.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) levels: Vec<Level>,
    pub(super) default_levels: Option<Vec<Level>>,
}

/// One level of a hierarchy, not interpolated yet.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) name: Arc<str>,
    pub(super) provider: Provider,
    pub(super) datadir: Arc<str>,
    pub(super) locations: Locations,
}

impl Level {
    /// The level that there is when none is declared.
    pub(super) fn common(defaults: &Hash) -> Self {
        Self {
            name: "Common".into(),
            provider: Provider::Data(DataFormat::Yaml),
            datadir: string(defaults, "datadir").unwrap_or_else(|| "data".into()),
            locations: Locations::Paths(vec!["common.yaml".into()]),
        }
    }
}

/// Which function reads the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Provider {
    /// `yaml_data`, `json_data`
    Data(DataFormat),
    /// Any other: its kind (`data_hash`, `lookup_key`, …) and name.
    Function { kind: &'static str, name: Arc<str> },
}

/// Where the data stands, before interpolation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Locations {
    None,
    Paths(Vec<Arc<str>>),
    Globs(Vec<Arc<str>>),
    Uris(Vec<Arc<str>>),
    /// Variable, name for one of its elements, path.
    Mapped([Arc<str>; 3]),
}

/// The file that is being read, for errors.
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) place: &'a Place,
}

impl Config {
    /// Version 5; the value has been checked against [`type_text`].
    pub(super) fn parse(file: &File<'_>, config: &Hash) -> Result<Self, Stop> {
        let empty = Hash::default();
        let has_defaults = map(config, "defaults");
        let defaults = has_defaults.unwrap_or(&empty);
        file.check_defaults(defaults)?;
        // Without `defaults` at all, data is YAML.
        let fallback = if has_defaults.is_some() { None } else { Some(("data_hash", Arc::from("yaml_data"))) };
        let levels = match list(config, "hierarchy") {
            Some(levels) => file.levels(levels, defaults, fallback.as_ref())?,
            None => vec![Level::common(defaults)],
        };
        let default_levels = match list(config, "default_hierarchy") {
            Some(_) if !matches!(file.place, Place::Module(_)) => {
                return Err(file.fault(
                    "HIERA_DEFAULT_HIERARCHY_NOT_IN_MODULE",
                    "'default_hierarchy' is only allowed in the module layer".to_owned(),
                    file.line(|line| line.trim_start().starts_with("default_hierarchy:")),
                ));
            }
            Some(levels) => Some(file.levels(levels, defaults, fallback.as_ref())?),
            None => None,
        };
        Ok(Self { levels, default_levels })
    }

    /// Version 4: levels have a `backend`, and paths without an extension.
    pub(super) fn parse_version_4(file: &File<'_>, config: &Hash) -> Result<Self, Stop> {
        let datadir = string(config, "datadir").unwrap_or_else(|| "data".into());
        let common = Hash::from_iter([(key("name"), key("common")), (key("backend"), key("yaml"))]);
        let common = [Value::Hash(common.into())];
        let mut levels = Vec::new();
        for level in list(config, "hierarchy").unwrap_or(&common) {
            let Value::Hash(level) = level else { continue };
            let name = string(level, "name").unwrap_or_else(|| "".into());
            let backend = string(level, "backend").unwrap_or_else(|| "".into());
            let format = match &*backend {
                "yaml" => DataFormat::Yaml,
                "json" => DataFormat::Json,
                _ => {
                    return Err(file.fault(
                        "HIERA_NO_PROVIDER_FOR_BACKEND",
                        format!("No data provider is registered for backend '{backend}'"),
                        file.line(|line| line.contains(&*backend)),
                    ));
                }
            };
            let paths = match (strings(level, "paths"), string(level, "path")) {
                (Some(paths), _) => paths,
                (None, Some(path)) => vec![path],
                (None, None) => vec![name.clone()],
            };
            let extension = format!(".{backend}");
            let extended = |path: Arc<str>| -> Arc<str> {
                if path.ends_with(&extension) { path } else { format!("{path}{extension}").into() }
            };
            levels.push(Level {
                name,
                provider: Provider::Data(format),
                datadir: string(level, "datadir").unwrap_or_else(|| datadir.clone()),
                locations: Locations::Paths(paths.into_iter().map(extended).collect()),
            });
        }
        Ok(Self { levels, default_levels: None })
    }
}

impl File<'_> {
    /// An error that points into the file.
    pub(super) fn fault(&self, issue_code: &'static str, message: String, line: Option<u32>) -> Stop {
        let position = line.map(|line| Location { file: self.path.into(), line, column: None });
        let message = if line.is_none() { format!("{message} (file: {})", self.path) } else { message };
        Error { issue_code, message, position }.into()
    }

    /// The first line that satisfies a condition, comments left out.
    fn line(&self, wanted: impl Fn(&str) -> bool) -> Option<u32> {
        let found = self.text.lines().position(|line| wanted(line.split(" #").next().unwrap_or(line)))?;
        Some(found as u32 + 1)
    }

    fn levels(
        &self,
        levels: &[Value],
        defaults: &Hash,
        fallback: Option<&(&'static str, Arc<str>)>,
    ) -> Result<Vec<Level>, Stop> {
        let mut parsed: Vec<Level> = Vec::with_capacity(levels.len());
        for level in levels {
            let Value::Hash(level) = level else { continue };
            let level = self.level(level, defaults, fallback)?;
            if parsed.iter().any(|before| before.name == level.name) {
                return Err(self.defined_twice(&level.name));
            }
            parsed.push(level);
        }
        Ok(parsed)
    }

    fn defined_twice(&self, name: &str) -> Stop {
        let names_it = |line: &&str| {
            let line = line.trim_start().trim_start_matches("- ").trim_start_matches('{');
            line.strip_prefix("name:").is_some_and(|rest| {
                let rest = rest.trim_start().trim_start_matches(['\'', '"']);
                rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            })
        };
        let lines: Vec<u32> = (1..).zip(self.text.lines()).filter(|(_, line)| names_it(line)).map(|(n, _)| n).collect();
        let mut message = format!("Hierarchy name '{name}' defined more than once.");
        if let [first, _, ..] = lines.as_slice() {
            message = format!("{message} First defined at (line: {first})");
        }
        let line = lines.get(1).or(lines.first()).copied();
        self.fault("HIERA_HIERARCHY_NAME_MULTIPLY_DEFINED", message, line)
    }

    fn level(&self, level: &Hash, defaults: &Hash, fallback: Option<&(&'static str, Arc<str>)>) -> Result<Level, Stop> {
        let name = string(level, "name").unwrap_or_else(|| "".into());
        let hard = |code, message| self.fault(code, message, None);
        let own = function(level);
        let (kind, function) = match own.as_slice() {
            [one] => one.clone(),
            [] => function(defaults).into_iter().next().or_else(|| fallback.cloned()).ok_or_else(|| {
                hard(
                    "HIERA_MISSING_DATA_PROVIDER_FUNCTION",
                    format!("One of {} must be defined in hierarchy '{name}'", either(&FUNCTIONS)),
                )
            })?,
            _ => {
                let message = format!("Only one of {} can be defined in hierarchy '{name}'", either(&FUNCTIONS));
                return Err(hard("HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS", message));
            }
        };
        if level.contains_key(&key("hiera3_backend")) {
            let line = self.line(|line| line.contains("hiera3_backend:"));
            let message = "'hiera3_backend' is only allowed in the global layer".to_owned();
            return Err(self.fault("HIERA_V3_BACKEND_NOT_GLOBAL", message, line));
        }
        if LOCATIONS.iter().filter(|name| level.contains_key(&key(name))).count() > 1 {
            let message = format!("Only one of {} can be defined in hierarchy '{name}'", either(&LOCATIONS));
            return Err(hard("HIERA_MULTIPLE_LOCATION_SPECS", message));
        }
        for reserved in ["path", "uri"] {
            if map(level, "options").is_some_and(|options| options.contains_key(&key(reserved))) {
                return Err(hard(
                    "HIERA_OPTION_RESERVED_BY_PUPPET",
                    format!("Option key '{reserved}' used in hierarchy '{name}' is reserved by Puppet"),
                ));
            }
        }
        Ok(Level {
            name,
            provider: match (kind, &*function) {
                ("data_hash", "yaml_data") => Provider::Data(DataFormat::Yaml),
                ("data_hash", "json_data") => Provider::Data(DataFormat::Json),
                _ => Provider::Function { kind, name: function },
            },
            datadir: string(level, "datadir").or_else(|| string(defaults, "datadir")).unwrap_or_else(|| "data".into()),
            locations: locations(level),
        })
    }

    fn check_defaults(&self, defaults: &Hash) -> Result<(), Stop> {
        if function(defaults).len() > 1 {
            let message = format!("Only one of {} can be defined in defaults", either(&FUNCTIONS));
            return Err(self.fault("HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS_IN_DEFAULT", message, None));
        }
        for reserved in ["path", "uri"] {
            if map(defaults, "options").is_some_and(|options| options.contains_key(&key(reserved))) {
                let message = format!("Option key '{reserved}' used in defaults is reserved by Puppet");
                return Err(self.fault("HIERA_DEFAULT_OPTION_RESERVED_BY_PUPPET", message, None));
            }
        }
        Ok(())
    }
}

/// `a, b, or c`
fn either(words: &[&str]) -> String {
    match words {
        [first, second] => format!("{first} or {second}"),
        [rest @ .., last] if !rest.is_empty() => format!("{}, or {last}", rest.join(", ")),
        words => words.concat(),
    }
}

fn function(level: &Hash) -> Vec<(&'static str, Arc<str>)> {
    FUNCTIONS.iter().filter_map(|kind| Some((*kind, string(level, kind)?))).collect()
}

fn locations(level: &Hash) -> Locations {
    let one = |name| string(level, name).map(|text| vec![text]);
    if let Some(paths) = strings(level, "paths").or_else(|| one("path")) {
        Locations::Paths(paths)
    } else if let Some(globs) = strings(level, "globs").or_else(|| one("glob")) {
        Locations::Globs(globs)
    } else if let Some(uris) = strings(level, "uris").or_else(|| one("uri")) {
        Locations::Uris(uris)
    } else if let Some(Ok(mapped)) = strings(level, "mapped_paths").map(<[Arc<str>; 3]>::try_from) {
        Locations::Mapped(mapped)
    } else {
        Locations::None
    }
}

pub(super) fn key(name: &str) -> Value {
    Value::String(name.into())
}

fn string(hash: &Hash, name: &str) -> Option<Arc<str>> {
    match hash.get(&key(name)) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn strings(hash: &Hash, name: &str) -> Option<Vec<Arc<str>>> {
    let texts = list(hash, name)?.iter().filter_map(|item| match item {
        Value::String(text) => Some(text.clone()),
        _ => None,
    });
    Some(texts.collect())
}

fn list<'a>(hash: &'a Hash, name: &str) -> Option<&'a [Value]> {
    match hash.get(&key(name)) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    }
}

fn map<'a>(hash: &'a Hash, name: &str) -> Option<&'a Hash> {
    match hash.get(&key(name)) {
        Some(Value::Hash(entries)) => Some(entries),
        _ => None,
    }
}
