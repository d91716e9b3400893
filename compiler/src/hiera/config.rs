//! `hiera.yaml`, checked and typed.

use std::sync::Arc;

use super::Lookup;
use super::merge::Strategy;
use super::origin::Layer;
use crate::error::Stop;
use crate::functions::Strict;
use crate::types::Type;
use crate::value::{Hash, Value};
use crate::world::DataFormat;

mod text;
mod version_3;
mod version_4;
mod version_5;

use text::Text;

/// What a `hiera.yaml` says.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) version: u8,
    /// `None`: there is no file, and what counts without one.
    pub(super) path: Option<Arc<str>>,
    /// The folder of the file.
    pub(super) root: Arc<str>,
    pub(super) levels: Vec<Level>,
    /// For modules, a hierarchy of last resort.
    pub(super) default_levels: Option<Vec<Level>>,
    /// How version 3 has `hiera_hash` merge, where it is not the native way.
    pub(super) merge_behavior: Option<Strategy>,
    /// For errors that are found when the hierarchy is made.
    pub(super) text: Arc<str>,
}

/// One entry of a hierarchy, not interpolated yet.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) name: Arc<str>,
    pub(super) kind: Kind,
    /// The function that gives the data, or the backend of version 3.
    pub(super) function: Arc<str>,
    pub(super) datadir: Arc<str>,
    pub(super) locations: Locations,
    /// Ending of files that paths may leave out, with its dot.
    pub(super) extension: Option<Arc<str>>,
    pub(super) options: Arc<Hash>,
}

/// How a function gives data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    DataHash,
    LookupKey,
    DataDig,
    /// A Ruby backend of version 3.
    Backend,
    /// A function without parameters, from before version 5.
    LegacyHash,
}

impl Kind {
    /// As in the keys of `hiera.yaml`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DataHash => "data_hash",
            Self::LookupKey => "lookup_key",
            Self::DataDig => "data_dig",
            Self::Backend => "hiera3_backend",
            Self::LegacyHash => "v4_data_hash",
        }
    }
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

/// The file that is being read.
pub(super) struct File<'a> {
    pub(super) path: Arc<str>,
    pub(super) root: Arc<str>,
    pub(super) text: Text,
    pub(super) layer: &'a Layer,
}

impl Config {
    /// Reads a `hiera.yaml`. Without one, what counts then.
    pub(super) fn open(lookup: &mut Lookup<'_>, path: &str, layer: &Layer) -> Result<Self, Stop> {
        let root: Arc<str> = path.rsplit_once('/').map_or("", |(root, _)| root).into();
        let data = lookup.caller.world().data(path, DataFormat::Yaml);
        let Some(value) = data.map_err(|error| lookup.refused(error.to_string()))? else {
            return Ok(Self::without_file(root));
        };
        let bytes = lookup.caller.world().read(path).map_err(|error| lookup.refused(error.to_string()))?;
        let text = Text::new(path, &String::from_utf8_lossy(&bytes.unwrap_or_default()));
        let file = File { path: path.into(), root, text, layer };
        if let Value::Hash(entries) = &*value {
            return match version(entries) {
                5 => file.version_5(lookup, entries),
                4 if *layer == Layer::Global => Err(file.text.fault(
                    "HIERA_UNSUPPORTED_VERSION_IN_GLOBAL",
                    "hiera.yaml version 4 cannot be used in the global layer",
                    None,
                )),
                4 => file.version_4(lookup, entries),
                3 => file.version_3(lookup, entries),
                other => {
                    let message = format!("This runtime does not support hiera.yaml version {other}");
                    Err(file.text.fault("HIERA_UNSUPPORTED_VERSION", message, None))
                }
            };
        }
        lookup.caller.warning(format!(
            "{path}: File exists but does not contain a valid YAML hash. Falling back to Hiera version 3 default config"
        ));
        file.version_3(lookup, &version_3::default())
    }

    /// `data/common.yaml`, when it is there.
    fn without_file(root: Arc<str>) -> Self {
        Self {
            version: 5,
            path: None,
            root,
            levels: vec![Level::common("data".into())],
            default_levels: None,
            merge_behavior: None,
            text: Arc::default(),
        }
    }

    /// The one entry that a function `MODULE::data` from before version 5 stands for.
    pub(super) fn of_legacy_function(lookup: &mut Lookup<'_>, root: &str, function: &str) -> Self {
        if lookup.caller.strict() != Strict::Off {
            let message = format!(
                "Using of legacy data provider function '{function}'. Please convert to a 'data_hash' function"
            );
            lookup.caller.warn_once("legacy_provider_function", message);
        }
        let level = Level {
            name: format!("Legacy function '{function}'").into(),
            kind: Kind::LegacyHash,
            function: function.into(),
            locations: Locations::None,
            ..Level::common("data".into())
        };
        Self { levels: vec![level], ..Self::without_file(root.into()) }
    }

    /// Where this hierarchy is not used for its version: why not.
    pub(super) fn check_layer(&self, lookup: &mut Lookup<'_>, layer: &Layer) -> Result<bool, Stop> {
        if self.version > 3 {
            return Ok(true);
        }
        let (at, article) = match layer {
            Layer::Global => return Ok(true),
            Layer::Environment => ("the environment root", "an environment"),
            Layer::Module(_) => ("module root", "a module"),
        };
        let path = self.path.clone().unwrap_or_default();
        if lookup.caller.strict() == Strict::Error {
            let message = format!("hiera.yaml version 3 cannot be used in {article}");
            return Err(Text::new(&path, "").fault("HIERA_VERSION_3_NOT_GLOBAL", message, None));
        }
        let message = format!("hiera.yaml version 3 found at {at} was ignored\n   (file: {path})");
        lookup.caller.warn_once(&format!("hiera.yaml version 3 {path}"), message);
        Ok(false)
    }

    /// The text of the file, for errors.
    pub(super) fn source(&self) -> Text {
        Text::new(self.path.as_deref().unwrap_or_default(), &self.text)
    }

    /// Refuses names that stand twice. Found when the hierarchy is made, as in the original.
    pub(super) fn check_names(&self, levels: &[Level]) -> Result<(), Stop> {
        let text = self.source();
        for (index, level) in levels.iter().enumerate() {
            let name = &level.name;
            if !levels[..index].iter().any(|before| before.name == *name) {
                continue;
            }
            let (code, what, pattern) = if self.version == 3 {
                ("HIERA_BACKEND_MULTIPLY_DEFINED", format!("Backend '{name}' is"), format!(r"[^\w]{name}(?:[^\w]|$)"))
            } else {
                let pattern = format!(r#"\s+name:\s+['"]?{name}(?:[^\w]|$)"#);
                ("HIERA_HIERARCHY_NAME_MULTIPLY_DEFINED", format!("Hierarchy name '{name}'"), pattern)
            };
            let first = text.line(&pattern, 1);
            let second = first.and_then(|first| text.line(&pattern, first + 1));
            let mut message = format!("{what} defined more than once.");
            if let (Some(first), Some(_)) = (first, second) {
                message = format!("{message} First defined at (line: {first})");
            }
            return Err(text.fault(code, message, second.or(first)));
        }
        Ok(())
    }
}

impl Level {
    /// The level that there is when none is declared.
    fn common(datadir: Arc<str>) -> Self {
        Self {
            name: "Common".into(),
            kind: Kind::DataHash,
            function: "yaml_data".into(),
            datadir,
            locations: Locations::Paths(vec!["common.yaml".into()]),
            extension: None,
            options: Arc::default(),
        }
    }
}

impl File<'_> {
    /// Warns once that a version is old.
    fn deprecated(&self, lookup: &mut Lookup<'_>, version: u8) {
        if lookup.caller.strict() != Strict::Off {
            let path = &self.path;
            let message = format!(
                "{path}: Use of 'hiera.yaml' version {version} is deprecated. It should be converted to version 5\n   \
                 (file: {path})"
            );
            // Said once, for the first file that is old.
            lookup.caller.warn_once("hiera.yaml", message);
        }
    }

    /// Refuses a configuration of the wrong form.
    fn check(&self, lookup: &mut Lookup<'_>, of: &Type, config: Hash) -> Result<(), Stop> {
        let subject = format!("The Lookup Configuration at '{}'", self.path);
        lookup.check_type(&subject, of, &Value::hash(config))
    }
}

fn version(config: &Hash) -> i64 {
    match config.get(&key("version")) {
        Some(Value::Integer(version)) => *version,
        Some(Value::String(text)) => {
            let text = text.trim_start();
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            text[..end].parse().unwrap_or(0)
        }
        Some(Value::Float(version)) => *version as i64,
        _ => 3,
    }
}

pub(super) fn key(name: &str) -> Value {
    Value::String(name.into())
}

pub(super) fn string(hash: &Hash, name: &str) -> Option<Arc<str>> {
    match hash.get(&key(name)) {
        Some(Value::String(text)) => Some(text.letters().clone()),
        _ => None,
    }
}

fn strings(hash: &Hash, name: &str) -> Option<Vec<Arc<str>>> {
    let texts = list(hash, name)?.iter().filter_map(|item| match item {
        Value::String(text) => Some(text.letters().clone()),
        _ => None,
    });
    Some(texts.collect())
}

/// The texts of a key that may hold one or a list.
fn one_or_many(hash: &Hash, name: &str) -> Option<Vec<Arc<str>>> {
    strings(hash, name).or_else(|| string(hash, name).map(|one| vec![one]))
}

fn list<'a>(hash: &'a Hash, name: &str) -> Option<&'a [Value]> {
    match hash.get(&key(name)) {
        Some(Value::Array(items)) => Some(items),
        _ => None,
    }
}

fn map<'a>(hash: &'a Hash, name: &str) -> Option<&'a Arc<Hash>> {
    match hash.get(&key(name)) {
        Some(Value::Hash(entries)) => Some(entries),
        _ => None,
    }
}
