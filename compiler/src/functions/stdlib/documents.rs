//! Data to and from JSON and YAML.

use serde_json::Value as Json;

use super::{refuse, yaml};
use crate::data;
use crate::error::{Failure, Stop};
use crate::functions::{Call, Function, ruby_text};
use crate::signature::{Declared, optional, required};
use crate::value::{Hash, Value};

const PRETTY: &str = "Struct[{indent=>Optional[String],space=>Optional[String],space_before=>Optional[String],\
    object_nl=>Optional[String],array_nl=>Optional[String],allow_nan=>Optional[Boolean],\
    max_nesting=>Optional[Integer[-1,default]]}]";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("to_json", &[Declared::new(&[required("data", "Any")])], |call| {
        Ok(Value::from(to_json(call.argument(0)).to_string()))
    }),
    Function::new(
        "to_json_pretty",
        &[Declared::new(&[
            required("data", "Variant[Hash, Array]"),
            optional("skip_undef", "Optional[Boolean]"),
            optional("opts", PRETTY),
        ])],
        |call| {
            let mut data = call.take(0);
            if call.argument(1).as_bool() == Some(true) {
                data = match data {
                    Value::Array(items) => {
                        Value::array(items.iter().filter(|item| !item.is_undef()).cloned().collect())
                    }
                    Value::Hash(entries) => Value::hash(
                        entries
                            .iter()
                            .filter(|(_, value)| !value.is_undef())
                            .map(|(key, value)| (key.clone(), value.clone()))
                            .collect(),
                    ),
                    other => other,
                };
            }
            let layout = Layout::new(call.argument(2));
            let mut out = String::new();
            layout.write(&mut out, &to_json(&data), 0);
            out.push('\n');
            Ok(Value::from(out))
        },
    ),
    Function::new("to_yaml", &[Declared::new(&[required("data", "Any"), optional("options", "Hash")])], |call| {
        Ok(Value::from(yaml::write(call.argument(0), call.argument(1))))
    }),
    Function::legacy("parsejson", 0, None, |call| parse(call, data::json)),
    Function::legacy("parseyaml", 0, None, |call| parse(call, data::yaml)),
    Function::new("to_ruby", &[Declared::new(&[required("data", "Any")])], |call| {
        Ok(Value::from(ruby_text::inspect(call.argument(0))))
    }),
    Function::new("to_python", &[Declared::new(&[required("data", "Any")])], |call| {
        let mut out = String::new();
        python(&mut out, call.argument(0));
        Ok(Value::from(out))
    }),
];

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
pub(in crate::functions) fn json_text(value: &Value) -> String {
    to_json(value).to_string()
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

/// The white space of pretty JSON.
struct Layout {
    indent: String,
    space: String,
    space_before: String,
    object_nl: String,
    array_nl: String,
}

impl Layout {
    fn new(options: &Value) -> Self {
        let text = |name: &str, default: &str| options.get(name).and_then(Value::as_str).unwrap_or(default).to_owned();
        Self {
            indent: text("indent", "  "),
            space: text("space", " "),
            space_before: text("space_before", ""),
            object_nl: text("object_nl", "\n"),
            array_nl: text("array_nl", "\n"),
        }
    }

    fn write(&self, out: &mut String, json: &Json, level: usize) {
        let pad = |out: &mut String, line: &str, level: usize| {
            out.push_str(line);
            if !line.is_empty() {
                out.push_str(&self.indent.repeat(level));
            }
        };
        match json {
            Json::Array(items) if !items.is_empty() => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    pad(out, &self.array_nl, level + 1);
                    self.write(out, item, level + 1);
                }
                pad(out, &self.array_nl, level);
                out.push(']');
            }
            Json::Object(entries) if !entries.is_empty() => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    pad(out, &self.object_nl, level + 1);
                    out.push_str(&Json::from(key.as_str()).to_string());
                    out.push_str(&self.space_before);
                    out.push(':');
                    out.push_str(&self.space);
                    self.write(out, value, level + 1);
                }
                pad(out, &self.object_nl, level);
                out.push('}');
            }
            other => out.push_str(&other.to_string()),
        }
    }
}

fn python(out: &mut String, value: &Value) {
    let sequence = |out: &mut String, entries: &Hash| {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            python(out, key);
            out.push_str(": ");
            python(out, value);
        }
    };
    match value {
        Value::Undef => out.push_str("None"),
        Value::Boolean(truth) => out.push_str(if *truth { "True" } else { "False" }),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                python(out, item);
            }
            out.push(']');
        }
        Value::Hash(entries) => {
            out.push('{');
            sequence(out, entries);
            out.push('}');
        }
        other => out.push_str(&ruby_text::inspect(other)),
    }
}
