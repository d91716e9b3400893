//! Types, what holds among them, and values as text.

use compiler::error::Failure;
use compiler::format;
use compiler::types::parse::{self, BuiltIn};
use compiler::types::{self, Type, mismatch};
use compiler::value::Value;
use serde_json::{Value as Json, json};

pub(crate) fn printed(vector: &Json) -> Json {
    answer(a_type(&vector["source"]).map(|of| json!(of.to_string())))
}

pub(crate) fn mismatched(vector: &Json) -> Json {
    let subject = vector["subject"].as_str().unwrap_or_default();
    answer(a_type(&vector["expected"]).and_then(|expected| {
        let actual = a_type(&vector["actual"])?;
        Ok(json!(mismatch::describe(subject, &expected, &actual)))
    }))
}

pub(crate) fn converted(vector: &Json) -> Json {
    let formats = match vector["formats"].as_str() {
        Some("default") => Ok(None),
        Some(text) => Ok(Some(Value::from(text))),
        None => Value::from_rich_json(&vector["formats"]["rich"]).map(Some),
    };
    answer(formats.and_then(|formats| {
        let value = Value::from_rich_json(&vector["value"]["rich"])?;
        format::string_new(&value, formats.as_ref()).map(Json::from)
    }))
}

pub(crate) fn operated(vector: &Json) -> Json {
    answer(operation(vector))
}

fn operation(vector: &Json) -> Result<Json, Failure> {
    let arguments = vector["args"].as_array().cloned().unwrap_or_default();
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let a_type = |index: usize| a_type(&argument(index)["type"]);
    let value = |index: usize| match argument(index).get("type") {
        Some(text) => self::a_type(text).map(Value::Type),
        None => Value::from_rich_json(&argument(index)["value"]),
    };
    let named = |of: Type| json!({"type": of.to_string()});
    Ok(match vector["op"].as_str().unwrap_or_default() {
        "assignable" => json!(types::is_assignable(&a_type(0)?, &a_type(1)?)),
        "instance" => json!(types::is_instance(&a_type(0)?, &value(1)?)),
        "infer" => named(types::infer(&value(0)?)),
        "infer_set" => named(types::infer_set(&value(0)?)),
        "generalize" => named(types::generalize(&a_type(0)?)),
        "common_type" => named(types::common_type(&a_type(0)?, &a_type(1)?)),
        other => return Err(Failure::argument(format!("unknown operation {other}"))),
    })
}

fn a_type(text: &Json) -> Result<Type, Failure> {
    parse::text(text.as_str().unwrap_or_default(), &mut BuiltIn)
}

fn answer(result: Result<Json, Failure>) -> Json {
    match result {
        Ok(value) => json!({"ok": value}),
        Err(failure) => json!({"error": {"message": failure.message}}),
    }
}
