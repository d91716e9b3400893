//! The recorded behaviour of the original's type system and conversions, counted.

use std::collections::BTreeMap;
use std::path::Path;

use compiler::format;
use compiler::types::parse::{self, BuiltIn};
use compiler::types::{self, Type, mismatch};
use compiler::value::Value;
use serde_json::Value as Json;

/// How many pass at least, by file. May only rise.
const BASELINE: [(&str, usize); 2] = [("type.jsonl", 471), ("convert.jsonl", 248)];

#[test]
fn recorded_types_and_conversions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder =
        if folder.is_dir() { folder } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors") };
    if !folder.is_dir() {
        println!("skipped: no ../shared/vectors beside the repository");
        return;
    }
    let show = std::env::var("SHOW_FAILURES").unwrap_or_default();
    for (file, least) in BASELINE {
        let text = std::fs::read_to_string(folder.join(file)).expect("readable vectors");
        let mut areas: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for line in text.lines() {
            let case: Json = serde_json::from_str(line).expect("JSON on every line");
            let Some((wanted, got)) = run(&case) else { continue };
            let area =
                format!("{} {}", case["area"].as_str().unwrap_or_default(), case["op"].as_str().unwrap_or_default());
            let counts = areas.entry(area).or_default();
            if wanted == got {
                counts.0 += 1;
            } else {
                counts.1 += 1;
                if !show.is_empty() {
                    println!("{} {}\n  wanted {wanted}\n  got    {got}", case["id"], case["source"]);
                }
            }
        }
        let (mut passed, mut failed) = (0, 0);
        for (area, (good, bad)) in &areas {
            println!("{file} {area}: {good} passed, {bad} failed");
            passed += good;
            failed += bad;
        }
        println!("{file}: {passed} passed, {failed} failed");
        assert!(passed >= least, "{file}: {passed} passed, fewer than the {least} of before");
    }
}

/// What is wanted and what came, as text.
fn run(case: &Json) -> Option<(String, String)> {
    let kind = case["kind"].as_str()?;
    let wanted = &case["result"]["ok"];
    let error = case["result"]["error"]["message"].as_str();
    let got = match kind {
        "type" => parse::text(case["source"].as_str()?, &mut BuiltIn).map(|of| of.to_string()),
        "type_op" => operation(case),
        "type_mismatch" => {
            let side = |name: &str| parse::text(case[name].as_str().unwrap_or_default(), &mut BuiltIn);
            side("expected").and_then(|expected| {
                let actual = side("actual")?;
                Ok(mismatch::describe(case["subject"].as_str().unwrap_or_default(), &expected, &actual))
            })
        }
        "string_convert" => {
            let formats = match case["formats"].as_str() {
                Some("default") => Ok(None),
                Some(text) => Ok(Some(Value::from(text))),
                None => Value::from_rich_json(&case["formats"]["rich"]).map(Some),
            };
            formats.and_then(|formats| {
                let value = Value::from_rich_json(&case["value"]["rich"])?;
                format::string_new(&value, formats.as_ref())
            })
        }
        _ => return None,
    };
    let wanted = match (wanted, error) {
        (Json::Null, Some(error)) => format!("error: {error}"),
        (Json::String(text), _) => text.clone(),
        (Json::Object(fields), _) => fields.get("type").and_then(Json::as_str).unwrap_or_default().to_owned(),
        (other, _) => other.to_string(),
    };
    Some((wanted, got.unwrap_or_else(|failure| format!("error: {}", failure.message))))
}

fn operation(case: &Json) -> Result<String, compiler::error::Failure> {
    let arguments = case["args"].as_array().cloned().unwrap_or_default();
    let a_type = |index: usize| -> Result<Type, compiler::error::Failure> {
        parse::text(arguments[index]["type"].as_str().unwrap_or_default(), &mut BuiltIn)
    };
    let value = |index: usize| match arguments[index]["type"].as_str() {
        Some(text) => parse::text(text, &mut BuiltIn).map(Value::Type),
        None => Value::from_rich_json(&arguments[index]["value"]),
    };
    Ok(match case["op"].as_str().unwrap_or_default() {
        "assignable" => types::is_assignable(&a_type(0)?, &a_type(1)?).to_string(),
        "instance" => types::is_instance(&a_type(0)?, &value(1)?).to_string(),
        "infer" => types::infer(&value(0)?).to_string(),
        "infer_set" => types::infer_set(&value(0)?).to_string(),
        "generalize" => types::generalize(&a_type(0)?).to_string(),
        "common_type" => types::common_type(&a_type(0)?, &a_type(1)?).to_string(),
        other => format!("unknown operation {other}"),
    })
}
