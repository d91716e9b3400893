//! Version 5: entries with a function, a place and options.

use std::sync::{Arc, LazyLock};

use super::{Config, File, Kind, Level, Locations, key, list, map, string, strings};
use crate::error::Stop;
use crate::hiera::Lookup;
use crate::hiera::origin::Layer;
use crate::types::parse;
use crate::value::{Hash, Value};

/// One entry, as a type of the language.
const LEVEL: &str = "Struct[{name=>String[1],\
    Optional[options]=>Hash[Pattern[/\\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\\z/],Data],\
    Optional[data_hash]=>String[1],Optional[lookup_key]=>String[1],Optional[hiera3_backend]=>String[1],\
    Optional[v4_data_hash]=>String[1],Optional[data_dig]=>String[1],Optional[path]=>String[1],\
    Optional[paths]=>Array[String[1],1],Optional[glob]=>String[1],Optional[globs]=>Array[String[1],1],\
    Optional[uri]=>String[1],Optional[uris]=>Array[String[1],1],Optional[mapped_paths]=>Array[String[1],3,3],\
    Optional[datadir]=>String[1]}]";

/// The whole.
static WHOLE: LazyLock<String> = LazyLock::new(|| {
    let defaults = "Struct[{Optional[data_hash]=>String[1],Optional[lookup_key]=>String[1],\
        Optional[data_dig]=>String[1],Optional[datadir]=>String[1],\
        Optional[options]=>Hash[Pattern[/\\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\\z/],Data]}]";
    format!(
        "Struct[{{version=>Integer[5,5],Optional[defaults]=>{defaults},Optional[hierarchy]=>Array[{LEVEL}],\
         Optional[plan_hierarchy]=>Array[{LEVEL}],Optional[default_hierarchy]=>Array[{LEVEL}]}}]"
    )
});

const FUNCTIONS: [(&str, Kind); 4] = [
    ("data_hash", Kind::DataHash),
    ("lookup_key", Kind::LookupKey),
    ("data_dig", Kind::DataDig),
    ("hiera3_backend", Kind::Backend),
];
const LOCATIONS: [&str; 7] = ["path", "paths", "glob", "globs", "uri", "uris", "mapped_paths"];
/// What options of a function get from elsewhere.
const RESERVED: [&str; 2] = ["path", "uri"];

impl File<'_> {
    pub(super) fn version_5(&self, lookup: &mut Lookup<'_>, config: &Arc<Hash>) -> Result<Config, Stop> {
        let mut config = (**config).clone();
        let unset = |config: &Hash, name: &str| config.get(&key(name)).is_none_or(|value| !value.is_truthy());
        if unset(&config, "defaults") {
            let defaults = Value::record([("datadir", Value::from("data")), ("data_hash", Value::from("yaml_data"))]);
            config.insert(key("defaults"), defaults);
        }
        if unset(&config, "hierarchy") {
            let common = Value::record([("name", Value::from("Common")), ("path", Value::from("common.yaml"))]);
            config.insert(key("hierarchy"), Value::array(vec![common]));
        }
        self.check(lookup, &parse::fixed(&WHOLE)?, config.clone())?;
        let empty = Arc::default();
        let defaults = map(&config, "defaults").unwrap_or(&empty);
        self.check_defaults(defaults)?;
        let levels = self.levels(list(&config, "hierarchy").unwrap_or_default(), defaults)?;
        self.levels(list(&config, "plan_hierarchy").unwrap_or_default(), defaults)?;
        let default_levels = match list(&config, "default_hierarchy") {
            Some(_) if !matches!(self.layer, Layer::Module(_)) => {
                return Err(self.text.fault(
                    "HIERA_DEFAULT_HIERARCHY_NOT_IN_MODULE",
                    "'default_hierarchy' is only allowed in the module layer",
                    self.text.line(r"(?:^|\s+)default_hierarchy:", 1),
                ));
            }
            Some(levels) => Some(self.levels(levels, defaults)?),
            None => None,
        };
        Ok(Config {
            version: 5,
            path: Some(self.path.clone()),
            root: self.root.clone(),
            levels,
            default_levels,
            merge_behavior: None,
            text: self.text.whole(),
        })
    }

    fn levels(&self, levels: &[Value], defaults: &Hash) -> Result<Vec<Level>, Stop> {
        levels.iter().filter_map(Value::as_hash).map(|level| self.level(level, defaults)).collect()
    }

    fn level(&self, level: &Hash, defaults: &Hash) -> Result<Level, Stop> {
        let name = string(level, "name").unwrap_or_default();
        let own = functions(level);
        let legacy = string(level, "v4_data_hash");
        let (function, kind) = match (own.as_slice(), legacy) {
            ([one], None) => one.clone(),
            ([], Some(function)) => (function, Kind::LegacyHash),
            ([], None) => functions(defaults).into_iter().next().ok_or_else(|| {
                let message = format!("One of {} must be defined in hierarchy '{name}'", either(&function_names()));
                self.text.fault("HIERA_MISSING_DATA_PROVIDER_FUNCTION", message, None)
            })?,
            _ => {
                let message = format!("Only one of {} can be defined in hierarchy '{name}'", either(&function_names()));
                return Err(self.text.fault("HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS", message, None));
            }
        };
        if let Some(backend) = string(level, "hiera3_backend") {
            self.check_backend(&backend)?;
        }
        if LOCATIONS.iter().filter(|name| level.contains_key(&key(name))).count() > 1 {
            let message = format!("Only one of {} can be defined in hierarchy '{name}'", either(&LOCATIONS));
            return Err(self.text.fault("HIERA_MULTIPLE_LOCATION_SPECS", message, None));
        }
        if let Some(reserved) = reserved(level) {
            let message = format!("Option key '{reserved}' used in hierarchy '{name}' is reserved by Puppet");
            return Err(self.text.fault("HIERA_OPTION_RESERVED_BY_PUPPET", message, None));
        }
        let datadir = string(level, "datadir").or_else(|| string(defaults, "datadir"));
        Ok(Level {
            name,
            kind,
            function,
            datadir: datadir.unwrap_or_else(|| "data".into()),
            locations: locations(level),
            extension: None,
            options: map(level, "options").or_else(|| map(defaults, "options")).cloned().unwrap_or_default(),
        })
    }

    fn check_backend(&self, backend: &str) -> Result<(), Stop> {
        if *self.layer != Layer::Global {
            return Err(self.text.fault(
                "HIERA_V3_BACKEND_NOT_GLOBAL",
                "'hiera3_backend' is only allowed in the global layer",
                self.text.line(r"\s+hiera3_backend:", 1),
            ));
        }
        if matches!(backend, "json" | "yaml" | "hocon") {
            return Err(self.text.fault(
                "HIERA_V3_BACKEND_REPLACED_BY_DATA_HASH",
                format!("Use \"data_hash: {backend}_data\" instead of \"hiera3_backend: {backend}\""),
                self.text.line(&format!(r#"\s+hiera3_backend:\s*['"]?{backend}(?:[^\w]|$)"#), 1),
            ));
        }
        Ok(())
    }

    fn check_defaults(&self, defaults: &Hash) -> Result<(), Stop> {
        if functions(defaults).len() > 1 {
            let message = format!("Only one of {} can be defined in defaults", either(&function_names()));
            return Err(self.text.fault("HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS_IN_DEFAULT", message, None));
        }
        match reserved(defaults) {
            Some(reserved) => {
                let message = format!("Option key '{reserved}' used in defaults is reserved by Puppet");
                Err(self.text.fault("HIERA_DEFAULT_OPTION_RESERVED_BY_PUPPET", message, None))
            }
            None => Ok(()),
        }
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

fn function_names() -> [&'static str; 4] {
    FUNCTIONS.map(|(name, _)| name)
}

fn functions(level: &Hash) -> Vec<(Arc<str>, Kind)> {
    FUNCTIONS.iter().filter_map(|(name, kind)| Some((string(level, name)?, *kind))).collect()
}

fn reserved(level: &Hash) -> Option<&'static str> {
    let options = map(level, "options")?;
    RESERVED.into_iter().find(|name| options.contains_key(&key(name)))
}

fn locations(level: &Hash) -> Locations {
    let one = |name| string(level, name).map(|text| vec![text]);
    if let Some(paths) = one("path").or_else(|| strings(level, "paths")) {
        Locations::Paths(paths)
    } else if let Some(globs) = one("glob").or_else(|| strings(level, "globs")) {
        Locations::Globs(globs)
    } else if let Some(uris) = one("uri").or_else(|| strings(level, "uris")) {
        Locations::Uris(uris)
    } else if let Some(Ok(mapped)) = strings(level, "mapped_paths").map(<[Arc<str>; 3]>::try_from) {
        Locations::Mapped(mapped)
    } else {
        Locations::None
    }
}
