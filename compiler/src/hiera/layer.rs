//! One layer: an environment or a module with its `hiera.yaml`.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::config::{self, Config, File, Level, Locations, Provider};
use super::interpolation::Watched;
use super::key::{self, Key};
use super::merge::Strategy;
use super::{Lookup, Place, fault};
use crate::error::Stop;
use crate::functions::Strict;
use crate::value::{Hash, Value};
use crate::world::DataFormat;

/// A layer with its hierarchy, interpolated with the variables as they are.
#[derive(Debug)]
pub(super) struct Layer {
    place: Place,
    root: Arc<str>,
    config: Config,
    resolved: RefCell<Option<Rc<Resolved>>>,
}

#[derive(Debug)]
struct Resolved {
    levels: Vec<ResolvedLevel>,
    default_levels: Vec<ResolvedLevel>,
    watched: Vec<Watched>,
}

#[derive(Debug)]
struct ResolvedLevel {
    name: Arc<str>,
    provider: Provider,
    /// `None`: the level names no place at all.
    locations: Option<Vec<DataFile>>,
}

/// A data file; read when it is first needed.
#[derive(Debug)]
struct DataFile {
    path: Arc<str>,
    entries: OnceCell<Option<Arc<Hash>>>,
}

impl Layer {
    /// Reads the `hiera.yaml` of a folder; `None` when there is none that counts.
    pub(super) fn open(lookup: &mut Lookup<'_>, place: Place, root: &str) -> Result<Option<Self>, Stop> {
        let path = format!("{root}/hiera.yaml");
        let Some(value) = lookup.caller.world().data(&path, DataFormat::Yaml).map_err(|e| fault(e.to_string()))? else {
            return Ok(None);
        };
        let bytes = lookup.caller.world().read(&path).map_err(|error| fault(error.to_string()))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let file = File { path: &path, text: &text, place: &place };
        let empty = Arc::new(Hash::default());
        let entries = if let Value::Hash(entries) = &*value {
            entries
        } else {
            lookup.caller.warning(format!(
                "{path}: File exists but does not contain a valid YAML hash. Falling back to Hiera version 3 default \
                 config"
            ));
            &empty
        };
        let config = match version(entries) {
            5 => {
                let subject = format!("The Lookup Configuration at '{path}'");
                lookup.caller.assert_type(&subject, &config::type_text(), &Value::Hash(entries.clone()))?;
                Config::parse(&file, entries)?
            }
            4 => {
                lookup.caller.warn_once(
                    &path,
                    format!(
                        "{path}: Use of 'hiera.yaml' version 4 is deprecated. It should be converted to version 5\n   \
                         (file: {path})"
                    ),
                );
                Config::parse_version_4(&file, entries)?
            }
            3 => {
                let (at, article) = match &place {
                    Place::Environment => ("the environment root", "an environment"),
                    Place::Module(_) => ("module root", "a module"),
                };
                if lookup.caller.strict() == Strict::Error {
                    let message = format!("hiera.yaml version 3 cannot be used in {article}");
                    return Err(file.fault("HIERA_VERSION_3_NOT_GLOBAL", message, None));
                }
                let message = format!("hiera.yaml version 3 found at {at} was ignored\n   (file: {path})");
                lookup.caller.warn_once(&path, message);
                return Ok(None);
            }
            other => {
                let message = format!("This runtime does not support hiera.yaml version {other}");
                return Err(file.fault("HIERA_UNSUPPORTED_VERSION", message, None));
            }
        };
        Ok(Some(Self { place, root: root.into(), config, resolved: RefCell::default() }))
    }

    /// What counts without a `hiera.yaml`: `data/common.yaml`.
    pub(super) fn with_defaults(place: Place, root: &str) -> Self {
        let config = Config { levels: vec![Level::common(&Hash::default())], default_levels: None };
        Self { place, root: root.into(), config, resolved: RefCell::default() }
    }

    pub(super) fn has_default_hierarchy(&self) -> bool {
        self.config.default_levels.is_some()
    }

    /// Looks a root key up in all levels.
    pub(super) fn find(
        &self,
        lookup: &mut Lookup<'_>,
        key: &Key,
        strategy: &Strategy,
        in_default: bool,
    ) -> Result<Option<Value>, Stop> {
        lookup.guarded(key.text.clone(), |lookup| {
            let resolved = self.resolve(lookup)?;
            let levels = if in_default { &resolved.default_levels } else { &resolved.levels };
            strategy.over(levels.len(), |at| self.find_in_level(lookup, &levels[at], key, strategy))
        })
    }

    fn find_in_level(
        &self,
        lookup: &mut Lookup<'_>,
        level: &ResolvedLevel,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        let format = match &level.provider {
            Provider::Data(format) => *format,
            Provider::Function { kind, name } => return Err(self.missing_function(level, kind, name)),
        };
        let Some(files) = &level.locations else {
            return Err(fault(
                "one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using this \
                 data_hash function"
                    .to_owned(),
            ));
        };
        let root = Value::String(key.root.clone());
        strategy.over(files.len(), |at| {
            let Some(entries) = self.entries(lookup, &files[at], format)? else { return Ok(None) };
            entries.get(&root).map(|value| lookup.interpolate(value, true)).transpose()
        })
    }

    fn missing_function(&self, level: &ResolvedLevel, kind: &str, name: &str) -> Stop {
        match name {
            "hocon_data" => crate::error::Failure::argument(
                "Function Load Error for function 'hocon_data': Lookup using Hocon data_hash function is not supported \
                 without hocon library",
            )
            .into(),
            _ => fault(format!(
                "Hierarchy entry \"{}\" uses the {kind} function '{name}', which is not supported by this version of the \
                 compiler (file: {}/hiera.yaml)",
                level.name, self.root
            )),
        }
    }

    fn entries(&self, lookup: &mut Lookup<'_>, file: &DataFile, format: DataFormat) -> Result<Option<Arc<Hash>>, Stop> {
        if let Some(entries) = file.entries.get() {
            return Ok(entries.clone());
        }
        let value = lookup.caller.world().data(&file.path, format);
        let value = value.map_err(|error| fault(format!("Unable to parse {error}")))?;
        let entries = match value.as_deref() {
            None => None,
            Some(Value::Hash(entries)) => Some(entries.clone()),
            Some(other) => Some(not_a_hash(lookup, &file.path, format, other)?),
        };
        if let (Some(entries), Place::Module(module)) = (&entries, &self.place) {
            check_prefixes(lookup, module, entries, &file.path, format);
        }
        Ok(file.entries.get_or_init(|| entries).clone())
    }

    /// The levels with all `%{…}` filled in; made anew only when a variable changed.
    fn resolve(&self, lookup: &mut Lookup<'_>) -> Result<Rc<Resolved>, Stop> {
        let before = self.resolved.borrow().clone();
        if let Some(before) = before
            && is_stable(lookup, &before.watched)?
        {
            return Ok(before);
        }
        let outer = lookup.watched.replace(Vec::new());
        let result = self.resolve_levels(lookup);
        let watched = std::mem::replace(&mut lookup.watched, outer).unwrap_or_default();
        let (levels, default_levels) = result?;
        let resolved = Rc::new(Resolved { levels, default_levels, watched: distinct(watched) });
        *self.resolved.borrow_mut() = Some(resolved.clone());
        Ok(resolved)
    }

    fn resolve_levels(&self, lookup: &mut Lookup<'_>) -> Result<(Vec<ResolvedLevel>, Vec<ResolvedLevel>), Stop> {
        let mut all = |levels: &[Level]| {
            levels.iter().map(|level| self.resolve_level(lookup, level)).collect::<Result<Vec<_>, _>>()
        };
        Ok((all(&self.config.levels)?, all(self.config.default_levels.as_deref().unwrap_or_default())?))
    }

    fn resolve_level(&self, lookup: &mut Lookup<'_>, level: &Level) -> Result<ResolvedLevel, Stop> {
        let datadir = text(lookup, &joined(&self.root, &level.datadir))?;
        let mut paths = Vec::new();
        match &level.locations {
            Locations::None => {}
            Locations::Paths(declared) => {
                for path in declared {
                    paths.push(joined(&datadir, &text(lookup, path)?));
                }
            }
            Locations::Globs(declared) => {
                for glob in declared {
                    let pattern = joined(&datadir, &text(lookup, glob)?);
                    paths.extend(lookup.caller.world().glob(&pattern));
                }
            }
            Locations::Uris(declared) => {
                for uri in declared {
                    paths.push(text(lookup, uri)?);
                }
            }
            Locations::Mapped(mapped) => resolve_mapped(lookup, &datadir, mapped, &mut paths)?,
        }
        let file = |path: String| DataFile { path: path.into(), entries: OnceCell::new() };
        Ok(ResolvedLevel {
            name: level.name.clone(),
            provider: level.provider.clone(),
            locations: (level.locations != Locations::None).then(|| paths.into_iter().map(file).collect()),
        })
    }
}

fn not_a_hash(lookup: &mut Lookup<'_>, path: &str, format: DataFormat, value: &Value) -> Result<Arc<Hash>, Stop> {
    if format == DataFormat::Json {
        let actual = crate::functions::kind_of(value);
        return Err(crate::error::Failure::argument(format!(
            "Value returned from data_hash function 'json_data', when using location '{path}', has wrong type, \
             expects a Hash value, got {actual}"
        ))
        .into());
    }
    let message = format!("{path}: file does not contain a valid yaml hash");
    if lookup.caller.strict() == Strict::Error && !matches!(value, Value::Undef | Value::Boolean(false)) {
        return Err(fault(message));
    }
    lookup.caller.warning(message);
    Ok(Arc::default())
}

fn check_prefixes(lookup: &mut Lookup<'_>, module: &str, entries: &Hash, path: &str, format: DataFormat) {
    let function = if format == DataFormat::Yaml { "yaml_data" } else { "json_data" };
    let own =
        |key: &str| key == "lookup_options" || key.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
    for key in entries.keys() {
        if !matches!(key, Value::String(key) if own(key)) {
            lookup.caller.warning(format!(
                "Module '{module}': Value returned from data_hash function '{function}', when using location \
                 '{path}', must use keys qualified with the name of the module"
            ));
        }
    }
}

fn resolve_mapped(
    lookup: &mut Lookup<'_>,
    datadir: &str,
    [variable, name, template]: &[Arc<str>; 3],
    paths: &mut Vec<String>,
) -> Result<(), Stop> {
    let elements: Vec<Value> = match lookup.scope_value(variable, "mapped_path[0]")? {
        Some(Value::Array(items)) => items.to_vec(),
        Some(Value::Hash(entries)) => {
            entries.iter().map(|(key, value)| Value::Array(vec![key.clone(), value.clone()].into())).collect()
        }
        Some(Value::String(text)) if text.is_empty() => return Ok(()),
        Some(text @ Value::String(_)) => vec![text],
        _ => return Ok(()),
    };
    for element in elements {
        let before = lookup.watched.replace(Vec::new());
        let outer = lookup.local.replace((name.clone(), element));
        let path = text(lookup, template);
        lookup.local = outer;
        let within = std::mem::replace(&mut lookup.watched, before).unwrap_or_default();
        if let Some(watched) = &mut lookup.watched {
            watched.extend(within.into_iter().filter(|seen| seen.root != *name));
        }
        paths.push(joined(datadir, &path?));
    }
    Ok(())
}

fn version(config: &Hash) -> i64 {
    match config.get(&config::key("version")) {
        Some(Value::Integer(version)) => *version,
        Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
        Some(Value::Float(version)) => *version as i64,
        _ => 3,
    }
}

fn text(lookup: &mut Lookup<'_>, template: &str) -> Result<String, Stop> {
    if !template.contains("%{") {
        return Ok(template.to_owned());
    }
    let value = lookup.interpolate(&Value::String(template.into()), false)?;
    Ok(crate::format::to_text(&value))
}

/// A path below a folder; an absolute one stays. `.` and `..` are resolved by their letters.
fn joined(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    if !whole.contains("/.") && !whole.contains("//") {
        return whole;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn distinct(watched: Vec<Watched>) -> Vec<Watched> {
    let mut kept: Vec<Watched> = Vec::with_capacity(watched.len());
    for one in watched {
        // Facts and trusted data cannot change within a compile.
        let fixed = one.value.is_some() && matches!(&*one.root, "facts" | "trusted" | "server_facts");
        if !fixed && !kept.iter().any(|other| other.root == one.root && other.rest == one.rest) {
            kept.push(one);
        }
    }
    kept
}

fn is_stable(lookup: &mut Lookup<'_>, watched: &[Watched]) -> Result<bool, Stop> {
    for one in watched {
        let now = match lookup.caller.variable(&one.root)? {
            None | Some(Value::Undef) => None,
            Some(value) => key::dig(&one.root, &one.rest, value)?,
        };
        if now != one.value {
            return Ok(false);
        }
    }
    Ok(true)
}
