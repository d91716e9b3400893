//! Functions that look data up: `lookup` and the older `hiera` family.

use std::sync::Arc;

use super::{Call, Function, Strict};
use crate::error::{Failure, Stop};
use crate::hiera::{self, Legacy, Request};
use crate::signature::{Declared, optional, required};
use crate::value::Value;
use crate::world::DataFormat;

const ALIASES: &[(&str, &str)] = &[
    ("NameType", "Variant[String, Array[String]]"),
    ("ValueType", "Type"),
    ("DefaultValueType", "Any"),
    ("MergeType", "Variant[String[1], Hash[String, Scalar]]"),
    ("BlockType", "Callable[NameType]"),
    (
        "OptionsWithName",
        "Struct[{name=>NameType,value_type=>Optional[ValueType],default_value=>Optional[DefaultValueType],\
         override=>Optional[Hash[String,Any]],default_values_hash=>Optional[Hash[String,Any]],\
         merge=>Optional[MergeType]}]",
    ),
    (
        "OptionsWithoutName",
        "Struct[{value_type=>Optional[ValueType],default_value=>Optional[DefaultValueType],\
         override=>Optional[Hash[String,Any]],default_values_hash=>Optional[Hash[String,Any]],\
         merge=>Optional[MergeType]}]",
    ),
];

const HIERA: &[Declared] = &[
    Declared::new(&[required("args", "Tuple[String, Any, Any, 1, 3]")]),
    Declared::new(&[required("key", "String")]),
    Declared::new(&[required("key", "String"), required("default", "Any"), optional("override", "Any")]),
    Declared::new(&[required("key", "String")]).block(required("default_block", "Callable[1,1]")),
    Declared::new(&[required("key", "String"), required("override", "Any")])
        .block(required("default_block", "Callable[1,1]")),
];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("yaml_data", DATA_FILE, |call| data_file(call, DataFormat::Yaml)),
    Function::new("hocon_data", DATA_FILE, |call| {
        if !call.caller.world().data_settings().hocon {
            return Err(Failure::argument(
                "Function Load Error for function 'hocon_data': Lookup using Hocon data_hash function is not supported \
                 without hocon library",
            )
            .into());
        }
        let options = path_of(call)?;
        hiera::files::hocon(call.caller, &options)
    }),
    Function::new("eyaml_lookup_key", LOOKUP_KEY, |call| {
        let (key, options, context) = (call.take(0), call.take(1), call.take(2));
        hiera::eyaml::lookup_key(call.caller, &key, &options, &context)
    }),
    Function::new("json_data", DATA_FILE, |call| data_file(call, DataFormat::Json)),
    Function::new(
        "lookup",
        &[
            Declared::new(&[
                required("name", "NameType"),
                optional("value_type", "ValueType"),
                optional("merge", "MergeType"),
            ])
            .aliases(ALIASES),
            Declared::new(&[
                required("name", "NameType"),
                required("value_type", "Optional[ValueType]"),
                required("merge", "Optional[MergeType]"),
                required("default_value", "DefaultValueType"),
            ])
            .aliases(ALIASES),
            Declared::new(&[
                required("name", "NameType"),
                optional("value_type", "ValueType"),
                optional("merge", "MergeType"),
            ])
            .block(required("block", "BlockType"))
            .aliases(ALIASES),
            Declared::new(&[required("options_hash", "OptionsWithName")])
                .block(optional("block", "BlockType"))
                .aliases(ALIASES),
            Declared::new(&[
                required("name", "Variant[String,Array[String]]"),
                required("options_hash", "OptionsWithoutName"),
            ])
            .block(optional("block", "BlockType"))
            .aliases(ALIASES),
        ],
        lookup,
    ),
    Function::new("hiera", HIERA, |call| hiera_lookup(call, "first")),
    Function::new("hiera_array", HIERA, |call| hiera_lookup(call, "unique")),
    Function::new("hiera_hash", HIERA, |call| hiera_lookup(call, "hash")),
    Function::new("hiera_include", HIERA, |call| {
        let key = key(call);
        let found = hiera_lookup(call, "unique")?;
        let nothing = match &found {
            Value::Undef => return Err(Failure::argument(format!("Could not find data item {key}")).into()),
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if nothing { Ok(Value::Undef) } else { call.caller.call_function("include", vec![found], None) }
    }),
];

fn lookup(call: &mut Call<'_>) -> Result<Value, Stop> {
    let (name, options) = match call.dispatch {
        3 => (call.argument(0).get("name").cloned().unwrap_or(Value::Undef), call.take(0)),
        4 => (call.take(0), call.take(1)),
        _ => (call.take(0), Value::Undef),
    };
    let mut request =
        Request { names: names(&name), name: Some(name), block: call.block.clone(), ..Request::default() };
    if let Value::Hash(options) = &options {
        let option = |name: &str| options.get(&Value::from(name)).filter(|value| !value.is_undef());
        let hash = |name: &str| match option(name) {
            Some(Value::Hash(entries)) => Some(entries.clone()),
            _ => None,
        };
        request.value_type = option("value_type").and_then(Value::as_type).cloned();
        request.merge = option("merge").cloned();
        request.default = options.get(&Value::from("default_value")).cloned();
        request.overrides = hash("override");
        request.default_values = hash("default_values_hash");
    } else {
        request.value_type = call.argument(1).as_type().cloned();
        request.merge = Some(call.take(2)).filter(|merge| !merge.is_undef());
        request.default = (call.dispatch == 1).then(|| call.take(3));
    }
    hiera::lookup(call.caller, &request)
}

fn names(name: &Value) -> Vec<Arc<str>> {
    match name {
        Value::String(name) => vec![name.letters().clone()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(Arc::from).collect(),
        _ => Vec::new(),
    }
}

fn key(call: &Call<'_>) -> Arc<str> {
    let first = call.argument(0);
    let key = first.as_array().and_then(<[Value]>::first).unwrap_or(first);
    key.as_str().unwrap_or_default().into()
}

fn hiera_lookup(call: &mut Call<'_>, merge: &str) -> Result<Value, Stop> {
    let name = call.name;
    if call.caller.strict() != Strict::Off {
        let message = format!(
            "The function '{name}' is deprecated in favor of using 'lookup'. See \
             https://puppet.com/docs/puppet/7.23/deprecated_language.html"
        );
        call.caller.warn_once(name, message);
    }
    let key = key(call);
    let (default, levels) = match call.dispatch {
        0 => (call.items(0).get(1).cloned(), call.items(0).get(2).cloned()),
        2 => (Some(call.take(1)), Some(call.take(2))),
        4 => (None, Some(call.take(1))),
        _ => (None, None),
    };
    let levels = match levels {
        None | Some(Value::Undef) => Vec::new(),
        Some(Value::Array(levels)) => levels.to_vec(),
        Some(level) => vec![level],
    };
    let request = Request {
        name: Some(Value::String(key.clone().into())),
        names: vec![key],
        merge: Some(Value::from(merge)),
        default,
        block: call.block.clone(),
        legacy: Some(Legacy { levels }),
        ..Request::default()
    };
    hiera::lookup(call.caller, &request)
}

/// The function that finds keys in encrypted data, as `hiera.yaml` names it.
const LOOKUP_KEY: &[Declared] = &[Declared::new(&[
    required("key", "String[1]"),
    required("options", "Hash[String[1],Any]"),
    required("context", "Puppet::LookupContext"),
])];

/// The functions that read data files, as `hiera.yaml` names them.
const DATA_FILE: &[Declared] = &[
    Declared::new(&[required("options", "Struct[{path=>String[1]}]"), required("context", "Puppet::LookupContext")]),
    Declared::new(&[required("options", "Hash"), required("context", "Puppet::LookupContext")]),
];

fn data_file(call: &mut Call<'_>, format: DataFormat) -> Result<Value, Stop> {
    let options = path_of(call)?;
    hiera::files::data(call.caller, &options, format)
}

/// The options of a function that reads a data file.
fn path_of(call: &mut Call<'_>) -> Result<Value, Stop> {
    if call.dispatch == 1 {
        return Err(Failure::argument(format!(
            "'{}' one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using \
             this data_hash function",
            call.name
        ))
        .into());
    }
    Ok(call.take(0))
}
