//! Functions that find files, read them, and render templates.

use std::sync::Arc;

use super::{Call, Function, ruby_text};
use crate::error::{Failure, Stop};
use crate::signature::{Declared, optional, repeated, required};
use crate::value::Value;
use crate::world::{FileKind, LoadError};

const PATHS: &[Declared] =
    &[Declared::new(&[repeated("paths", "String")]), Declared::new(&[repeated("paths_array", "Array[String]")])];
const PARAMETERS: &str = r"Hash[Pattern[/^\w+$/], Any]";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("find_file", PATHS, |call| Ok(first(call, FileKind::File))),
    Function::new("find_template", PATHS, |call| Ok(first(call, FileKind::Template))),
    Function::new(
        "module_directory",
        &[Declared::new(&[repeated("names", "String")]), Declared::new(&[repeated("names", "Array[String]")])],
        |call| {
            let found = names(call).into_iter().find_map(|name| call.caller.world().module(&name));
            Ok(found.map_or(Value::Undef, |module| Value::String(module.path.into())))
        },
    ),
    Function::new("binary_file", &[Declared::new(&[required("path", "String")])], |call| {
        let name = call.text(0);
        let path = call.caller.world().find(FileKind::File, name);
        match path.map(|path| read(call, &path)).transpose()?.flatten() {
            Some(bytes) => Ok(Value::Binary(bytes)),
            None => Err(Failure::argument(format!("binary_file(): The given file '{name}' does not exist")).into()),
        }
    }),
    Function::legacy("file", 1, None, file),
    Function::legacy("generate", 1, None, generate),
    Function::legacy("template", 1, None, |call| call.caller.template(&call.arguments)),
    Function::legacy("inline_template", 1, None, |call| call.caller.inline_template(&call.arguments)),
    Function::new(
        "epp",
        &[Declared::new(&[required("path", "String"), optional("parameters", PARAMETERS)])
            .returns("Variant[String, Sensitive[String]]")],
        epp,
    ),
    Function::new(
        "inline_epp",
        &[Declared::new(&[required("template", "String"), optional("parameters", PARAMETERS)])
            .returns("Variant[String, Sensitive[String]]")],
        |call| {
            let source = call.text(0).to_owned();
            let program = call
                .caller
                .parse_epp(&source)
                .map_err(|message| Failure::argument(format!("inline_epp(): Invalid EPP: {message}")))?;
            let parameters = call.take(1);
            call.caller.render_epp("inline_epp", &program, parameters.as_hash(), true)
        },
    ),
];

fn names(call: &Call<'_>) -> Vec<Arc<str>> {
    let text = |value: &Value| value.as_str().map(Arc::from);
    call.arguments
        .iter()
        .flat_map(|argument| match argument {
            Value::Array(items) => items.iter().filter_map(text).collect::<Vec<_>>(),
            one => text(one).into_iter().collect(),
        })
        .collect()
}

fn first(call: &Call<'_>, kind: FileKind) -> Value {
    let found = names(call).into_iter().find_map(|name| call.caller.world().find(kind, &name));
    found.map_or(Value::Undef, Value::string)
}

pub(super) fn read(call: &Call<'_>, path: &str) -> Result<Option<Arc<[u8]>>, Stop> {
    call.caller.world().read(path).map_err(|error| unreadable(&error))
}

pub(super) fn unreadable(error: &LoadError) -> Stop {
    Failure::argument(error.to_string()).into()
}

fn file(call: &mut Call<'_>) -> Result<Value, Stop> {
    let names: Vec<String> = call.arguments.iter().map(ruby_text::to_s).collect();
    for name in &names {
        let Some(path) = call.caller.world().find(FileKind::File, name) else { continue };
        if let Some(bytes) = read(call, &path)? {
            return Ok(std::str::from_utf8(&bytes).map_or_else(|_| Value::Binary(bytes.clone()), Value::from));
        }
    }
    Err(Failure::argument(format!("Could not find any files from {}", names.join(", "))).into())
}

fn generate(call: &mut Call<'_>) -> Result<Value, Stop> {
    let command: Vec<String> = call.arguments.iter().map(ruby_text::to_s).collect();
    let program = command[0].as_str();
    let refuse = |message: &str| Err(Failure::argument(message).into());
    if !program.starts_with('/') {
        return refuse("Generators must be fully qualified");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_' | '.' | '+');
    if !program.chars().all(plain) {
        return refuse("Generators can only contain alphanumerics, file separators, and dashes");
    }
    if program.contains("..") {
        return refuse("Can not use generators with '..' in them.");
    }
    match call.caller.world().run(&command) {
        Ok(output) => Ok(Value::from(output)),
        Err(error) => Err(Failure::argument(format!("Failed to execute generator {program}: {error}")).into()),
    }
}

fn epp(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut name = call.text(0).to_owned();
    let is_epp = std::path::Path::new(&name).extension().is_some_and(|extension| extension == "epp");
    let is_there = name.starts_with('/') && call.caller.world().find(FileKind::Template, &name).is_some();
    if !is_epp && !is_there {
        name.push_str(".epp");
    }
    let program = match call.caller.world().epp(&name) {
        Ok(Some(program)) => program,
        Ok(None) => return Err(Failure::argument(format!("Could not find template '{name}'")).into()),
        Err(LoadError::Syntax(error)) => {
            return Err(Failure::argument(format!("epp(): Invalid EPP: {error}")).into());
        }
        Err(error) => return Err(unreadable(&error)),
    };
    let parameters = call.take(1);
    call.caller.render_epp("epp", &program, parameters.as_hash(), false)
}
