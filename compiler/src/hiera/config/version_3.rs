//! Version 3, in the global layer only: backends that share one list of paths.

use std::sync::Arc;

use super::{Config, File, Kind, Level, Locations, key, map, one_or_many, string};
use crate::error::Stop;
use crate::hiera::Lookup;
use crate::hiera::merge::Strategy;
use crate::types::parse;
use crate::value::{Hash, Value};

/// What counts where a file says nothing.
pub(super) fn default() -> Hash {
    let texts = |texts: &[&str]| Value::array(texts.iter().map(|text| Value::from(*text)).collect());
    Hash::from_iter([
        (key("backends"), texts(&["yaml"])),
        (key("hierarchy"), texts(&["nodes/%{::trusted.certname}", "common"])),
        (key("merge_behavior"), Value::from("native")),
    ])
}

impl File<'_> {
    pub(super) fn version_3(&self, lookup: &mut Lookup<'_>, config: &Hash) -> Result<Config, Stop> {
        self.deprecated(lookup, 3);
        let mut config = config.clone();
        if config.get(&key("version")).is_none_or(|version| !version.is_truthy()) {
            config.insert(key("version"), Value::Integer(3));
        }
        for (name, value) in default() {
            if config.get(&name).is_none_or(|given| !given.is_truthy()) {
                config.insert(name, value);
            }
        }
        if config.get(&key("deep_merge_options")).is_none_or(|given| !given.is_truthy()) {
            config.insert(key("deep_merge_options"), Value::hash(Hash::default()));
        }
        let backends = one_or_many(&config, "backends").unwrap_or_default();
        let of: Vec<String> = backends.iter().map(|name| format!(",Optional['{name}']=>Hash[String[1],Any]")).collect();
        let of = of.concat();
        let of = format!(
            "Struct[{{Optional[version]=>Integer[3,3],Optional[backends]=>Variant[String[1],Array[String[1]]],\
             Optional[logger]=>String[1],Optional[merge_behavior]=>Enum[deep,deeper,native],\
             Optional[deep_merge_options]=>Hash[String[1],Variant[String,Boolean]],\
             Optional[hierarchy]=>Variant[String[1],Array[String[1]]]{of}}}]"
        );
        self.check(lookup, &parse::text(&of, &mut parse::BuiltIn)?, config.clone())?;
        let paths = one_or_many(&config, "hierarchy").unwrap_or_default();
        let codedir = lookup.caller.world().data_settings().codedir;
        let datadir: Arc<str> = format!("{codedir}/environments/%{{::environment}}/hieradata").into();
        let behavior = string(&config, "merge_behavior").filter(|behavior| &**behavior != "native");
        let none = Arc::default();
        let options = map(&config, "deep_merge_options").unwrap_or(&none);
        Ok(Config {
            version: 3,
            path: Some(self.path.clone()),
            root: self.root.clone(),
            levels: backends.iter().map(|backend| level(backend, &config, &paths, &datadir)).collect(),
            default_levels: None,
            merge_behavior: behavior.map(|behavior| Strategy::of_version_3(&behavior, options)),
            text: self.text.whole(),
        })
    }
}

fn level(backend: &Arc<str>, config: &Hash, paths: &[Arc<str>], datadir: &Arc<str>) -> Level {
    let mut options = map(config, backend).map(|options| (**options).clone()).unwrap_or_default();
    let own = options.shift_remove(&key("datadir")).and_then(|own| own.as_str().map(Arc::from));
    let extension = match options.get(&key("extension")) {
        Some(Value::String(extension)) => format!(".{extension}"),
        _ if &**backend == "hocon" => ".conf".to_owned(),
        _ => format!(".{backend}"),
    };
    let (kind, function, options) = match &**backend {
        "yaml" | "json" => (Kind::DataHash, format!("{backend}_data"), Arc::default()),
        "eyaml" => (Kind::LookupKey, "eyaml_lookup_key".to_owned(), Arc::new(options)),
        other => (Kind::Backend, other.to_owned(), Arc::new(options)),
    };
    Level {
        name: backend.clone(),
        kind,
        function: function.into(),
        datadir: own.unwrap_or_else(|| datadir.clone()),
        locations: Locations::Paths(paths.to_vec()),
        extension: Some(extension.into()),
        options,
    }
}
