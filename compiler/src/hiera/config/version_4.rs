//! Version 4: entries have a `backend`, and paths need no ending.

use std::sync::Arc;

use super::{Config, File, Kind, Level, Locations, key, list, string, strings};
use crate::error::Stop;
use crate::hiera::Lookup;
use crate::types::parse;
use crate::value::{Hash, Value};

/// The whole, as a type of the language.
const WHOLE: &str = "Struct[{version=>Integer[4,4],Optional[datadir]=>String[1],\
    Optional[hierarchy]=>Array[Struct[{backend=>String[1],name=>String[1],Optional[datadir]=>String[1],\
    Optional[path]=>String[1],Optional[paths]=>Array[String[1]]}]]}]";

impl File<'_> {
    pub(super) fn version_4(&self, lookup: &mut Lookup<'_>, config: &Arc<Hash>) -> Result<Config, Stop> {
        self.deprecated(lookup, 4);
        let mut config = (**config).clone();
        let unset = |config: &Hash, name: &str| config.get(&key(name)).is_none_or(|value| !value.is_truthy());
        if unset(&config, "datadir") {
            config.insert(key("datadir"), Value::from("data"));
        }
        if unset(&config, "hierarchy") {
            let common = Value::record([("name", Value::from("common")), ("backend", Value::from("yaml"))]);
            config.insert(key("hierarchy"), Value::array(vec![common]));
        }
        self.check(lookup, &parse::fixed(WHOLE)?, config.clone())?;
        let datadir = string(&config, "datadir").unwrap_or_default();
        let levels = list(&config, "hierarchy").unwrap_or_default().iter().filter_map(Value::as_hash);
        Ok(Config {
            version: 4,
            path: Some(self.path.clone()),
            root: self.root.clone(),
            levels: levels.map(|level| self.level_of_version_4(level, &datadir)).collect::<Result<_, _>>()?,
            default_levels: None,
            merge_behavior: None,
            text: self.text.whole(),
        })
    }

    fn level_of_version_4(&self, level: &Hash, datadir: &Arc<str>) -> Result<Level, Stop> {
        let name = string(level, "name").unwrap_or_default();
        let backend = string(level, "backend").unwrap_or_default();
        let (function, extension) = match &*backend {
            "yaml" => ("yaml_data", ".yaml"),
            "json" => ("json_data", ".json"),
            _ => {
                return Err(self.text.fault(
                    "HIERA_NO_PROVIDER_FOR_BACKEND",
                    format!("No data provider is registered for backend '{backend}'"),
                    self.text.line(&format!(r"[^\w]{backend}(?:[^\w]|$)"), 1),
                ));
            }
        };
        let paths = strings(level, "paths").or_else(|| string(level, "path").map(|path| vec![path]));
        Ok(Level {
            kind: Kind::DataHash,
            function: function.into(),
            datadir: string(level, "datadir").unwrap_or_else(|| datadir.clone()),
            locations: Locations::Paths(paths.unwrap_or_else(|| vec![name.clone()])),
            extension: Some(extension.into()),
            options: Arc::default(),
            name,
        })
    }
}
