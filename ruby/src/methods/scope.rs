//! The template itself, its scope, and what the scope lends.

use super::{Call, Method, method};
use crate::host::Level;
use crate::interpreter::Outcome;
use crate::value::{Object, Value};

pub(super) const OF_TEMPLATE: &[Method] = &[
    method("scope", 0, 0, |_| Ok(Value::Object(Object::Scope))),
    method("has_variable?", 1, 1, |call| {
        let name = call.argument(0).to_s();
        Ok(Value::Boolean(call.ruby.host.has_variable(&name)))
    }),
    method("classes", 0, 0, |call| {
        let names = call.ruby.host.classes();
        Ok(texts(names))
    }),
    method("all_tags", 0, 0, |call| {
        let tags = call.ruby.host.catalog_tags();
        Ok(texts(tags))
    }),
    method("tags", 0, 0, |call| Err(call.ruby.raise("NotImplementedError", "Call 'all_tags' instead."))),
    method("file", 0, 0, |call| Ok(call.ruby.file.clone().map_or(Value::Nil, Value::string))),
    method("to_s", 0, 0, |call| {
        Ok(Value::from(format!("template[{}]", call.ruby.file.as_deref().unwrap_or("inline"))))
    }),
    method("debug", 1, 1, |call| log(call, Level::Debug)),
    method("info", 1, 1, |call| log(call, Level::Info)),
    method("notice", 1, 1, |call| log(call, Level::Notice)),
    method("warning", 1, 1, |call| log(call, Level::Warning)),
    method("err", 1, 1, |call| log(call, Level::Err)),
    method("alert", 1, 1, |call| log(call, Level::Alert)),
    method("emerg", 1, 1, |call| log(call, Level::Emerg)),
    method("crit", 1, 1, |call| log(call, Level::Crit)),
];

pub(super) const METHODS: &[Method] = &[
    method("[]", 1, 2, lookup),
    method("lookupvar", 1, 2, lookup),
    method("include?", 1, 1, |call| {
        let name = call.argument(0).to_s();
        Ok(Value::Boolean(call.ruby.host.has_variable(&name)))
    }),
    method("exist?", 1, 1, |call| {
        let name = call.argument(0).to_s();
        Ok(Value::Boolean(call.ruby.host.exists(&name)))
    }),
    method("to_hash", 0, 2, |call| {
        let variables = call.ruby.host.variables();
        Ok(Value::hash(variables.into_iter().map(|(name, value)| (Value::from(name), value))))
    }),
    method("setvar", 2, 3, set),
    method("[]=", 2, 2, set),
    method("call_function", 2, 2, |call| {
        let name = call.argument(0).to_s();
        let arguments = match call.argument(1) {
            Value::Array(list) => list.items(),
            other => vec![other],
        };
        let answer = call.ruby.host.call_function(&name, arguments);
        call.ruby.hosted(answer)
    }),
    method("catalog", 0, 0, |_| Ok(Value::Object(Object::Catalog))),
    method("compiler", 0, 0, |_| Ok(Value::Object(Object::Compiler))),
    method("environment", 0, 0, |_| Ok(Value::Object(Object::Environment))),
    method("resource", 0, 0, |_| Ok(Value::Object(Object::Resource))),
    method("tags", 0, 0, |call| {
        let tags = call.ruby.host.scope_tags();
        Ok(texts(tags))
    }),
];

pub(super) const OF_LENT: &[Method] = &[
    method("classes", 0, 0, |call| {
        let names = call.ruby.host.classes();
        Ok(texts(names))
    }),
    method("tags", 0, 0, |call| {
        let tags = match call.this {
            Value::Object(Object::Catalog) => call.ruby.host.catalog_tags(),
            _ => call.ruby.host.scope_tags(),
        };
        Ok(texts(tags))
    }),
    method("catalog", 0, 0, |_| Ok(Value::Object(Object::Catalog))),
    method("environment", 0, 0, |_| Ok(Value::Object(Object::Environment))),
    method("name", 0, 0, name),
    method("to_s", 0, 0, name),
    method("to_sym", 0, 0, |call| Ok(Value::symbol(&name(call)?.to_s()))),
];

fn name(call: &mut Call<'_, '_>) -> Outcome {
    match call.this {
        Value::Object(Object::Environment) => Ok(Value::from(call.ruby.host.environment())),
        Value::Object(Object::Resource) => Ok(Value::from(call.ruby.host.resource())),
        _ => Err(call.ruby.unsupported(format!("the name of a {}", call.this.class()))),
    }
}

fn lookup(call: &mut Call<'_, '_>) -> Outcome {
    let Value::String(text) = call.argument(0) else {
        let given = call.argument(0);
        let message = format!("Scope variable name {} is a {}, not a string", given.inspect(), given.class());
        return Err(call.ruby.raise("Puppet::ParseError", message));
    };
    let name = text.shared();
    let answer = call.ruby.host.lookup(&name);
    call.ruby.hosted(answer)
}

fn set(call: &mut Call<'_, '_>) -> Outcome {
    let name = call.argument(0).to_s();
    let value = call.argument(1);
    let answer = call.ruby.host.set_variable(&name, value.clone());
    call.ruby.hosted(answer)?;
    Ok(value)
}

fn log(call: &mut Call<'_, '_>, level: Level) -> Outcome {
    let message = match call.argument(0) {
        Value::Array(list) => list.read().iter().map(Value::to_s).collect::<Vec<_>>().join(" "),
        other => other.to_s(),
    };
    call.ruby.host.log(level, message);
    Ok(Value::Nil)
}

fn texts(names: Vec<String>) -> Value {
    Value::array(names.into_iter().map(Value::from).collect())
}
