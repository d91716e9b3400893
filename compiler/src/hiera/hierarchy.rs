//! One layer's hierarchy, interpolated with the variables as they are.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::config::{Config, Level, Locations};
use super::entry::{Entry, Location};
use super::explanation::{LocationKind, Node};
use super::interpolation::Watched;
use super::key::{self, Key};
use super::merge::Strategy;
use super::origin::Layer;
use super::{Lookup, State, files};
use crate::error::{Failure, Stop};
use crate::value::{Hash, Value};
use crate::world::FileKind;

/// A layer that has data.
#[derive(Debug)]
pub(super) struct Hierarchy {
    pub(super) layer: Layer,
    pub(super) config: Config,
    resolved: RefCell<Option<Rc<Resolved>>>,
}

#[derive(Debug)]
struct Resolved {
    entries: Vec<Entry>,
    default_entries: Vec<Entry>,
    watched: Vec<Watched>,
}

impl Hierarchy {
    pub(super) fn new(layer: Layer, config: Config) -> Self {
        Self { layer, config, resolved: RefCell::default() }
    }

    pub(super) fn has_default(&self) -> bool {
        self.config.default_levels.is_some()
    }

    /// `Module "m" Data Provider (hiera configuration version 5)`
    fn node(&self) -> Node {
        let module = self.layer.module().cloned();
        let place = match &module {
            Some(module) => format!("Module \"{module}\""),
            None => self.layer.name().to_owned(),
        };
        let name = format!("{place} Data Provider (hiera configuration version {})", self.config.version);
        Node::Provider { name, configuration: self.config.path.clone(), module }
    }

    /// Looks a key up in all entries.
    pub(super) fn find(&self, lookup: &mut Lookup<'_>, key: &Key, strategy: &Strategy) -> Result<Option<Value>, Stop> {
        lookup.guarded(key.text.clone(), |lookup| self.find_unguarded(lookup, key, strategy))
    }

    pub(super) fn find_unguarded(
        &self,
        lookup: &mut Lookup<'_>,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        lookup.with(
            || self.node(),
            |lookup| {
                let resolved = self.resolve(lookup)?;
                if resolved.entries.is_empty() {
                    lookup.explain(|explanation| explanation.not_found(&key.text));
                    return Ok(None);
                }
                self.over(lookup, &resolved.entries, key, strategy)
            },
        )
    }

    /// Looks a key up in the entries of last resort.
    pub(super) fn find_in_default(
        &self,
        lookup: &mut Lookup<'_>,
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        let resolved = self.resolve(lookup)?;
        if resolved.default_entries.is_empty() {
            lookup.explain(|explanation| explanation.not_found(&key.text));
            return Ok(None);
        }
        lookup.guarded(key.text.clone(), |lookup| {
            lookup.with(|| self.node(), |lookup| self.over(lookup, &resolved.default_entries, key, strategy))
        })
    }

    fn over(
        &self,
        lookup: &mut Lookup<'_>,
        entries: &[Entry],
        key: &Key,
        strategy: &Strategy,
    ) -> Result<Option<Value>, Stop> {
        lookup.over(strategy, entries.len(), |lookup, at| entries[at].find(lookup, self, key, strategy))
    }

    /// The entries with all `%{…}` filled in; made anew only when a variable changed.
    fn resolve(&self, lookup: &mut Lookup<'_>) -> Result<Rc<Resolved>, Stop> {
        let before = self.resolved.borrow().clone();
        if let Some(before) = before {
            if is_stable(lookup, &before.watched)? {
                return Ok(before);
            }
            lookup.explain(|explanation| {
                explanation.text(
                    "Hiera configuration recreated due to change of scope variables used in interpolation expressions"
                        .to_owned(),
                );
            });
        }
        // A configuration is interpolated on its own, whatever is looked up.
        let outer = lookup.watched.replace(Vec::new());
        let own = State { version_3: lookup.state.version_3, ..State::default() };
        let state = std::mem::replace(&mut lookup.state, own);
        let result = self.resolve_all(lookup);
        lookup.state = state;
        let watched = std::mem::replace(&mut lookup.watched, outer).unwrap_or_default();
        let (entries, default_entries) = result.map_err(|stop| self.undefined_variable(stop))?;
        let resolved = Rc::new(Resolved { entries, default_entries, watched: distinct(watched) });
        *self.resolved.borrow_mut() = Some(resolved.clone());
        Ok(resolved)
    }

    /// An unknown variable is a mistake in the configuration where variables are strict.
    fn undefined_variable(&self, stop: Stop) -> Stop {
        let Stop::Error(error) = stop else { return stop };
        let name = error.message.strip_prefix("Undefined variable '").and_then(|rest| rest.split_once('\''));
        let Some((name, _)) = name else { return Stop::Error(error) };
        let text = self.config.source();
        let line = text.line(&format!(r#"%\{{['"]?{name}['"]?}}"#), 1);
        text.fault("HIERA_UNDEFINED_VARIABLE", format!("Undefined variable '{name}'"), line)
    }

    fn resolve_all(&self, lookup: &mut Lookup<'_>) -> Result<(Vec<Entry>, Vec<Entry>), Stop> {
        let mut all = |levels: &[Level]| {
            let mut entries = Vec::with_capacity(levels.len());
            for level in levels {
                if let Some(entry) = self.resolve_level(lookup, level)? {
                    entries.push(entry);
                }
            }
            self.config.check_names(levels)?;
            Ok::<_, Stop>(entries)
        };
        Ok((all(&self.config.levels)?, all(self.config.default_levels.as_deref().unwrap_or_default())?))
    }

    /// `None`: without a `hiera.yaml`, an entry without files is none.
    fn resolve_level(&self, lookup: &mut Lookup<'_>, level: &Level) -> Result<Option<Entry>, Stop> {
        let datadir = match self.config.version {
            4 => joined(&self.config.root, &level.datadir),
            3 => text(lookup, &level.datadir)?,
            _ => text(lookup, &joined(&self.config.root, &level.datadir))?,
        };
        let mut locations = Vec::new();
        match &level.locations {
            Locations::None => {}
            Locations::Paths(declared) => {
                for path in declared {
                    let mut resolved = text(lookup, path)?;
                    if let Some(extension) = &level.extension
                        && !resolved.ends_with(&**extension)
                    {
                        resolved.push_str(extension);
                    }
                    locations.push(path_location(path, &joined(&datadir, &resolved)));
                }
            }
            Locations::Globs(declared) => {
                for glob in declared {
                    let pattern = files::plain(&joined(&datadir, &text(lookup, glob)?)).into_owned();
                    let found = lookup.caller.world().glob(&pattern);
                    locations.extend(found.iter().map(|path| path_location(&pattern, path)));
                }
            }
            Locations::Uris(declared) => {
                for uri in declared {
                    let resolved = text(lookup, uri)?;
                    crate::types::uri::check(&resolved).map_err(Failure::argument)?;
                    locations.push(Location {
                        kind: LocationKind::Uri,
                        original: uri.clone(),
                        resolved: resolved.into(),
                        exists: OnceCell::from(true),
                    });
                }
            }
            Locations::Mapped(mapped) => resolve_mapped(lookup, &datadir, mapped, &mut locations)?,
        }
        if self.config.path.is_none() && level.locations != Locations::None {
            locations.retain(|location| location.exists(lookup));
            if locations.is_empty() {
                return Ok(None);
            }
        }
        let options = match lookup.interpolate(&Value::Hash(level.options.clone()), false)? {
            Value::Hash(options) => options,
            _ => Arc::default(),
        };
        let locations = (level.locations != Locations::None).then_some(locations);
        Ok(Some(Entry::new(level, options, locations, &datadir)))
    }
}

impl Location {
    /// Whether there is something at the place.
    pub(super) fn exists(&self, lookup: &Lookup<'_>) -> bool {
        *self.exists.get_or_init(|| lookup.caller.world().find(FileKind::File, &files::plain(&self.resolved)).is_some())
    }
}

pub(super) fn path_location(original: &str, resolved: &str) -> Location {
    Location { kind: LocationKind::Path, original: original.into(), resolved: resolved.into(), exists: OnceCell::new() }
}

fn resolve_mapped(
    lookup: &mut Lookup<'_>,
    datadir: &str,
    [variable, name, template]: &[Arc<str>; 3],
    locations: &mut Vec<Location>,
) -> Result<(), Stop> {
    let elements: Vec<Value> = match lookup.scope_value(variable, "mapped_path[0]")? {
        Some(Value::Array(items)) => items.to_vec(),
        Some(Value::Hash(entries)) => {
            entries.iter().map(|(key, value)| Value::array(vec![key.clone(), value.clone()])).collect()
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
        locations.push(path_location(template, &joined(datadir, &path?)));
    }
    Ok(())
}

/// A text of the configuration with its variables filled in.
pub(super) fn text(lookup: &mut Lookup<'_>, template: &str) -> Result<String, Stop> {
    if !template.contains("%{") {
        return Ok(template.to_owned());
    }
    let value = lookup.interpolate(&Value::String(template.into()), false)?;
    Ok(crate::format::to_text(&value))
}

/// A path below a folder; an absolute one stays. `.` and `..` are resolved by their letters.
pub(super) fn joined(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    if !whole.contains("/.") {
        return whole;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.trim_start_matches('/').split('/') {
        match part {
            "." => {}
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
        let now = match lookup.scoped(&one.root)? {
            None | Some(Value::Undef) => None,
            Some(value) => key::dig(&one.root, &one.rest, value)?,
        };
        if now != one.value {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Options of a function with the place that it reads.
pub(super) fn with_location(options: &Arc<Hash>, location: Option<&Location>) -> Value {
    let Some(location) = location else { return Value::Hash(options.clone()) };
    let name = match location.kind {
        LocationKind::Path => "path",
        LocationKind::Uri => "uri",
    };
    let mut options = (**options).clone();
    options.insert(Value::from(name), Value::String(location.resolved.clone().into()));
    Value::hash(options)
}
