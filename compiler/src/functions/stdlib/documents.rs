//! Data to and from JSON and YAML.

use model::value::Form;
use serde_json::Value as Json;

use super::{refuse, toml, yaml};
use crate::data;
use crate::error::{Failure, Stop};
use crate::functions::strings::check_length;
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Hash, Value};

const PRETTY: &str = "Struct[{indent=>Optional[String],space=>Optional[String],space_before=>Optional[String],\
    object_nl=>Optional[String],array_nl=>Optional[String],allow_nan=>Optional[Boolean],\
    max_nesting=>Optional[Integer[-1,default]]}]";

pub(super) const PRETTY_ARGUMENTS: &[Declared] = &[Declared::new(&[
    required("data", "Variant[Hash, Array]"),
    optional("skip_undef", "Optional[Boolean]"),
    optional("opts", PRETTY),
])];

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("to_json", &[Declared::new(&[required("data", "Any")])], |call| {
        json_text(call.argument(0)).map(Value::from)
    }),
    Function::new("to_json_pretty", PRETTY_ARGUMENTS, |call| {
        pretty(call.argument(0), call.argument(1), call.argument(2)).map(Value::from)
    }),
    Function::new("to_toml", &[Declared::new(&[required("data", "Hash")]).returns("String")], |call| {
        toml::write(call.argument(0).as_hash().unwrap_or(&Hash::default())).map(Value::from)
    }),
    Function::new(
        "parsepson",
        &[Declared::new(&[required("pson_string", "String[1]"), optional("default", "Any")])],
        |call| match data::json(call.text(0)) {
            Ok(value) => Ok(value),
            Err(_) if call.arguments.len() > 1 => Ok(call.take(1)),
            Err(message) => refuse(message),
        },
    ),
    Function::new("to_yaml", &[Declared::new(&[required("data", "Any"), optional("options", "Hash")])], |call| {
        Ok(Value::from(yaml::write(call.argument(0), call.argument(1))))
    }),
    Function::new(
        "parsehocon",
        &[Declared::new(&[required("hocon_string", "String"), optional("default", "Any")])],
        |call| {
            let read = data::hocon(call.text(0), &|name| call.caller.world().process_variable(name));
            match read {
                Ok(value) => Ok(value),
                Err(_) if call.arguments.len() > 1 => Ok(call.take(1)),
                Err(message) => refuse(message),
            }
        },
    ),
    Function::legacy("parsejson", 0, None, |call| parse(call, data::json)),
    Function::legacy("parseyaml", 0, None, |call| parse(call, data::yaml)),
    Function::new("to_ruby", &[Declared::new(&[required("object", "Any")])], |call| {
        code(call.argument(0), &RUBY).map(Value::from)
    }),
    Function::new("to_python", &[Declared::new(&[required("object", "Any")])], |call| {
        code(call.argument(0), &PYTHON).map(Value::from)
    }),
];

/// Pretty JSON, with a line feed at the end.
pub(super) fn pretty(data: &Value, skip_undef: &Value, options: &Value) -> Result<String, Stop> {
    let skip = skip_undef.is_truthy();
    let json = match data {
        Value::Array(items) if skip => Json::Array(items.iter().filter(|item| !item.is_undef()).map(to_json).collect()),
        Value::Hash(entries) if skip => {
            let kept = entries.iter().filter(|(_, value)| !value.is_undef());
            Json::Object(kept.map(|(key, value)| (ruby_text::to_s(key), to_json(value))).collect())
        }
        other => to_json(other),
    };
    Ok(Layout::new(options).text(&json)? + "\n")
}

fn parse(call: &mut Call<'_>, read: fn(&str) -> Result<Value, String>) -> Result<Value, Stop> {
    if call.arguments.is_empty() {
        return refuse("Wrong number of arguments. 1 or 2 arguments should be provided.");
    }
    let default = call.arguments.get(1).cloned();
    let Value::String(text) = call.argument(0) else {
        return default.filter(Value::is_truthy).ok_or_else(|| {
            let class = crate::functions::strings::ruby_class(call.argument(0));
            Failure::argument(format!("no implicit conversion of {class} into String")).into()
        });
    };
    match read(text) {
        Ok(value) if value.is_truthy() => Ok(value),
        Ok(value) => Ok(default.unwrap_or(value)),
        Err(message) => default.filter(Value::is_truthy).ok_or_else(|| Failure::argument(message).into()),
    }
}

/// A value as JSON without white space.
pub(crate) fn json_text(value: &Value) -> Result<String, Stop> {
    Layout::COMPACT.text(&to_json(value))
}

/// A value as Ruby's JSON library writes it: keys and what JSON lacks become text.
fn to_json(value: &Value) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Boolean(truth) => Json::Bool(*truth),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Array(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Hash(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (ruby_text::to_s(key), to_json(value))).collect())
        }
        other => Json::String(ruby_text::to_s(other)),
    }
}

/// The white space of JSON, and how deep it may nest.
struct Layout {
    indent: String,
    space: String,
    space_before: String,
    object_nl: Option<String>,
    array_nl: Option<String>,
    max_nesting: usize,
}

/// Levels, unless the caller says otherwise.
const MAX_NESTING: usize = 100;

impl Layout {
    const COMPACT: Self = Self {
        indent: String::new(),
        space: String::new(),
        space_before: String::new(),
        object_nl: None,
        array_nl: None,
        max_nesting: MAX_NESTING,
    };

    fn new(options: &Value) -> Self {
        let text = |name: &str, default: &str| options.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        let max_nesting = options.get("max_nesting").and_then(Value::as_integer);
        Self {
            indent: text("indent", "  "),
            space: text("space", " "),
            space_before: text("space_before", ""),
            object_nl: Some(text("object_nl", "\n")),
            array_nl: Some(text("array_nl", "\n")),
            max_nesting: match max_nesting {
                None => MAX_NESTING,
                Some(levels) => usize::try_from(levels).ok().filter(|levels| *levels > 0).unwrap_or(usize::MAX),
            },
        }
    }

    fn text(&self, json: &Json) -> Result<String, Stop> {
        let mut out = String::new();
        self.write(&mut out, json, 0)?;
        Ok(out)
    }

    fn write(&self, out: &mut String, json: &Json, level: usize) -> Result<(), Stop> {
        if level >= self.max_nesting && matches!(json, Json::Array(_) | Json::Object(_)) {
            return refuse(format!("nesting of {level} is too deep"));
        }
        match json {
            Json::Array(items) => {
                out.push('[');
                out.push_str(self.array_nl.as_deref().unwrap_or_default());
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                        out.push_str(self.array_nl.as_deref().unwrap_or_default());
                    }
                    self.margin(out, level + 1)?;
                    self.write(out, item, level + 1)?;
                }
                self.end(out, self.array_nl.as_deref(), level)?;
                out.push(']');
            }
            Json::Object(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.end(out, self.object_nl.as_deref(), level + 1)?;
                    out.push_str(&Json::from(key.as_str()).to_string());
                    out.push_str(&self.space_before);
                    out.push(':');
                    out.push_str(&self.space);
                    self.write(out, value, level + 1)?;
                }
                self.end(out, self.object_nl.as_deref(), level)?;
                out.push('}');
            }
            other => out.push_str(&scalar(other)),
        }
        Ok(())
    }

    /// A new line and its margin.
    fn end(&self, out: &mut String, line: Option<&str>, level: usize) -> Result<(), Stop> {
        let Some(line) = line else { return Ok(()) };
        out.push_str(line);
        self.margin(out, level)
    }

    fn margin(&self, out: &mut String, level: usize) -> Result<(), Stop> {
        check_length(self.indent.len().saturating_mul(level).saturating_add(out.len()))?;
        out.push_str(&self.indent.repeat(level));
        Ok(())
    }
}

/// Numbers are written as Ruby prints them.
fn scalar(json: &Json) -> String {
    match json.as_f64() {
        Some(number) if json.is_f64() => crate::format::to_text(&Value::Float(number)),
        _ => json.to_string(),
    }
}

/// How a language writes what JSON has names for.
struct Words {
    yes: &'static str,
    no: &'static str,
    nothing: &'static str,
    arrow: &'static str,
}

const RUBY: Words = Words { yes: "true", no: "false", nothing: "nil", arrow: " => " };
const PYTHON: Words = Words { yes: "True", no: "False", nothing: "None", arrow: ": " };

/// A value as code: what is no plain data stands as rich data.
fn code(value: &Value, words: &Words) -> Result<String, Stop> {
    let data = serde_json::to_value(value.to_model().wire(Form::Rich));
    let data = data.map_err(|error| Failure::argument(error.to_string()))?;
    let mut out = String::new();
    write_code(&mut out, &data, words);
    Ok(out)
}

fn write_code(out: &mut String, json: &Json, words: &Words) {
    match json {
        Json::Null => out.push_str(words.nothing),
        Json::Bool(truth) => out.push_str(if *truth { words.yes } else { words.no }),
        Json::Number(_) => out.push_str(&scalar(json)),
        Json::String(text) => out.push_str(&ruby_text::inspect(&Value::from(text.as_str()))),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_code(out, item, words);
            }
            out.push(']');
        }
        Json::Object(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                out.push_str(&ruby_text::inspect(&Value::from(key.as_str())));
                out.push_str(words.arrow);
                write_code(out, value, words);
            }
            out.push('}');
        }
    }
}
