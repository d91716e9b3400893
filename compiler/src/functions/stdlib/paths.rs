//! Functions on paths, files and modules.

use super::{expect, refuse};
use crate::error::{Failure, Stop};
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, required};
use crate::value::{Text, Value};
use crate::world::DataFormat;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::legacy("dirname", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |_| "dirname(): No arguments given".to_owned())?;
        expect(call, call.arguments.len() == 1, |n| format!("dirname(): Too many arguments given ({n})"))?;
        match call.argument(0) {
            Value::String(path) if path.is_empty() => refuse("dirname(): Requires a non-empty string as argument"),
            Value::String(path) => Ok(Value::from(dirname(path))),
            _ => refuse("dirname(): Requires string as argument"),
        }
    }),
    Function::legacy("basename", 0, None, |call| {
        expect(call, !call.arguments.is_empty(), |_| "basename(): No arguments given".to_owned())?;
        expect(call, call.arguments.len() <= 2, |n| format!("basename(): Too many arguments given ({n})"))?;
        let Value::String(path) = call.argument(0) else {
            return refuse("basename(): Requires string as first argument");
        };
        let suffix = match call.arguments.get(1) {
            None => "",
            Some(Value::String(suffix)) => suffix,
            Some(_) => return refuse("basename(): Requires string as second argument"),
        };
        Ok(Value::String(path.derived(basename(path, suffix))))
    }),
    Function::new("stdlib::extname", &[Declared::new(&[required("filename", "String")]).returns("String")], |call| {
        // Ruby's empty answer is of no letters at all.
        Ok(match extension(call.text(0)) {
            "" => Value::String(Text::bytes("")),
            extension => Value::from(extension),
        })
    }),
    Function::legacy("get_module_path", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |_| "get_module_path(): Wrong number of arguments, expects one".to_owned())?;
        let name = ruby_text::to_s(call.argument(0));
        if let Some(module) = call.caller.world().module(&name) {
            return Ok(Value::String(module.path.into()));
        }
        no_module(call, &name)
    }),
    Function::legacy("load_module_metadata", 0, None, |call| {
        let fits = matches!(call.arguments.len(), 1 | 2);
        expect(call, fits, |_| "load_module_metadata(): Wrong number of arguments, expects one or two".to_owned())?;
        let name = ruby_text::to_s(call.argument(0));
        let module = call.caller.world().module(&name);
        let Some(module) = module else { return no_module(call, &name) };
        match module.metadata {
            Some(metadata) => Ok((*metadata).clone()),
            None if call.argument(1).is_truthy() => Ok(Value::hash(crate::value::Hash::default())),
            None => refuse(format!("load_module_metadata(): No metadata.json file for module {name}")),
        }
    }),
    Function::legacy("loadyaml", 1, None, |call| load(call, DataFormat::Yaml)),
    Function::legacy("loadjson", 1, None, |call| load(call, DataFormat::Json)),
    Function::legacy("glob", 0, None, |call| {
        let fits = call.arguments.len() == 1;
        expect(call, fits, |n| format!("glob(): Wrong number of arguments given ({n} for 1)"))?;
        let mut found = Vec::new();
        for pattern in super::list(call.argument(0)) {
            match pattern {
                Value::String(pattern) => found.extend(call.caller.world().glob(&pattern)),
                _ => return refuse("glob(): Requires either array or string to work"),
            }
        }
        Ok(Value::array(found.into_iter().map(Value::from).collect()))
    }),
];

fn no_module(call: &mut Call<'_>, name: &str) -> Result<Value, Stop> {
    let environment = call.caller.variable("environment")?.unwrap_or(Value::Undef);
    let environment = ruby_text::to_s(&environment);
    refuse(format!("Could not find module {name} in environment {environment}"))
}

/// Ruby's `File.dirname`.
fn dirname(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return if path.starts_with('/') { "/" } else { "." };
    }
    match trimmed.rfind('/') {
        None => ".",
        Some(at) => {
            let folder = trimmed[..at].trim_end_matches('/');
            if folder.is_empty() { "/" } else { folder }
        }
    }
}

/// Ruby's `File.basename`; `.*` as suffix is any extension.
pub(in crate::functions) fn basename<'a>(path: &'a str, suffix: &str) -> &'a str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && !path.is_empty() {
        return "/";
    }
    let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
    if suffix == ".*" {
        return match name.rfind('.') {
            Some(at) if at > 0 => &name[..at],
            _ => name,
        };
    }
    name.strip_suffix(suffix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Ruby's `File.extname`.
pub(in crate::functions) fn extension(path: &str) -> &str {
    let name = basename(path, "");
    let hidden = name.len() - name.trim_start_matches('.').len();
    match name[hidden..].rfind('.') {
        Some(at) if at > 0 => &name[hidden + at..],
        _ => "",
    }
}

fn load(call: &mut Call<'_>, format: DataFormat) -> Result<Value, Stop> {
    if call.arguments.is_empty() {
        return refuse("Wrong number of arguments. 1 or 2 arguments should be provided.");
    }
    let path = ruby_text::to_s(call.argument(0));
    let default = call.arguments.get(1).cloned();
    if path.starts_with("http://") || path.starts_with("https://") {
        return Err(Failure::missing(&format!("{}() of a URL", call.name)).into());
    }
    match call.caller.world().data(&path, format) {
        Ok(Some(value)) if value.is_truthy() => Ok((*value).clone()),
        Ok(Some(_)) => Ok(default.unwrap_or(Value::Undef)),
        Ok(None) => {
            call.caller.log(crate::functions::Level::Warning, format!("Can't load '{path}' File does not exist!"));
            Ok(default.unwrap_or(Value::Undef))
        }
        Err(error) => default.filter(Value::is_truthy).ok_or_else(|| Failure::argument(error.to_string()).into()),
    }
}
