//! Catalogs of the original, compiled here again: each case that is not listed as differing has to be equal.
//!
//! Reads `../shared/oracle/cases` beside the project, or the folder that `CASES_DIR` names; the last line is
//! `total: N passed, M failed`. A case is compiled as it is and once more with the settings of Puppet 8 (`strict=error`,
//! `strict_variables=true`); catalogs are compared by the oracle's `diff_catalogs.py`, errors by their text. In another
//! folder, nothing is expected to differ and nothing is held.

#![allow(clippy::print_stdout, reason = "counts and differences are for whoever runs the tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use acceptance::server::binary;
use acceptance::shared::{folder, has_command};
use anyhow::{Context, Result};
use serde_json::{Value, json};

const MODULES: &str = "/usr/share/puppet/modules";

/// Cases known to differ, and why. A case that is not listed has to compare equal; one that is listed and equal has
/// to leave the list.
const DIFFERING: &[(&str, &str)] = &[];

fn main() -> ExitCode {
    // What test runners ask of a program without the usual harness.
    if std::env::args().any(|argument| argument == "--list") {
        if !std::env::args().any(|argument| argument == "--ignored") {
            println!("catalogs_equal_the_originals: test");
        }
        return ExitCode::SUCCESS;
    }
    match run() {
        Ok(code) => code,
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let Some(oracle) = folder("oracle") else { return Ok(ExitCode::SUCCESS) };
    if !has_command("python3") {
        return Ok(ExitCode::SUCCESS);
    }
    let other = std::env::var_os("CASES_DIR").map(PathBuf::from);
    let listed: BTreeMap<&str, &str> =
        if other.is_some() { BTreeMap::new() } else { DIFFERING.iter().copied().collect() };
    let (mut passed, mut failed, mut broken) = (0, 0, false);
    for case in cases(&other.clone().unwrap_or_else(|| oracle.join("cases")))? {
        let name = case.file_name().and_then(|name| name.to_str()).context("a case has a name")?;
        if let Some(absent) = absent_module(&case)? {
            println!("skipped: {name} needs the module {absent}");
            continue;
        }
        let differences = compare(&oracle, &case).with_context(|| name.to_owned())?;
        if differences.is_empty() {
            passed += 1;
        } else {
            failed += 1;
            println!("failed: {name}: {}", listed.get(name).copied().unwrap_or("not expected"));
            differences.lines().take(12).for_each(|line| println!("    {line}"));
        }
        if differences.is_empty() == listed.contains_key(name) {
            broken |= other.is_none();
            if differences.is_empty() {
                println!("{name} is equal now and has to leave the list: {}", listed[name]);
            }
        }
    }
    println!("total: {passed} passed, {failed} failed");
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The first module that the case needs and that is not installed.
fn absent_module(case: &Path) -> Result<Option<String>> {
    let needs = read(&case.join("case.json"))?["needs"].as_array().cloned().unwrap_or_default();
    let absent = needs.iter().filter_map(Value::as_str).find(|need| !Path::new(MODULES).join(need).is_dir());
    Ok(absent.map(str::to_owned))
}

/// What differs from the expected outcome, with the settings of the case and with those of Puppet 8.
fn compare(oracle: &Path, case: &Path) -> Result<String> {
    let expected = read(&case.join("expected.json"))?;
    let place = tempfile::tempdir()?;
    let environment = prepare(case, place.path())?;
    let mut said = String::new();
    for (strict, wanted) in [(false, expected.clone()), (true, strictly(&expected))] {
        let actual = compile(case, place.path(), strict)?;
        let differences = differences(oracle, place.path(), &wanted, &actual, &environment)?;
        if !differences.is_empty() {
            said += if strict { "with strict=error and strict_variables=true:\n" } else { "" };
            said += &differences;
        }
    }
    Ok(said)
}

/// The outcome with the settings of Puppet 8, which is recorded as what differs from the other.
fn strictly(expected: &Value) -> Value {
    match &expected["strict8"] {
        Value::Object(strict) if strict.contains_key("error") || strict["catalog"].is_object() => {
            expected["strict8"].clone()
        }
        _ => expected.clone(),
    }
}

/// Lays the case out as a server's folder of code, and writes what else the command line takes. Answers with the
/// environment's folder.
fn prepare(case: &Path, place: &Path) -> Result<PathBuf> {
    let settings = read(&case.join("case.json"))?;
    let environment = place.join("code/environments").join(environment(&settings));
    copy(case, &environment)?;
    fs::write(environment.join("environment.conf"), format!("modulepath = modules:{MODULES}\n"))?;
    let extensions = settings["extensions"].as_object().cloned().unwrap_or_default();
    let trusted = json!({"authenticated": "remote", "extensions": extensions});
    fs::write(place.join("trusted.json"), trusted.to_string())?;
    let mut config = String::new();
    if !settings["classes"].is_null() || !settings["parameters"].is_null() {
        let script = place.join("classify");
        let answer = json!({
            "classes": settings["classes"],
            "parameters": settings["parameters"],
            "environment": self::environment(&settings),
        });
        executable(&script, &format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\n"))?;
        config = format!("external_nodes = {:?}\n", script.display().to_string());
    }
    fs::write(place.join("quartermaster.toml"), config)?;
    Ok(environment)
}

fn environment(settings: &Value) -> &str {
    settings["environment"].as_str().unwrap_or("production")
}

/// The catalog, or the error, as the command prints it.
fn compile(case: &Path, place: &Path, strict: bool) -> Result<Value> {
    let settings = read(&case.join("case.json"))?;
    let mut compile = Command::new(binary());
    compile.args(["compile", settings["node"].as_str().unwrap_or("node1.example.com")]).args([
        "--environment",
        environment(&settings),
        "--set",
        "certname=puppet.example.com",
        // As they were recorded.
        "--set",
        "compile.storeconfigs=false",
    ]);
    for (flag, name) in [
        ("--data-dir", "data"),
        ("--code-dir", "code"),
        ("--trusted", "trusted.json"),
        ("--config", "quartermaster.toml"),
    ] {
        compile.arg(flag).arg(place.join(name));
    }
    if case.join("facts.json").is_file() {
        compile.arg("--facts").arg(case.join("facts.json"));
    }
    for name in ["strict", "strict_variables"] {
        if let Some(value) = settings["settings"].get(name).filter(|_| !strict) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            compile.args(["--set", &format!("compile.{name}={value}")]);
        }
    }
    if strict {
        compile.args(["--set", "compile.strict=error", "--set", "compile.strict_variables=true"]);
    }
    let output = compile.output()?;
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout)?);
    }
    let said = format!("\n{}", String::from_utf8_lossy(&output.stderr));
    let message = said.rsplit_once("\nError: ").map_or(said.as_str(), |(_, message)| message);
    Ok(json!({ "error": { "message": message.trim_end() } }))
}

/// What the oracle's own comparison says; nothing where both are equal.
fn differences(oracle: &Path, place: &Path, expected: &Value, actual: &Value, environment: &Path) -> Result<String> {
    let (wanted, got) = (place.join("expected.json"), place.join("actual.json"));
    fs::write(&wanted, expected.to_string())?;
    fs::write(&got, actual.to_string())?;
    let compared = Command::new("python3")
        .arg(oracle.join("diff_catalogs.py"))
        .args([&wanted, &got])
        .arg("--map")
        .arg(format!("{}=/ENV", environment.display()))
        .arg("--map")
        .arg(format!("{MODULES}=/MODULES"))
        .output()?;
    let said = String::from_utf8_lossy(&compared.stdout).into_owned() + &String::from_utf8_lossy(&compared.stderr);
    Ok(if compared.status.success() { String::new() } else { said })
}

/// The folders of a folder that hold an expected outcome.
fn cases(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    cases.sort();
    Ok(cases)
}

/// A JSON file; an empty object where there is none.
fn read(path: &Path) -> Result<Value> {
    if !path.is_file() {
        return Ok(json!({}));
    }
    serde_json::from_str(&fs::read_to_string(path)?).with_context(|| path.display().to_string())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::write(&target, fs::read(&path)?)?;
        }
    }
    Ok(())
}

fn executable(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}
